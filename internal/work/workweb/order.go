package workweb

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

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
	"guanjia/internal/work"
)

// OrderPage is one order on the phone.
type OrderPage struct {
	Base, Back, Number   string
	Chip                 ui.Chip
	Due                  string // "10:57 前"
	Building, Room, Spot string
	Subject, Words, Wish string
	Name, Phone, Masked  string // Phone only for the assignee
	Photos               []Shot
	Facts                []FactLine
	Way                  []ui.Entry
	Version              int
	Key                  string
	Step                 string
	Primary              ui.B
	OneTap               bool   // the primary button does the step itself
	Outcome              string // then with this outcome
	Cannot               bool
	Err                  error
	Typed                string
}

// Shot is one photo of a case.
type Shot struct{ Path, Tag string }

// FactLine is one thing to know.
type FactLine struct{ Label, Words string }

// primaryWords are the thumb's words for kinds of steps; others say the title.
var primaryWords = map[procedure.Kind]struct {
	icon string
	word text.Both
}{
	procedure.KindAccept: {"check", text.B("接单", "Accept")},
	procedure.KindArrive: {"map-pin", text.B("我到了", "I am there")},
	procedure.KindQuote:  {"receipt", text.B("报价", "Quote")},
	procedure.KindSign:   {"signature", text.B("签名", "Sign")},
	procedure.KindCall:   {"phone", text.B("约好时间", "Arrange a time")},
	procedure.KindForm:   {"edit", text.Both{}},
}

func (p *Pages) order(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	page, err := p.orderPage(r, v)
	if err != nil {
		return err
	}
	return web.Render(w, r, orderView(page))
}

func (p *Pages) view(r *http.Request) (casefile.View, error) {
	return p.Cases.View(r.Context(), actorOf(r.Context()), web.ProjectOf(r.Context()).ID, r.PathValue("number"))
}

func (p *Pages) orderPage(r *http.Request, v casefile.View) (OrderPage, error) {
	ctx := r.Context()
	project, actor, c, lang := web.ProjectOf(ctx), actorOf(ctx), v.Case, text.LangOf(r.Context())
	now := p.DB.Clock().Now()
	ctx = ui.WithFrame(ctx, ui.Frame{Now: now}) // "today" in words
	page := OrderPage{
		Base: orderPath(project, c.Number), Back: "/p/" + project.Code + "/work", Number: c.Number, Subject: c.Subject, Spot: c.Place,
		Chip: caseweb.Worst(ctx, c, now), Version: c.State.Version, Key: formKey(),
	}
	page.Chip.Large = true
	if due, ok := work.Due(c); ok {
		page.Due = text.Tf(ctx, "%s 前", "by %s", ui.When(ctx, due))
	}
	page.Building, page.Room = split(c)
	if c.Words != c.Subject {
		page.Words = c.Words
	}
	mine := c.State.Assignee == actor.Account && c.State.Status == engine.Open
	var phone string
	err := p.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		page.Name, phone, err = p.Customers.Reach(ctx, tx, c)
		return err
	})
	if err != nil {
		return page, err
	}
	if phone != "" {
		page.Masked = text.MaskPhone(phone)
		if mine {
			if err := p.Work.Seen(ctx, actor, project.ID, c.ID); err != nil {
				return page, err
			}
			page.Phone = phone
		}
	}
	page.Photos = shots(ctx, v)
	page.Facts = p.facts(ctx, v)
	page.Way = way(ctx, v)
	if len(v.Options) > 0 && v.Options[0].Kind == engine.EvDone && v.Options[0].May && p.mine(c) {
		option := v.Options[0]
		step := v.Def.Step(option.Step)
		known := primaryWords[step.Do]
		page.Step, page.Cannot = step.Name, true
		page.Primary = ui.B{Label: step.Title.In(lang), Icon: known.icon, Primary: true}
		if !known.word.IsZero() && step.Do != procedure.KindSign {
			page.Primary.Label = known.word.In(lang)
		}
		if len(step.Asks) == 0 {
			page.OneTap, page.Outcome = true, option.Outcomes[0]
			page.Primary.Attrs = map[string]any{"form": "do"}
		} else {
			page.Primary.Href = page.Base + "/step"
		}
	}
	return page, nil
}

// shots are the photos of a case: the customer's and those after the work.
func shots(ctx context.Context, v casefile.View) []Shot {
	var list []Shot
	for _, f := range v.Def.Fields {
		if f.Type != procedure.TypePhoto {
			continue
		}
		refs, _ := v.Case.State.Fields[f.Name].([]string)
		for _, ref := range refs {
			if _, err := strconv.ParseInt(ref, 10, 64); err == nil {
				list = append(list, Shot{Path: "/files/" + ref, Tag: f.Title.In(text.LangOf(ctx))})
			}
		}
	}
	return list
}

