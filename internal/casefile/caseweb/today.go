package caseweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"guanjia/internal/casefile"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// dayRows bounds a group of the day; the rest is behind a link.
const dayRows = 9

// countedTo is how far the open cases are counted, like a list's total.
const countedTo = 10_000

// today is the first page of everybody: what is late, what falls due, what waits
// for me (INS-01). Who sees all cases sees the project's day, others their own.
func (p *Pages) today(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, project := actorOf(ctx), web.ProjectOf(r.Context())
	page := TodayPage{ListPath: "/p/" + project.Code + "/cases"}
	all := actor.May(casefile.PermView, project.ID)
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		f := casefile.Filter{Project: project.ID, Status: "open", Order: "due"}
		if !all {
			f.Assignee = actor.Account
		}
		turn := p.turnOf(ctx)
		open, err := p.cases.Counts(ctx, tx, actor, []casefile.Filter{f}, countedTo)
		if err != nil {
			return err
		}
		if !all { // what is late or due for others is theirs
			f.Assignee, f.Turn = 0, turn
		}
		f.Clock, f.Limit = "late", 60
		late, err := p.cases.ListIn(ctx, tx, actor, f)
		if err != nil {
			return err
		}
		f.Clock = "today"
		due, err := p.cases.ListIn(ctx, tx, actor, f)
		if err != nil {
			return err
		}
		p.group(ctx, &page, text.T(ctx, "超时", "Late"), "late", "", late.Cases, late.Total, late.Names)
		dueOnly := slices.DeleteFunc(due.Cases, func(c casefile.Case) bool {
			return slices.ContainsFunc(late.Cases, func(l casefile.Case) bool { return l.ID == c.ID })
		})
		page.Late, page.Due = late.Total, max(due.Total-late.Total, 0)
		p.group(ctx, &page, text.T(ctx, "今天到期", "Due today"), "today", text.T(ctx, "，先到先看", ", soonest first"), dueOnly, page.Due, due.Names)
		waiting, err := p.cases.ListIn(ctx, tx, actor, casefile.Filter{Project: project.ID, Turn: turn, Clock: "later", Order: "due", Limit: dayRows}) // those late and due stand above
		if err != nil {
			return err
		}
		page.Waiting = waiting.Total
		p.group(ctx, &page, text.T(ctx, "等你处理", "Waiting for you"), "turn", "", waiting.Cases, waiting.Total, waiting.Names)
		page.Rest = max(open[0]-page.Late-page.Due, 0)
		staff, err := p.staff.Able(ctx, tx, project.ID, "")
		if err != nil {
			return err
		}
		for _, s := range staff {
			line := DutyLine{Name: s.Name, Path: page.ListPath + "?view=all&status=open&assignee=" + strconv.FormatInt(s.Account, 10)}
			line.Now = text.Tf(ctx, "手上 %d 件", "%d in hand", s.InHand)
			line.Late = slices.ContainsFunc(late.Cases, func(c casefile.Case) bool { return c.State.Assignee == s.Account })
			if line.Late {
				line.Now += text.T(ctx, "，有超时", ", some late")
			}
			page.People = append(page.People, line)
		}
		if p.month != nil {
			page.Figures, page.Repeated, err = p.month.Brief(ctx, tx, actor, project)
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, todayPage(page))
}

func (p *Pages) group(ctx context.Context, page *TodayPage, title, view, hint string, cases []casefile.Case, total int, names map[int64]string) {
	g := DayGroup{Title: title, Hint: hint, MorePath: page.ListPath + "?view=" + view}
	now := p.db.Clock().Now()
	for i, c := range cases {
		if i == dayRows {
			break
		}
		g.Rows = append(g.Rows, p.row(ctx, web.ProjectOf(ctx), c, names, now))
	}
	g.More = max(total-len(g.Rows), 0)
	page.Groups = append(page.Groups, g)
}
