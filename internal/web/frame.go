package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// partFrame is what a part of a page needs: no rail, so no look-ups for it.
func (s *Shell) partFrame(r *http.Request) ui.Frame {
	p := prefsOf(r.Context())
	f := ui.Frame{
		Path: r.URL.RequestURI(), Now: s.cfg.Clock.Now(), Theme: p.theme, Density: p.density,
		Home: "/", Query: r.URL.Query().Get("q"), LogoutPath: s.cfg.LogoutPath, Demo: s.cfg.Demo,
	}
	if r.Method != http.MethodGet {
		f.Here = s.pageAbove(r)
		f.Path = "/" // an address that took a form is none to come back to
		if from, ok := localPath(r.Header.Get("Referer"), r.Host); ok {
			f.Path = from
		}
	}
	if actor, ok := auth.From(r.Context()); ok {
		f.Account, f.Person = actor.Account, actor.Name
		f.Trouble = s.trouble(r.Context())
	}
	return f
}

// frame gathers what every page draws around itself.
func (s *Shell) frame(r *http.Request) ui.Frame {
	ctx := r.Context()
	p := prefsOf(ctx)
	f := s.partFrame(r)
	f.Undo = p.undo
	actor, ok := auth.From(ctx)
	if !ok || actor.IsSystem() {
		return f
	}
	project := ProjectOf(ctx)
	if project.ID == 0 {
		project = s.lastProject(ctx, actor, p.project)
	}
	f.Project = project.Name
	f.Nav = s.nav(ctx, actor, project, r.URL.Path)
	f.Menu = s.links(ctx, actor, project, s.cfg.Menu, r.URL.Path)
	if project.ID != 0 {
		f.Live = fill("/p/{project}/events", project)
		f.Search = fill(s.cfg.SearchPath, project)
		f.BellPath = fill(s.cfg.BellPath, project)
	}
	if f.BellPath != "" && s.cfg.Bell != nil {
		n, err := s.cfg.Bell(ctx)
		if err != nil {
			s.cfg.Log.WarnContext(ctx, "counting notices failed", "number", visitOf(ctx).number, "err", err)
		}
		f.Bell = n
	}
	if lister, ok := s.cfg.Projects.(ProjectLister); ok {
		list, err := lister.ListFor(ctx, actor)
		if err != nil {
			s.cfg.Log.WarnContext(ctx, "listing projects failed", "number", visitOf(ctx).number, "err", err)
		}
		for _, q := range list {
			l := ui.Link{Title: q.Name, Path: "/?project=" + q.Code, Current: q.ID == project.ID}
			inside := "/p/" + q.Code + "/"
			if nav := slices.DeleteFunc(s.nav(ctx, actor, q, ""), func(l ui.Link) bool { return !strings.HasPrefix(l.Path, inside) }); len(nav) > 0 {
				l.Path = foremost(nav)
			}
			f.Projects = append(f.Projects, l)
		}
	}
	return f
}

// lastProject is the project a company page keeps the rail of: the one last
// visited, if the actor still has work there.
func (s *Shell) lastProject(ctx context.Context, actor auth.Actor, code string) Project {
	if code != "" {
		if p, err := s.cfg.Projects.ByCode(ctx, code); err == nil && len(actor.Roles(p.ID)) > 0 {
			return p
		}
	}
	if lister, ok := s.cfg.Projects.(ProjectLister); ok {
		if list, err := lister.ListFor(ctx, actor); err == nil && len(list) > 0 {
			return list[0]
		}
	}
	return Project{}
}

// foremost is where a person lands of the entries that are theirs.
func foremost(nav []ui.Link) string {
	return slices.MinFunc(nav, func(a, b ui.Link) int { return cmp.Compare(a.Front, b.Front) }).Path
}

func (s *Shell) nav(ctx context.Context, actor auth.Actor, project Project, path string) []ui.Link {
	return s.links(ctx, actor, project, s.cfg.Nav, path)
}

// links keeps the items the actor may open and marks the one the path lies
// under: the longest address wins.
func (s *Shell) links(ctx context.Context, actor auth.Actor, project Project, items []NavItem, path string) []ui.Link {
	var out []ui.Link
	best, at := 0, -1
	for _, item := range items {
		inProject := strings.Contains(item.Path, "{project}")
		id := project.ID
		if !inProject {
			id = 0
		}
		if inProject && id == 0 {
			continue
		}
		to := item.Path
		if !actor.May(item.Permission, id) {
			if item.Local == "" || project.ID == 0 || !actor.May(item.Permission, project.ID) {
				continue
			}
			to = item.Local
		}
		href := fill(to, project)
		for _, prefix := range append([]string{item.Path, item.Local}, item.Also...) {
			if n := under(path, fill(prefix, project)); prefix != "" && n > best {
				best, at = n, len(out)
			}
		}
		out = append(out, ui.Link{Title: item.Title.In(text.LangOf(ctx)), Icon: item.Icon, Path: href, End: item.Place >= 99, Front: cmp.Or(item.Front, item.Place)})
	}
	if at >= 0 {
		out[at].Current = true
	}
	return out
}

// under is how many characters of path prefix covers, 0 when it does not.
func under(path, prefix string) int {
	prefix, _, _ = strings.Cut(prefix, "?")
	if path == prefix || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/") {
		return len(prefix)
	}
	return 0
}

// fill puts the project into an address; without a project there is none.
func fill(path string, project Project) string {
	if !strings.Contains(path, "{project}") {
		return path
	}
	if project.Code == "" {
		return ""
	}
	return strings.ReplaceAll(path, "{project}", project.Code)
}
