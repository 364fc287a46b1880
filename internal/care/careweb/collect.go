package careweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"guanjia/internal/care"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// remind tells the homes without an answer once more.
func (p *Pages) remind(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := p.care.Remind(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, surveyID(r))
	if err != nil {
		return p.surveyAgain(w, r, err)
	}
	web.Done(w, r, surveyPath(ctx, surveyID(r)), ui.Undo{Words: text.Tf(ctx, "已提醒 %d 户", "%d home(s) reminded", n)})
	return nil
}

// endCollection stops taking sheets before the last day.
func (p *Pages) endCollection(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	if web.Value(r, "sure") != "yes" {
		const zh, en = "结束以后不能再打开，没有结束。确定的话请勾上再按。", "It cannot be opened again, so it was not ended. Tick that you are sure, then press again."
		return p.surveyAgain(w, r, errs.New(errs.Invalid, "care.survey.sure", zh, en).Field("sure", "required", zh, en))
	}
	v, err := p.care.EndCollection(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, surveyID(r))
	if err != nil {
		return p.surveyAgain(w, r, err)
	}
	web.Done(w, r, surveyPath(ctx, v.ID), ui.Undo{Words: text.T(ctx, "回收已结束，可以统计", "The collection has ended; count it now")})
	return nil
}

// sheetsPaper is the printable list: a line a unit with its QR code.
type sheetsPaper struct {
	Title, Org, Number, Printed, Until string
	Buildings                          []ui.View
	Part                               string // "3栋，1—300 / 412"
	Next                               string // where the next part of the building is
	Rows                               []sheetRow
}

type sheetRow struct {
	Plate, Link string
	Answered    bool
}

// sheets prints a building at a time: a list of all would be a thousand codes.
func (p *Pages) sheets(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scheme := "http://"
	if web.Secure(ctx) {
		scheme = "https://"
	}
	page := sheetsPaper{Org: web.ProjectOf(ctx).Name, Printed: actorOf(ctx).Name + " " + ui.Exact(p.db.Clock().Now())}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, _, err := p.care.Survey(ctx, tx, actorOf(ctx), web.ProjectOf(ctx).ID, surveyID(r))
		if err != nil {
			return err
		}
		page.Title, page.Number, page.Until = v.Title, v.Number, v.Until
		houses, err := p.care.SheetsIn(ctx, tx, actorOf(ctx), v.Project, v.ID)
		if err != nil {
			return err
		}
		building, skip := p.part(ctx, r, v.ID, houses, &page)
		list, err := p.care.Sheets(ctx, tx, actorOf(ctx), v.Project, v.ID, building, skip)
		for _, s := range list {
			page.Rows = append(page.Rows, sheetRow{Plate: s.Plate, Link: scheme + r.Host + "/survey/" + p.care.Token(s.ID), Answered: s.Answered})
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, sheetsPage(page))
}

// part chooses the building and the part of it that are printed: the one asked
// for; else all when they are few, and the first building when they are many.
func (p *Pages) part(ctx context.Context, r *http.Request, id int64, houses []care.BuildingResult, page *sheetsPaper) (building string, skip int) {
	all := 0
	for _, h := range houses {
		all += h.Sent
	}
	if building = web.Value(r, "building"); building == "" && all > care.SheetsMost {
		building = houses[0].Name
	}
	at := func(name string, skip int) string {
		q := url.Values{"building": {name}}
		if skip > 0 {
			q.Set("from", strconv.Itoa(skip))
		}
		return surveyPath(ctx, id) + "/sheets?" + q.Encode()
	}
	skip, err := strconv.Atoi(web.Value(r, "from"))
	if err != nil || skip < 0 {
		skip = 0
	}
	for _, h := range houses {
		page.Buildings = append(page.Buildings, ui.View{Title: h.Name, Path: at(h.Name, 0), Current: h.Name == building, Count: strconv.Itoa(h.Sent)})
		if h.Name != building {
			continue
		}
		page.Part = text.Tf(ctx, "%s：第 %d—%d 份，共 %d 份，已收回 %d 份", "%s: %d–%d of %d, %d returned", h.Name, min(skip+1, h.Sent), min(skip+care.SheetsMost, h.Sent), h.Sent, h.Returned)
		if skip+care.SheetsMost < h.Sent {
			page.Next = at(h.Name, skip+care.SheetsMost)
		}
	}
	return building, skip
}
