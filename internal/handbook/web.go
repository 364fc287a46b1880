package handbook

import (
	"net/http"
	"slices"

	"guanjia/internal/errs"
	"guanjia/internal/web"
)

func base(r *http.Request) string { return "/p/" + web.ProjectOf(r.Context()).Code + "/handbook" }

func (s *Service) rulesPage(w http.ResponseWriter, r *http.Request) error {
	f := Filter{Page: web.Value(r, "page"), State: State(web.Value(r, "state")), Text: web.Value(r, "q")}
	return web.Render(w, r, rulesView(s, base(r), f))
}

func (s *Service) rulePage(w http.ResponseWriter, r *http.Request) error {
	page, rule, err := s.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	return web.Render(w, r, ruleView(s, base(r), page, rule))
}

func (s *Service) proceduresPage(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, proceduresView(s, base(r)))
}

func (s *Service) procedurePage(w http.ResponseWriter, r *http.Request) error {
	d := s.book.Procedures[r.PathValue("name")]
	if d == nil {
		return noProcedure()
	}
	return web.Render(w, r, procedureView(s, base(r), d, web.ProjectOf(r.Context()).Profile))
}

// profilesPage lays profiles side by side: those asked for (a, b), else all.
func (s *Service) profilesPage(w http.ResponseWriter, r *http.Request) error {
	names := s.profiles()
	a, b := web.Value(r, "a"), web.Value(r, "b")
	if s.book.Profiles[a] != nil && s.book.Profiles[b] != nil && a != b {
		names = []string{a, b}
	}
	return web.Render(w, r, profilesView(s, base(r), names, web.Value(r, "all") == "yes"))
}

func (s *Service) profilePage(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	if !slices.Contains(s.profiles(), name) {
		return errs.New(errs.NotFound, "handbook.profile.none", "手册里没有这个档，请从数值页里选。", "The handbook has no such profile; choose one from the figures.")
	}
	return web.Render(w, r, profileView(s, base(r), name))
}
