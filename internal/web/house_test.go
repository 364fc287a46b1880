package web_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
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
	return newHouseOn(t, nil, more...)
}

func newHouseOn(t *testing.T, db web.Database, more ...web.Route) *house {
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
		Projects: projects{}, Sessions: sessions{}, Routes: routes, Database: db,
		Nav: []web.NavItem{
			{Place: 99, Title: text.B("设置", "Settings"), Icon: "settings", Path: "/account", Permission: auth.LoggedIn},
			{Place: 30, Title: text.B("工单", "Work"), Icon: "tool", Path: "/p/{project}/cases", Permission: "test.case.see"},
			{Place: 97, Title: text.B("本项目", "Project"), Icon: "settings", Path: "/account/projects", Local: "/p/{project}/part", Permission: "test.case.see"},
			{Place: 98, Title: text.B("别的项目", "Others"), Icon: "settings", Path: "/account/others", Permission: "test.case.see"},
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
