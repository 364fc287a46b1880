package estate

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

type directoryView struct {
	view
	filter    DirectoryFilter
	dir       Directory
	buildings []Building
	unit      int64 // the unit whose confirmation was refused
	whole     bool  // phones unmasked, on record
	when      string
}

// asked are the conditions of the list: in the address, or in that of the page
// a form was sent from.
func asked(r *http.Request) url.Values {
	if r.Method != http.MethodPost {
		return r.URL.Query()
	}
	u, err := url.Parse(web.Next(r, ""))
	if err != nil {
		return nil
	}
	return u.Query()
}

func (p *Pages) loadDirectory(r *http.Request, limit int) (directoryView, error) {
	v, q := directoryView{view: newView(r)}, asked(r)
	building, err := strconv.ParseInt(q.Get("building"), 10, 64)
	if err != nil {
		building = 0
	}
	v.filter = DirectoryFilter{
		Project: v.project.ID, Month: q.Get("month"), Show: q.Get("show"), Building: building, Text: text.Cut(text.Clean(q.Get("q")), 60),
		After: q.Get("after"), Before: q.Get("before"), Limit: limit,
	}
	err = p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		v.when = ui.Exact(tx.Now())
		if v.buildings, err = p.BuildingNames(ctx, tx, v.project.ID, 200); err != nil {
			return err
		}
		v.dir, err = p.DirectoryOf(ctx, tx, v.filter)
		return err
	})
	return v, err
}

func (v directoryView) with(name, value string) string {
	month := ""
	if v.dir.Month != v.dir.Today[:7] {
		month = v.dir.Month
	}
	all := map[string]string{"show": v.filter.Show, "month": month, "building": idText(v.filter.Building), "q": v.filter.Text, name: value}
	return query(v.path("directory"), "show", all["show"], "month", all["month"], "building", all["building"], "q", all["q"], "after", all["after"], "before", all["before"])
}

// here is the address of the page itself, cursors included.
func (v directoryView) here() string {
	if v.filter.After != "" {
		return v.with("after", v.filter.After)
	}
	return v.with("before", v.filter.Before)
}

// current reports whether the month shown is the one that can be confirmed.
func (v directoryView) current() bool { return v.dir.Month == v.dir.Today[:7] }

func (v directoryView) shows() []ui.View {
	s := func(show, zh, en string) ui.View {
		return ui.View{Title: text.B(zh, en).In(v.lang), Path: v.with("show", show), Current: v.filter.Show == show}
	}
	return []ui.View{
		s(ShowTodo, "待核对", "To confirm"), s(ShowUnreached, "没联系上", "Not reached"), s(ShowDone, "已核对", "Confirmed"), s(ShowChanged, "有变化", "Changed"),
		s(ShowVacant, "空置房", "Vacant"), s(ShowAll, "全部", "All"),
	}
}

// narrowed reports whether the list is cut by building or words.
func (v directoryView) narrowed() bool { return v.filter.Building != 0 || v.filter.Text != "" }

func (v directoryView) buildingOptions() []ui.Option {
	list := []ui.Option{{Label: text.B("全部楼栋", "All buildings").In(v.lang)}}
	for _, b := range v.buildings {
		list = append(list, ui.Option{Value: idText(b.ID), Label: b.Name})
	}
	return list
}

func (p *Pages) directory(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadDirectory(r, 50)
	if err != nil {
		return err
	}
	return web.Render(w, r, directoryPage(v))
}

// directoryPrint is the directory as it is given out. Whole numbers stand on
// it for who may see them, and that is recorded.
func (p *Pages) directoryPrint(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadDirectory(r, printRows)
	if err != nil {
		return err
	}
	if v.may(PermUnmask) {
		v.whole = true
		err := p.db.Write(r.Context(), func(ctx context.Context, tx *store.Tx) error {
			return p.audit.Looked(ctx, tx, Look{Project: v.project.ID, Actor: v.actor, Entity: "directory", Field: "phone", Reason: "打印通讯录 " + v.dir.Month})
		})
		if err != nil {
			return err
		}
	}
	return web.Render(w, r, directoryPaper(v))
}

func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	unit, err := idOf(r, "unit")
	if err != nil {
		return err
	}
	v := newView(r)
	note, words := web.Value(r, "note"), text.T(r.Context(), "已核对。", "Confirmed.")
	if r.FormValue("changed") == "unreached" {
		words = text.T(r.Context(), "没联系上，留在待核对里。", "Not reached; it stays among those to confirm.")
		err = p.NotReached(r.Context(), v.actor, v.project.ID, unit, note)
	} else {
		err = p.Confirm(r.Context(), v.actor, v.project.ID, unit, r.FormValue("changed") == "1", note)
	}
	if refused(err) {
		again, e := p.loadDirectory(r, 50)
		if e != nil {
			return e
		}
		again.err, again.unit = err, unit
		return web.RenderStatus(w, r, status(err), directoryPage(again))
	}
	if err != nil {
		return err
	}
	next := web.Next(r, v.path("directory"))
	web.Done(w, r, next, ui.Undo{Words: words, Path: query(v.path("directory", unit, "revert"), "next", next)})
	return nil
}

// takeBack makes this month's answer of a unit undone.
func (p *Pages) takeBack(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	unit, err := idOf(r, "unit")
	if err != nil {
		return err
	}
	v := newView(r)
	if err := p.TakeBack(r.Context(), v.actor, v.project.ID, unit); err != nil {
		return err
	}
	web.Done(w, r, web.Next(r, v.path("directory")), ui.Undo{Words: text.T(r.Context(), "核对已撤回，这一户要重新核对。", "Taken back; the unit is to be confirmed again.")})
	return nil
}

func (p *Pages) giveOut(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v := newView(r)
	issue, err := p.GiveOut(r.Context(), v.actor, v.project.ID, web.Value(r, "sure") != "")
	if errs.KindOf(err) == errs.Invalid {
		again, e := p.loadDirectory(r, 50)
		if e != nil {
			return e
		}
		again.err = err
		return web.RenderStatus(w, r, status(err), directoryPage(again))
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("directory"), ui.Undo{Words: text.Tf(r.Context(), "%s 第 %d 版已发出，等安保签收。", "%s version %d is issued; security is to sign for it.", issue.Month, issue.Number)})
	return nil
}

func (p *Pages) signIssue(w http.ResponseWriter, r *http.Request) error {
	v := newView(r)
	id, err := idOf(r, "issue")
	if err != nil {
		return err
	}
	if err := p.SignIssue(r.Context(), v.actor, v.project.ID, id); err != nil {
		return err
	}
	web.Done(w, r, v.path("directory"), ui.Undo{Words: text.T(r.Context(), "已签收。", "Signed for.")})
	return nil
}
