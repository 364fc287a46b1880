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
	"guanjia/internal/web/ui"
)

// dayRows bounds a group of the day; the rest is behind a link.
const dayRows = 9

// countedTo is how far the day's groups are counted: above it a person wants
// the list, and the first page of everybody is not to walk tens of thousands.
const countedTo = 1_000

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
		rest := f
		rest.Clock = "later"
		later, err := p.cases.Counts(ctx, tx, actor, []casefile.Filter{rest}, countedTo)
		if err != nil {
			return err
		}
		page.Rest = later[0]
		f.CountTo = countedTo
		if !all { // what is late or due for others is theirs
			f.Assignee, f.Turn = 0, turn
		}
		f.Clock, f.Limit = "late", 60
		late, err := p.cases.ListIn(ctx, tx, actor, f)
		if err != nil {
			return err
		}
		f.Clock, f.Limit = "due", dayRows
		due, err := p.cases.ListIn(ctx, tx, actor, f)
		if err != nil {
			return err
		}
		waiting, err := p.cases.ListIn(ctx, tx, actor, casefile.Filter{Project: project.ID, Turn: turn, Clock: "later", Order: "due", Limit: dayRows, CountTo: countedTo}) // those late and due stand above
		if err != nil {
			return err
		}
		page.Late, page.Due, page.Waiting = late.Total, due.Total, waiting.Total
		p.group(ctx, &page, text.T(ctx, "超时", "Late"), "late", "", late)
		p.group(ctx, &page, text.T(ctx, "今天到期", "Due today"), "today", text.T(ctx, "，先到先看", ", soonest first"), due)
		p.group(ctx, &page, text.T(ctx, "等你处理", "Waiting for you"), "turn", "", waiting)
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

// dayCount writes a count of the day; from countedTo on with a "+".
func dayCount(n int) string { return ui.Count(int64(n), countedTo) }

func (p *Pages) group(ctx context.Context, page *TodayPage, title, view, hint string, found casefile.Page) {
	g := DayGroup{Title: title, Hint: hint, Total: found.Total, MorePath: page.ListPath + "?view=" + view}
	now := p.db.Clock().Now()
	for i, c := range found.Cases {
		if i == dayRows {
			break
		}
		g.Rows = append(g.Rows, p.row(ctx, web.ProjectOf(ctx), c, found.Names, now))
	}
	page.Groups = append(page.Groups, g)
}
