package workweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
	"guanjia/internal/work"
)

// BoardPage is the dispatch board.
type BoardPage struct {
	Base    string
	Wall    bool
	May     bool // may send
	Skills  string
	Waiting int
	Teams   []TeamGroup
	Board   ui.BoardProps
	Loads   []ui.Load
	Longest []WaitLine
	Open    int
	Late    int
	Working int
	Done    int
	Taken   int
	Cut     bool // there is more than the board holds
	Err     error
}

// TeamGroup is the waiting orders of one trade.
type TeamGroup struct {
	Title string
	Lines []WaitLine
}

// WaitLine is one order that waits to be sent.
type WaitLine struct {
	Number, Path, Subject string
	Building, Room, Spot  string
	Chip                  ui.Chip
	Taken                 time.Time
	Version               int
	Able                  []ui.Option // who can be sent, the proposed one first
	Because               string      // why that one
	Sendable              bool
	Step                  string
}

// boardMost bounds the orders a board reads.
const boardMost = 600

// boardCases are the open repairs, and those taken in lately that were
// finished today.
func (p *Pages) boardCases(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, now time.Time) (list []casefile.Case, cut bool, err error) {
	read := func(f casefile.Filter) error {
		f.Project, f.Procedure, f.Limit, f.NoTotal = project, "repair", 200, true
		for n := 0; n < boardMost; n += f.Limit {
			page, err := p.Cases.ListIn(ctx, tx, actor, f)
			if err != nil {
				return err
			}
			list = append(list, page.Cases...)
			if f.After = page.Next; f.After == "" {
				return nil
			}
		}
		cut = true
		return nil
	}
	if err := read(casefile.Filter{Status: "open", Order: "due"}); err != nil {
		return nil, false, err
	}
	open := cut
	err = read(casefile.Filter{Status: "closed", From: now.AddDate(0, 0, -3)})
	return list, open, err
}

func (p *Pages) board(w http.ResponseWriter, r *http.Request) error {
	return p.showBoard(w, r, http.StatusOK, nil)
}

func (p *Pages) showBoard(w http.ResponseWriter, r *http.Request, status int, problem error) error {
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	page := BoardPage{
		Base: "/p/" + project.Code + "/board", Wall: r.URL.Query().Get("wall") != "", May: actor.May(casefile.PermDispatch, project.ID), Err: problem,
	}
	if actor.May(work.PermManage, project.ID) {
		page.Skills = page.Base + "/trades"
	}
	err := p.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error { return p.fillBoard(ctx, tx, actor, project, &page) })
	if err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, boardView(page))
}

func (p *Pages) fillBoard(ctx context.Context, tx *store.Tx, actor auth.Actor, project web.Project, page *BoardPage) error {
	now := tx.Now()
	ctx = ui.WithFrame(ctx, ui.Frame{Now: now}) // "today" in words
	cases, cut, err := p.boardCases(ctx, tx, actor, project.ID, now)
	if err != nil {
		return err
	}
	b := work.BoardOf(cases, now, p.stepOf)
	page.Cut, page.Open, page.Late, page.Working, page.Done, page.Taken, page.Waiting = cut, b.Open, b.Late, b.Working, b.Done, b.Taken, len(b.Waiting)
	team, err := p.Crew.Crew(ctx, tx, project.ID)
	if err != nil {
		return err
	}
	trades, err := p.Work.Trades(ctx, tx, project.ID)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, m := range team {
		names[m.Account] = m.Name
	}
	if page.Teams, err = p.waiting(ctx, tx, project, b, names, page.May); err != nil {
		return err
	}
	page.Board = p.lanes(ctx, project, b, team, trades, now)
	houses, err := p.Buildings.Buildings(ctx, tx, project.ID)
	if err != nil {
		return err
	}
	page.Loads = loads(ctx, project, b, houses)
	for _, c := range b.Longest[:min(len(b.Longest), 6)] {
		page.Longest = append(page.Longest, p.waitLine(ctx, project, c, now))
	}
	return nil
}

