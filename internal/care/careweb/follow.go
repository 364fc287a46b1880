package careweb

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"guanjia/internal/care"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/errs"
	"guanjia/internal/phone"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// followPage is the call list with one call open beside it.
type followPage struct {
	Tabs   []ui.View
	Rows   []followRow
	Total  int
	Month  string
	Done   string // address of the register of those rung back
	Counts []countLine
	Open   *followRow
	Form   stepForm
	By     string
	Action string
	Lost   string // words for a case that somebody else has rung back meanwhile
	Gone   string // its file
}

type followRow struct {
	Number, Path, Href string // Path opens it beside the list, Href its file
	Kind               string
	Door               door
	Person, Phone      string
	About              string // address of the person's page, where the whole number is
	Did, Said          string
	Rating             string
	Tries              int
	Chip               ui.Chip
	Current            bool
}

type countLine struct{ Label, Value string }

func (p *Pages) followUps(w http.ResponseWriter, r *http.Request) error {
	page, err := p.loadFollow(r, r.FormValue("case"), nil, nil, "call")
	if err != nil {
		return err
	}
	return web.Render(w, r, followUpsPage(page))
}

// loadFollow reads the list, and the open call: the one named, else the first.
func (p *Pages) loadFollow(r *http.Request, open string, typed map[string]any, problem error, by string) (followPage, error) {
	ctx := r.Context()
	page := followPage{Tabs: tabs(ctx, "follow-ups"), Done: in(ctx, "/follow-ups/register"), By: by}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		project, actor := web.ProjectOf(ctx), actorOf(ctx)
		list, err := p.care.FollowUps(ctx, tx, actor, project.ID)
		if err != nil {
			return err
		}
		page.Total, page.Month, page.Counts = list.Total, tx.Now().Format("2006-01"), followLines(ctx, list.Month)
		for i, f := range list.List {
			row := p.followRow(ctx, f)
			row.Current = open == f.Number || open == "" && i == 0
			page.Rows = append(page.Rows, row)
			if row.Current {
				page.Open = &row
			}
		}
		if page.Open == nil {
			return nil
		}
		v, err := p.care.View(ctx, tx, actor, project.ID, page.Open.Number)
		if err != nil {
			return err
		}
		page.Form, page.Action = stepFormOf(ctx, v, typed, problem), in(ctx, "/follow-ups/"+page.Open.Number)
		return nil
	})
	if page.Open == nil {
		page.Form.Err = problem
	}
	return page, err
}

func (p *Pages) followRow(ctx context.Context, f care.FollowUp) followRow {
	row := followRow{
		Number: f.Number, Path: in(ctx, "/follow-ups?case="+f.Number+"#call-title"), Href: casePath(ctx, f.Number), Door: doorOf(ctx, f.Case), Person: f.Caller, Phone: phone.Mask(f.Phone),
		Did: f.Did, Said: f.Said, Tries: f.Tries, Chip: chip(ctx, f.Clock, f.State.Pause != nil), Kind: p.kind(ctx, f.Case),
	}
	if f.Customer != 0 {
		row.About = in(ctx, "/people/"+strconv.FormatInt(f.Customer, 10))
	}
	if f.Phone == "" {
		row.Phone = ""
	}
	if f.Rating > 0 {
		row.Rating = strconv.FormatInt(f.Rating, 10)
	}
	return row
}

func (p *Pages) kind(ctx context.Context, c casefile.Case) string {
	stamp, err := p.book.Stamp(c.Project, c.Procedure)
	if err != nil {
		return c.Procedure
	}
	return stamp.Def.Title.In(text.LangOf(ctx))
}

func followLines(ctx context.Context, n care.FollowCounts) []countLine {
	share := "—"
	if v, ok := n.Share(); ok {
		share = fmt.Sprintf("%.1f %%", v)
	}
	return []countLine{
		{text.T(ctx, "已回访", "Called back"), strconv.Itoa(n.Done)},
		{text.T(ctx, "按时", "In time"), strconv.Itoa(n.InTime)},
		{text.T(ctx, "满意", "Satisfied"), strconv.Itoa(n.Satisfied)},
		{text.T(ctx, "不满意", "Dissatisfied"), strconv.Itoa(n.Dissatisfied)},
		{text.T(ctx, "抽样免访", "Not sampled"), strconv.Itoa(n.LeftOut)},
		{text.T(ctx, "回访率", "Share called back"), share},
	}
}

// ring records how the customer was rung back, on the spot.
func (p *Pages) ring(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	project, actor, number, by := web.ProjectOf(ctx), actorOf(ctx), r.PathValue("number"), web.Value(r, "by")
	version, err := strconv.Atoi(web.Value(r, "version"))
	if err != nil {
		version = 0
	}
	var v casefile.View
	if err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		v, err = p.care.View(ctx, tx, actor, project.ID, number)
		return err
	}); err != nil {
		return err
	}
	var answers map[string]any
	if step := v.Def.Step(web.Value(r, "step")); step != nil {
		answers, err = caseform.Read(r, caseform.Asked(v.Def, step), nil)
	}
	if err == nil || answers == nil {
		_, err = p.care.RingBack(ctx, actor, care.Ring{
			Project: project.ID, Number: number, Version: version, Outcome: web.Value(r, "outcome"), By: by, Fields: answers,
		})
	}
	if err == nil {
		web.Done(w, r, in(ctx, "/follow-ups"), ui.Undo{Words: text.Tf(ctx, "%s 回访：%s，已记下", "%s rung back: %s, saved", number, outcomeWord(ctx, web.Value(r, "outcome")))})
		return nil
	}
	status := http.StatusUnprocessableEntity
	switch errs.KindOf(err) {
	case errs.Invalid:
	case errs.Conflict:
		status = http.StatusConflict
	default:
		return err
	}
	page, e := p.loadFollow(r, number, answers, err, by)
	if e != nil {
		return e
	}
	if page.Open == nil || page.Open.Number != number {
		page.Lost, page.Gone, page.Form.Err = caseform.Text(answers["followed"]), casePath(ctx, number), err
	}
	return web.RenderStatus(w, r, status, followUpsPage(page))
}
