package caseweb

import (
	"context"
	"net/http"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/phone"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// SlipPage is a case on paper: the work order, or the slip of another kind.
type SlipPage struct {
	Paper       ui.PaperProps
	Plate, Spot string
	Person      string
	Head        [][2]FactLine // who took it in when, who has it, how the customer is reached
	Words       string
	Way         []FactLine  // what was done when, by whom
	Photos      []PaperLine // pictures only
	Facts       []FactLine
	Entries     []ui.Entry
	Blank       []string // answers still to be written by hand
	Signatures  []SignatureLine
}

// RegisterPage is a register as the filters of the list cut it.
type RegisterPage struct {
	Paper  ui.PaperProps
	Chosen string // the view and the conditions that chose its lines
	Note   string // what it does not have, and where that is
	Heads  []string
	Rows   [][]string
	Total  string // of all lines, printed or not; "" when they were not all counted
	Cut    string // says before the table that lines are missing
}

// registerMost bounds the rows of a printed register.
const registerMost = 400

// slip prints one case with a QR code back to it (REP-02, REP-07).
func (p *Pages) slip(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	v, err := p.cases.View(ctx, actorOf(ctx), project.ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	now := p.db.Clock().Now()
	ctx = ui.OnPaper(ctx)
	title := v.Def.Title.In(text.LangOf(ctx)) + text.T(ctx, "单", " order")
	page := SlipPage{
		Paper: ui.PaperProps{
			Title: title, Org: project.Name, Number: v.Case.Number, Link: here(r) + casePath(project, v.Case.Number),
			Printed: text.Tf(ctx, "%s %s 打印", "Printed by %s %s", actorOf(ctx).Name, ui.Exact(now)),
		},
		Plate: v.Case.Plate, Spot: v.Case.Place, Person: v.Case.Caller, Words: v.Case.Words, Facts: facts(ctx, v),
		Blank: blank(ctx, v), Signatures: unsigned(ctx, v, signatures(ctx, v.Def, v.Case.State.Fields)),
	}
	page.Head, page.Way = slipHead(ctx, v), slipWay(ctx, v)
	papers, err := p.papers(ctx, v)
	if err != nil {
		return err
	}
	for _, x := range papers {
		if x.Picture {
			page.Photos = append(page.Photos, x)
		}
	}
	if f := forms[v.Def.Name]; f.single {
		page.Paper.Form, page.Paper.Version = f.number, f.version
	}
	page.Entries, _ = entries(ctx, v, "all")
	for i := range page.Entries {
		page.Entries[i].More = nil // the signatures stand in their cells
	}
	return web.Render(w, r, slipPage(page))
}

// slipHead says what a register of repairs must hold besides the matter
// (REP-02): when and how it came, who took it in and who has it.
func slipHead(ctx context.Context, v casefile.View) [][2]FactLine {
	c := v.Case
	came := ui.When(ctx, c.State.OpenedAt) + " · " + channelWord(c.Channel).In(text.LangOf(ctx))
	return [][2]FactLine{
		{{Label: text.T(ctx, "受理", "Taken in"), Answer: came}, {Label: text.T(ctx, "电话", "Phone"), Answer: phone.Mask(c.Phone)}},
		{{Label: text.T(ctx, "首问负责", "Case owner"), Answer: v.Names[c.State.Owner]}, {Label: text.T(ctx, "经办", "Assignee"), Answer: v.Names[c.State.Assignee]}},
	}
}

// slipWay is when each stop of the case was done and by whom (REP-07); of one
// done again the last time counts. One left by hand was not done.
func slipWay(ctx context.Context, v casefile.View) []FactLine {
	var list []FactLine
	at := map[string]int{}
	for _, t := range engine.Trail(v.Def, v.Events) {
		if t.State != engine.StopDone {
			continue
		}
		line := FactLine{Label: t.Title.In(text.LangOf(ctx)), Answer: ui.When(ctx, t.At) + " · " + whoWords(ctx, t.Who)}
		if step := v.Def.Step(t.Step); step != nil && turnedDown(step, t.Outcome) {
			line.Answer += " · " + StepOutcome(step, t.Outcome).In(text.LangOf(ctx))
		}
		if i, again := at[t.Step]; again {
			list[i] = line
			continue
		}
		at[t.Step] = len(list)
		list = append(list, line)
	}
	return list
}

// turnedDown reports whether a step ended otherwise than by what it is for: the
// stop alone would read as if it had been confirmed.
func turnedDown(step *procedure.Step, outcome string) bool {
	words := procedure.Outcomes[step.Do]
	return len(words) > 1 && outcome != "" && outcome != words[0]
}

// unsigned says in a signature's place on the paper of an ended case that it was
// not given; a blank would ask for it.
func unsigned(ctx context.Context, v casefile.View, list []SignatureLine) []SignatureLine {
	if v.Case.State.Status == engine.Open {
		return list
	}
	for i := range list {
		if list[i].Path == "" {
			list[i].None = text.T(ctx, "没有签", "not signed")
		}
	}
	return list
}

// byHand are the answers people write on paper where they stand.
var byHand = []string{"did", "notes", "opinion", "opinions"}

// blank names those of them that the procedure has and nobody has given.
func blank(ctx context.Context, v casefile.View) []string {
	var list []string
	for _, name := range byHand {
		if f := v.Def.Field(name); f != nil && v.Case.State.Fields[name] == nil {
			list = append(list, f.Title.In(text.LangOf(ctx)))
		}
	}
	return list
}

// register prints the list as a form, by the filters of the list (INS-03).
func (p *Pages) register(w http.ResponseWriter, r *http.Request) error {
	ctx := ui.OnPaper(r.Context())
	project := web.ProjectOf(ctx)
	f, view := p.filterOf(r)
	now := p.db.Clock().Now()
	reg, err := p.registerFor(r, f, view)
	if err != nil {
		return err
	}
	page := RegisterPage{Chosen: reg.cut, Note: reg.note(ctx), Heads: reg.heads(ctx), Paper: ui.PaperProps{Wide: true,
		Title: reg.form.title.In(text.LangOf(ctx)), Org: project.Name, Form: reg.form.number, Version: reg.form.version, Link: here(r) + "/p/" + project.Code + "/cases?" + r.URL.RawQuery,
		Printed: text.Tf(ctx, "%s %s 打印", "Printed by %s %s", actorOf(ctx).Name, ui.Exact(now)),
	}}
	more, err := p.eachLine(ctx, project, f, maxExcel, func(l line) error {
		page.take(ctx, reg, l, registerMost)
		return nil
	})
	if err != nil {
		return err
	}
	page.sum(ctx, reg, more)
	return web.Render(w, r, registerPage(page))
}

// take adds a line; behind the first most it is counted only.
func (p *RegisterPage) take(ctx context.Context, reg *register, l line, most int) {
	words := reg.words(ctx, l)
	if len(p.Rows) < most {
		p.Rows = append(p.Rows, words)
	}
}

// sum says what all lines come to, and how many of them stand on the paper.
// Of more lines than were counted there is no total.
func (p *RegisterPage) sum(ctx context.Context, reg *register, more bool) {
	switch {
	case more:
		p.Cut = text.Tf(ctx, "只印了前 %d 件，没有合计。其余请按日期分开打印，或导出 Excel。", "Only the first %d are printed, without a total; print the others by dates, or export to Excel.", len(p.Rows))
		return
	case len(p.Rows) < reg.lines:
		p.Cut = text.Tf(ctx, "共 %d 件，只印了前 %d 件；合计是全部 %d 件的。其余请按日期分开打印，或导出 Excel。", "Of %d cases only the first %d are printed; the total is that of all %d. Print the others by dates, or export to Excel.", reg.lines, len(p.Rows), reg.lines)
	}
	p.Total = reg.total(ctx)
}

// here is the address of this house as the reader reached it.
func here(r *http.Request) string {
	if web.Secure(r.Context()) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
