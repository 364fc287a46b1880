package web_test

import (
	"net/http"
	"strings"
	"testing"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// The answer to a refused form stands at an address that only takes forms.
// Opened again it leads to its page, and what is live on it is read there.
func TestAddressOfAForm(t *testing.T) {
	t.Parallel()
	refused := func(w http.ResponseWriter, r *http.Request) error {
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, ui.Page(ui.PageProps{Title: "工单"}))
	}
	h := newHouse(t,
		web.Route{Pattern: "POST /p/{project}/cases/{number}/do", Permission: "test.case.see", Handler: refused},
		web.Route{Pattern: "GET /p/{project}/cases/{number}", Permission: "test.case.see", Handler: say("a case")},
		web.Route{Pattern: "POST /api/v1/cases/{number}/do", Permission: auth.LoggedIn, Handler: func(http.ResponseWriter, *http.Request) error {
			return errs.New(errs.Invalid, "x", "不行", "no")
		}},
		web.Route{Pattern: "POST /alone/do", Permission: auth.LoggedIn, Handler: refused},
	)
	if w := h.ask(t, "lin", "POST", "/p/jinxiu/cases/WX-2611-0001/do"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `data-here="/p/jinxiu/cases/WX-2611-0001"`) {
		t.Errorf("refused: %d\n%.400s", w.Code, w.Body)
	}
	if w := h.ask(t, "lin", "GET", "/p/jinxiu/cases"); strings.Contains(w.Body.String(), "data-here") {
		t.Error("a page read at its own address names another")
	}
	for path, want := range map[string]string{
		"/p/jinxiu/cases/WX-2611-0001/do?x=1": "/p/jinxiu/cases/WX-2611-0001",
		"/p/jinxiu/cases/%E5%B7%A5/do":        "/p/jinxiu/cases/%E5%B7%A5",
	} {
		if w := h.ask(t, "lin", "GET", path); w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	for _, path := range []string{"/api/v1/cases/WX-2611-0001/do", "/alone/do"} {
		if w := h.ask(t, "lin", "GET", path); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := h.ask(t, "lin", "DELETE", "/p/jinxiu/cases/WX-2611-0001/do"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("another method: %d", w.Code)
	}
}
