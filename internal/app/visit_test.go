package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
)

// proves DSK-16, EST-07, EST-08: candidates by rule, the appointment first, the
// record confirmed by the customer, counted against the target of the profile.
func TestVisitsByPlan(t *testing.T) {
	t.Parallel()
	eachCenter(t, "residential", func(t *testing.T, c *center) {
		ctx := context.Background()
		vipUnit, vip := c.household("1601", "贺兰", "13700001601", "")
		c.household("1602", "宁静", "13700001602", "")
		entry := func(register string, fields map[string]string) {
			t.Helper()
			if _, err := c.Estate.SaveEntry(ctx, auth.System, estate.Entry{Project: c.project.ID, Register: register, Unit: vipUnit.ID, Person: vip.ID}, fields); err != nil {
				t.Fatal(err)
			}
		}
		entry("vips", map[string]string{"unit": "3栋1单元-1601", "person": "贺兰", "purpose": "节日问候，本人同意"})
		code, body, queries := c.count("desk", "/p/lin/visits", nil)
		if code != http.StatusOK {
			t.Fatal(code, body)
		}
		mustHave(t, body, "贺兰", "重点客户", "宁静", "久未走访", "今年至少 1 位业主")
		mustLack(t, body, "13700001601", "137****1601")
		if strings.Index(body, "贺兰") > strings.Index(body, "宁静") {
			t.Error("the key customer stands behind the others")
		}
		if queries > 25 {
			t.Errorf("%d queries for the plan", queries)
		}
		for _, who := range []string{"technician", "auditor", "director"} {
			if code, body := c.request(who, "/p/lin/visits", nil); code != http.StatusForbidden || strings.Contains(body, "贺兰") {
				t.Errorf("%s gets %d", who, code)
			}
		}
		form := url.Values{"person": {fmt.Sprint(vip.ID)}, "unit": {fmt.Sprint(vipUnit.ID)}, "purpose": {""}, "key": {"visit 1"}}
		if code, body := c.request("desk", "/p/lin/visits", form); code != http.StatusUnprocessableEntity || !strings.Contains(body, "is-invalid") {
			t.Errorf("without a purpose: %d", code)
		}
		form.Set("purpose", "节前走访")
		for range 2 { // pressed twice
			if code, body := c.request("desk", "/p/lin/visits", form); code != http.StatusSeeOther {
				t.Fatal(code, body)
			}
		}
		list, err := c.Cases.List(ctx, auth.System, casefile.Filter{Project: c.project.ID, Procedure: "visit"})
		if err != nil || len(list.Cases) != 1 {
			t.Fatal(list.Cases, err)
		}
		if k := list.Cases[0]; k.Channel != "own" || k.Words != "" || k.Subject != "节前走访" {
			t.Errorf("by %s, the customer is said to have said %q, about %q", k.Channel, k.Words, k.Subject)
		}
		k := list.Cases[0]
		if k.State.Step != "appoint" || k.State.Fields["vip"] != true {
			t.Fatalf("a visit begins with the appointment: %s %v", k.State.Step, k.State.Fields)
		}
		_, body = c.request("desk", "/p/lin/visits", nil)
		mustHave(t, body, k.Number, "节前走访", "0 %")
		if strings.Contains(body, "安排走访：贺兰") {
			t.Error("who is being visited is proposed again")
		}
		desk := engine.Actor{ID: 100, Name: "desk", Roles: []string{"desk"}}
		for _, cmd := range []engine.Command{
			{Step: "appoint", Outcome: "reached", Fields: map[string]any{"at": "2026-11-21T10:00:00+08:00"}},
			{Step: "go", Outcome: "arrived"},
			{Step: "record", Fields: map[string]any{"notes": "都好", "any": true, "opinions": []any{map[string]any{"about": "电梯", "words": "等得久"}}}},
			{Step: "confirm", Outcome: "signed", Fields: map[string]any{"confirmed": "data:image/png;base64,AAAA"}},
		} {
			cmd.Kind, cmd.Actor = engine.EvDone, desk
			if cmd.Step == "confirm" {
				if _, body := c.request("desk", "/p/lin/visits", nil); !strings.Contains(body, "<dd>0 %</dd>") && !strings.Contains(strings.ReplaceAll(body, "\n", ""), "0 %") {
					t.Error("a record not confirmed counts")
				}
			}
			if k, err = c.Cases.Do(ctx, auth.System, casefile.Doing{Case: k.ID, Command: cmd}); err != nil {
				t.Fatal(cmd.Step, err)
			}
		}
		if k.State.Step != "answer" {
			t.Errorf("opinions are to be answered: %s", k.State.Step)
		}
		_, body = c.request("desk", "/p/lin/visits", nil)
		mustHave(t, body, "100 %", "达标")
	})
}

