package caseweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// tabUpTo is how far the number beside a view is counted.
const tabUpTo = 1000

// kept are the parts of the address that a saved view holds.
var kept = []string{"view", "kind", "status", "team", "building", "assignee", "from", "to", "q", "cols"}

// viewQuery is the address's conditions in one order, without the place in the
// list.
func viewQuery(q url.Values) string {
	out := url.Values{}
	for _, key := range kept {
		for _, v := range q[key] {
			if v != "" && (key != "cols" || !isUsual(q[key])) {
				out.Add(key, text.Cut(v, 100))
			}
		}
	}
	return out.Encode()
}

// viewsOf lists the views of the house with how many cases each holds, then the
// person's own.
func (p *Pages) viewsOf(ctx context.Context, tx *store.Tx, r *http.Request, page *ListPage, f casefile.Filter, view string, found casefile.Page) error {
	project, actor, lang := web.ProjectOf(ctx), actorOf(ctx), text.LangOf(ctx)
	base, here := "/p/"+project.Code+"/cases", viewQuery(r.URL.Query())
	saved, err := p.cases.SavedViews(ctx, tx, actor, project.ID)
	if err != nil {
		return err
	}
	own := false
	for _, s := range saved {
		own = own || s.Query == here
	}
	var asked []casefile.Filter
	var at []int
	for i, v := range views {
		page.Views = append(page.Views, ui.View{Title: v.title.In(lang), Path: viewPath(base, v.key, r.URL.Query()), Current: v.key == view && !own})
		filter := casefile.Filter{Project: project.ID}
		narrow(r.URL.Query(), &filter)
		v.set(&filter, actor.Account)
		costly := v.key == "turn" || filter.Text != "" || len(filter.Fields) > 0 // as are all cases, the steps of many kinds
		if filter.Status != "" && !costly && !f.NoTotal {                        // of what is costly to count only its own page counts
			asked, at = append(asked, filter), append(at, i)
		}
	}
	counts, err := p.cases.Counts(ctx, tx, actor, asked, tabUpTo)
	if err != nil {
		return err
	}
	for i, n := range counts {
		page.Views[at[i]].Count = ui.Count(int64(n), tabUpTo-1)
	}
	for i := range page.Views {
		if page.Views[i].Current && !f.NoTotal { // what the list below holds
			page.Views[i].Count = count(found)
		}
	}
	for _, s := range saved {
		current := s.Query == here
		page.Views = append(page.Views, ui.View{Title: s.Name, Path: base + "?" + s.Query, Current: current})
		if current {
			page.Saved = s.ID
			if !f.NoTotal {
				page.Views[len(page.Views)-1].Count = count(found)
			}
		}
	}
	page.Here, page.Savable = here, !own && here != "" && actor.Account > 0
	return nil
}

// saveView keeps the list as it stands under a name of the person's own.
func (p *Pages) saveView(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	form, err := url.ParseQuery(r.PostFormValue("query"))
	if err != nil {
		return errs.New(errs.Invalid, "casefile.saved.query", "视图的条件读不懂，没有存。回到列表重新选条件。", "The conditions could not be read; nothing was saved. Go back to the list and choose them again.").Wrap(err)
	}
	v, err := p.cases.SaveView(ctx, actorOf(ctx), project.ID, r.PostFormValue("name"), viewQuery(form))
	if errs.KindOf(err) == errs.Invalid { // the list again, the name as typed
		again := r.Clone(ctx)
		again.URL = &url.URL{Path: "/p/" + project.Code + "/cases", RawQuery: viewQuery(form)}
		page, failed := p.loadList(again)
		if failed != nil {
			return failed
		}
		page.SaveErr, page.SaveName, page.Savable = err, r.PostFormValue("name"), true
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, listPage(page))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/p/"+project.Code+"/cases?"+v.Query, http.StatusSeeOther)
	return nil
}

// dropView deletes a view of the person's own; the cases in it stay.
func (p *Pages) dropView(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	id, err := strconv.ParseInt(r.PathValue("saved"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "casefile.saved.none", "没有这个视图。", "There is no such view.").Wrap(err)
	}
	if err := p.cases.DropView(ctx, actorOf(ctx), project.ID, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/p/"+project.Code+"/cases", http.StatusSeeOther)
	return nil
}
