package estate

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

type registersView struct {
	view
	counts map[string]registerCount
}

type registerCount struct{ all, late int }

func (p *Pages) registers(w http.ResponseWriter, r *http.Request) error {
	v := registersView{view: newView(r), counts: map[string]registerCount{}}
	err := p.readTx(r, func(ctx context.Context, tx *store.Tx) error {
		type row struct {
			register, state string
			n, late         int
		}
		rows, err := store.All(ctx, tx, func(scan store.Scan) (x row, err error) {
			return x, scan(&x.register, &x.state, &x.n, &x.late)
		}, `SELECT register, state, count(*), sum(CASE WHEN due <> '' AND due < ? THEN 1 ELSE 0 END) FROM estate_live_entry WHERE project_id = ? GROUP BY register, state`, today(tx), v.project.ID)
		for _, x := range rows {
			c := v.counts[x.register]
			c.all += x.n
			if reg, ok := RegisterNamed(x.register); ok && reg.Late == x.state {
				c.late += x.late
			}
			v.counts[x.register] = c
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, registersPage(v))
}

type registerView struct {
	view
	reg    Register
	filter EntryFilter
	page   EntryPage
	when   string

	missing []text.Both // sorts of sign that are nowhere (EST-19)
}

func (v registerView) missingWords(ctx context.Context) string {
	names := make([]string, len(v.missing))
	for i, m := range v.missing {
		names[i] = m.In(v.lang)
	}
	return text.Tf(ctx, "还缺：%s", "Missing: %s", strings.Join(names, text.T(ctx, "、", ", ")))
}

func registerOf(r *http.Request) (Register, error) {
	reg, ok := RegisterNamed(r.PathValue("register"))
	if !ok {
		return reg, errs.New(errs.NotFound, "estate.register.none", "没有这张登记表。", "There is no such register.")
	}
	return reg, nil
}

func (p *Pages) loadRegister(r *http.Request, limit int) (registerView, error) {
	v := registerView{view: newView(r)}
	var err error
	if v.reg, err = registerOf(r); err != nil {
		return v, err
	}
	v.filter = EntryFilter{
		Project: v.project.ID, Register: v.reg.Name, State: web.Value(r, "state"), Late: r.FormValue("late") != "",
		Text: web.Value(r, "q"), After: r.FormValue("after"), Before: r.FormValue("before"), Limit: limit,
	}
	err = p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		v.when = ui.Exact(tx.Now())
		if v.page, err = p.ListEntries(ctx, tx, v.filter); err != nil || v.reg.Name != signs.Name {
			return err
		}
		v.missing, err = p.MissingSigns(ctx, tx, v.project.ID)
		return err
	})
	return v, err
}

func (p *Pages) register(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadRegister(r, 50)
	if err != nil {
		return err
	}
	return web.Render(w, r, registerPage(v))
}

// printRows is how many lines one print holds; larger registers are printed by
// state or exported.
const printRows = 500

func (p *Pages) registerPrint(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadRegister(r, printRows)
	if err != nil {
		return err
	}
	return web.Render(w, r, registerPaper(v))
}

func (v registerView) with(name, value string) string {
	late := ""
	if v.filter.Late {
		late = "1"
	}
	all := map[string]string{"state": v.filter.State, "late": late, "q": v.filter.Text, name: value}
	return query(v.path("registers", v.reg.Name), "state", all["state"], "late", all["late"], "q", all["q"], "after", all["after"], "before", all["before"])
}

func (v registerView) filtered(path string) string {
	late := ""
	if v.filter.Late {
		late = "1"
	}
	return query(v.path("registers", v.reg.Name)+path, "state", v.filter.State, "late", late, "q", v.filter.Text)
}

