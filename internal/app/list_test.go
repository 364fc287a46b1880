package app_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/estate"
	"guanjia/internal/store"
)

// TestListIsNarrowedAndKept: the list of cases narrows by trade, building and
// colleague, shows the columns asked for, and a view saved is the person's own.
func TestListIsNarrowedAndKept(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		ctx := context.Background()
		p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "kept", Name: "kept", Profile: "residential", AreaCode: "025"})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		who, other := enter(t, a, "supervisor", p.ID), enter(t, a, "desk", p.ID)
		fillHouse(t, a, p.ID, who, 0, 4)
		const row = `<tr data-href="/p/kept/cases/`
		for query, rows := range map[string]int{
			"": 4, "team=plumbing": 4, "team=electric": 0, "building=999": 0, "assignee=999": 0, "kind=complaint": 0, "status=closed": 0, "view=late": 0, "view=nonsense": 4,
			"from=tomorrow": 4, "from=2999-01-01": 0, "cols=nonsense": 4, "q=" + url.QueryEscape("<script>"): 0,
		} {
			body := who.get(a, "/p/kept/cases?"+query).Body.String()
			if n := strings.Count(body, row); n != rows {
				t.Errorf("?%s: %d rows, want %d", query, n, rows)
			}
			if strings.Contains(body, "<script>\"") {
				t.Errorf("?%s: words typed are not escaped", query)
			}
		}
		if body := who.get(a, "/p/kept/cases").Body.String(); !strings.Contains(body, `name="building"`) || !strings.Contains(body, "2栋</option>") {
			t.Error("the list cannot be narrowed to a building")
		}
		err = a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			for most, want := range map[int]int{3: 3, 2: 0} { // more than can be chosen among are none
				if list, err := a.Estate.BuildingNames(ctx, tx, p.ID, most); err != nil || len(list) != want {
					t.Errorf("at most %d buildings: %v, %v", most, list, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if body := who.get(a, "/p/kept/cases?cols=trade").Body.String(); !strings.Contains(body, "<td class=\"gj-nw\">水暖</td>") || strings.Contains(body, "首问责任人</th>") {
			t.Error("the columns are not those asked for")
		}
		rec := who.post(t, a, "/p/kept/saved", url.Values{"name": {"水工"}, "query": {"team=plumbing&after=x&evil=1&cols=trade"}})
		if at := rec.Header().Get("Location"); rec.Code != http.StatusSeeOther || at != "/p/kept/cases?cols=trade&team=plumbing" {
			t.Fatalf("saving a view: %d to %q", rec.Code, at)
		}
		body := who.get(a, "/p/kept/cases?cols=trade&team=plumbing").Body.String()
		if !strings.Contains(body, "水工") || !strings.Contains(body, "/drop") {
			t.Error("the view saved is not among the views")
		}
		if body := other.get(a, "/p/kept/cases").Body.String(); strings.Contains(body, "水工") {
			t.Error("another person sees the view")
		}
		if rec := who.post(t, a, "/p/kept/saved", url.Values{"name": {""}, "query": {"team=plumbing"}}); rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), "视图要有名字") {
			t.Errorf("a view without a name: %d", rec.Code)
		}
	})
}
