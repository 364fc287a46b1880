package notice

import (
	"net/http"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /p/{project}/notices", Permission: auth.LoggedIn, Handler: s.page},
		{Pattern: "GET /p/{project}/notices/{id}", Permission: auth.LoggedIn, Handler: s.open},
		{Pattern: "POST /p/{project}/notices/read", Permission: auth.LoggedIn, Handler: s.readAll},
	}
}

func base(r *http.Request) string { return "/p/" + web.ProjectOf(r.Context()).Code + "/notices" }

func nextPath(base string, after int64) string {
	if after == 0 {
		return ""
	}
	return base + "?after=" + strconv.FormatInt(after, 10)
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (s *Service) page(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	project := web.ProjectOf(ctx).ID
	p, err := s.List(ctx, actor, project, number(r.URL.Query().Get("after")), 50)
	if err != nil {
		return err
	}
	bell, err := s.Bell(ctx, actor, project)
	if err != nil {
		return err
	}
	return web.Render(w, r, noticesPage(base(r), p, bell.Unread))
}

// open marks a notice read and goes to what it is about.
func (s *Service) open(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	project, id := web.ProjectOf(ctx).ID, number(r.PathValue("id"))
	p, err := s.List(ctx, actor, project, id+1, 1)
	if err != nil {
		return err
	}
	if len(p.Notices) == 0 || p.Notices[0].ID != id {
		return errs.New(errs.NotFound, "notice.unknown", "没有这条提醒。", "There is no such notice.")
	}
	if err := s.MarkRead(ctx, actor, project, id); err != nil {
		return err
	}
	to := p.Notices[0].Link
	if to == "" {
		to = base(r)
	}
	web.Redirect(w, r, to)
	return nil
}

func (s *Service) readAll(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	actor, _ := auth.From(r.Context())
	if err := s.MarkAll(r.Context(), actor, web.ProjectOf(r.Context()).ID, number(r.PostForm.Get("upto"))); err != nil {
		return err
	}
	web.Redirect(w, r, base(r))
	return nil
}
