package caseweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// views are the lists people come back to; the address holds the filter.
var views = []struct {
	key   string
	title text.Both
	set   func(f *casefile.Filter, account int64)
}{
	{"open", text.B("未结", "Open"), func(f *casefile.Filter, _ int64) { f.Status, f.Order = "open", "due" }},
	{"today", text.B("今天到期", "Due today"), func(f *casefile.Filter, _ int64) { f.Status, f.Clock, f.Order = "open", "due", "due" }},
	{"late", text.B("超时", "Late"), func(f *casefile.Filter, _ int64) { f.Status, f.Clock, f.Order = "open", "late", "due" }},
	{"waiting", text.B("暂停", "Paused"), func(f *casefile.Filter, _ int64) { f.Status, f.Clock = "open", "waiting" }},
	{"turn", text.B("等我处理", "Waiting for me"), func(f *casefile.Filter, _ int64) { f.Status, f.Order = "open", "due" }},
	{"mine", text.B("交给我的", "Mine"), func(f *casefile.Filter, a int64) { f.Status, f.Assignee, f.Order = "open", a, "due" }},
	{"owned", text.B("我首接的", "I took in"), func(f *casefile.Filter, a int64) { f.Status, f.Owner, f.Order = "open", a, "due" }},
	{"all", text.B("全部", "All"), func(*casefile.Filter, int64) {}},
}

// filterOf reads the address into a filter.
func (p *Pages) filterOf(r *http.Request) (casefile.Filter, string) {
	q := r.URL.Query()
	f := casefile.Filter{Project: web.ProjectOf(r.Context()).ID, After: q.Get("after"), Limit: 50, NoTotal: q.Get("after") != ""}
	narrow(q, &f)
	view := q.Get("view")
	known := false
	for _, v := range views {
		known = known || v.key == view
	}
	if !known {
		view = "open"
	}
	for _, v := range views {
		if v.key == view {
			v.set(&f, actorOf(r.Context()).Account)
		}
	}
	if view == "turn" {
		f.Turn = p.turnOf(r.Context())
	}
	if s := q.Get("status"); s != "" {
		f.Status = s
		if s != "open" {
			f.Order = ""
		}
	}
	if who, err := strconv.ParseInt(q.Get("assignee"), 10, 64); err == nil {
		f.Assignee = who
	}
	return f, view
}

// narrowing are the conditions that stay when another view is chosen; state and
// assignee are what views are about.
var narrowing = []string{"kind", "team", "building", "from", "to", "q", "cols"}

// narrow puts those conditions into a filter.
func narrow(q url.Values, f *casefile.Filter) {
	f.Procedure, f.Text = q.Get("kind"), text.Clean(text.Cut(q.Get("q"), 100))
	if trade := q.Get("team"); trade != "" { // only repairs have a trade, whoever they are with
		f.Fields = map[string]string{"trade": trade}
		if f.Procedure == "" {
			f.Procedure = "repair"
		}
	}
	f.Building, _ = strconv.ParseInt(q.Get("building"), 10, 64)
	if d, err := time.ParseInLocation("2006-01-02", q.Get("from"), calendar.Zone); err == nil {
		f.From = d
	}
	if d, err := time.ParseInLocation("2006-01-02", q.Get("to"), calendar.Zone); err == nil {
		f.To = d.AddDate(0, 0, 1)
	}
}

// viewPath is the address of another view under the same conditions.
func viewPath(base, view string, q url.Values) string {
	out := url.Values{"view": {view}}
	for _, key := range narrowing {
		for _, v := range q[key] {
			if v != "" {
				out.Add(key, text.Cut(v, 100))
			}
		}
	}
	return base + "?" + out.Encode()
}

// turnOf is what the reader is to do now.
func (p *Pages) turnOf(ctx context.Context) *casefile.Turn {
	project := web.ProjectOf(ctx).ID
	return casefile.TurnOf(actorOf(ctx), project, p.book.Kinds(project))
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	page, err := p.loadList(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, listPage(page))
}

// loadList gathers the list, its views and what it can be narrowed by on one
// snapshot.
func (p *Pages) loadList(r *http.Request) (ListPage, error) {
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	f, view := p.filterOf(r)
	page := ListPage{Columns: shown(r.URL.Query()["cols"])}
	var found casefile.Page
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if found, err = p.cases.ListIn(ctx, tx, actor, f); err != nil {
			return err
		}
		if page.Filter, err = p.filterForm(ctx, tx, r, f, view); err != nil {
			return err
		}
		return p.viewsOf(ctx, tx, r, &page, f, view, found)
	})
	if err != nil {
		return page, err
	}
	page.Conds = conds(ctx, r.URL, page.Filter)
	if !f.NoTotal {
		page.Total = text.Tf(ctx, "合计 %s 件", "%s cases", count(found))
	}
	now := p.db.Clock().Now()
	for _, c := range found.Cases {
		row := p.row(ctx, project, c, found.Names, now)
		row.Team = labelOf(page.Filter.Teams, row.Team)
		page.Rows = append(page.Rows, row)
	}
	if found.Next != "" {
		page.Pager.Next = with(r.URL, "after", found.Next)
	}
	if f.After != "" {
		page.Pager.Prev = with(r.URL, "after", "")
	}
	page.Pager.Words = text.Tf(ctx, "这一页 %d 件", "%d on this page", len(found.Cases))
	page.Excel = "/p/" + project.Code + "/cases.xlsx?" + r.URL.RawQuery
	page.Print = "/p/" + project.Code + "/registers/cases/print?" + r.URL.RawQuery
	page.Empty = len(r.URL.Query()) == 0 && len(found.Cases) == 0
	return page, nil
}

func count(p casefile.Page) string {
	if p.More {
		return ui.Count(int64(p.Total)+1, int64(p.Total))
	}
	return ui.Count(int64(p.Total), 10000)
}

// with is the address with one parameter changed, or dropped when empty.
func with(u *url.URL, key, value string) string {
	q := u.Query()
	if value == "" {
		q.Del(key)
	} else {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return u.Path
	}
	return u.Path + "?" + q.Encode()
}

func (p *Pages) row(ctx context.Context, project web.Project, c casefile.Case, names map[int64]string, now time.Time) Row {
	row := Row{
		Number: c.Number, Path: casePath(project, c.Number), Subject: c.Subject, Place: placeOf(project, c), Spot: c.Place, Person: c.Caller,
		Chip: worst(ctx, c, now), Assignee: names[c.State.Assignee], Owner: names[c.State.Owner], Opened: c.State.OpenedAt, Team: c.State.Team,
		Channel: channelWord(c.Channel).In(text.LangOf(ctx)),
	}
	if trade, ok := c.State.Fields["trade"].(string); ok && row.Team == "" {
		row.Team = trade
	}
	if fen, ok := c.State.Fields["total"].(int64); ok {
		row.Fee = &fen
	}
	if stamp, err := p.book.Stamp(c.Project, c.Procedure); err == nil {
		row.Kind = stamp.Def.Title.In(text.LangOf(ctx))
		if step := stamp.Def.Step(c.State.Step); step != nil {
			row.Step = step.Title.In(text.LangOf(ctx))
			row.Next = row.Step
		}
	}
	return row
}

// plain keeps a cell text: a leading sign would make it a formula.
func plain(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@') {
		return "'" + s
	}
	return s
}

func chipWords(ctx context.Context, c ui.Chip, now time.Time) string {
	if c.Words != "" {
		return c.Words
	}
	return ui.Left(ctx, now, c.Due)
}
