package caseweb

import (
	"context"
	"net/http"

	"guanjia/internal/casefile"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// SlipPage is a case on paper: the work order, or the slip of another kind.
type SlipPage struct {
	Paper       ui.PaperProps
	Plate, Spot string
	Person      string
	Words       string
	Facts       []FactLine
	Entries     []ui.Entry
	Blank       []string // answers still to be written by hand
	Signatures  []SignatureLine
}

// RegisterPage is a register as the filters of the list cut it.
type RegisterPage struct {
	Paper ui.PaperProps
	Heads []string
	Rows  [][]string
	Total string
	More  bool
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
		Blank: blank(ctx, v), Signatures: signatures(ctx, v.Def, v.Case.State.Fields),
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
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	f, _ := p.filterOf(r)
	now := p.db.Clock().Now()
	reg := p.registerOf(ctx, project, f.Procedure)
	page := RegisterPage{Heads: reg.heads(ctx), Paper: ui.PaperProps{Wide: true,
		Title: reg.form.title.In(text.LangOf(ctx)), Org: project.Name, Form: reg.form.number, Version: reg.form.version, Link: here(r) + "/p/" + project.Code + "/cases?" + r.URL.RawQuery,
		Printed: text.Tf(ctx, "%s %s 打印", "Printed by %s %s", actorOf(ctx).Name, ui.Exact(now)),
	}}
	more, err := p.eachLine(ctx, project, f, registerMost, func(l line) error {
		page.Rows = append(page.Rows, reg.words(ctx, l))
		return nil
	})
	page.Total, page.More = reg.total(ctx), more
	if err != nil {
		return err
	}
	return web.Render(w, r, registerPage(page))
}

// here is the address of this house as the reader reached it.
func here(r *http.Request) string {
	if web.Secure(r.Context()) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
