package deskweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"guanjia/internal/calendar"
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
