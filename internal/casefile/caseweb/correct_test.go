package caseweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
)

// An answer given wrongly is corrected on the page of the case: chosen among
// those given, as it stands and as it should be, with a reason. What was there
// and what is there now stay in the history.
func TestAnAnswerIsCorrectedFromTheCasePage(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("厨房没水")
		at := "/p/lin/cases/" + k.Number
		way := at + "/way/amend"
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, `href="`+way+`"`)
		c.Get("desk", way).Want(t, http.StatusOK).Has(t, "故障等级", "小修", `href="`+way+`?choice=fault"`).Lacks(t, "choice=total", "choice=photos", "<textarea")
		one := c.Get("desk", way+"?choice=fault").Want(t, http.StatusOK)
		one.Has(t, "更正：故障", `value="water" selected`, "为什么更正（必填）", `name="version"`)
		form := func(version int, with ...string) url.Values {
			f := url.Values{"version": {strconv.Itoa(version)}, "choice": {"fault"}, "field.fault": {"leak"}, "text": {"听错了，是漏水"}}
			for i := 0; i < len(with); i += 2 {
				f.Set(with[i], with[i+1])
			}
			return f
		}
		now := k.State.Version
		for name, row := range map[string]struct {
			who   string
			form  url.Values
			code  int
			says  []string
			lacks string
		}{
			"no reason":         {"desk", form(now, "text", " "), http.StatusUnprocessableEntity, []string{"请写明为什么更正", `value="leak" selected`}, ""},
			"nothing is new":    {"desk", form(now, "field.fault", "water"), http.StatusUnprocessableEntity, []string{"没有要更正的", "听错了，是漏水"}, ""},
			"the same, no why":  {"desk", form(now, "field.fault", "water", "text", " "), http.StatusUnprocessableEntity, []string{"没有要更正的", "请写明为什么更正"}, ""},
			"no such choice":    {"desk", form(now, "field.fault", "dragon"), http.StatusUnprocessableEntity, []string{"不在可选项里", "听错了，是漏水"}, ""},
			"left empty":        {"desk", form(now, "field.fault", ""), http.StatusUnprocessableEntity, []string{"不能空着", "听错了，是漏水"}, ""},
			"not an answer yet": {"desk", form(now, "choice", "result"), http.StatusUnprocessableEntity, []string{"请选要更正哪一栏"}, ""},
			"an older page":     {"desk", form(now - 1), http.StatusUnprocessableEntity, []string{"没有保存", `value="leak" selected`, "听错了，是漏水"}, ""},
			"looks only":        {"auditor", form(now), http.StatusForbidden, nil, "厨房没水"},
			"not their case":    {"technician", form(now), http.StatusNotFound, nil, "厨房没水"},
			"a visitor":         {"", form(now), http.StatusSeeOther, nil, "厨房没水"},
		} {
			got := c.Post(row.who, way, row.form)
			if got.Code != row.code {
				t.Errorf("%s: status %d", name, got.Code)
			}
			got.Has(t, row.says...)
			if row.lacks != "" {
				got.Lacks(t, row.lacks)
			}
			if k := c.Case(k.ID); k.State.Version != now || k.State.Fields["fault"] != "water" {
				t.Fatalf("%s: changed to %v", name, k.State.Fields["fault"])
			}
		}
		c.Post("desk", way, form(now)).Want(t, http.StatusSeeOther)
		if got := c.Case(k.ID).State.Fields["fault"]; got != "leak" {
			t.Errorf("the fault is %v", got)
		}
		c.Get("supervisor", at).Want(t, http.StatusOK).Has(t, "更正了内容", "故障：供水 → 漏水、爆管", "听错了，是漏水")
	})
}

// What somebody said yes to is not made another sum behind their back.
// proves REP-06
func TestAnAgreedSumIsNotCorrected(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		c.Hire("director2", "director", c.Project.ID)
		k, err := c.Cases.Open(ctx, c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "complaint", Channel: "phone", Unit: c.Unit.ID, Customer: c.Owner.ID, Caller: c.Owner.Name, Phone: phone, Words: "保安态度差",
			Fields: map[string]any{"against": "security", "kind": "service", "wants": "道歉", "harm": false, "heated": false, "written": false},
		})
		c.Check(err)
		for _, s := range []struct {
			who, step, outcome string
			fields             map[string]any
		}{
			{"desk", "grade", "", map[string]any{"grade": "minor"}},
			{"desk", "assign", "sent", nil},
			{"supervisor", "contact", "reached", nil},
			{"desk", "inform", "told", map[string]any{"told": "部门已经联系"}},
			{"supervisor", "look", "", map[string]any{"findings": "属实", "valid": true, "valid_reason": "录像", "answers": "us"}},
			{"supervisor", "solve", "", map[string]any{"remedy": []map[string]any{{"what": "赔偿", "cost": int64(900000)}}, "beyond": true, "can_now": true}},
			{"desk", "explain", "told", map[string]any{"told_why": "超出权限", "next_word": c.Clock.Now().AddDate(0, 0, 1).Format("2006-01-02T15:04:05+08:00")}},
		} {
			if k.State.Step != s.step {
				t.Fatalf("it stands at %s, not %s", k.State.Step, s.step)
			}
			k = c.Do(s.who, k, s.step, s.outcome, s.fields, nil)
		}
		way := "/p/lin/cases/" + k.Number + "/way/amend"
		form := func(cost string) url.Values {
			return url.Values{"version": {strconv.Itoa(c.Case(k.ID).State.Version)}, "choice": {"remedy"}, "field.remedy.0.what": {"赔偿"}, "field.remedy.0.cost": {cost}, "text": {"少写一个零"}}
		}
		wanting := form("")
		wanting.Set("text", "")
		wanting.Set("field.remedy.1.cost", "很多") // all that is wrong is said at once, each at its field
		c.Post("supervisor", way, wanting).Want(t, http.StatusUnprocessableEntity).Has(t, "第 1 行：请填", "第 2 行“", "第 2 行：请填", "请写明为什么更正")
		c.Post("supervisor", way, form("9500")).Want(t, http.StatusSeeOther)
		if got := c.Case(k.ID).State.Fields["cost"]; got != int64(950000) {
			t.Errorf("before the word the sum follows its rows: %v", got)
		}
		k = c.Do("director", c.Case(k.ID), "leaders", "approved", nil, nil)
		c.Post("supervisor", way, form("95000")).Want(t, http.StatusUnprocessableEntity).Has(t, "已经批准", `value="95000.00"`, "少写一个零")
		if got := c.Case(k.ID).State.Fields["cost"]; got != int64(950000) {
			t.Errorf("a sum that was approved became %v", got)
		}
		if page := c.Get("supervisor", way+"?choice=remedy").Want(t, http.StatusOK); strings.Contains(page.Body, "field.cost") {
			t.Error("the sum itself is asked for")
		}
	})
}
