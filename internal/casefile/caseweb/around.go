package caseweb

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/engine"
	"guanjia/internal/estate"
	"guanjia/internal/phone"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// rail is the step rail: steps of one group fold into one stop, the latest
// entry of a repeated one counts.
func (p *Pages) rail(ctx context.Context, v casefile.View) []ui.Step {
	lang := text.LangOf(ctx)
	var stops []ui.Step
	var keys []string
	for _, t := range engine.Trail(v.Def, v.Events) {
		key := t.Group
		if key == "" {
			key = t.Step
		}
		s := ui.Step{Name: t.Title.In(lang)}
		switch t.State {
		case engine.StopDone:
			s.State, s.Who, s.When = ui.StepDone, whoWords(ctx, t.Who), ui.When(ctx, t.At)
		case engine.StopLeft:
			if slices.Contains(keys, key) { // what was done at this stop before stays what it shows
				continue
			}
			s.State, s.Who, s.When = ui.StepSkip, text.Tf(ctx, "%s 人工调整", "moved on by %s", whoWords(ctx, t.Who)), ui.When(ctx, t.At)
		case engine.StopCurrent:
			s.State = ui.StepHere
			s.Who = p.turn(ctx, v, t.Step)
		}
		if at := slices.Index(keys, key); at >= 0 {
			if t.State != engine.StopAhead {
				stops[at] = s
				// A step done again makes everything after it future again.
				stops, keys = stops[:at+1], keys[:at+1]
			}
			continue
		}
		stops, keys = append(stops, s), append(keys, key)
	}
	return stops
}

// turn names who does a step now: the person it falls to, or the posts that may.
func (p *Pages) turn(ctx context.Context, v casefile.View, name string) string {
	step := v.Def.Step(name)
	if step == nil {
		return ""
	}
	for _, who := range step.Who {
		person := map[string]int64{"assignee": v.Case.State.Assignee, "owner": v.Case.State.Owner}[who]
		if name := v.Names[person]; name != "" {
			return name
		}
	}
	return p.roleWords(ctx, step.Who)
}

// papers lists the photos of the case and the papers brought, oldest first.
// What has no small picture is named, for there is nothing to show of it.
func (p *Pages) papers(ctx context.Context, v casefile.View) ([]PaperLine, error) {
	lang := text.LangOf(ctx)
	var list []PaperLine
	var hung map[string]Hung
	if p.files != nil && HasPhotos(v) {
		var err error
		if hung, err = p.files.Hung(ctx, v.Case.Project, v.Case.ID); err != nil {
			return nil, err
		}
	}
	add := func(title, ref string, picture bool) {
		if _, err := strconv.ParseInt(ref, 10, 64); err != nil {
			return
		}
		x := PaperLine{Title: title, Path: "/files/" + ref, Picture: picture && hung[ref].Small}
		if name := hung[ref].Name; picture && !x.Picture && name != "" {
			x.Title += " · " + name
		}
		list = append(list, x)
	}
	for _, f := range v.Def.Fields {
		if f.Type != procedure.TypePhoto {
			continue
		}
		refs, _ := v.Case.State.Fields[f.Name].([]string)
		for _, ref := range refs {
			add(f.Title.In(lang), ref, true)
		}
	}
	for _, e := range v.Events {
		for _, paper := range v.Def.Papers {
			if e.Kind == engine.EvPaper && caseform.Text(e.Data["name"]) == paper.Name {
				add(paper.Title.In(lang), caseform.Text(e.Data["attachment"]), false)
			}
		}
	}
	return list, nil
}

func people(ctx context.Context, v casefile.View) []PersonLine {
	list := []PersonLine{{Role: text.T(ctx, "客户", "Customer"), Name: v.Case.Caller}}
	if v.Case.Phone != "" {
		list[0].Name = strings.TrimSpace(v.Case.Caller + " " + phone.Mask(v.Case.Phone))
	}
	if v.Case.Customer != 0 && actorOf(ctx).May(estate.PermView, v.Case.Project) {
		list[0].Path = "/p/" + web.ProjectOf(ctx).Code + "/people/" + strconv.FormatInt(v.Case.Customer, 10)
	}
	add := func(role string, account int64) {
		if name := v.Names[account]; account > 0 && name != "" {
			list = append(list, PersonLine{Role: role, Name: name})
		}
	}
	add(text.T(ctx, "首问负责", "Case owner"), v.Case.State.Owner)
	add(text.T(ctx, "经办", "Assignee"), v.Case.State.Assignee)
	if v.Case.State.Team != "" {
		list = append(list, teamLine(ctx, v))
	}
	if list[0].Name == "" { // of the common parts, told by nobody
		list = list[1:]
	}
	return list
}

// teamLine is the trade or the department the case is with.
func teamLine(ctx context.Context, v casefile.View) PersonLine {
	line := PersonLine{Role: text.T(ctx, "工种", "Trade"), Name: v.Case.State.Team}
	trades, departments := teams(v.Figures)
	named := func(c procedure.Choice) bool { return c.Name == v.Case.State.Team }
	if i := slices.IndexFunc(trades, named); i >= 0 {
		line.Name = trades[i].Title.In(text.LangOf(ctx))
	} else if i := slices.IndexFunc(departments, named); i >= 0 {
		line.Name, line.Role = departments[i].Title.In(text.LangOf(ctx)), text.T(ctx, "部门", "Department")
	}
	return line
}

// teams are the trades and departments of a profile; one without any has none
// to name.
func teams(figures *procedure.Figures) (trades, departments []procedure.Choice) {
	trades, _ = figures.Choices("trades", nil)
	departments, _ = figures.Choices("departments", nil)
	return trades, departments
}
