package deskweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/errs"
	"guanjia/internal/notice"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// Notices is what the journal reads of the bell; notice.Service is it.
type Notices interface {
	Between(ctx context.Context, tx *store.Tx, project int64, from, to time.Time) ([]notice.Notice, error)
}

// JournalLine is one line of the journal.
type JournalLine struct {
	At             time.Time
	Sort           string // call, case, closed, promise, alarm, notice, note …
	Title          string // of the sort, in words
	Who            string
	Building, Room string
	Href           string
	Words          string
	Number, Path   string
	Late           bool
	Entry          int64  // a free entry, to be corrected
	Of             string // what the entry puts right
}

// ItemLine is an item of the night that waits for the morning.
type ItemLine struct {
	ID             int64
	At             time.Time
	Who, Words     string
	Building, Room string
	Href           string
}

// Counted is one number of the journal's head.
type Counted struct {
	Title string
	N     int
	Late  bool
}

// Journal is one shift, or one day.
type Journal struct {
	Base, Desk       string
	Day              string
	Prev, Next       string
	Shift            int // from 1; 0 the whole day
	Shifts           []ui.View
	Window           string
	Night, Open      bool // over midnight; begun already
	Counts           []Counted
	Lines            []JournalLine
	Items            []ItemLine
	Kinds            []ui.Option
	Org, Printed     string
	Err              error
	Typed, TypedSort string
}

// window is the span of a journal.
type window struct {
	day    time.Time
	shift  int
	shifts []desk.Shift
	from   time.Time
	to     time.Time
	words  string
	night  bool
}

// windowOf reads ?day=2026-11-20&shift=2 against the shifts of the figures.
func (p *Pages) windowOf(r *http.Request, now time.Time) window {
	ctx := r.Context()
	now = now.In(calendar.Zone)
	w := window{day: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, calendar.Zone)}
	if d, err := time.ParseInLocation(time.DateOnly, r.FormValue("day"), calendar.Zone); err == nil && d.Year() > 2000 && d.Year() < 2200 {
		w.day = d
	}
	windows, err := p.book.Figures(web.ProjectOf(ctx).ID).Words("desk.shifts", nil)
	if err == nil {
		w.shifts = desk.Shifts(w.day, windows)
	}
	w.from, w.to, w.words = w.day, w.day.AddDate(0, 0, 1), text.T(ctx, "全天", "whole day")
	if n, err := strconv.Atoi(r.FormValue("shift")); err == nil && n > 0 && n <= len(w.shifts) {
		s := w.shifts[n-1]
		w.shift, w.from, w.to, w.words, w.night = n, s.From, s.To, s.Words, s.Night()
	}
	return w
}

func (p *Pages) journal(w http.ResponseWriter, r *http.Request) error {
	j, err := p.loadJournal(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, journalPage(j))
}

func (p *Pages) journalPrint(w http.ResponseWriter, r *http.Request) error {
	j, err := p.loadJournal(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, journalPaper(j))
}

