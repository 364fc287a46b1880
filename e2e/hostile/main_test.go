// Package hostile proves what the product withstands at its doors: hostile
// words in every field of every form, requests of wrong size, sort and pace,
// clocks that jump. The whole application runs in the test's process, on both
// databases, behind real connections.
package hostile

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/calendar"
	"guanjia/internal/config"
	"guanjia/internal/demo"
	"guanjia/internal/store/storetest"
)

// place is a demo project behind a server of this process.
type place struct {
	*httptest.Server
	app *app.App
	log *journal
}

// journal keeps what the application wrote to its log, to tell causes.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

// lines are the errors said since the last call.
func (j *journal) lines() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.b.String()
	j.b.Reset()
	return s
}

func each(t *testing.T, fn func(t *testing.T, p *place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, open(t, "", calendar.RunningFrom(demo.Now))) })
	if os.Getenv(storetest.Env) == "off" {
		return
	}
	t.Run("postgres", func(t *testing.T) { fn(t, open(t, storetest.PostgresDSN(t), calendar.RunningFrom(demo.Now))) })
}

// open makes the demo on a database of the test and serves it.
func open(t *testing.T, dsn string, clock calendar.Clock) *place {
	t.Helper()
	dir := t.TempDir()
	j := &journal{}
	a, err := app.Open(context.Background(), app.Options{
		Config: config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), DSN: dsn},
		Clock:  clock, Log: slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelError})),
		PasswordOnly: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if _, err := demo.Load(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	p := &place{app: a, log: j, Server: httptest.NewUnstartedServer(nil)}
	p.Config = a.Server()
	p.Start()
	t.Cleanup(p.Close)
	return p
}

// visitor has no account.
func (p *place) visitor(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// enter logs somebody in over the page.
func (p *place) enter(t *testing.T, login string) *http.Client {
	t.Helper()
	c := p.visitor(t)
	a := p.send(t, c, http.MethodPost, "/login", "application/x-www-form-urlencoded", []byte(url.Values{"login": {login}, "password": {demo.Password}}.Encode()))
	if a.status != http.StatusSeeOther && a.status != http.StatusFound {
		t.Fatalf("log-in of %s: %d %.300s", login, a.status, a.body)
	}
	return c
}

// answer is what came back.
type answer struct {
	status   int
	body     string
	location string
	kind     string
}

func (p *place) get(t *testing.T, c *http.Client, path string) answer {
	t.Helper()
	return p.send(t, c, http.MethodGet, path, "", nil)
}

func (p *place) send(t *testing.T, c *http.Client, method, path, kind string, body []byte) answer {
	t.Helper()
	a, err := p.try(t.Context(), c, method, path, kind, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (p *place) try(ctx context.Context, c *http.Client, method, path, kind string, body io.Reader) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, p.URL+path, body)
	if err != nil {
		return answer{}, fmt.Errorf("asking: %w", err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Accept", "text/html,*/*")
	res, err := c.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, string(b), res.Header.Get("Location"), res.Header.Get("Content-Type")}, err
}