func (p *Pages) waitLine(ctx context.Context, project web.Project, c casefile.Case, now time.Time) WaitLine {
	line := WaitLine{
		Number: c.Number, Path: "/p/" + project.Code + "/cases/" + c.Number, Subject: c.Subject, Spot: c.Place,
		Chip: caseweb.Worst(ctx, c, now), Taken: c.State.OpenedAt, Version: c.State.Version,
	}
	line.Building, line.Room = split(c)
	if step := p.stepOf(c); step != nil {
		line.Step = step.Title.In(text.LangOf(ctx))
		// Only a step that asks nothing can be sent from here; the others have a form.
		line.Sendable = step.Do == procedure.KindDispatch && len(step.Asks) == 0
	}
	return line
}

// waiting groups what nobody has by trade, each with who should be sent.
func (p *Pages) waiting(ctx context.Context, tx *store.Tx, project web.Project, b work.Board, names map[int64]string, may bool) ([]TeamGroup, error) {
	var groups []TeamGroup
	at := map[string]int{}
	proposing := p.Work.Proposing(tx, project.ID)
	for _, c := range b.Waiting {
		trade := tradeOf(c)
		i, ok := at[trade]
		if !ok {
			i = len(groups)
			at[trade] = i
			groups = append(groups, TeamGroup{Title: p.tradeTitle(ctx, project.ID, trade)})
		}
		line := p.waitLine(ctx, project, c, tx.Now())
		able, err := proposing.At(ctx, trade, c.Building)
		if err != nil {
			return nil, err
		}
		for _, a := range able {
			name := names[a.Account]
			if name == "" {
				continue // holds the post no longer
			}
			words := text.Tf(ctx, "手上 %d 单", "%d in hand", a.InHand)
			if a.Near {
				words += text.T(ctx, "，正在同一栋", ", in the same building")
			}
			line.Able = append(line.Able, ui.Option{Value: strconv.FormatInt(a.Account, 10), Label: name + " · " + words})
			if line.Because == "" {
				line.Because = text.Tf(ctx, "建议 %s：%s", "Proposed: %s, %s", name, words)
			}
		}
		if len(line.Able) == 0 {
			line.Because = text.T(ctx, "这个工种没有人", "Nobody has this trade")
		}
		line.Sendable = line.Sendable && may && len(line.Able) > 0
		groups[i].Lines = append(groups[i].Lines, line)
	}
	return groups, nil
}

func tradeOf(c casefile.Case) string {
	if trade, ok := c.State.Fields["trade"].(string); ok {
		return trade
	}
	return c.State.Team
}

func (p *Pages) tradeTitle(ctx context.Context, project int64, trade string) string {
	for _, c := range p.allTrades(project) {
		if c.Name == trade {
			return c.Title.In(text.LangOf(ctx))
		}
	}
	if trade == "" {
		return text.T(ctx, "未定工种", "No trade yet")
	}
	return trade
}

func (p *Pages) allTrades(project int64) []procedure.Choice {
	stamp, err := p.Book.Stamp(project, "repair")
	if err != nil {
		return nil
	}
	list, err := stamp.Figures.Choices("trades", nil)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(list, func(c procedure.Choice) bool { return c.Name == "developer" })
}

