package workweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// StepPage is the form of one step, alone on its page.
type StepPage struct {
	Base, Number, Title  string
	Building, Room, Spot string
	Said                 []FactLine // what is being signed
	Step                 string
	Version              int
	Key                  string
	Asks                 []caseform.Ask
	Sum                  string // "quote.amount": the column of a table the total is worked out from, "" without
	Total                string
	Prices               []PriceLine
	Buttons              []ui.B
	Err                  error
}

// PriceLine is what was quoted for the same before.
type PriceLine struct {
	Item   string
	Amount string
}

func (p *Pages) step(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	page, ok, err := p.stepPage(r, v, nil, nil)
	if err != nil {
		return err
	}
	if !ok {
		web.Redirect(w, r, orderPath(web.ProjectOf(r.Context()), v.Case.Number))
		return nil
	}
	return web.Render(w, r, stepView(page))
}

// stepPage is the form of the step the case stands at; ok is false when there
// is none for this person.
func (p *Pages) stepPage(r *http.Request, v casefile.View, typed map[string]any, problem error) (StepPage, bool, error) {
	ctx := r.Context()
	project, c, lang := web.ProjectOf(ctx), v.Case, text.LangOf(r.Context())
	if len(v.Options) == 0 || v.Options[0].Kind != engine.EvDone || !v.Options[0].May || !p.mine(c) {
		return StepPage{}, false, nil
	}
	option := v.Options[0]
	step := v.Def.Step(option.Step)
	page := StepPage{
		Base: orderPath(project, c.Number), Number: c.Number, Title: step.Title.In(lang), Spot: c.Place,
		Step: step.Name, Version: c.State.Version, Key: formKey(), Err: problem,
	}
	page.Building, page.Room = split(c)
	known := map[string]any{}
	for name, value := range c.State.Known() {
		if !slices.Contains(step.Asks, name) || v.Def.Field(name).Type != procedure.TypeSignature {
			known[name] = value
		}
	}
	for name, value := range typed {
		known[name] = value
	}
	page.Asks = caseform.WithKept(caseform.Asks(ctx, v.Figures, v.Def, step, known, problem), typed)
	if total := summed(v.Def, step); total != nil {
		page.Sum = total.SumOf
		page.Asks = slices.DeleteFunc(page.Asks, func(a caseform.Ask) bool { return a.Field.Name == total.Name })
		page.Total = ui.Fen(caseform.Sum(known, *total))
		var err error
		if page.Prices, err = p.prices(ctx, c); err != nil {
			return page, false, err
		}
	}
	if step.Do == procedure.KindSign {
		page.Said = signed(ctx, v)
	}
	for i, outcome := range option.Outcomes {
		b := ui.B{Label: caseweb.StepOutcome(step, outcome).In(lang), Name: "outcome", Value: outcome, Primary: i == 0}
		if step.Do == procedure.KindForm {
			b.Label = text.T(ctx, "记下", "Save")
		}
		if i > 0 { // leaving a step undone asks for none of its answers
			b.Attrs = map[string]any{"formnovalidate": true}
		}
		page.Buttons = append(page.Buttons, b)
	}
	slices.Reverse(page.Buttons) // the thumb's side is the right
	return page, true, nil
}

// signed is what the person puts their name to.
func signed(ctx context.Context, v casefile.View) []FactLine {
	var list []FactLine
	if did := caseform.Text(v.Case.State.Fields["did"]); did != "" {
		list = append(list, FactLine{text.T(ctx, "做了什么", "What was done"), did})
	}
	if rows, ok := v.Case.State.Fields["used"].([]map[string]any); ok {
		for _, row := range rows {
			n, _ := row["count"].(int64)
			list = append(list, FactLine{text.T(ctx, "用料", "Material"), caseform.Text(row["item"]) + " × " + strconv.FormatInt(n, 10)})
		}
	}
	pays := text.T(ctx, "0.00，不收费", "0.00, free of charge")
	if total, ok := v.Case.State.Fields["total"].(int64); ok && v.Case.State.Fields["charge"] == "paid" {
		pays = ui.Fen(total)
	}
	return append(list, FactLine{text.T(ctx, "客户付", "Customer pays"), pays})
}

