package caseweb

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/phone"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

func (p *Pages) page(w http.ResponseWriter, r *http.Request) error {
	v, err := p.cases.View(r.Context(), actorOf(r.Context()), web.ProjectOf(r.Context()).ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	if v.MergedTo != "" && r.URL.Query().Get("view") == "" {
		web.Redirect(w, r, casePath(web.ProjectOf(r.Context()), v.MergedTo))
		return nil
	}
	page, err := p.show(r, v, nil, nil, "")
	if err != nil {
		return err
	}
	return web.Render(w, r, casePage(page))
}

// permHandbook is the right to read the handbook, a room that stands on this one.
const permHandbook = "handbook.view"

// show puts a case into words. typed holds answers that could not be saved yet.
func (p *Pages) show(r *http.Request, v casefile.View, typed map[string]any, problem error, note string) (CasePage, error) {
	ctx := r.Context()
	project, c, lang := web.ProjectOf(ctx), v.Case, text.LangOf(r.Context())
	now := p.db.Clock().Now()
	page := CasePage{
		Base: casePath(project, c.Number), Number: c.Number, Kind: v.Def.Title.In(lang), Subject: c.Subject, Words: c.Words,
		Place: placeOf(project, c), Spot: c.Place, Person: c.Caller, Version: c.State.Version, Err: problem, Typed: note,
		Intake: text.Tf(ctx, "%s %s，%s首接", "%s by %s, taken by %s", ui.When(ctx, c.State.OpenedAt), channelWord(c.Channel).In(lang), v.Names[c.State.Owner]),
		Rule:   text.Tf(ctx, "规程 %s", "%s procedure", v.Def.Title.In(lang)), View: r.URL.Query().Get("view"),
	}
	if got := c.State.Received; !got.IsZero() {
		page.Intake = text.Tf(ctx, "%s %s，%s 收进来，时限从这时起算，%s首接", "%s by %s, taken in %s: clocks run from then; first contact %s", ui.When(ctx, c.State.OpenedAt), channelWord(c.Channel).In(lang), ui.When(ctx, got), v.Names[c.State.Owner])
	}
	if wants, ok := c.State.Fields["wants"].(string); ok {
		page.Wants = wants
	}
	if c.State.Status != engine.Open {
		page.Status = endChip(ctx, c).Words
	}
	page.Aside = ui.Text(page.Rule)
	if actorOf(ctx).May(permHandbook, c.Project) {
		page.Aside = ui.Anchor(page.Rule, "/p/"+project.Code+"/handbook/procedures/"+v.Def.Name)
	}
	if p.more.Older != nil {
		words, path, err := p.more.Older(ctx, project, v)
		if err != nil {
			return page, err
		}
		if path != "" {
			page.Aside = ui.Anchor(words, path)
		}
	}
	if page.View == "" {
		page.View = "all"
	}
	page.Steps = rail(ctx, v)
	for _, k := range c.Clocks {
		if k.Run != "off" {
			page.Clocks = append(page.Clocks, ClockLine{Title: k.Title.In(lang), Chip: clockChip(ctx, k, c.State.Pause, now)})
		}
	}
	next, missing, err := p.next(ctx, v, typed, problem)
	if err != nil {
		return page, err
	}
	page.Next, page.Missing = next, missing
	page.Entries, page.Counts = entries(ctx, v, page.View)
	page.Facts = facts(ctx, v)
	page.Signatures = signed(signatures(ctx, v.Def, v.Case.State.Fields))
	if page.Papers, err = p.papers(ctx, v); err != nil {
		return page, err
	}
	page.People = people(ctx, v)
	for _, rel := range v.Related {
		page.Related = append(page.Related, RelatedLine{
			Number: rel.Case.Number, Subject: rel.Case.Subject, Path: casePath(project, rel.Case.Number), Chip: worst(ctx, rel.Case, now),
		})
	}
	page.Ways = ways(ctx, page.Base, v)
	if path := page.Base + "/way/" + wayAbout; c.Unit == 0 && c.Place == "" && slices.ContainsFunc(page.Ways, func(w Way) bool { return w.Path == path }) {
		page.About = path
	}
	if actorOf(ctx).May(casefile.PermView, c.Project) {
		page.Print = page.Base + "/print"
	}
	if p.more.Ways != nil {
		page.Ways = append(page.Ways, p.more.Ways(ctx, project, v)...)
	}
	if p.more.Phrases != nil {
		page.Phrases = p.more.Phrases(project)
	}
	page.Flow = flow(ctx, v)
	return page, nil
}

// rail is the step rail: steps of one group fold into one stop, the latest
// entry of a repeated one counts.
func rail(ctx context.Context, v casefile.View) []ui.Step {
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
		case engine.StopCurrent:
			s.State = ui.StepHere
			s.Who = v.Names[v.Case.State.Assignee]
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
		Asks: caseform.Asks(ctx, v.Figures, v.Def, step, known, problem),
	}
	for _, f := range caseform.Asked(v.Def, step) {
		next.Files = next.Files || f.Type == procedure.TypePhoto
	}
	if step.Do == procedure.KindDispatch {
		ask, err := p.dispatchAsk(ctx, v, step)
		if err != nil {
			return nil, nil, err
		}
		next.Dispatch = ask
	}
	for i, outcome := range option.Outcomes {
		b := ui.B{Label: outcomeWord(string(step.Do), outcome).In(lang), Name: "outcome", Value: outcome, Primary: i == 0}
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
	if p.more.Elsewhere != nil && option.May {
		words, path, err := p.more.Elsewhere(ctx, web.ProjectOf(ctx), v)
		if err != nil {
			return nil, nil, err
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

// dispatchAsk offers who a step can be sent to: of a trade who can do it, the
// one with the least in hand chosen; of a department its head first, then who
// takes work, for which department they serve is written nowhere.
func (p *Pages) dispatchAsk(ctx context.Context, v casefile.View, step *procedure.Step) (*DispatchAsk, error) {
	trade, _ := v.Case.State.Fields[step.To].(string)
	f := v.Def.Field(step.To)
	department := f != nil && f.Type == procedure.TypeDepartment
	ask := &DispatchAsk{People: []ui.Option{{Label: text.T(ctx, "先到先接", "Whoever accepts first")}}}
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
			if i == 0 && !department {
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

// do does the current step.
func (p *Pages) do(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	v, err := p.cases.View(ctx, actor, project.ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	step := v.Def.Step(web.Value(r, "step"))
	if step == nil {
		return errs.New(errs.Invalid, "casefile.step.unknown", "没有这个步骤，请刷新页面。", "There is no such step; reload the page.")
	}
	version, _ := strconv.Atoi(web.Value(r, "version"))
	photos, err := p.keepPhotos(r, v, step)
	var answers map[string]any
	if err == nil {
		answers, err = caseform.Read(r, caseform.Asked(v.Def, step), photos)
	}
	if err == nil {
		data := map[string]any{}
		if a, e := strconv.ParseInt(web.Value(r, "assignee"), 10, 64); e == nil && a > 0 {
			data["account"] = a
		}
		_, err = p.cases.Do(ctx, actor, casefile.Doing{Case: v.Case.ID, Version: version, Command: engine.Command{
			Kind: engine.EvDone, Step: step.Name, Outcome: web.Value(r, "outcome"), Fields: answers, Data: data,
		}})
	}
	if err == nil {
		web.Done(w, r, casePath(project, v.Case.Number), ui.Undo{Words: text.Tf(ctx, "%s：%s", "%s: %s", step.Title.In(text.LangOf(ctx)), text.T(ctx, "已记下", "saved"))})
		return nil
	}
	return p.again(w, r, err, answers, "")
}

// again shows the case as it stands now with what was typed and why it could
// not be saved: two people on one case lose nothing.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, problem error, typed map[string]any, note string) error {
	switch errs.KindOf(problem) {
	case errs.Invalid, errs.Conflict, errs.Forbidden:
	default:
		return problem
	}
	ctx := r.Context()
	v, err := p.cases.View(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	page, err := p.show(r, v, typed, problem, note)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	if errs.KindOf(problem) == errs.Conflict {
		status = http.StatusConflict
	}
	return web.RenderStatus(w, r, status, casePage(page))
}

func (p *Pages) keepPhotos(r *http.Request, v casefile.View, step *procedure.Step) (map[string][]string, error) {
	if p.files == nil {
		return nil, nil //nolint:nilnil // nothing can be kept
	}
	return caseform.Uploads(r, caseform.Asked(v.Def, step), func(name string, body io.Reader) (string, error) {
		return p.files.KeepPicture(r.Context(), actorOf(r.Context()), v.Case.Project, v.Case.ID, name, body)
	})
}

// note adds a word to the file, or records what the customer was told.
func (p *Pages) note(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.cases.View(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	words := web.Value(r, "text")
	kind := engine.EvNote
	if web.Value(r, "told") != "" {
		kind = engine.EvTold
	}
	_, err = p.cases.Do(ctx, actorOf(ctx), casefile.Doing{Case: v.Case.ID, Command: engine.Command{Kind: kind, Data: map[string]any{"text": words, "by": "call"}}})
	if err != nil {
		return p.again(w, r, err, nil, words)
	}
	web.Redirect(w, r, casePath(web.ProjectOf(ctx), v.Case.Number))
	return nil
}