// lanes is a row a technician: those of one trade stand together.
func (p *Pages) lanes(ctx context.Context, project web.Project, b work.Board, team []Member, trades map[int64][]string, now time.Time) ui.BoardProps {
	first := func(m Member) string {
		if list := trades[m.Account]; len(list) > 0 {
			return list[0]
		}
		return "~"
	}
	order := slices.Clone(team)
	slices.SortStableFunc(order, func(x, y Member) int { return strings.Compare(first(x), first(y)) })
	board := ui.BoardProps{Head: text.Tf(ctx, "%d 人", "%d people", len(order)), From: 8, Now: hourOf(now)}
	if now.Hour() >= 20 || now.Hour() < 6 {
		board.From = 18
	} else if now.Hour() < 8 {
		board.From = 6
	}
	if board.From == 18 && now.Hour() < 6 {
		board.Now += 24
	}
	last := ""
	for i, m := range order {
		trade := first(m)
		lane := ui.Lane{Name: m.Name, New: i > 0 && trade != last, Account: m.Account}
		if trade != "~" {
			lane.Team = p.tradeTitle(ctx, project.ID, trade)
		}
		last = trade
		open := 0
		for _, j := range b.Lanes[m.Account] {
			if j.Stage != work.Ended && j.Stage != work.Finished {
				open++
				if j.Stage == work.AtWork || j.Stage == work.OnWay && lane.Where == "" {
					lane.Where = where(j.Case)
					if j.Stage == work.OnWay {
						lane.Where = text.Tf(ctx, "赶往 %s", "on the way to %s", where(j.Case))
					}
				}
				if j.Late && !lane.Late {
					lane.Late = true
				}
			}
			lane.Jobs = append(lane.Jobs, p.job(ctx, project, j, board.From))
		}
		if open > 0 {
			lane.Count = text.Tf(ctx, "%d 单", "%d jobs", open)
			if open == 1 {
				lane.Count = text.T(ctx, "1 单", "1 job")
			}
		}
		lane.Late = lane.Late && lane.Where != ""
		lane.Jobs = spread(lane.Jobs)
		board.Lanes = append(board.Lanes, lane)
	}
	return board
}

// hourOf is the time of day in hours.
func hourOf(t time.Time) float64 { return float64(t.Hour()) + float64(t.Minute())/60 }

func (p *Pages) job(ctx context.Context, project web.Project, j work.Job, from int) ui.Job {
	now := p.DB.Clock().Now()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	if from == 18 && now.Hour() < 6 {
		midnight = midnight.AddDate(0, 0, -1)
	}
	hours := func(t time.Time) float64 { return t.Sub(midnight).Hours() }
	out := ui.Job{
		Title: short(j.Case), Path: "/p/" + project.Code + "/cases/" + j.Case.Number, Lines: []string{j.Case.Subject},
		Start: hours(j.From), Hours: max(j.To.Sub(j.From).Hours(), 0.25), State: ui.JobNow,
	}
	switch {
	case j.Stage == work.Ended || j.Stage == work.Finished:
		out.State = ui.JobDone
	case j.Late:
		out.State = ui.JobLate
		out.Lines = append(out.Lines, ui.Left(ctx, now, dueOf(j)))
	case j.Planned:
		out.State = ui.JobPlan
		if due, ok := work.Due(j.Case); ok {
			out.Lines = append(out.Lines, text.Tf(ctx, "%s 前", "by %s", ui.When(ctx, due)))
		}
	}
	return out
}

func dueOf(j work.Job) time.Time {
	due, _ := work.Due(j.Case)
	return due
}

// short is the place on a narrow job: "3-1502".
func short(c casefile.Case) string {
	building, room := split(c)
	if room == "" {
		return text.Cut(c.Place, 8)
	}
	house, _, _ := strings.Cut(building, "栋")
	return house + "-" + room
}

// spread lays jobs behind one another: what is promised for the same hour is
// done one after the other, and work of days begins where the last ended.
func spread(jobs []ui.Job) []ui.Job {
	done, last := 0.0, -1
	for i := range jobs {
		j := &jobs[i]
		if j.State != ui.JobDone {
			continue
		}
		if last >= 0 { // two that ran side by side: each keeps room for a finger
			j.Start = max(j.Start, jobs[last].Start+0.6)
			jobs[last].Hours = min(jobs[last].Hours, j.Start-jobs[last].Start)
		}
		last = i
		done = max(done, j.Start+j.Hours)
	}
	end := done
	for i := range jobs {
		j := &jobs[i]
		switch {
		case j.State == ui.JobDone:
			continue
		case j.State == ui.JobNow && j.Start+j.Hours > end+0.5:
			stop := j.Start + j.Hours
			j.Start = max(j.Start, end)
			j.Hours = stop - j.Start
		default:
			j.Start = max(j.Start, end)
		}
		end = max(end, j.Start+j.Hours)
	}
	return jobs
}

