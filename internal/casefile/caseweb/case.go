package caseweb

import (
	"net/http"
	"slices"
	"strconv"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
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
	page.Steps = p.rail(ctx, v)
	for _, k := range c.Clocks {
		if k.Run != "off" {
			page.Clocks = append(page.Clocks, ClockLine{Title: k.Title.In(lang), Chip: clockChip(ctx, k, c.State.Pause, now)})
		}
	}
	page.NoClock = noClock(ctx, v)
	next, missing, err := p.next(ctx, v, typed, problem)
	if err != nil {
		return page, err
	}
	page.Next, page.Missing = next, missing
	page.Lacks = lacks(ctx, v, page.Base, next, problem)
	page.Entries, page.Counts = entries(ctx, v, page.View)
	page.Facts = facts(ctx, v, "wants") // it stands in the head
	page.Signatures = signed(signatures(ctx, v.Def, v.Case.State.Fields))
	if page.Papers, err = p.papers(ctx, v); err != nil {
		return page, err
	}
	page.People = people(ctx, v)
	for _, rel := range v.Related {
		line := RelatedLine{Number: rel.Case.Number, Subject: rel.Case.Subject, Path: casePath(project, rel.Case.Number), Chip: worst(ctx, rel.Case, now)}
		if rel.Case.MergedTo != 0 { // its own address leads on to the case it went into
			line.Path += "?view=all"
		}
		page.Related = append(page.Related, line)
	}
	page.Ways = ways(ctx, page.Base, v)
	page.Correct = correctLink(ctx, page.Ways, page.Base)
	if path := page.Base + "/way/" + wayAbout; c.Unit == 0 && c.Place == "" && offers(page.Ways, path) {
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
	answers, err := Answers(r, p.files, v, step)
	if err == nil {
		data := map[string]any{}
		if a, e := strconv.ParseInt(web.Value(r, "assignee"), 10, 64); e == nil && a > 0 {
			data["account"] = a
		}
		if by := web.Value(r, "by"); slices.Contains(step.By, by) {
			data["by"] = by
		}
		_, err = p.cases.Do(ctx, actor, casefile.Doing{Case: v.Case.ID, Version: version, Command: engine.Command{
			Kind: engine.EvDone, Step: step.Name, Outcome: web.Value(r, "outcome"), Fields: answers, Data: data,
		}})
	}
	if err == nil {
		web.Done(w, r, casePath(project, v.Case.Number), saved(ctx, step.Title.In(text.LangOf(ctx))))
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
	if by := web.Value(r, "by"); page.Next != nil && slices.ContainsFunc(page.Next.By, func(x ui.Pick) bool { return x.Value == by }) {
		page.Next.Way = by
	}
	status := http.StatusUnprocessableEntity
	if errs.KindOf(problem) == errs.Conflict {
		status = http.StatusConflict
	}
	return web.RenderStatus(w, r, status, casePage(page))
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
	what := text.T(ctx, "记一笔", "Note")
	if kind == engine.EvTold {
		what = wayTitle(ctx, "told")
	}
	web.Done(w, r, casePath(web.ProjectOf(ctx), v.Case.Number), saved(ctx, what))
	return nil
}
