package workweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
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
