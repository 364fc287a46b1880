package careweb

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/care"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// monthPage is the counts of one month.
type monthPage struct {
	Month      string
	Months     []ui.View
	Excel      string
	Figures    []care.Figure
	Total      string
	Chart      ui.ChartProps
	Tables     []countTable
	Repeated   []topicRow
	Often      care.Often
	Analyse    string
	MayAnalyse bool
	Err        error
}

// countTable is one count as the page, the sheet and the print show it.
type countTable struct {
	ID, Title string
	Heads     []string
	Rows      [][]string
}

type topicRow struct {
	Count, People                int
	Problem, Span, Words, Period string
}

// month reads "2026-11", else now; never later than now.
func month(r *http.Request, now time.Time) time.Time {
	at, err := time.ParseInLocation("2006-01", web.Value(r, "month"), calendar.Zone)
	if err != nil || at.After(now) {
		return now
	}
	return at
}

// months are the views of this month and the three before it; shown is the one
// that is seen ("2026-11").
func months(now time.Time, path, shown string) []ui.View {
	this := now.In(calendar.Zone)
	list := make([]ui.View, 4)
	for i := range list {
		d := time.Date(this.Year(), this.Month()-time.Month(i), 1, 0, 0, 0, 0, calendar.Zone).Format("2006-01")
		list[i] = ui.View{Title: d, Path: path + "?month=" + d, Current: d == shown}
	}
	return list
}

func (p *Pages) figures(w http.ResponseWriter, r *http.Request) error {
	page, err := p.loadMonth(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, figuresPage(page))
}

func (p *Pages) loadMonth(r *http.Request) (monthPage, error) {
	ctx := r.Context()
	var m care.Month
	at := month(r, p.db.Clock().Now())
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = p.care.Count(ctx, tx, actorOf(ctx), web.ProjectOf(ctx).ID, at)
		return err
	})
	if err != nil {
		return monthPage{}, err
	}
	page := monthPage{
		Month: m.From.Format("2006-01"), Excel: in(ctx, "/figures.xlsx?month="+m.From.Format("2006-01")), Figures: m.Figures, Analyse: in(ctx, "/figures/analyses"),
		MayAnalyse: actorOf(ctx).May("casefile.case.open", web.ProjectOf(ctx).ID), Chart: dayChart(ctx, m), Tables: p.countTables(ctx, m),
		Total: text.Tf(ctx, "受理 %d 件，办结 %d 件", "%d taken in, %d closed", m.All.Taken, m.All.Closed),
	}
	page.Months = months(p.db.Clock().Now(), in(ctx, "/figures"), page.Month)
	page.Often = m.Often
	for _, t := range m.Repeated {
		page.Repeated = append(page.Repeated, topicOf(ctx, t))
	}
	return page, nil
}

func topicOf(ctx context.Context, t care.Repeat) topicRow {
	return topicRow{
		Count: t.Count, People: t.People, Words: strings.Join(t.Words, "、"), Problem: RepeatTitle(ctx, t),
		Span: t.From.Format("01-02") + " — " + t.To.Format("01-02"), Period: t.From.Format("2006-01-02") + " — " + t.To.Format("2006-01-02"),
	}
}

// RepeatTitle says in a few words what repeats where: "3栋 渗漏水".
func RepeatTitle(ctx context.Context, t care.Repeat) string {
	return t.Building + " " + t.Sort.In(text.LangOf(ctx))
}

func dayChart(ctx context.Context, m care.Month) ui.ChartProps {
	c := ui.ChartProps{ID: "days", Title: text.T(ctx, "每日受理和办结", "Taken in and closed by day"), Unit: text.T(ctx, "件", "cases"), Bars: true}
	taken, closed := ui.Series{Name: text.T(ctx, "受理", "Taken in")}, ui.Series{Name: text.T(ctx, "办结", "Closed")}
	for _, d := range m.Days {
		c.Labels = append(c.Labels, d.Date.Format("1/2"))
		taken.Values, closed.Values = append(taken.Values, ui.V(float64(d.Taken))), append(closed.Values, ui.V(float64(d.Closed)))
	}
	c.Series = []ui.Series{taken, closed}
	return c
}