func (p *Pages) journalExcel(w http.ResponseWriter, r *http.Request) error {
	j, err := p.loadJournal(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	s := newSheet(text.T(ctx, "工作日志", "Work journal")+" "+j.Day+" "+j.Window, j.Org+" "+j.Printed, journalHeads(ctx))
	for _, l := range j.Lines {
		s.add(l.At.In(calendar.Zone).Format("2006-01-02 15:04"), l.Title, l.Who, l.Building+l.Room, l.Words, l.Number)
	}
	return s.send(w, "journal-"+j.Day+".xlsx")
}

func journalHeads(ctx context.Context) []string {
	return []string{text.T(ctx, "时间", "Time"), text.T(ctx, "事", "What"), text.T(ctx, "谁", "Who"), text.T(ctx, "房号", "Room"), text.T(ctx, "内容", "Words"), text.T(ctx, "单号", "Number")}
}

// loadJournal gathers a shift on one snapshot.
func (p *Pages) loadJournal(r *http.Request) (Journal, error) {
	ctx := r.Context()
	project, actor, now := web.ProjectOf(ctx), actorOf(ctx), p.db.Clock().Now()
	win := p.windowOf(r, now)
	j := Journal{
		Base: "/p/" + project.Code + "/journal", Desk: base(r), Day: win.day.Format(time.DateOnly), Shift: win.shift, Window: win.words, Night: win.night, Open: !win.from.After(now),
		Prev: win.day.AddDate(0, 0, -1).Format(time.DateOnly), Next: win.day.AddDate(0, 0, 1).Format(time.DateOnly), Org: project.Name,
		Printed: text.Tf(ctx, "%s %s 打印", "%s printed it %s", actor.Name, ui.Exact(now)),
	}
	j.Shifts = append(j.Shifts, ui.View{Title: text.T(ctx, "全天", "Whole day"), Path: j.at(0), Current: win.shift == 0})
	for i, s := range win.shifts {
		title := s.Words
		if s.Night() {
			title += text.T(ctx, " 夜班", " night")
		}
		j.Shifts = append(j.Shifts, ui.View{Title: title, Path: j.at(i + 1), Current: win.shift == i+1})
	}
	for _, kind := range []string{"repair", "complaint", "enquiry"} {
		j.Kinds = append(j.Kinds, ui.Option{Value: kind, Label: p.title(ctx, project.ID, kind)})
	}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		g := gatherer{p: p, ctx: ctx, tx: tx, project: project, actor: actor, now: now, win: win}
		if err := g.gather(); err != nil {
			return err
		}
		j.Lines, j.Counts = g.lines, g.counts
		items, err := p.desk.OpenItems(ctx, tx, project.ID)
		if err != nil {
			return err
		}
		if j.Lines, err = g.dress(items); err != nil {
			return err
		}
		j.Items = g.items
		return nil
	})
	return j, err
}

func (j Journal) at(shift int) string {
	path := j.Base + "?day=" + j.Day
	if shift > 0 {
		path += "&shift=" + strconv.Itoa(shift)
	}
	return path
}

func (j Journal) file(name string) string {
	path := j.Base + name + "?day=" + j.Day
	if j.Shift > 0 {
		path += "&shift=" + strconv.Itoa(j.Shift)
	}
	return path
}

// writeEntry adds a free entry; it belongs to the shift the page shows.
func (p *Pages) writeEntry(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	now := p.db.Clock().Now()
	win := p.windowOf(r, now)
	e := desk.Entry{Project: web.ProjectOf(ctx).ID, Sort: web.Value(r, "sort"), Words: web.Value(r, "words"), Of: id(web.Value(r, "of")), Unit: id(web.Value(r, "unit")), About: now}
	if now.Before(win.from) || !now.Before(win.to) {
		e.About = win.to.Add(-time.Minute) // written down later
	}
	_, err := p.desk.Write(ctx, actorOf(ctx), e)
	return p.journalAgain(w, r, err, e, text.T(ctx, "已记入日志", "Written into the journal"))
}

// turn makes a case of an item of the night.
func (p *Pages) turn(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	kind := web.Value(r, "kind")
	if !slices.Contains([]string{"repair", "complaint", "enquiry"}, kind) {
		return errs.New(errs.Invalid, "desk.entry.kind", "请选维修、投诉或咨询。", "Choose repair, complaint or enquiry.")
	}
	c, err := p.desk.Turn(ctx, actorOf(ctx), project.ID, id(r.PathValue("entry")), kind)
	if err == nil {
		web.Done(w, r, casePath(project, c.Number), ui.Undo{Words: text.Tf(ctx, "已转为 %s，请补上还缺的", "It is %s now; add what is missing", c.Number)})
		return nil
	}
	return p.journalAgain(w, r, err, desk.Entry{}, "")
}

func (p *Pages) journalAgain(w http.ResponseWriter, r *http.Request, err error, e desk.Entry, done string) error {
	if k := errs.KindOf(err); err != nil && k != errs.Invalid && k != errs.Conflict {
		return err
	}
	j, e2 := p.loadJournal(r)
	if e2 != nil {
		return e2
	}
	if err == nil {
		web.Done(w, r, j.at(j.Shift), ui.Undo{Words: done})
		return nil
	}
	j.Err, j.Typed, j.TypedSort = err, e.Words, e.Sort
	status := http.StatusUnprocessableEntity
	if errs.KindOf(err) == errs.Conflict {
		status = http.StatusConflict
	}
	return web.RenderStatus(w, r, status, journalPage(j))
}

