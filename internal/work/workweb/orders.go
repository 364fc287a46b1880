package workweb

import (
	"context"
	"net/http"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
	"guanjia/internal/work"
)

// OrderLine is one order of the list.
type OrderLine struct {
	Path, Number, Subject string
	Building, Room, Spot  string
	Chip                  ui.Chip
	Next                  string // what comes next
}

// OrderGroup is the orders of one stage.
type OrderGroup struct {
	Title string
	Lines []OrderLine
}

// OrdersPage is a technician's own orders.
type OrdersPage struct {
	Say    string
	Groups []OrderGroup
	Done   int
	Today  string // address of today's page
}

var stageTitles = []struct {
	stage work.Stage
	title text.Both
}{
	{work.ToAccept, text.B("等我接单", "To accept")},
	{work.OnWay, text.B("去现场", "On the way")},
	{work.AtWork, text.B("在做", "At work")},
	{work.Held, text.B("等着", "Waiting")},
	{work.Waiting, text.B("本工种没人接的", "Of my trade, nobody has them")},
}

// orders lists what is with the technician, and what their trades have open
// that nobody has taken.
func (p *Pages) orders(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	now := p.DB.Clock().Now()
	var mine, free []casefile.Case
	err := p.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		page, err := p.Cases.ListIn(ctx, tx, actor, casefile.Filter{Project: project.ID, Assignee: actor.Account, Status: "open", Order: "due", Limit: 200, NoTotal: true})
		if err != nil {
			return err
		}
		mine = page.Cases
		trades, err := p.Work.Trades(ctx, tx, project.ID)
		if err != nil {
			return err
		}
		for _, t := range trades[actor.Account] {
			page, err := p.Cases.ListIn(ctx, tx, actor, casefile.Filter{Project: project.ID, Team: t, Status: "open", Order: "due", Limit: 20, NoTotal: true})
			if err != nil {
				return err
			}
			free = append(free, page.Cases...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	page := OrdersPage{Today: "/p/" + project.Code + "/today"}
	groups := map[work.Stage][]OrderLine{}
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	late := 0
	for _, c := range mine {
		stage := work.StageOf(c, p.stepOf(c))
		if stage == work.Finished && !p.mine(c) {
			if !work.Stopped(c, "finish").Before(midnight) {
				page.Done++
			}
			continue
		}
		if stage == work.Finished {
			stage = work.AtWork
		}
		line := p.orderLine(ctx, project, c, now)
		if line.Chip.State == ui.Late {
			late++
		}
		groups[stage] = append(groups[stage], line)
	}
	for _, c := range free {
		if stage := work.StageOf(c, p.stepOf(c)); c.State.Assignee == 0 && (stage == work.ToAccept || stage == work.Waiting && p.mine(c)) {
			groups[work.Waiting] = append(groups[work.Waiting], p.orderLine(ctx, project, c, now))
		}
	}
	open := 0
	for _, g := range stageTitles {
		if lines := groups[g.stage]; len(lines) > 0 {
			page.Groups = append(page.Groups, OrderGroup{Title: g.title.In(text.LangOf(ctx)), Lines: lines})
			if g.stage != work.Waiting {
				open += len(lines)
			}
		}
	}
	switch {
	case late > 0:
		page.Say = text.Tf(ctx, "手上 %d 单，%d 单超时", "%d in hand, %d late", open, late)
	case open > 0:
		page.Say = text.Tf(ctx, "手上 %d 单，都来得及", "%d in hand, all in time", open)
	default:
		page.Say = text.T(ctx, "手上没有工单", "Nothing in hand")
	}
	return web.Render(w, r, ordersPage(page))
}

// mine reports whether the step a case stands at is work of the assignee.
func (p *Pages) mine(c casefile.Case) bool {
	step := p.stepOf(c)
	if step == nil {
		return false
	}
	for _, who := range step.Who {
		if who == "assignee" || who == "technician" {
			return true
		}
	}
	return false
}

func (p *Pages) orderLine(ctx context.Context, project web.Project, c casefile.Case, now time.Time) OrderLine {
	line := OrderLine{Path: orderPath(project, c.Number), Number: c.Number, Subject: c.Subject, Spot: c.Place, Chip: caseweb.Worst(ctx, c, now)}
	line.Building, line.Room = split(c)
	if step := p.stepOf(c); step != nil {
		line.Next = step.Title.In(text.LangOf(ctx))
	}
	return line
}