// countTables puts the counts into words (REP-11, DSK-18, DSK-19).
func (p *Pages) countTables(ctx context.Context, m care.Month) []countTable {
	return []countTable{
		p.countTable(ctx, "kinds", text.T(ctx, "按类型", "By kind"), m.Kinds, func(name string) string { return p.procedureTitle(ctx, name) }),
		p.countTable(ctx, "trades", text.T(ctx, "维修按工种", "Repairs by trade"), m.Trades, func(name string) string { return p.choiceTitle(ctx, "trades", name) }),
		p.countTable(ctx, "places", text.T(ctx, "按楼栋", "By building"), m.Places, nil),
		p.countTable(ctx, "causes", text.T(ctx, "按原因", "By cause"), m.Causes, nil),
		peopleTable(ctx, m.People),
	}
}

func countHeads(ctx context.Context, first string) []string {
	return []string{
		first, text.T(ctx, "受理", "Taken"), text.T(ctx, "办结", "Closed"), text.T(ctx, "按时", "In time"), text.T(ctx, "返工", "Rework"),
		text.T(ctx, "平均响应", "To respond"), text.T(ctx, "平均完成", "To finish"), text.T(ctx, "回访满意", "Satisfied"),
	}
}

func (p *Pages) countTable(ctx context.Context, id, title string, list []care.Line, called func(string) string) countTable {
	t := countTable{ID: id, Title: title, Heads: countHeads(ctx, text.T(ctx, "项目", "What"))}
	for _, l := range list {
		name := l.Name
		if called != nil {
			name = called(name)
		}
		t.Rows = append(t.Rows, append([]string{name, strconv.Itoa(l.Taken)}, tallyCells(ctx, l.Tally)...))
	}
	return t
}

func tallyCells(ctx context.Context, t care.Tally) []string {
	return []string{
		strconv.Itoa(t.Closed), share(t.InTime, t.Closed), strconv.Itoa(t.Reopened), span(ctx, t.Respond), span(ctx, t.Finish), share(t.Satisfied, t.Followed),
	}
}

func peopleTable(ctx context.Context, list []care.PersonLine) countTable {
	t := countTable{ID: "people", Title: text.T(ctx, "按人", "By person"), Heads: countHeads(ctx, text.T(ctx, "人", "Person"))}
	t.Heads = append(t.Heads[:2:2], append([]string{text.T(ctx, "转交", "Passed on")}, t.Heads[2:]...)...)
	for _, l := range list {
		name := l.Name
		if name == "" {
			name = "—"
		}
		t.Rows = append(t.Rows, append([]string{name, strconv.Itoa(l.Taken), strconv.Itoa(l.PassedOn)}, tallyCells(ctx, l.Tally)...))
	}
	return t
}

func share(part, of int) string {
	if of == 0 {
		return "—"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(part)/float64(of))
}

func span(ctx context.Context, of func() (time.Duration, bool)) string {
	d, ok := of()
	if !ok {
		return "—"
	}
	return ui.Span(ctx, d)
}

func (p *Pages) procedureTitle(ctx context.Context, name string) string {
	stamp, err := p.book.Stamp(web.ProjectOf(ctx).ID, name)
	if err != nil {
		return name
	}
	return stamp.Def.Title.In(text.LangOf(ctx))
}

func (p *Pages) choiceTitle(ctx context.Context, path, name string) string {
	stamp, err := p.book.Stamp(web.ProjectOf(ctx).ID, "repair")
	if err != nil {
		return name
	}
	choices, err := stamp.Figures.Choices(path, nil)
	if err != nil {
		return name
	}
	for _, c := range choices {
		if c.Name == name {
			return c.Title.In(text.LangOf(ctx))
		}
	}
	return name
}

// analyse opens the analysis of a repeated problem.
func (p *Pages) analyse(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	n, err := strconv.ParseInt(web.Value(r, "count"), 10, 64)
	if err != nil || n < 0 {
		n = 0
	}
	c, err := p.care.Analyse(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, web.Value(r, "problem"), web.Value(r, "period"), n)
	if err != nil {
		return err
	}
	web.Done(w, r, casePath(ctx, c.Number), ui.Undo{Words: text.Tf(ctx, "%s 已立，写原因和预防措施", "%s is open: write cause and measure", c.Number)})
	return nil
}

// oftenTitle says what the profile calls repeated.
func oftenTitle(ctx context.Context, o care.Often) string {
	if o.Times == 0 {
		return text.T(ctx, "反复出现", "Repeated")
	}
	b := o.Within.Words()
	return text.Tf(ctx, "反复出现，%s内 %d 户以上", "Repeated: within %s, from %d customers or more", b.In(text.LangOf(ctx)), o.Times)
}
