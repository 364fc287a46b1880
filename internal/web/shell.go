package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/text"
	"guanjia/internal/web/static"
	"guanjia/internal/web/ui"
)

// Projects finds the project an address names. Errors: NotFound.
type Projects interface {
	ByCode(ctx context.Context, code string) (Project, error)
}

// ProjectLister may be met by a Projects that can list what an actor may
// enter; the bar then offers to change the project.
type ProjectLister interface {
	ListFor(ctx context.Context, actor auth.Actor) ([]Project, error)
}

// Sessions tells who sends a request: by cookie, or by token for the API.
// false means a visitor. An error is a fault, not a refusal.
type Sessions interface {
	Resolve(ctx context.Context, r *http.Request) (auth.Actor, bool, error)
}

// Config is what the shell is made of. Routes, Nav, Projects, Sessions and
// Clock are needed.
type Config struct {
	Log      *slog.Logger
	Clock    calendar.Clock // the time of the installation, told on pages
	Projects Projects
	Sessions Sessions
	Routes   []Route
	Nav      []NavItem
	Hub      *Hub
	Database Database // asked for the health of the house; nil is healthy

	TrustedProxies []netip.Prefix // who may tell the client's address and scheme
	Timeout        time.Duration  // of a request, default 30 s; event streams are exempt

	LoginPath  string // default "/login"
	LogoutPath string // POST, default "/logout"
	SearchPath string // "/p/{project}/search"; "" shows no box
	BellPath   string // "/p/{project}/notices"; "" shows no bell
	Bell       func(ctx context.Context) (int, error)
	Menu       []NavItem                                                         // under the person's name: my sessions …
	SaveLang   func(ctx context.Context, actor auth.Actor, lang text.Lang) error // keeps the language with the account
	Demo       bool
}

// Shell is the house front: it takes requests in, asks who and where, lets in
// or turns away, and draws the frame of every page.
type Shell struct {
	cfg Config
	mux *http.ServeMux
}

// maxBody is how much a request may carry unless its route says otherwise.
const maxBody = 1 << 20

// New checks the routes and makes the shell. A route without permission, or
// two routes for one address, is an error: start is refused.
func New(cfg Config) (*Shell, error) {
	if cfg.Clock == nil || cfg.Projects == nil || cfg.Sessions == nil {
		return nil, errors.New("web: Clock, Projects and Sessions are needed")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Hub == nil {
		cfg.Hub = NewHub()
	}
	cfg.Timeout = cmp.Or(cfg.Timeout, 30*time.Second)
	cfg.LoginPath = cmp.Or(cfg.LoginPath, "/login")
	cfg.LogoutPath = cmp.Or(cfg.LogoutPath, "/logout")
	s := &Shell{cfg: cfg, mux: http.NewServeMux()}
	s.cfg.Nav = slices.SortedStableFunc(slices.Values(cfg.Nav), func(a, b NavItem) int { return cmp.Compare(a.Place, b.Place) })
	own := []Route{
		{Pattern: "GET /health", Permission: auth.Public, Handler: s.health},
		{Pattern: "POST /preferences", Permission: auth.Public, Handler: s.savePreferences},
		{Pattern: "GET /p/{project}/events", Permission: auth.LoggedIn, Handler: s.events, Stream: true},
		{Pattern: "GET /gallery", Permission: auth.LoggedIn, Handler: s.gallery},
	}
	if !slices.ContainsFunc(cfg.Routes, func(r Route) bool { return r.Pattern == "GET /{$}" }) {
		own = append(own, Route{Pattern: "GET /{$}", Permission: auth.LoggedIn, Handler: s.front})
	}
	for _, route := range slices.Concat(own, cfg.Routes) {
		if err := s.add(route); err != nil {
			return nil, err
		}
	}
	s.mux.Handle("GET "+static.Prefix, static.Handler())
	s.mux.Handle("GET /favicon.ico", http.RedirectHandler(static.Path("icon.svg"), http.StatusFound))
	return s, nil
}

// add registers a route; ServeMux panics on a conflict, which becomes an error.
func (s *Shell) add(route Route) (err error) {
	if route.Permission == "" {
		return fmt.Errorf("web: route %q names no permission", route.Pattern)
	}
	if route.Handler == nil {
		return fmt.Errorf("web: route %q has no handler", route.Pattern)
	}
	if !strings.Contains(route.Pattern, " ") {
		return fmt.Errorf("web: route %q must start with a method", route.Pattern)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("web: route %q: %v", route.Pattern, p)
		}
	}()
	s.mux.Handle(route.Pattern, s.serve(route))
	return nil
}

// Hub is where rooms publish what changed.
func (s *Shell) Hub() *Hub { return s.cfg.Hub }

// slowLine is the slowest line that pictures and workbooks are waited for, in
// bytes a second: a phone in a basement.
const slowLine = 200 << 10

