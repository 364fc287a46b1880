package caseweb_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
)

// visited is a visit the desk made and wrote down; the customer has not signed.
func visited(t *testing.T, c *center.Center) casefile.Case {
	t.Helper()
	k, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{
		Project: c.Project.ID, Procedure: "visit", Channel: "visit", Unit: c.Unit.ID, Customer: c.Owner.ID, Caller: c.Owner.Name, Phone: phone, Words: "年度走访",
		Fields: map[string]any{"purpose": "听意见"},
	})
	c.Check(err)
	if k.State.Step == "plan" {
		k = c.Do("desk", k, "plan", "", map[string]any{"purpose": "听意见"}, nil)
	}
	k = c.Do("desk", k, "appoint", "reached", map[string]any{"at": "2026-11-21T10:00:00+08:00"}, nil)
	k = c.Do("desk", k, "go", "arrived", nil, nil)
	c.Post("desk", "/p/lin/cases/"+k.Number+"/do", url.Values{"step": {"record"}, "version": {strconv.Itoa(k.State.Version)}, "field.notes": {"坐了半小时"}, "field.any": {"yes"}}).
		Want(t, http.StatusUnprocessableEntity).Has(t, "请填“客户意见”", "有意见要答复时必填", "坐了半小时")
	form := url.Values{
		"step": {"record"}, "version": {strconv.Itoa(k.State.Version)}, "field.notes": {"坐了半小时"}, "field.any": {"yes"}, "field.rating": {"4"},
		"field.opinions.0.about": {"电梯"}, "field.opinions.0.words": {"早上等得太久"}, "field.opinions.1.about": {"绿化"}, "field.opinions.1.words": {"草没人剪"},
	}
	c.Post("desk", "/p/lin/cases/"+k.Number+"/do", form).Want(t, http.StatusSeeOther)
	return c.Case(k.ID)
}

// What a step wrote down stands on the case page, in the entry of the step and
// on paper: rows of a table, a rating, long words. Who must answer sees what.
// proves DSK-16
func TestACaseShowsEveryAnswer(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := visited(t, c)
		at := "/p/lin/cases/" + k.Number
		c.Get("desk", at).Want(t, http.StatusOK).Has(t,
			"<dt>客户意见</dt><dd>电梯 · 早上等得太久\n绿化 · 草没人剪</dd>", "<dt>满意程度</dt><dd>4 分</dd>", "<dt>走访记录</dt><dd>坐了半小时</dd>",
			"客户意见：\n电梯 · 早上等得太久\n绿化 · 草没人剪", "满意程度：4 分")
		c.Get("desk", at+"/print").Want(t, http.StatusOK).Has(t, "<td colspan=\"3\">电梯 · 早上等得太久\n绿化 · 草没人剪</td>").Lacks(t, "做了什么")
	})
}

// A slip leaves room to write where nothing was written down yet, and only for
// what its procedure asks for.
// proves REP-07
func TestASlipLeavesRoomToWrite(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("厨房水管漏了")
		c.Get("desk", "/p/lin/cases/"+k.Number+"/print").Want(t, http.StatusOK).Has(t, `做了什么</th><td colspan="3"></td>`, `客户意见</th><td colspan="3"></td>`)
	})
}

// Who signed is seen where it belongs: beside the field, in the entry of the
// step and in its cell on paper, to whom may see the case. What is not signed
// stays an empty cell; a kind of case has only the cells of its own signatures.
// proves REP-07, DSK-16
func TestASignatureIsSeenAndPrinted(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := visited(t, c)
		at := "/p/lin/cases/" + k.Number
		c.Get("desk", at+"/print").Want(t, http.StatusOK).Has(t, `客户确认签名</th><td colspan="3"></td>`).Lacks(t, "维修人签名")
		drawn := "data:image/png;base64," + base64.StdEncoding.EncodeToString(center.Picture(20))
		c.Post("desk", at+"/do", url.Values{"step": {"confirm"}, "outcome": {"signed"}, "version": {strconv.Itoa(k.State.Version)}, "field.confirmed": {drawn}}).Want(t, http.StatusSeeOther)
		refs, _ := c.Case(k.ID).State.Fields["confirmed"].([]string)
		if len(refs) != 1 {
			t.Fatalf("signed: %v", refs)
		}
		picture := "/files/" + refs[0] + "/small"
		if page := c.Get("desk", at).Want(t, http.StatusOK).Has(t, "<dt>客户确认签名</dt>").Body; strings.Count(page, picture) != 2 {
			t.Errorf("the signature stands %d times on the page", strings.Count(page, picture))
		}
		if page := c.Get("supervisor", at+"/print").Want(t, http.StatusOK).Body; strings.Count(page, picture) != 1 {
			t.Errorf("the signature stands %d times on paper", strings.Count(page, picture))
		}
		c.Get("supervisor", picture).Want(t, http.StatusOK)
		c.Get("technician", picture).Want(t, http.StatusNotFound)
		c.Get("desk", "/p/lin/cases/"+c.Repair("灯坏了").Number+"/print").Has(t, "维修人签名</th><td></td>", "客户签名</th><td></td>", "139****1111", "2026-11-20", " · 电话", "首问负责</th><td>desk</td>").Lacks(t, "13900001111")
	})
}

// Paper is read on another day: it says moments in full, where the page says
// tomorrow, and carries the number of its form and the way back.
// proves REC-17, REC-21
func TestPaperSaysWhenInFull(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := visited(t, c)
		at := "/p/lin/cases/" + k.Number
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, "今天 ")
		c.Get("desk", at+"/print").Want(t, http.StatusOK).Lacks(t, "今天 ", "明天 ").Has(t, "2026-11-21 10:00", "表号 FM-GL-002-0", `class="qr"`)
		c.Get("desk", "/p/lin/cases/"+c.Repair("灯坏了").Number+"/print").Want(t, http.StatusOK).Lacks(t, "表号")
	})
}

// What the customer was told in a step is told, not internal: the call that
// reached them, the answer; what the staff wrote down is not.
func TestTheTimelineKnowsWhatTheCustomerWasTold(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := visited(t, c)
		at := "/p/lin/cases/" + k.Number
		c.Get("desk", at+"?view=told").Want(t, http.StatusOK).Has(t, "完成「预约」").Lacks(t, "完成「记录」", "完成「上门」")
		c.Get("desk", at+"?view=inner").Want(t, http.StatusOK).Has(t, "完成「记录」").Lacks(t, "完成「预约」")
	})
}

// A call that reached nobody told nothing.
func TestACallThatReachedNobodyToldNothing(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "visit", Channel: "visit", Unit: c.Unit.ID, Customer: c.Owner.ID, Caller: c.Owner.Name, Phone: phone, Words: "年度走访",
		})
		c.Check(err)
		k = c.Do("desk", k, "plan", "", map[string]any{"purpose": "听意见"}, nil)
		c.Do("desk", k, "appoint", "not_reached", nil, nil)
		c.Get("desk", "/p/lin/cases/"+k.Number+"?view=told").Want(t, http.StatusOK).Lacks(t, "完成「预约」")
	})
}