// loads shows where it piles up, late places first.
func loads(ctx context.Context, project web.Project, b work.Board, houses []Building) []ui.Load {
	names := map[int64]string{}
	for _, h := range houses {
		names[h.ID] = h.Name
	}
	var list []ui.Load
	for _, pile := range b.Piles {
		l := ui.Load{Name: names[pile.Building], Open: pile.Open, Late: pile.Late, Path: "/p/" + project.Code + "/cases?view=open&kind=repair"}
		if pile.Building != 0 {
			l.Path += "&building=" + strconv.FormatInt(pile.Building, 10)
		}
		if l.Name == "" {
			l.Name = text.T(ctx, "公共", "Common")
		}
		list = append(list, l)
	}
	return list
}

// send gives one waiting order to somebody.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	account, _ := strconv.ParseInt(web.Value(r, "account"), 10, 64)
	version, _ := strconv.Atoi(web.Value(r, "version"))
	var name string
	err := p.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		team, err := p.Crew.Crew(ctx, tx, project.ID)
		if err != nil {
			return err
		}
		for _, m := range team {
			if m.Account == account {
				name = m.Name
			}
		}
		if name == "" {
			return errs.New(errs.Invalid, "work.send.who", "请选一位在岗的维修工，没有派出。", "Choose a technician of this project; nothing was sent.")
		}
		v, err := p.Cases.ViewIn(ctx, tx, actor, project.ID, web.Value(r, "number"))
		if err != nil {
			return err
		}
		return p.give(ctx, tx, actor, v.Case, account, version)
	})
	if k := errs.KindOf(err); k == errs.Conflict || k == errs.Invalid {
		return p.showBoard(w, r, web.StatusOf(err), err) // as it is now, with what somebody else did
	}
	if err != nil {
		return err
	}
	web.Done(w, r, "/p/"+project.Code+"/board", ui.Undo{Words: text.Tf(ctx, "%s 已派给 %s", "%s was sent to %s", web.Value(r, "number"), name)})
	return nil
}

func (p *Pages) give(ctx context.Context, tx *store.Tx, actor auth.Actor, c casefile.Case, account int64, version int) error {
	step := p.stepOf(c)
	cmd := engine.Command{Kind: engine.EvAssign, Data: map[string]any{"account": account, "reason": text.T(ctx, "派单台改派", "assigned on the board")}}
	if step != nil && step.Do == procedure.KindDispatch {
		cmd = engine.Command{Kind: engine.EvDone, Step: step.Name, Outcome: "sent", Data: map[string]any{"account": account}}
	}
	_, err := p.Cases.DoIn(ctx, tx, actor, casefile.Doing{Case: c.ID, Version: version, Command: cmd})
	return err
}

// SendByRule sends every waiting order to the technician the rule proposes;
// each one sent counts for the next (REP-13). left is how many had nobody of
// the trade.
func (p *Pages) SendByRule(ctx context.Context, actor auth.Actor, project int64) (sent, left int, err error) {
	err = p.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		sent, left = 0, 0
		cases, _, err := p.boardCases(ctx, tx, actor, project, tx.Now())
		if err != nil {
			return err
		}
		team, err := p.Crew.Crew(ctx, tx, project)
		if err != nil {
			return err
		}
		for _, c := range work.BoardOf(cases, tx.Now(), p.stepOf).Waiting {
			if step := p.stepOf(c); step == nil || step.Do != procedure.KindDispatch || len(step.Asks) > 0 {
				continue
			}
			able, err := p.Work.ProposeAt(ctx, tx, project, tradeOf(c), c.Building)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(able, func(a work.Proposal) bool {
				return slices.ContainsFunc(team, func(m Member) bool { return m.Account == a.Account })
			})
			if i < 0 {
				left++
				continue
			}
			if err := p.give(ctx, tx, actor, c, able[i].Account, 0); err != nil {
				return err
			}
			sent++
		}
		return nil
	})
	return sent, left, err
}

func (p *Pages) byRule(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	sent, left, err := p.SendByRule(ctx, actorOf(ctx), project.ID)
	if err != nil {
		return err
	}
	words := text.Tf(ctx, "按规则派出 %d 单", "%d sent by rule", sent)
	if left > 0 {
		words += text.Tf(ctx, "，%d 单没有对应工种的人", ", %d without anybody of the trade", left)
	}
	web.Done(w, r, "/p/"+project.Code+"/board", ui.Undo{Words: words})
	return nil
}
