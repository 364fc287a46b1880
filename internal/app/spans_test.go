package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/estate"
)

// What a rule counts in days and years is read from the profile, and a project
// that sets another figure goes by its own.
//
// proves EST-07, EST-08, EST-14, DSK-16, CMP-13
func TestSpansAreFiguresOfTheProject(t *testing.T) {
	t.Parallel()
	eachCenter(t, "residential", func(t *testing.T, c *center) {
		ctx := context.Background()
		today := c.clock.Now().In(calendar.Zone)
		unit, vip := c.household("1601", "贺兰", "13700001601", "")
		due := func(register string, fields map[string]string) string {
			t.Helper()
			fields["unit"] = "3栋1单元-1601"
			e, err := c.Estate.SaveEntry(ctx, auth.System, estate.Entry{Project: c.project.ID, Register: register, Unit: unit.ID, Person: vip.ID}, fields)
			if err != nil {
				t.Fatal(err)
			}
			return e.Due
		}
		check := func(renew, papers time.Time, repeated string) {
			t.Helper()
			if got := due("vips", map[string]string{"person": "贺兰", "purpose": "节日问候，本人同意"}); got != renew.Format(time.DateOnly) {
				t.Errorf("a key customer is due on %s", got)
			}
			let := map[string]string{"label": "CZ-" + papers.Format("0102"), "person": "贺兰", "tenant": "罗永", "since": today.Format(time.DateOnly), "use": "residence"}
			if got := due("lettings", let); got != papers.Format(time.DateOnly) {
				t.Errorf("papers are due on %s", got)
			}
			code, body := c.request("supervisor", "/p/lin/figures", nil)
			if code != http.StatusOK {
				t.Fatal(code)
			}
			mustHave(t, body, repeated)
		}
		check(today.AddDate(0, 1, 0), today.AddDate(0, 0, 7), "反复出现，30 天内 3 户以上")
		list, err := c.Estate.Projects(ctx, auth.System)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		p := list[0]
		p.Overrides, err = json.Marshal(map[string]string{
			"visit.vip_refresh": "14 days", "letting.papers": "3 days", "complaint.repeated.times": "2", "complaint.repeated.within": "10 days",
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Estate.SaveProject(ctx, auth.System, p); err != nil {
			t.Fatal(err)
		}
		if err := c.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		check(today.AddDate(0, 0, 14), today.AddDate(0, 0, 3), "反复出现，10 天内 2 户以上")
	})
}
