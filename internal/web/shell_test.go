package web_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// house is a shell with one project, two people and a few routes.
type house struct {
	shell   *web.Shell
	handler http.Handler
	log     *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type projects struct{}

func (projects) ByCode(_ context.Context, code string) (web.Project, error) {
	if code != "jinxiu" {
		return web.Project{}, errs.New(errs.NotFound, "estate.project.none", "没有这个项目。", "There is no such project.")
	}
	return web.Project{ID: 7, Code: "jinxiu", Name: "锦绣华庭", Profile: "residential"}, nil
}

// sessions knows people by the cookie "who".
type sessions struct{}

func (sessions) Resolve(_ context.Context, r *http.Request) (auth.Actor, bool, error) {
	c, err := r.Cookie("who")
	if err != nil {
		return auth.Actor{}, false, nil
	}
	rights := map[string][]string{"desk": {"test.case.see"}}
	switch c.Value {
	case "lin":
		return auth.Actor{Account: 1, Login: "lin", Name: "林晓", Session: 1, Grants: []auth.Grant{{Project: 7, Role: "desk"}}}.WithPermissions(rights), true, nil
	case "wu":
		return auth.Actor{Account: 2, Login: "wu", Name: "吴海燕", Session: 2, Lang: text.EN}.WithPermissions(rights), true, nil
	case "system":
		return auth.System, true, nil
	}
	return auth.Actor{}, false, errors.New("session store is away")
}

func say(words string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, ui.Text(words))
	}
}

func newHouse(t *testing.T, more ...web.Route) *house {
	t.Helper()
	h := &house{log: &lockedBuffer{}}
	routes := append([]web.Route{
		{Pattern: "GET /p/{project}/cases", Permission: "test.case.see", Handler: func(w http.ResponseWriter, r *http.Request) error {
			return web.Render(w, r, ui.Page(ui.PageProps{Title: "工单"}))
		}},
		{Pattern: "POST /p/{project}/cases", Permission: "test.case.see", Handler: func(w http.ResponseWriter, r *http.Request) error {
			if err := web.ParseForm(r); err != nil {
				return err
			}
			web.Done(w, r, "/p/jinxiu/cases", ui.Undo{Words: "已转给 <罗永>", Path: "/p/jinxiu/cases/undo"})
			return nil
		}},
		{Pattern: "GET /p/{project}/keys", Permission: "test.key.see", Handler: say("keys")},
		{Pattern: "GET /login", Permission: auth.Public, Handler: say("login")},
		{Pattern: "GET /account", Permission: auth.LoggedIn, Handler: say("account")},
		{Pattern: "GET /p/{project}/broken", Permission: "test.case.see", Handler: func(http.ResponseWriter, *http.Request) error {
			return errors.New("disk gone: 13800001234")
		}},
		{Pattern: "GET /p/{project}/panic", Permission: "test.case.see", Handler: func(http.ResponseWriter, *http.Request) error {
			panic("boom")
		}},
		{Pattern: "GET /api/v1/broken", Permission: auth.LoggedIn, Handler: func(http.ResponseWriter, *http.Request) error {
			var f errs.Fields
			f.Add("phone", "phone.short", "少了一位", "One digit is missing")
			return f.Err("api.invalid")
		}},
	}, more...)
	shell, err := web.New(web.Config{
		Log: slog.New(slog.NewTextHandler(h.log, nil)), Clock: calendar.NewManual(time.Date(2026, 11, 20, 10, 42, 0, 0, calendar.Zone)),
		Projects: projects{}, Sessions: sessions{}, Routes: routes,
		Nav: []web.NavItem{
			{Place: 99, Title: text.B("设置", "Settings"), Icon: "settings", Path: "/account", Permission: auth.LoggedIn},
			{Place: 30, Title: text.B("工单", "Work"), Icon: "tool", Path: "/p/{project}/cases", Permission: "test.case.see"},
			{Place: 40, Title: text.B("钥匙", "Keys"), Icon: "key", Path: "/p/{project}/keys", Permission: "test.key.see"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.shell, h.handler = shell, shell.Handler()
	return h
}

// ask sends a request as who ("" a visitor) and returns the answer.
func (h *house) ask(t *testing.T, who, method, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "who", Value: who})
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// proves PLT-01 (nobody without a session), PLT-02 (denied by default)
func TestWhoMayEnter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		who, path string
		status    int
		holds     string
	}{
		"visitor is sent to log in":          {"", "/p/jinxiu/cases?q=1", 303, ""},
		"visitor learns no project":          {"", "/p/nowhere/cases", 303, ""},
		"visitor sees public page":           {"", "/login", 200, "login"},
		"visitor at unknown page":            {"", "/nowhere", 404, "找不到"},
		"role opens the page":                {"lin", "/p/jinxiu/cases", 200, "工单"},
		"unknown project":                    {"lin", "/p/nowhere/cases", 404, "没有这个项目"},
		"missing permission":                 {"lin", "/p/jinxiu/keys", 403, "你的岗位没有这项权限"},
		"no role in the project":             {"wu", "/p/jinxiu/cases", 403, "Your role does not include this"},
		"logged in is enough for an account": {"wu", "/account", 200, "account"},
		"unknown page":                       {"lin", "/p/jinxiu/nothing", 404, "没有这个页面"},
		"the system cannot come by HTTP":     {"system", "/p/jinxiu/cases", 500, "系统出了故障"},
		"sessions away":                      {"away", "/p/jinxiu/cases", 500, "系统出了故障"},
		"front goes to the first work":       {"lin", "/", 303, ""},
		"events need a role":                 {"wu", "/p/jinxiu/events", 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := h.ask(t, c.who, "GET", c.path)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.holds) {
				t.Errorf("%d, want %d with %q in:\n%s", w.Code, c.status, c.holds, w.Body)
			}
		})
	}
	if got := h.ask(t, "", "GET", "/p/jinxiu/cases?q=1").Header().Get("Location"); got != "/login?next=%2Fp%2Fjinxiu%2Fcases%3Fq%3D1" {
		t.Errorf("visitor sent to %q", got)
	}
}

func TestRouteWithoutPermissionIsRefused(t *testing.T) {
	t.Parallel()
	base := web.Config{Clock: calendar.NewManual(time.Unix(0, 0)), Projects: projects{}, Sessions: sessions{}}
	for name, routes := range map[string][]web.Route{
		"no permission": {{Pattern: "GET /x", Handler: say("x")}},
		"no handler":    {{Pattern: "GET /x", Permission: auth.Public}},
		"no method":     {{Pattern: "/x", Permission: auth.Public, Handler: say("x")}},
		"twice":         {{Pattern: "GET /x", Permission: auth.Public, Handler: say("x")}, {Pattern: "GET /x", Permission: auth.Public, Handler: say("y")}},
	} {
		cfg := base
		cfg.Routes = routes
		if _, err := web.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
