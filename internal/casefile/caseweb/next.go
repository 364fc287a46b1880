package caseweb

import (
	"context"
	"slices"
	"strconv"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// next is the form of the step the case stands at and what it still lacks.
func (p *Pages) next(ctx context.Context, v casefile.View, typed map[string]any, problem error) (*NextStep, []ui.Miss, error) {
	lang := text.LangOf(ctx)
	if v.Case.State.Status != engine.Open || len(v.Options) == 0 || v.Options[0].Kind != engine.EvDone {
		return nil, nil, nil
	}
	option := v.Options[0]
	step := v.Def.Step(option.Step)
	if step == nil {
		return nil, nil, nil
	}
	known := v.Case.State.Known()
	for name, value := range typed {
		known[name] = value
	}
	next := &NextStep{
		Step: step.Name, Title: step.Title.In(lang), Who: p.roleWords(ctx, step.Who),
		Asks: caseform.WithKept(caseform.Asks(ctx, v.Figures, v.Def, step, known, problem), typed),
	}
	for _, f := range caseform.Asked(v.Def, step) {
		next.Files = next.Files || f.Type == procedure.TypePhoto
	}
	for i, by := range step.By {
		if i == 0 {
			next.Way = by
		}
		next.By = append(next.By, ui.Pick{Value: by, Label: byWord(by).In(lang)})
	}
	if step.Do == procedure.KindDispatch {
		ask, err := p.dispatchAsk(ctx, v, step)
		if err != nil {
			return nil, nil, err
		}
		next.Dispatch = ask
	}
	for i, outcome := range option.Outcomes {
		b := ui.B{Label: StepOutcome(step, outcome).In(lang), Name: "outcome", Value: outcome, Primary: i == 0}
		if step.Do == procedure.KindForm {
			b.Label = step.Title.In(lang) + text.T(ctx, "，记下", ": save")
		}
		if i == 0 {
			b.Key = "ctrl+enter"
		}
		if !option.May { // one button says why; more would only repeat it
			b.Why = text.Tf(ctx, "“%s”由%s办理。", "“%s” is done by: %s.", step.Title.In(lang), next.Who)
			b.ID = "do-" + outcome
			next.Buttons = []ui.B{b}
			break
		}
		next.Buttons = append(next.Buttons, b)
	}
	if p.more.Elsewhere != nil {
		words, path, err := p.more.Elsewhere(ctx, web.ProjectOf(ctx), v)
		if err != nil {
			return nil, nil, err
		}
		if path != "" && !option.May { // what is written there by itself is asked of nobody here
			next.Asks = nil
			return next, nil, nil
		}
		if path != "" {
			next.There, next.Buttons = &Way{Label: words, Path: path}, nil
			return next, nil, nil
		}
	}
	var missing []ui.Miss
	for _, m := range option.Missing {
		miss := ui.Miss{What: m.Title.In(lang), Icon: missIcon(m.Kind)}
		if m.Kind == "paper" {
			miss.Word, miss.Path = text.T(ctx, "登记", "Add"), casePath(web.ProjectOf(ctx), v.Case.Number)+"/way/"+wayPaper+"?choice="+m.Name
		}
		missing = append(missing, miss)
	}
	return next, missing, nil
}

// lacks are the reasons a form was refused that stand at no field of it: papers
// that are not there yet, with the page to bring them, and whatever else.
func lacks(ctx context.Context, v casefile.View, base string, next *NextStep, problem error) (list []ui.Miss) {
	e := errs.As(problem)
	if e == nil {
		return nil
	}
	for _, f := range e.Fields {
		if next != nil && slices.ContainsFunc(next.Asks, func(a caseform.Ask) bool { return f.Path == a.Field.Name || f.Path == a.Field.Name+"_reason" }) {
			continue
		}
		miss := ui.Miss{What: f.Message.In(text.LangOf(ctx))}
		if slices.ContainsFunc(v.Def.Papers, func(x procedure.Paper) bool { return x.Name == f.Path }) {
			miss.Word, miss.Path = text.T(ctx, "登记材料", "Add the paper"), base+"/way/"+wayPaper+"?choice="+f.Path
		}
		list = append(list, miss)
	}
	return list
}

// dispatchAsk offers who a step can be sent to: of a trade who can do it, the
// one with the least in hand chosen; of a department its head first, then who
// takes work, for which department they serve is written nowhere. What goes to
// somebody outside (the developer's contractor) is nobody's of the house, unless
// one is named to follow it up.
func (p *Pages) dispatchAsk(ctx context.Context, v casefile.View, step *procedure.Step) (*DispatchAsk, error) {
	trade, _ := v.Case.State.Fields[step.To].(string)
	f := v.Def.Field(step.To)
	department := f != nil && f.Type == procedure.TypeDepartment
	ask := &DispatchAsk{Label: text.T(ctx, "派给", "Send to"), People: []ui.Option{{Label: text.T(ctx, "先到先接", "Whoever accepts first")}}}
	outside := f == nil && step.To != "owner" && step.To != "assignee"
	if outside {
		ask.Label, ask.People[0].Label = text.T(ctx, "谁跟进", "Who follows it up"), text.T(ctx, "不指定", "Nobody in particular")
	}
	if department {
		ask.People[0].Label = text.T(ctx, "部门里先接手的人", "Whoever of the department takes it first")
		trade = ""
	}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := p.staff.Able(ctx, tx, v.Case.Project, trade)
		if department {
			slices.SortStableFunc(list, func(a, b Person) int { return rankOf(a) - rankOf(b) })
		}
		for i, s := range list {
			value := strconv.FormatInt(s.Account, 10)
			label := text.Tf(ctx, "%s · 手上 %d 单", "%s · %d in hand", s.Name, s.InHand)
			if department && s.Head {
				label = text.Tf(ctx, "%s（部门负责人） · 手上 %d 单", "%s (department head) · %d in hand", s.Name, s.InHand)
			}
			ask.People = append(ask.People, ui.Option{Value: value, Label: label})
			if i == 0 && !department && !outside {
				ask.Chosen = value
			}
		}
		return err
	})
	return ask, err
}

func rankOf(p Person) int {
	if p.Head {
		return 0
	}
	return 1
}

func missIcon(kind string) string {
	switch kind {
	case "paper":
		return "file-text"
	case "signature":
		return "signature"
	case "money":
		return "cash"
	default:
		return "circle-dashed"
	}
}
