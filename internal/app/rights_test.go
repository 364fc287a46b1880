package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/config"
	"guanjia/internal/estate"
	"guanjia/internal/module"
	"guanjia/internal/store/storetest"
	"guanjia/internal/web"
)

const password = "correct horse battery"

// house opens the whole application on a database of the test.
func house(t *testing.T, dsn string) *app.App {
	t.Helper()
	dir := t.TempDir()
	a, err := app.Open(context.Background(), app.Options{
		Config: config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), DSN: dsn},
		Clock:  calendar.NewManual(storetest.Start), Log: slog.New(slog.DiscardHandler),
		PasswordOnly: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func eachHouse(t *testing.T, fn func(t *testing.T, a *app.App)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, house(t, ""))
	})
	if os.Getenv(storetest.Env) == "off" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, house(t, storetest.PostgresDSN(t)))
	})
}

func TestModulesFitTogether(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		if found := module.Check(a.Mods); len(found) > 0 {
			t.Error(found)
		}
	})
}

// member is one account of the walk.
type member struct {
	role    string
	project int64
	actor   auth.Actor
	cookies []*http.Cookie
}

// TestEveryRouteDeniesByDefault walks routes × roles × projects: who lacks the
// permission is refused before the handler runs, a visitor is sent to log in,
// and only public routes answer a visitor. Proves PLT-02.
func TestEveryRouteDeniesByDefault(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	eachHouse(t, func(t *testing.T, a *app.App) {
		var projects []estate.Project
		for _, code := range []string{"first", "second"} {
			p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: code, Name: code, Profile: "residential", AreaCode: "025"})
			if err != nil {
				t.Fatal(err)
			}
			projects = append(projects, p)
		}
		if err := a.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		members := []member{{role: "nobody"}}
		for _, r := range a.Book.Roles() {
			members = append(members, enter(t, a, r.Name, projects[0].ID))
		}
		cells := 0
		for _, m := range a.Mods {
			for _, route := range m.Routes {
				for _, p := range projects {
					for _, who := range members {
						cells++
						check(t, a, route.Pattern, route.Permission, p, who)
					}
				}
			}
		}
		t.Logf("%d cells", cells)
	})
}

func enter(t *testing.T, a *app.App, role string, project int64) member {
	t.Helper()
	ctx := context.Background()
	acc, err := a.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{
		Login: "u-" + strings.ReplaceAll(role, "_", "-"), Name: role, Grants: []auth.Grant{{Project: project, Role: role}}, Password: password,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	out, err := a.Auth.Login(ctx, acc.Login, password, a.Auth.ClientOf(r))
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	a.Auth.SetCookies(rec, r, out)
	m := member{role: role, project: project, cookies: rec.Result().Cookies()}
	r = httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range m.cookies {
		r.AddCookie(c)
	}
	actor, ok, err := a.Auth.Resolve(ctx, r)
	if err != nil || !ok {
		t.Fatalf("%s is not logged in: %v", role, err)
	}
	m.actor = actor
	return m
}

func check(t *testing.T, a *app.App, pattern, permission string, p estate.Project, who member) {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	inProject := web.InProject(path)
	project := int64(0)
	if inProject {
		project = p.ID
	}
	may := who.actor.May(permission, project)
	if who.role == "nobody" {
		may = permission == auth.Public
	}
	if may {
		return // what a permitted request answers is each room's own test
	}
	address := fill(path, p.Code)
	r := httptest.NewRequest(method, address, nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range who.cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	a.Handler().ServeHTTP(rec, r)
	want := []int{http.StatusForbidden}
	if who.role == "nobody" {
		want = []int{http.StatusSeeOther, http.StatusFound, http.StatusUnauthorized}
	}
	for _, w := range want {
		if rec.Code == w {
			return
		}
	}
	t.Errorf("%s %s as %s in %s: status %d, want %v", method, address, who.role, p.Code, rec.Code, fmt.Sprint(want))
}

// fill puts a plausible value into every parameter of a pattern.
func fill(path, project string) string {
	path = strings.ReplaceAll(path, "{project}", project)
	path = strings.TrimSuffix(path, "{$}")
	for strings.Contains(path, "{") {
		i, j := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:i] + "1" + path[j+1:]
	}
	return path
}