// proves DSK-16: a record the customer will not sign stands when a second of the
// staff vouches for it; the visit counts, not as confirmed by the customer.
func TestAVisitNobodySigns(t *testing.T) {
	t.Parallel()
	eachCenter(t, "residential", func(t *testing.T, c *center) {
		ctx := context.Background()
		u, p := c.household("1601", "贺兰", "13700001601", "")
		k, err := c.Cases.Open(ctx, c.people["desk"], casefile.Opening{Project: c.project.ID, Procedure: "visit", Channel: "own", Unit: u.ID, Customer: p.ID, Caller: "贺兰", Fields: map[string]any{"purpose": "年度走访"}})
		if err != nil {
			t.Fatal(err)
		}
		do := func(who, step, outcome string, fields map[string]any) error {
			actor := engine.Actor{ID: c.people[who].Account, Name: who, Roles: []string{who}}
			done, err := c.Cases.Do(ctx, auth.System, casefile.Doing{Case: k.ID, Command: engine.Command{Kind: engine.EvDone, Actor: actor, Step: step, Outcome: outcome, Fields: fields}})
			if err == nil {
				k = done
			}
			return err
		}
		if err := do("desk", "appoint", "reached", map[string]any{"at": "2020-01-01T10:00:00+08:00"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("arranged for 2020: %v", err)
		}
		for _, x := range []struct {
			step, outcome string
			fields        map[string]any
		}{{"appoint", "reached", map[string]any{"at": c.clock.Now().Add(time.Hour)}}, {"go", "arrived", nil}, {"record", "done", map[string]any{"notes": "都好", "any": false}}, {"confirm", "refused", nil}} {
			if err := do("desk", x.step, x.outcome, x.fields); err != nil {
				t.Fatal(x.step, err)
			}
		}
		if err := do("desk", "unsigned", "done", map[string]any{"unsigned": "unwilling"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("not signed without a word why: %v", err)
		}
		if err := do("desk", "unsigned", "done", map[string]any{"unsigned": "unwilling", "unsigned_words": "从不在纸上签名"}); err != nil {
			t.Fatal(err)
		}
		if err := do("desk", "vouch", "approved", nil); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the desk vouches for itself: %v", err)
		}
		if err := do("supervisor", "vouch", "approved", nil); err != nil || k.State.Status != engine.Closed {
			t.Fatal(k.State.Step, err)
		}
		_, body := c.request("desk", "/p/lin/visits", nil)
		got := regexp.MustCompile(`(?s)一年内客户确认.*?(\d+)`).FindStringSubmatch(body)
		if got == nil || got[1] != "0" {
			t.Errorf("confirmed by the customer: %q", got)
		}
		mustHave(t, body, "100 %", "达标")
	})
}

// proves DSK-16: an office tower's day asks for one customer.
func TestVisitsOfAnOfficeTower(t *testing.T) {
	t.Parallel()
	eachCenter(t, "office-tower", func(t *testing.T, c *center) {
		_, body := c.request("desk", "/p/lin/visits", nil)
		mustHave(t, body, "每天至少 1 户", "还差")
		mustLack(t, body, "今年至少")
	})
}

// proves EST-08: a segment that a rule proposed and a person confirmed leads to
// a visit.
func TestVisitsSeeSegmentsByRule(t *testing.T) {
	t.Parallel()
	eachCenter(t, "residential", func(t *testing.T, c *center) {
		ctx := context.Background()
		u, err := c.Estate.CreateUnit(ctx, auth.System, c.project.ID, estate.NewUnit{
			Unit: estate.Unit{Project: c.project.ID, Room: "1701", Floor: 17, Area: 9860, Use: "residence", State: estate.StateOwner}, BuildingName: "3栋", EntranceName: "1单元",
		})
		if err != nil {
			t.Fatal(err)
		}
		old, err := c.Estate.CreatePerson(ctx, auth.System, c.project.ID, estate.Person{Kind: estate.Natural, Name: "薛雨梅", Birthday: "1950-03-02", BirthdayPurpose: "节日关怀，本人同意"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Estate.Occupy(ctx, auth.System, estate.Occupancy{Project: c.project.ID, Unit: u.ID, Person: old.ID, Capacity: estate.Owner, From: "2025-06-01", Residing: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Estate.ConfirmSegment(ctx, c.people["desk"], c.project.ID, old.ID, "alone"); err != nil {
			t.Fatal(err)
		}
		_, body := c.request("desk", "/p/lin/visits", nil)
		mustHave(t, body, "薛雨梅", "需要关怀的分类")
	})
}