// summed is the amount of a step that the house works out from a table
// (REP-06), nil for other steps.
func summed(def *procedure.Definition, step *procedure.Step) *procedure.Field {
	for _, name := range step.Asks {
		if f := def.Field(name); f != nil && f.SumOf != "" && f.Type == procedure.TypeMoney {
			return f
		}
	}
	return nil
}

// maxPrices bounds the prices offered.
const maxPrices = 8

// prices are what was quoted lately for the same fault: items and amounts
// only, the newest of each item.
func (p *Pages) prices(ctx context.Context, c casefile.Case) ([]PriceLine, error) {
	fault, ok := c.State.Fields["fault"].(string)
	if !ok {
		return nil, nil
	}
	var list []PriceLine
	seen := map[string]bool{}
	err := p.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		page, err := p.Cases.ListIn(ctx, tx, system, casefile.Filter{
			Project: c.Project, Procedure: c.Procedure, Fields: map[string]string{"fault": fault, "charge": "paid"}, Limit: 40, NoTotal: true,
		})
		for _, other := range page.Cases {
			rows, _ := other.State.Fields["quote"].([]map[string]any)
			for _, row := range rows {
				item := caseform.Text(row["item"])
				fen, ok := row["amount"].(int64)
				if ok && item != "" && !seen[item] && len(list) < maxPrices && other.ID != c.ID {
					seen[item] = true
					list = append(list, PriceLine{Item: item, Amount: ui.Fen(fen)})
				}
			}
		}
		return err
	})
	return list, err
}

// do carries the step out. The form's key makes it go once: sent again over a
// bad line it gives the same answer.
func (p *Pages) do(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	v, err := p.view(r)
	if err != nil {
		return err
	}
	step := v.Def.Step(web.Value(r, "step"))
	if step == nil {
		return errs.New(errs.Invalid, "casefile.step.unknown", "没有这个步骤，请刷新页面。", "There is no such step; reload the page.")
	}
	answers, err := caseweb.Answers(r, p.Files, v, step)
	if err == nil {
		version, _ := strconv.Atoi(web.Value(r, "version"))
		_, err = p.Cases.Do(ctx, actor, casefile.Doing{
			Case: v.Case.ID, Version: version, Key: web.Value(r, "key"),
			Command: engine.Command{Kind: engine.EvDone, Step: step.Name, Outcome: web.Value(r, "outcome"), Fields: answers},
		})
	}
	if err == nil {
		return p.onward(w, r, project, v.Case.Number)
	}
	if !slices.Contains([]errs.Kind{errs.Invalid, errs.Conflict, errs.Forbidden}, errs.KindOf(err)) {
		return err
	}
	if v, err2 := p.view(r); err2 == nil {
		if page, ok, err2 := p.stepPage(r, v, answers, err); err2 == nil && ok && len(page.Asks) > 0 {
			return web.RenderStatus(w, r, web.StatusOf(err), stepView(page))
		}
	}
	return p.refused(w, r, err, "")
}

// onward goes to the order, or to the list when it is out of the person's hands.
func (p *Pages) onward(w http.ResponseWriter, r *http.Request, project web.Project, number string) error {
	path := orderPath(project, number)
	if v, err := p.view(r); err != nil || v.Case.State.Assignee != actorOf(r.Context()).Account {
		path = "/p/" + project.Code + "/work"
	}
	web.Redirect(w, r, path)
	return nil
}

// refused shows the order with what went wrong; a note typed is still there.
func (p *Pages) refused(w http.ResponseWriter, r *http.Request, problem error, typed string) error {
	v, err := p.view(r)
	if err != nil {
		return problem
	}
	page, err := p.orderPage(r, v)
	if err != nil {
		return problem
	}
	page.Err, page.Typed = problem, typed
	return web.RenderStatus(w, r, web.StatusOf(problem), orderView(page))
}
