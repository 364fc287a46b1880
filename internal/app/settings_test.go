package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"guanjia/internal/app"
)

func (m member) post(t *testing.T, a *app.App, path string, values url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return m.send(a, r)
}

func (m member) get(a *app.App, path string) *httptest.ResponseRecorder {
	return m.send(a, httptest.NewRequest(http.MethodGet, path, nil))
}

func (m member) send(a *app.App, r *http.Request) *httptest.ResponseRecorder {
	for _, c := range m.cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	a.Handler().ServeHTTP(rec, r)
	return rec
}

// A first administrator makes a project, gives it a figure and a day of its own,
// and both are in force at once; what cannot be is refused at its field and
// nothing typed is lost. Proves PLT-06, PLT-07.
func TestProjectSettings(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		admin := enter(t, a, "admin", 0)
		made := admin.post(t, a, "/projects", url.Values{"name": {"锦绣 <b>里</b>"}, "code": {"jinxiu"}, "profile": {"residential"}, "area_code": {"025"}})
		if made.Code != http.StatusSeeOther {
			t.Fatalf("making a project: %d %s", made.Code, made.Body)
		}
		if twice := admin.post(t, a, "/projects", url.Values{"name": {"x"}, "code": {"jinxiu"}, "profile": {"residential"}}); twice.Code != http.StatusUnprocessableEntity {
			t.Errorf("the same code again: %d", twice.Code)
		}
		form := url.Values{
			"name": {"锦绣里"}, "profile": {"residential"}, "version": {"1"},
			"figures": {"complaint.major.answer: 1 day"}, "days": {"2026-11-23 休 停电检修"},
		}
		if saved := admin.post(t, a, "/p/jinxiu/settings", form); saved.Code != http.StatusSeeOther {
			t.Fatalf("saving: %d %s", saved.Code, saved.Body)
		}
		project, err := a.Estate.ByCode(context.Background(), "jinxiu")
		if err != nil {
			t.Fatal(err)
		}
		if page := admin.get(a, "/p/jinxiu/settings").Body.String(); !strings.Contains(page, "投诉 · 重大 · 答复 由 2 天 改为 1 天") {
			t.Error("the page does not say in words what differs from the profile")
		}
		stamp, err := a.Book.Stamp(project.ID, "complaint")
		if err != nil {
			t.Fatal(err)
		}
		limit, err := stamp.Figures.Limit("complaint.{grade}.answer", map[string]any{"grade": "major"})
		if err != nil || limit.String() != "1 day" {
			t.Errorf("the project's own figure: %s, %v", limit, err)
		}
		if stamp.Calendar.IsWorkingDay(time.Date(2026, 11, 23, 12, 0, 0, 0, a.Clock.Now().Location())) {
			t.Error("the project's own closed day is a working day")
		}
		bad := url.Values{
			"name": {"锦绣里"}, "profile": {"residential"}, "version": {"2"},
			"figures": {"complaint.major.answer: soon"}, "days": {"2026-02-30 休 没有这天"},
		}
		refused := admin.post(t, a, "/p/jinxiu/settings", bad)
		body := refused.Body.String()
		if refused.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "complaint.major.answer: soon") || !strings.Contains(body, "2026-02-30") {
			t.Errorf("what cannot be: %d, typed text kept: %t", refused.Code, strings.Contains(body, "soon"))
		}
		if err := a.Refresh(context.Background()); err != nil {
			t.Errorf("a refused setting got in: %v", err)
		}
		if stale := admin.post(t, a, "/p/jinxiu/settings", form); stale.Code != http.StatusUnprocessableEntity || !strings.Contains(stale.Body.String(), "1 day") {
			t.Errorf("an old version: %d", stale.Code)
		}
		if page := admin.get(a, "/projects").Body.String(); strings.Contains(page, "<b>里</b>") {
			t.Error("a name is not escaped")
		}
	})
}