// shown are the answers worth reading before going, in this order.
var shown = []string{"fault", "grade", "convenient", "contact", "cause", "charge", "total", "pay_by", "again"}

func (p *Pages) facts(ctx context.Context, v casefile.View) []FactLine {
	lang := text.LangOf(ctx)
	var list []FactLine
	add := func(label, words string) {
		if words != "" {
			list = append(list, FactLine{label, words})
		}
	}
	for _, name := range shown {
		f := v.Def.Field(name)
		value := v.Case.State.Fields[name]
		if f == nil || value == nil {
			continue
		}
		words := caseform.Show(f.Type, value)
		switch f.Type {
		case procedure.TypeMoney:
			if fen, ok := value.(int64); ok {
				words = ui.Fen(fen)
			}
		case procedure.TypeTime:
			if at, err := time.Parse(time.RFC3339, caseform.Text(value)); err == nil {
				words = ui.When(ctx, at)
			}
		default:
			for _, c := range caseform.Choices(v.Figures, *f, v.Case.State.Fields) {
				if c.Name == words {
					words = c.Title.In(lang)
				}
			}
		}
		add(f.Title.In(lang), words)
	}
	if fault, ok := v.Case.State.Fields["fault"].(string); ok && p.Kit != nil {
		add(text.T(ctx, "带上", "Bring"), p.Kit.Bring(fault).In(lang))
	}
	if owner := v.Names[v.Case.State.Owner]; owner != "" {
		add(text.T(ctx, "首问", "Taken in by"), owner)
	}
	return list
}

// way is the order as a way: what was done, where it is, what comes.
func way(ctx context.Context, v casefile.View) []ui.Entry {
	var list []ui.Entry
	for _, t := range engine.Trail(v.Def, v.Events) {
		e := ui.Entry{What: t.Title.In(text.LangOf(ctx)), Who: t.Who.Name}
		switch t.State {
		case engine.StopDone:
			e.When = t.At
		case engine.StopCurrent:
			e.State = ui.EntryNow
		default:
			e.State = ui.EntryPlan
		}
		list = append(list, e)
	}
	return list
}

// StepPage is the form of one step, alone on its page.
type StepPage struct {
	Base, Number, Title  string
	Building, Room, Spot string
	Said                 []FactLine // what is being signed
	Step                 string
	Version              int
	Key                  string
	Asks                 []caseform.Ask
	Sum                  bool // the total is worked out from the table
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
	page.Asks = caseform.Asks(ctx, v.Figures, v.Def, step, known, problem)
	if table := summed(v.Def, step); table != "" {
		page.Sum = true
		page.Asks = slices.DeleteFunc(page.Asks, func(a caseform.Ask) bool { return a.Field.Name == "total" })
		page.Total = ui.Fen(sum(known[table]))
		var err error
		if page.Prices, err = p.prices(ctx, c); err != nil {
			return page, false, err
		}
	}
	if step.Do == procedure.KindSign {
		page.Said = signed(ctx, v)
	}
	for i, outcome := range option.Outcomes {
		b := ui.B{Label: caseweb.OutcomeWord(string(step.Do), outcome).In(lang), Name: "outcome", Value: outcome, Primary: i == 0}
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

// summed is the table of a step whose amounts make its total (REP-06), "" for
// other steps.
func summed(def *procedure.Definition, step *procedure.Step) string {
	if !slices.Contains(step.Asks, "total") {
		return ""
	}
	for _, f := range caseform.Asked(def, step) {
		if f.Type == procedure.TypeTable && slices.ContainsFunc(f.Columns, func(c procedure.Field) bool { return c.Name == "amount" && c.Type == procedure.TypeMoney }) {
			return f.Name
		}
	}
	return ""
}

func sum(table any) int64 {
	rows, _ := table.([]map[string]any)
	var total int64
	for _, row := range rows {
		fen, _ := row["amount"].(int64)
		total += fen
	}
	return total
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
	asked := caseform.Asked(v.Def, step)
	kept, err := caseform.Uploads(r, asked, p.keep(ctx, v.Case))
	var answers map[string]any
	if err == nil {
		answers, err = caseform.Read(r, asked, kept)
	}
	if table := summed(v.Def, step); table != "" && err == nil {
		if rows := answers[table]; rows != nil {
			answers["total"] = sum(rows)
		}
	}
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

func (p *Pages) keep(ctx context.Context, c casefile.Case) func(string, io.Reader) (string, error) {
	return func(name string, body io.Reader) (string, error) {
		return p.Files.Keep(ctx, actorOf(ctx), c.Project, c.ID, name, body)
	}
}
