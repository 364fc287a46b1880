package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// disk is a database as those who watch see it.
type disk struct{ saving, reading error }

func (d disk) Saving() error                 { return d.saving }
func (d disk) Reading(context.Context) error { return d.reading }

// Whoever watches the program learns whether people can work, and nothing else;
// those who are logged in see on every page that nothing can be saved.
func TestHealth(t *testing.T) {
	t.Parallel()
	bad := errors.New("input/output error on /dev/sda1")
	for name, c := range map[string]struct {
		disk   disk
		status int
		said   string
		banner bool
	}{
		"well":            {disk{}, http.StatusOK, `{"status":"ok"}`, false},
		"cannot save":     {disk{saving: bad}, http.StatusServiceUnavailable, `{"status":"cannot_save"}`, true},
		"database away":   {disk{reading: bad}, http.StatusServiceUnavailable, `{"status":"no_database"}`, false},
		"neither of both": {disk{bad, bad}, http.StatusServiceUnavailable, `{"status":"cannot_save"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouseOn(t, c.disk)
			w := h.ask(t, "", "GET", "/health")
			if w.Code != c.status || strings.TrimSpace(w.Body.String()) != c.said || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
			}
			page := h.ask(t, "lin", "GET", "/p/jinxiu/cases")
			if page.Code != http.StatusOK || strings.Contains(page.Body.String(), "现在什么都存不进去") != c.banner {
				t.Errorf("page: %d, banner wanted: %v", page.Code, c.banner)
			}
		})
	}
}