func (v registerView) views() []ui.View {
	list := []ui.View{{Title: text.B("全部", "All").In(v.lang), Path: v.path("registers", v.reg.Name), Current: v.filter.State == "" && !v.filter.Late}}
	for _, s := range v.reg.States {
		list = append(list, ui.View{Title: s.In(v.lang), Path: query(v.path("registers", v.reg.Name), "state", s.Code), Current: v.filter.State == s.Code})
	}
	if v.reg.Late != "" {
		list = append(list, ui.View{Title: text.B("已过期限", "Past due").In(v.lang), Path: query(v.path("registers", v.reg.Name), "late", "1"), Current: v.filter.Late})
	}
	return list
}

type entryView struct {
	view
	reg    Register
	entry  Entry
	events []EntryEvent
	day    string
	move   string // the move whose form was refused

	judging bool // the judging segment is on
}

func (p *Pages) loadEntry(r *http.Request) (entryView, error) {
	v := entryView{view: newView(r)}
	var err error
	if v.reg, err = registerOf(r); err != nil {
		return v, err
	}
	v.entry.Project, v.entry.Register = v.project.ID, v.reg.Name
	err = p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		v.day = today(tx)
		if v.reg.Name == segments.Name {
			on, err := p.JudgingPurpose(ctx, tx, v.project.ID)
			if err != nil {
				return err
			}
			v.judging = on.Words != ""
		}
		if r.PathValue("id") == "" {
			return nil
		}
		id, err := idOf(r, "id")
		if err != nil {
			return err
		}
		if v.entry, err = p.Entry(ctx, tx, v.project.ID, id); err != nil {
			return err
		}
		if v.entry.Register != v.reg.Name {
			return errs.New(errs.NotFound, "estate.register.other", "这张登记表里没有这一条。", "This register has no such line.")
		}
		v.events, err = p.EntryEvents(ctx, tx, v.project.ID, id)
		return err
	})
	return v, err
}

func (p *Pages) entry(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadEntry(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, entryPage(v))
}

func (p *Pages) entryForm(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadEntry(r)
	if err != nil {
		return err
	}
	if v.entry.ID == 0 {
		v.typed = map[string]string{FieldUnit: web.Value(r, "unit")}
	}
	return web.Render(w, r, entryFormPage(v))
}

func (v entryView) value(f Field) string {
	if v.typed != nil {
		return v.typed[f.Name]
	}
	return v.entry.typed(f)
}

func (p *Pages) saveEntry(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v, err := p.loadEntry(r)
	if err != nil {
		return err
	}
	e := v.entry
	if e.ID != 0 {
		e.Version, _ = strconv.ParseInt(r.FormValue("version"), 10, 64) // broken: stale
	}
	saved, err := p.SaveEntry(r.Context(), v.actor, e, typedOf(r))
	if refused(err) {
		again, e := p.againEntry(r, v, err)
		if e != nil {
			return e
		}
		v = again
		return web.RenderStatus(w, r, status(err), entryFormPage(v))
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("registers", v.reg.Name, saved.ID), ui.Undo{Words: text.T(r.Context(), "已登记。", "Recorded.")})
	return nil
}

// againEntry is the form as it was sent, beside what is stored by now.
func (p *Pages) againEntry(r *http.Request, v entryView, problem error) (entryView, error) {
	now, err := p.loadEntry(r)
	if err != nil {
		return v, err
	}
	now.typed = typedOf(r)
	fields, changes := now.fresh()
	now.err = now.compare(problem, fields, changes)
	return now, nil
}

func (p *Pages) moveEntry(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v, err := p.loadEntry(r)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(r.FormValue("version"), 10, 64) // broken: the state decides
	in := Moving{Move: web.Value(r, "move"), Version: version, Holder: web.Value(r, "holder"), Due: web.Value(r, "due"), Note: web.Value(r, "note")}
	_, err = p.MoveEntry(r.Context(), v.actor, v.project.ID, v.entry.ID, in)
	if refused(err) {
		v.err, v.typed, v.move = err, typedOf(r), in.Move
		return web.RenderStatus(w, r, status(err), entryPage(v))
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("registers", v.reg.Name, v.entry.ID), ui.Undo{Words: text.T(r.Context(), "已登记。", "Recorded.")})
	return nil
}