// gatherer turns the records of every room into lines of a journal.
type gatherer struct {
	p       *Pages
	ctx     context.Context
	tx      *store.Tx
	project web.Project
	actor   auth.Actor
	now     time.Time
	win     window
	lines   []JournalLine
	raw     []lineOf
	counts  []Counted
	items   []ItemLine
}

// lineOf keeps the ids of a line until they are named all at once.
type lineOf struct {
	account, unit, person, caseID int64
}

func (g *gatherer) in(t time.Time) bool { return !t.Before(g.win.from) && t.Before(g.win.to) }

func (g *gatherer) add(at time.Time, sort, zh, en, words string, of lineOf) *JournalLine {
	g.lines = append(g.lines, JournalLine{At: at, Sort: sort, Title: text.T(g.ctx, zh, en), Words: words})
	g.raw = append(g.raw, of)
	return &g.lines[len(g.lines)-1]
}

func (g *gatherer) count(zh, en string, n int, late bool) {
	g.counts = append(g.counts, Counted{Title: text.T(g.ctx, zh, en), N: n, Late: late && n > 0})
}

func (g *gatherer) gather() error {
	records, err := g.p.desk.Records(g.ctx, g.tx, g.project.ID, g.win.from, g.win.to)
	if err != nil {
		return err
	}
	if err := g.cases(); err != nil {
		return err
	}
	g.calls(records.Calls)
	g.promises(records.Promises)
	for _, a := range records.Alarms {
		l := g.add(a.RaisedAt, "alarm", "警报", "Alarm", a.Words, lineOf{account: a.SeenBy, unit: a.Unit, caseID: a.Case})
		l.Late = a.SeenAt.IsZero()
	}
	g.count("警报", "alarms", len(records.Alarms), true)
	told, err := g.p.notices.Between(g.ctx, g.tx, g.project.ID, g.win.from, g.win.to)
	if err != nil {
		return err
	}
	g.notices(told)
	g.entries(records.Entries)
	return nil
}

// notices writes what was told to several posts at once on one line.
func (g *gatherer) notices(told []notice.Notice) {
	lang := text.LangOf(g.ctx)
	at := map[string]int{}
	for _, n := range told {
		who := g.p.role(n.Role).In(lang)
		key := n.At.Format(time.RFC3339) + n.Text.ZH
		if i, ok := at[key]; ok {
			g.lines[i].Who += text.T(g.ctx, "、", ", ") + who
			continue
		}
		at[key] = len(g.lines)
		g.add(n.At, "notice", "提醒", "Notice", n.Text.In(lang), lineOf{caseID: n.Case}).Who = who
	}
	g.count("提醒", "notices", len(at), false)
}

