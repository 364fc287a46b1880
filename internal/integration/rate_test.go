package integration_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/integration"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

type silent struct{}

func (silent) Record(context.Context, *store.Tx, audit.Entry) error { return nil }

type projects struct{}

func (projects) ByCode(_ context.Context, code string) (web.Project, error) {
	return web.Project{ID: 1, Code: code, Name: "一号"}, nil
}
func (projects) ListFor(context.Context, auth.Actor) ([]web.Project, error) { return nil, nil }

// TestRateOverHTTP sends more than a token may: what is too much gets 429 with
// the time to wait, another token is not held up, and after that time it goes
// on. The clock stands still but for the test. Proves PLT-09.
func TestRateOverHTTP(t *testing.T) {
	t.Parallel()
	storetest.Each(t, []store.Migrations{integration.Migrations()}, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		roles := []auth.Role{{Name: "phone_system", Title: text.B("电话系统", "Telephone system"), Permissions: []string{"desk.call.connect"}}}
		s := integration.New(integration.Options{
			DB: db, Queue: &jobs.Queue{}, Trail: silent{}, Roles: func() []auth.Role { return roles }, Clock: clock, Rate: integration.Rate{PerSecond: 0.5, Burst: 3},
		})
		shell, err := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Clock: clock, Projects: projects{}, Sessions: s, Routes: []web.Route{{
			Pattern: "POST /api/v1/projects/{project}/calls", Permission: "desk.call.connect",
			Handler: func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(http.StatusNoContent); return nil },
		}}})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(shell.Handler())
		t.Cleanup(server.Close)
		token := func() string {
			_, secret, err := s.Add(context.Background(), auth.System, 1, "交换机", "phone_system")
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
		ask := func(secret string) *http.Response {
			r, err := http.NewRequest(http.MethodPost, server.URL+"/api/v1/projects/first/calls", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+secret)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			return resp
		}
		fast, slow := token(), token()
		for i := range 3 {
			if got := ask(fast).StatusCode; got != http.StatusNoContent {
				t.Fatalf("request %d: %d", i, got)
			}
		}
		got := ask(fast)
		if got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "2" || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("too fast: %d, Retry-After %q, %s", got.StatusCode, got.Header.Get("Retry-After"), got.Header.Get("Content-Type"))
		}
		if got := ask(slow).StatusCode; got != http.StatusNoContent {
			t.Errorf("another token pays for it: %d", got)
		}
		clock.Add(2 * time.Second)
		if got := ask(fast).StatusCode; got != http.StatusNoContent {
			t.Errorf("after the time it was told: %d", got)
		}
		if got := ask("gj_nobody").StatusCode; got != http.StatusUnauthorized {
			t.Errorf("a token that is none: %d", got)
		}
	})
}
