package deskweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/engine"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// Pages serves the console.
type Pages struct {
	db      *store.DB
	desk    *desk.Service
	matters Matters
	homes   Homes
	names   Names
	suggest Suggester
	propose Proposer
	book    Handbook
	cases   Cases
	notices Notices
}

// New makes the pages.
func New(db *store.DB, d *desk.Service, m Matters, h Homes, n Names, s Suggester, p Proposer, b Handbook, c Cases, o Notices) *Pages {
	return &Pages{db: db, desk: d, matters: m, homes: h, names: n, suggest: s, propose: p, book: b, cases: c, notices: o}
}

// Routes lists the addresses of the console.
func (p *Pages) Routes() []web.Route {
	at := func(pattern, permission string, h web.Handler) web.Route {
		method, path, _ := strings.Cut(pattern, " ")
		return web.Route{Pattern: method + " /p/{project}/desk" + path, Permission: permission, Handler: h}
	}
	return append(p.further(), []web.Route{
		at("GET ", desk.PermDesk, p.console),
		at("POST /draft", desk.PermDesk, p.draft),
		at("POST /pick", desk.PermDesk, p.pick),
		at("POST /clear", desk.PermDesk, p.clear),
		at("POST /clear/revert", desk.PermDesk, p.unclear),
		at("POST /take", desk.PermDesk, p.take),
		at("POST /call", desk.PermDesk, p.call),
		at("POST /alarms/{alarm}", desk.PermAlarm, p.acknowledge),
		at("GET /promises/{promise}", desk.PermDesk, p.promise),
		at("POST /promises/{promise}", desk.PermDesk, p.keep),
		at("GET /calls", desk.PermDesk, p.calls),
		at("POST /calls", desk.PermDesk, p.simulate),
		{Pattern: "POST /p/{project}/cti", Permission: desk.PermConnect, Handler: p.webhook},
	}...)
}

// Nav is the console's place in the rail.
func (p *Pages) Nav() []web.NavItem {
	return []web.NavItem{{Place: 20, Title: text.B("前台", "Desk"), Icon: "headset", Path: "/p/{project}/desk", Permission: desk.PermDesk, Also: []string{"/p/{project}/journal"}}}
}

func base(r *http.Request) string { return "/p/" + web.ProjectOf(r.Context()).Code + "/desk" }

func (p *Pages) title(ctx context.Context, project int64, kind string) string {
	if kind == "" {
		return ""
	}
	k, err := p.matters.Kind(project, kind)
	if err != nil {
		return kind
	}
	return k.Def.Title.In(text.LangOf(ctx))
}

func actorOf(ctx context.Context) auth.Actor {
	a, _ := auth.From(ctx)
	return a
}

// untimed is what an open case says while none of its limits runs.
func untimed(ctx context.Context) string { return text.T(ctx, "未结", "open") }

func caseChip(c casefile.Case, now time.Time, untimed string) ui.Chip {
	var best *engine.ClockState
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if (k.Run == "running" || k.Run == "paused" || k.Run == "late") && k.Stopped.IsZero() && (best == nil || k.Due.Before(best.Due)) {
			best = k
		}
	}
	if best == nil {
		if c.State.Status == engine.Open { // nothing runs at this step; that is not the end of it
			return ui.Chip{State: ui.Run, Words: untimed}
		}
		return ui.Chip{State: ui.Done}
	}
	chip := ui.Chip{State: ui.Run, Due: best.Due, Used: best.Used}
	switch {
	case best.Run == "paused":
		chip.State = ui.Hold
	case !best.Due.After(now):
		chip.State = ui.Late
	case best.Used >= 0.8:
		chip.State = ui.Soon
	}
	return chip
}
