package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/config"
	"guanjia/internal/store/storetest"
)

// browser keeps the cookies of one person.
type browser struct {
	t       *testing.T
	house   http.Handler
	cookies map[string]*http.Cookie
}

func (b *browser) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	b.house.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		b.cookies[c.Name] = c
	}
	return rec
}

// lands is where a request sends the browser, or "" when it answers.
func (b *browser) lands(method, path string, form url.Values) string {
	b.t.Helper()
	to, _, _ := strings.Cut(b.send(method, path, form).Header().Get("Location"), "?")
	return to
}

func eachStrictHouse(t *testing.T, fn func(t *testing.T, a *app.App)) {
	t.Helper()
	run := func(t *testing.T, dsn string) {
		t.Helper()
		dir := t.TempDir()
		a, err := app.Open(context.Background(), app.Options{
			Config: config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), DSN: dsn},
			Clock:  calendar.NewManual(storetest.Start), Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Close() })
		fn(t, a)
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); run(t, "") })
	if os.Getenv(storetest.Env) != "off" {
		t.Run("postgres", func(t *testing.T) { t.Parallel(); run(t, storetest.PostgresDSN(t)) })
	}
}

// TestMoneyAndAdministrationNeedASecondFactor: with the handbook as shipped an
// administrator and a cashier reach no page before they set up a second factor,
// other posts do, and a post given meanwhile ends the session without one.
// proves PLT-01
func TestMoneyAndAdministrationNeedASecondFactor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	eachStrictHouse(t, func(t *testing.T, a *app.App) {
		strict := []string{}
		for _, r := range a.Book.Roles() {
			if r.SecondFactor {
				strict = append(strict, r.Name)
			} else if slices.Contains(r.Permissions, auth.PermManage) {
				t.Errorf("%s manages accounts with a password alone", r.Name)
			}
		}
		slices.Sort(strict)
		if !slices.Equal(strict, []string{"admin", "cashier"}) {
			t.Fatalf("a second factor is asked of %v", strict)
		}
		person := func(login, role string) (auth.Account, *browser) {
			acc, err := a.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{Login: login, Name: login, Grants: []auth.Grant{{Role: role}}, Password: password})
			if err != nil {
				t.Fatal(err)
			}
			return acc, &browser{t: t, house: a.Handler(), cookies: map[string]*http.Cookie{}}
		}
		entry := func(login string) url.Values { return url.Values{"login": {login}, "password": {password}} }

		for _, role := range strict {
			_, b := person("w-"+role, role)
			if to := b.lands(http.MethodPost, "/login", entry("w-"+role)); to != "/login/factor" {
				t.Fatalf("%s lands at %q", role, to)
			}
			for _, page := range []string{"/", "/account", "/users", "/account/sessions"} {
				if to := b.lands(http.MethodGet, page, nil); to != "/login" {
					t.Errorf("%s without a second factor reaches %s (%q)", role, page, to)
				}
			}
			page := b.send(http.MethodPost, "/login/factor", nil).Body.String()
			_, rest, _ := strings.Cut(page, "手工输入：")
			_, rest, _ = strings.Cut(rest, "<code>")
			secret, _, _ := strings.Cut(rest, "</code>")
			code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), time.Now())
			if err != nil {
				t.Fatalf("secret %q: %v", secret, err)
			}
			if rec := b.send(http.MethodPost, "/login/factor/finish", url.Values{"code": {code}}); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), "动态口令已启用") {
				t.Fatalf("%s: setting up answers %d", role, rec.Code)
			}
			if rec := b.send(http.MethodGet, "/account", nil); rec.Code != http.StatusOK {
				t.Errorf("%s with a second factor: %d", role, rec.Code)
			}
		}

		clerk, b := person("w-desk", "desk")
		if to := b.lands(http.MethodPost, "/login", entry("w-desk")); to != "/" {
			t.Fatalf("the desk lands at %q", to)
		}
		if rec := b.send(http.MethodGet, "/account", nil); rec.Code != http.StatusOK {
			t.Fatalf("the desk: %d", rec.Code)
		}
		if err := a.Auth.Grant(ctx, auth.System, clerk.ID, auth.Grant{Role: "cashier"}); err != nil {
			t.Fatal(err)
		}
		if to := b.lands(http.MethodGet, "/account", nil); to != "/login" {
			t.Errorf("the session outlived the post that asks for more (%q)", to)
		}
		if to := b.lands(http.MethodPost, "/login", entry("w-desk")); to != "/login/factor" {
			t.Errorf("the new cashier lands at %q", to)
		}
	})
}