func (g *gatherer) cases() error {
	f := casefile.Filter{Project: g.project.ID, From: g.win.from, To: g.win.to, Limit: 200, NoTotal: true}
	taken := 0
	for range 10 { // a shift of more than 2,000 cases is read in part
		page, err := g.p.cases.ListIn(g.ctx, g.tx, auth.System, f)
		if err != nil {
			return err
		}
		for _, c := range page.Cases {
			taken++
			g.add(c.State.OpenedAt, "case", "受理", "Taken in", firstWords(c), lineOf{account: c.State.Owner, unit: c.Unit, caseID: c.ID})
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	ended, err := g.p.cases.EndedIn(g.ctx, g.tx, auth.System, casefile.Filter{Project: g.project.ID, From: g.win.from, To: g.win.to})
	if err != nil {
		return err
	}
	closed := 0
	for _, c := range ended {
		zh, en := "办结", "Closed"
		switch c.State.Status {
		case "cancelled":
			zh, en = "取消", "Cancelled"
		case "merged":
			zh, en = "并入", "Merged"
		default:
			closed++
		}
		g.add(c.State.EndedAt, "closed", zh, en, firstWords(c), lineOf{account: c.State.Owner, unit: c.Unit, caseID: c.ID})
	}
	g.count("受理", "taken in", taken, false)
	g.count("办结", "closed", closed, false)
	return nil
}

func (g *gatherer) calls(list []desk.Call) {
	missed := 0
	for _, c := range list {
		zh, en := "来电", "Call"
		switch {
		case c.State == desk.Missed:
			zh, en, missed = "未接来电", "Missed call", missed+1
		case c.Direction == "out":
			zh, en = "去电", "Call out"
		}
		words := c.Note
		if words == "" {
			words = masked(c.Number)
		}
		l := g.add(c.RingAt, "call", zh, en, words, lineOf{account: c.Agent, unit: c.Unit, person: c.Person, caseID: c.Case})
		l.Late = c.State == desk.Missed
	}
	g.count("来电", "calls", len(list), false)
	g.count("未接", "missed", missed, true)
}

func (g *gatherer) promises(list []desk.Promise) {
	var made, kept, missed int
	for _, pr := range list {
		of := lineOf{account: pr.MadeBy, unit: pr.Unit, person: pr.Person, caseID: pr.Case}
		if g.in(pr.MadeAt) {
			made++
			g.add(pr.MadeAt, "promise", "答应", "Promised", text.Tf(g.ctx, "%s（%s 前）", "%s (by %s)", pr.Words, ui.Exact(pr.Due)), of)
		}
		if !pr.KeptAt.IsZero() && g.in(pr.KeptAt) {
			kept++
			of.account = pr.KeptBy
			g.add(pr.KeptAt, "promise", "兑现", "Kept", text.Tf(g.ctx, "%s：%s", "%s: %s", pr.Words, pr.Result), of)
		}
		if g.in(pr.Due) && pr.Missed(g.now) {
			missed++
			of.account = pr.Owner
			g.add(pr.Due, "promise", "误了", "Missed", pr.Words, of).Late = true
		}
	}
	g.count("答应", "promised", made, false)
	g.count("兑现", "kept", kept, false)
	g.count("误了", "promises missed", missed, true)
}

var entryTitles = map[string]text.Both{
	desk.EntryNote: text.B("记事", "Note"), desk.EntryItem: text.B("待办", "To see to"), desk.EntryCorrection: text.B("更正", "Correction"),
	desk.EntryCase: text.B("转为事项", "Made a case"), desk.EntryDone: text.B("不用办", "Nothing to do"),
}

func (g *gatherer) entries(list []desk.Entry) {
	words := map[int64]string{}
	for _, e := range list {
		words[e.ID] = text.Cut(e.Words, 40)
	}
	for _, e := range list {
		title := entryTitles[e.Sort]
		l := g.add(e.At, e.Sort, title.ZH, title.EN, e.Words, lineOf{account: e.By, unit: e.Unit, caseID: e.Case})
		l.Of = words[e.Of]
		if e.Sort == desk.EntryNote || e.Sort == desk.EntryItem || e.Sort == desk.EntryCorrection {
			l.Entry = e.ID
		}
	}
}

// dress names accounts, rooms, people and cases of all lines at once and puts
// them into the order of time.
func (g *gatherer) dress(items []desk.Entry) ([]JournalLine, error) {
	all := slices.Clone(g.raw)
	for _, e := range items {
		all = append(all, lineOf{account: e.By, unit: e.Unit})
	}
	var accounts, cases []int64
	for _, o := range all {
		accounts, cases = append(accounts, o.account), append(cases, o.caseID)
	}
	slices.Sort(accounts)
	slices.Sort(cases)
	names, err := g.p.names.Accounts(g.ctx, slices.Compact(accounts))
	if err != nil {
		return nil, err
	}
	plates, people, err := g.p.whereWho(g.ctx, g.tx, g.project.ID, len(all), func(i int) (int64, int64) { return all[i].unit, all[i].person })
	if err != nil {
		return nil, err
	}
	known, err := g.p.matters.Some(g.ctx, g.tx, slices.Compact(cases))
	if err != nil {
		return nil, err
	}
	for i := range g.lines {
		l, o := &g.lines[i], g.raw[i]
		at := plates[o.unit]
		l.Building, l.Room, l.Href = at.Building, at.Room, at.Href
		if l.Who == "" {
			l.Who = names[o.account]
		}
		if name := people[o.person]; name != "" {
			l.Words = name + " " + l.Words
		}
		if c, ok := known[o.caseID]; ok {
			l.Number, l.Path = c.Number, casePath(g.project, c.Number)
		}
	}
	for _, e := range items {
		at := plates[e.Unit]
		g.items = append(g.items, ItemLine{ID: e.ID, At: e.At, Who: names[e.By], Words: e.Words, Building: at.Building, Room: at.Room, Href: at.Href})
	}
	slices.SortStableFunc(g.lines, func(a, b JournalLine) int { return a.At.Compare(b.At) })
	return g.lines, nil
}
