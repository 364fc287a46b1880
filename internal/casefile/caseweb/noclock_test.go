package caseweb_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
)

// A complaint has a clock before anybody has graded it, is late by it and
// listed; where nothing is counted yet the page says so, not that nothing ever is.
// proves CMP-03
func TestAComplaintNobodyGradesTurnsLate(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		open := func(kind, words string, fields map[string]any) string {
			t.Helper()
			k, err := c.Cases.Open(ctx, c.Actor("desk"), casefile.Opening{Project: c.Project.ID, Procedure: kind, Channel: "phone", Unit: c.Unit.ID, Words: words, Fields: fields})
			c.Check(err)
			return k.Number
		}
		no := open("complaint", "装修吵得睡不着", map[string]any{"against": "security", "kind": "noise", "wants": "午休时不施工", "harm": false, "heated": false, "written": false})
		forum := open("forum", "业主座谈会", nil)
		at := "/p/lin/cases/"
		c.Get("desk", at+no).Want(t, http.StatusOK).Has(t, "<b class=\"gj-t1\">判级</b>").Lacks(t, "没有时限", "没有计时")
		c.Get("desk", at+forum).Want(t, http.StatusOK).Has(t, "时限从后面的步骤起算").Lacks(t, "这类事项没有时限")
		c.Get("supervisor", "/p/lin/cases?view=late").Want(t, http.StatusOK).Lacks(t, no)
		c.Clock.Add(61 * time.Minute)
		c.Get("supervisor", "/p/lin/cases?view=late").Want(t, http.StatusOK).Has(t, no).Lacks(t, forum)
	})
}
