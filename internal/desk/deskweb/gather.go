package deskweb

import (
	"context"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/notice"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

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
			g.add(pr.MadeAt, "promise", "答应", "Promised", text.Tf(g.ctx, "%s（%s 前）", "%s (by %s)", pr.Words, ui.ExactUntil(pr.Due)), of)
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
