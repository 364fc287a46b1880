package web_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guanjia/internal/calendar"
	"guanjia/internal/web"
	"time"
)

// A page hears the topics of its own project, each once while it is slow, and
// its stream ends when the hub closes.
func TestHubTellsOpenPages(t *testing.T) {
	t.Parallel()
	hub := web.NewHub()
	shell, err := web.New(web.Config{Clock: calendar.NewManual(time.Unix(0, 0)), Projects: projects{}, Sessions: sessions{}, Hub: hub})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(shell.Handler())
	t.Cleanup(srv.Close)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/p/jinxiu/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "who", Value: "lin"})
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("content type %q", got)
	}
	lines := bufio.NewScanner(answer.Body)
	next := func(prefix string) string {
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), prefix); ok {
				return rest
			}
		}
		return "(ended)"
	}
	next("retry: ")
	hub.Publish(8, "case") // another project
	hub.Publish(7, "call")
	if got := next("data: "); got != "call" {
		t.Errorf("heard %q, want call", got)
	}
	hub.Publish(7, "case")
	if got := next("data: "); got != "case" {
		t.Errorf("heard %q, want case", got)
	}
	if n := hub.Open(7); n != 1 {
		t.Errorf("%d pages are open, want 1", n)
	}
	hub.Close()
	if got := next("data: "); got != "(ended)" {
		t.Errorf("after closing heard %q", got)
	}
	hub.Publish(7, "case") // nobody is left, nothing breaks
	if n := hub.Open(7); n != 0 {
		t.Errorf("%d pages are open after closing", n)
	}
}
