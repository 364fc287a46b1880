package careweb

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"guanjia/internal/care"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// visitsPage is the plan of visits.
type visitsPage struct {
	Tabs   []ui.View
	Open   []visitRow
	Who    []proposal
	Target []countLine
	Goal   string
	Met    bool
	Asked  bool
	Action string
	Err    error
}

type visitRow struct {
	Number, Path, Person, Purpose, Step string
	Door                                door
	Chip                                ui.Chip
}

type proposal struct {
	Person, Unit       string
	Name, Why, Purpose string
	Last               string
	Door               door
	Key                string
	Err                string
}

func (p *Pages) visits(w http.ResponseWriter, r *http.Request) error {
	page, err := p.loadVisits(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, visitPlanPage(page))
}

func (p *Pages) loadVisits(r *http.Request) (visitsPage, error) {
	ctx := r.Context()
	page := visitsPage{Tabs: tabs(ctx, "visits"), Action: in(ctx, "/visits")}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, err := p.care.Visits(ctx, tx, actorOf(ctx), web.ProjectOf(ctx).ID)
		if err != nil {
			return err
		}
		for _, c := range v.Open {
			page.Open = append(page.Open, p.visitRow(ctx, c))
		}
		day := tx.Now().Format("20060102")
		for _, c := range v.Candidates {
			row := proposal{
				Person: strconv.FormatInt(c.Person, 10), Unit: strconv.FormatInt(c.Unit, 10), Name: c.Name, Why: whyWord(ctx, c.Why), Purpose: purposeWord(ctx, c.Why),
				Door: doorOf(ctx, casefile.Case{Plate: c.Plate, Unit: c.Unit}), Key: "visit " + day + " " + strconv.FormatInt(c.Person, 10), Last: text.T(ctx, "上次走访 一年内没有", "not visited for a year"),
			}
			if !c.Last.IsZero() {
				row.Last = text.Tf(ctx, "上次走访 %s", "last visit %s", c.Last.Format("2006-01-02"))
			}
			page.Who = append(page.Who, row)
		}
		page.Asked, page.Met = v.Target.Need > 0, v.Target.Done >= v.Target.Need
		page.Goal, page.Target = targetWords(ctx, v)
		return nil
	})
	return page, err
}

func (p *Pages) visitRow(ctx context.Context, c casefile.Case) visitRow {
	row := visitRow{Number: c.Number, Path: casePath(ctx, c.Number), Person: c.Caller, Purpose: firstOf(c), Door: doorOf(ctx, c), Step: c.State.Step}
	if stamp, err := p.book.Stamp(c.Project, c.Procedure); err == nil {
		if st := stamp.Def.Step(c.State.Step); st != nil {
			row.Step = st.Title.In(text.LangOf(ctx))
		}
	}
	var soonest *engine.ClockState
	for i, k := range c.Clocks {
		if k.Run == engine.RunRunning && (soonest == nil || k.Due.Before(soonest.Due)) {
			soonest = &c.Clocks[i]
		}
	}
	row.Chip = chip(ctx, engine.ClockState{}, false)
	if soonest != nil {
		row.Chip = chip(ctx, *soonest, c.State.Pause != nil)
	}
	return row
}

func firstOf(c casefile.Case) string {
	if s, ok := c.State.Fields["purpose"].(string); ok {
		return s
	}
	return c.Subject
}

func whyWord(ctx context.Context, w care.Why) string {
	switch w {
	case care.WhyDissatisfied:
		return text.T(ctx, "最近不满意", "Lately dissatisfied")
	case care.WhyVIP:
		return text.T(ctx, "重点客户", "Key customer")
	case care.WhySegment:
		return text.T(ctx, "需要关怀的分类", "Segment that needs care")
	case care.WhyUnvisited:
		return text.T(ctx, "久未走访", "Long unvisited")
	}
	return string(w)
}

func purposeWord(ctx context.Context, w care.Why) string {
	switch w {
	case care.WhyDissatisfied:
		return text.T(ctx, "听取意见，说明改进", "Hear them out and say what has improved")
	case care.WhyVIP:
		return text.T(ctx, "重点客户走访", "Visit to a key customer")
	default:
		return text.T(ctx, "例行走访，征求意见", "Regular visit, asking for opinions")
	}
}

func targetWords(ctx context.Context, v care.Visits) (string, []countLine) {
	lines := []countLine{
		{text.T(ctx, "已走访", "Visited"), strconv.Itoa(v.Target.Done)},
		{text.T(ctx, "应走访", "Asked for"), strconv.Itoa(v.Target.Need)},
	}
	if v.Target.Need > 0 {
		lines = append(lines, countLine{text.T(ctx, "完成", "Reached"), fmt.Sprintf("%.0f %%", 100*float64(v.Target.Done)/float64(v.Target.Need))})
	}
	lines = append(lines,
		countLine{text.T(ctx, "一年内客户确认", "Confirmed within a year"), strconv.Itoa(v.Confirmed)},
		countLine{text.T(ctx, "意见答复超时", "Answered late"), strconv.Itoa(v.Late)})
	switch {
	case strings.HasSuffix(v.Target.Each, "day"):
		return text.Tf(ctx, "每天至少 %d 户", "At least %d a day", v.Target.Need), lines
	case strings.HasSuffix(v.Target.Each, "year"):
		return text.Tf(ctx, "今年至少 %d 位业主", "At least %d owners this year", v.Target.Need), lines
	}
	return text.T(ctx, "手册没有规定数量", "The handbook sets no number"), lines
}

// planVisit opens a visit for a customer.
func (p *Pages) planVisit(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	number := func(name string) int64 {
		n, err := strconv.ParseInt(web.Value(r, name), 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	c, err := p.care.PlanVisit(ctx, actorOf(ctx), care.Visiting{
		Project: web.ProjectOf(ctx).ID, Person: number("person"), Unit: number("unit"), Purpose: web.Value(r, "purpose"), Key: web.Value(r, "key"),
	})
	if err == nil {
		web.Done(w, r, in(ctx, "/visits"), ui.Undo{Words: text.Tf(ctx, "%s 已列入计划，先预约", "%s is planned: make the appointment first", c.Number)})
		return nil
	}
	if errs.KindOf(err) != errs.Invalid {
		return err
	}
	page, e := p.loadVisits(r)
	if e != nil {
		return e
	}
	page.Err = err
	for i := range page.Who {
		if page.Who[i].Person == web.Value(r, "person") {
			page.Who[i].Purpose, page.Who[i].Err = web.Value(r, "purpose"), ui.ErrOf(ctx, err, "purpose")
		}
	}
	return web.RenderStatus(w, r, http.StatusUnprocessableEntity, visitPlanPage(page))
}
