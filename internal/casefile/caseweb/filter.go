package caseweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"guanjia/internal/casefile"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// filterForm is what the list can be narrowed by, with what it is narrowed by.
func (p *Pages) filterForm(ctx context.Context, tx *store.Tx, r *http.Request, f casefile.Filter, view string) (FilterForm, error) {
	project, q := web.ProjectOf(ctx), r.URL.Query()
	form := FilterForm{
		Action: "/p/" + project.Code + "/cases", Kind: q.Get("kind"), Status: q.Get("status"), Team: q.Get("team"), From: q.Get("from"), To: q.Get("to"),
		Text: f.Text, View: view, Building: q.Get("building"), Assignee: q.Get("assignee"), Kinds: p.kindOptions(ctx), Statuses: statusOptions(ctx),
		Teams: p.teamOptions(ctx, project.ID),
	}
	everybody := ui.Option{Label: text.T(ctx, "全部", "All")}
	form.Buildings, form.People = []ui.Option{everybody}, []ui.Option{everybody}
	if p.more.Buildings != nil {
		list, err := p.more.Buildings(ctx, tx, project.ID)
		if err != nil {
			return form, err
		}
		form.Buildings = append(form.Buildings, list...)
	}
	if actorOf(ctx).May(casefile.PermView, project.ID) {
		staff, err := p.staff.Everybody(ctx, tx, project.ID)
		if err != nil {
			return form, err
		}
		for _, s := range staff {
			form.People = append(form.People, ui.Option{Value: strconv.FormatInt(s.Account, 10), Label: s.Name})
		}
	}
	return form, nil
}

// conds are the conditions in force beyond the view, each with the address of
// the list without it.
func conds(ctx context.Context, at *url.URL, f FilterForm) []ui.Cond {
	var list []ui.Cond
	add := func(key, field, value string, options []ui.Option) {
		if value == "" {
			return
		}
		value = labelOf(options, value)
		bare := *at
		q := at.Query()
		q.Del("after")
		bare.RawQuery = q.Encode()
		list = append(list, ui.Cond{Field: field, Value: value, Drop: with(&bare, key, "")})
	}
	add("kind", text.T(ctx, "类型", "Kind"), f.Kind, f.Kinds)
	add("building", text.T(ctx, "楼栋", "Building"), f.Building, f.Buildings)
	add("assignee", text.T(ctx, "经办", "Assignee"), f.Assignee, f.People)
	add("status", text.T(ctx, "状态", "State"), f.Status, f.Statuses)
	add("team", text.T(ctx, "工种或部门", "Trade or department"), f.Team, f.Teams)
	add("from", text.T(ctx, "受理从", "Taken from"), f.From, nil)
	add("to", text.T(ctx, "受理到", "Taken to"), f.To, nil)
	add("q", text.T(ctx, "内容", "Words"), f.Text, nil)
	return list
}

// labelOf is the word for a value; a value nobody offers stands as it is.
func labelOf(options []ui.Option, value string) string {
	if i := slices.IndexFunc(options, func(o ui.Option) bool { return o.Value == value && value != "" }); i >= 0 {
		return options[i].Label
	}
	return value
}

func (p *Pages) kindOptions(ctx context.Context) []ui.Option {
	options := []ui.Option{{Label: text.T(ctx, "全部", "All")}}
	for _, d := range p.book.Kinds(web.ProjectOf(ctx).ID) {
		options = append(options, ui.Option{Value: d.Name, Label: d.Title.In(text.LangOf(ctx))})
	}
	return options
}

func (p *Pages) teamOptions(ctx context.Context, project int64) []ui.Option {
	options := []ui.Option{{Label: text.T(ctx, "全部", "All")}}
	if stamp, err := p.book.Stamp(project, "repair"); err == nil {
		trades, departments := teams(stamp.Figures)
		for _, t := range slices.Concat(trades, departments) {
			options = append(options, ui.Option{Value: t.Name, Label: t.Title.In(text.LangOf(ctx))})
		}
	}
	return options
}

func statusOptions(ctx context.Context) []ui.Option {
	return []ui.Option{
		{Label: text.T(ctx, "按视图", "As the view says")}, {Value: "open", Label: text.T(ctx, "未结", "Open")},
		{Value: "closed", Label: text.T(ctx, "办结", "Closed")}, {Value: "cancelled", Label: text.T(ctx, "取消", "Cancelled")},
		{Value: "merged", Label: text.T(ctx, "并案", "Merged")},
	}
}
