package estate

import (
	"context"
	"net/http"

	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

type directoryView struct {
	view
	show  string
	dir   Directory
	unit  int64 // the unit whose confirmation was refused
	whole bool  // phones unmasked, on record
	when  string
}

func (p *Pages) loadDirectory(r *http.Request, limit int) (directoryView, error) {
	v := directoryView{view: newView(r), show: web.Value(r, "show")}
	err := p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		v.when = ui.Exact(tx.Now())
		v.dir, err = p.DirectoryOf(ctx, tx, v.project.ID, web.Value(r, "month"), v.show, r.FormValue("after"), r.FormValue("before"), limit)
		return err
	})
	return v, err
}

func (v directoryView) with(name, value string) string {
	month := ""
	if v.dir.Month != v.dir.Today[:7] {
		month = v.dir.Month
	}
	all := map[string]string{"show": v.show, "month": month, name: value}
	return query(v.path("directory"), "show", all["show"], "month", all["month"], "after", all["after"], "before", all["before"])
}

// current reports whether the month shown is the one that can be confirmed.
func (v directoryView) current() bool { return v.dir.Month == v.dir.Today[:7] }

func (v directoryView) shows() []ui.View {
	s := func(show, zh, en string) ui.View {
		return ui.View{Title: text.B(zh, en).In(v.lang), Path: query(v.path("directory"), "show", show), Current: v.show == show}
	}
	return []ui.View{s(ShowTodo, "待核对", "To confirm"), s(ShowDone, "已核对", "Confirmed"), s(ShowChanged, "有变化", "Changed"), s(ShowVacant, "空置房", "Vacant"), s(ShowAll, "全部", "All")}
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
	err = p.Confirm(r.Context(), v.actor, v.project.ID, unit, r.FormValue("changed") == "1", web.Value(r, "note"))
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
	web.Done(w, r, web.Next(r, v.path("directory")), ui.Undo{Words: text.T(r.Context(), "已核对。", "Confirmed.")})
	return nil
}

func (p *Pages) giveOut(w http.ResponseWriter, r *http.Request) error {
	v := newView(r)
	issue, err := p.GiveOut(r.Context(), v.actor, v.project.ID)
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
