package caseweb_test

import (
	"context"
	"net/http"
	"regexp"
	"testing"
	"time"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
)

// Another view of the list keeps what it was narrowed to, and the number beside
// it is of what it will show.
func TestAViewKeepsTheConditions(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("厨房没水")
		other, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "complaint", Channel: "phone", Unit: c.Unit.ID, Words: "电梯广告太多",
			Fields: map[string]any{"against": "service", "kind": "service", "wants": "撤掉", "harm": false, "heated": false, "written": false},
		})
		c.Check(err)
		c.Clock.Add(30 * 24 * time.Hour)
		at := "/p/lin/cases?assignee=7&kind=repair&status=open"
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, `href="/p/lin/cases?kind=repair&amp;view=late"`, `href="/p/lin/cases?kind=repair&amp;view=today"`, `href="/p/lin/cases?kind=repair&amp;view=all"`).
			Lacks(t, "assignee=7&amp;kind=repair&amp;view=late")
		late := c.Get("desk", "/p/lin/cases?kind=repair&view=late").Want(t, http.StatusOK)
		late.Has(t, k.Number).Lacks(t, other.Number)
		c.Get("desk", "/p/lin/cases?view=today").Want(t, http.StatusOK).Lacks(t, k.Number, other.Number) // late, not due today, as on the first page
		for _, view := range []string{"open", "late"} {                                                  // seen from its own page and from another
			for _, from := range []string{"waiting", view} {
				got := tabCount(c.Get("desk", "/p/lin/cases?kind=repair&view="+from).Body, "kind=repair&amp;view="+view)
				if got != "1" {
					t.Errorf("beside %s, seen from %s, stands %q", view, from, got)
				}
			}
		}
	})
}

// tabCount is the number beside the view whose address ends so.
func tabCount(page, path string) string {
	found := regexp.MustCompile(`href="/p/lin/cases\?` + regexp.QuoteMeta(path) + `"[^>]*>[^<]*<span class="gj-views-n">([^<]*)<`).FindStringSubmatch(page)
	if found == nil {
		return ""
	}
	return found[1]
}