// travel is how long a body of that size may take to arrive.
func travel(body int64) time.Duration { return time.Duration(body/slowLine) * time.Second }

// InProject reports whether the addresses of a pattern's path lie in one
// project, so that its permission is asked there.
func InProject(path string) bool {
	return strings.HasPrefix(path, "/p/{project}/") || strings.HasPrefix(path, "/api/v1/projects/{project}/")
}

// serve is the order every request goes through: who, where, whether, what.
func (s *Shell) serve(route Route) http.Handler {
	_, path, _ := strings.Cut(route.Pattern, " ")
	path = strings.TrimLeft(path, " ")
	inProject := InProject(path)
	limit := cmp.Or(route.MaxBody, maxBody)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if !route.Stream {
			var cancel context.CancelFunc
			patience := s.cfg.Timeout
			if r.Method != http.MethodGet {
				patience = max(patience, travel(limit))
			}
			ctx, cancel = context.WithTimeout(ctx, patience)
			defer cancel()
		}
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		visit := visitOf(ctx)
		visit.pattern = route.Pattern
		ctx = ui.WithFrame(ctx, ui.Frame{Now: s.cfg.Clock.Now()}) // handlers say “today 11:00”; the whole frame comes with the page
		r = r.WithContext(ctx)
		actor, ok, err := s.cfg.Sessions.Resolve(ctx, r)
		if err == nil && ok && actor.IsSystem() {
			err = errors.New("web: a request resolved to the system actor")
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if ok {
			visit.account = actor.Account
			ctx = auth.With(ctx, actor)
			if actor.Lang != "" {
				ctx = text.WithLang(ctx, actor.Lang)
			}
			r = r.WithContext(ctx)
		} else if route.Permission != auth.Public {
			s.fail(w, r, errNobody())
			return
		}
		var project Project
		if inProject {
			project, err = s.cfg.Projects.ByCode(ctx, r.PathValue("project"))
			if err != nil {
				s.fail(w, r, err)
				return
			}
			ctx = WithProject(ctx, project)
			r = r.WithContext(ctx)
		}
		if route.Permission != auth.Public && !actor.May(route.Permission, project.ID) {
			s.fail(w, r, errRefused(route.Permission))
			return
		}
		if err := route.Handler(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// Handler is the whole front with its middleware, in the one fixed order.
func (s *Shell) Handler() http.Handler {
	return s.visits(s.headers(s.compress(s.sameOrigin(s.preferences(http.HandlerFunc(s.route))))))
}

// route finds the handler, and answers unknown addresses with our own page.
func (s *Shell) route(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	if actor, ok, err := s.cfg.Sessions.Resolve(r.Context(), r); err == nil && ok && !actor.IsSystem() {
		r = r.WithContext(auth.With(r.Context(), actor))
	}
	probe := &statusOnly{header: http.Header{}}
	h.ServeHTTP(probe, r)
	if allow := probe.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	if probe.status == http.StatusMethodNotAllowed && r.Method == http.MethodGet && !Partial(r) && !strings.HasPrefix(r.URL.Path, "/api/") {
		// the address of a form that was refused, opened again: its page lies above
		if page := s.pageAbove(r); page != "" {
			Redirect(w, r, page)
			return
		}
	}
	if probe.status == http.StatusMethodNotAllowed {
		s.fail(w, r, errMethod())
		return
	}
	s.fail(w, r, errNowhere())
}

// pageAbove is the nearest page above an address that only takes forms:
// /cases/WX-2611-0001 of /cases/WX-2611-0001/do. "" when there is none.
func (s *Shell) pageAbove(r *http.Request) string {
	for at := path.Dir(r.URL.Path); at != "/" && at != "."; at = path.Dir(at) {
		up := &http.Request{Method: http.MethodGet, Host: r.Host, URL: &url.URL{Path: at}}
		if _, pattern := s.mux.Handler(up); strings.HasPrefix(pattern, "GET ") {
			return up.URL.EscapedPath()
		}
	}
	return ""
}

// statusOnly learns what ServeMux would answer.
type statusOnly struct {
	header http.Header
	status int
}

func (p *statusOnly) Header() http.Header         { return p.header }
func (p *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
func (p *statusOnly) WriteHeader(status int)      { p.status = status }

// front sends a person to the page of the rail that is first theirs: before
// there is a project, to where one is made.
func (s *Shell) front(w http.ResponseWriter, r *http.Request) error {
	f := s.frame(r)
	if len(f.Nav) == 0 {
		return Render(w, r, noWork())
	}
	if f.Project == "" {
		Redirect(w, r, f.Nav[0].Path)
		return nil
	}
	Redirect(w, r, foremost(f.Nav))
	return nil
}

func (s *Shell) gallery(w http.ResponseWriter, r *http.Request) error {
	return Render(w, r, ui.Gallery(r.URL.Query().Get("page")))
}
