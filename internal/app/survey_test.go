package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/store"
)

var markup = regexp.MustCompile(`<[^>]*>`)

var sheetAddress = regexp.MustCompile(`/survey/[0-9a-z]+-[0-9a-f]{24}`)

// proves DSK-17: sent to all, answered once a home without account and without
// saying whose home it is, counted by building and question, closed by day.
func TestSurveyFromDraftToCount(t *testing.T) {
	t.Parallel()
	eachCenter(t, "residential", func(t *testing.T, c *center) {
		ctx := context.Background()
		for i, room := range []string{"1601", "1602", "1603"} {
			c.household(room, "业主"+room, fmt.Sprintf("1380000%04d", i), "")
		}
		form := url.Values{
			"title": {"2026 年意见征询"}, "until": {"2026-11-30"}, "sort.0": {"rating"}, "ask.0": {"总体满意吗"}, "sort.1": {"choice"}, "ask.1": {"最看重什么"}, "options.1": {"维修、保洁"},
			"sort.2": {"text"}, "ask.2": {"最希望我们改进什么？"},
		}
		bad := url.Values{"title": {""}, "until": {"2020-01-01"}, "sort.0": {"choice"}, "ask.0": {"甲<b>"}, "options.0": {"只有一个"}}
		if code, body := c.request("desk", "/p/lin/surveys", bad); code != http.StatusUnprocessableEntity {
			t.Errorf("a broken form: %d", code)
		} else {
			mustHave(t, body, "写一个主题", "选今天或以后", "至少写两个选项", "甲&lt;b&gt;")
		}
		if code, body := c.request("desk", "/p/lin/surveys", form); code != http.StatusSeeOther {
			t.Fatal(code, body)
		}
		list, err := c.Cases.List(ctx, auth.System, casefile.Filter{Project: c.project.ID, Procedure: "survey"})
		if err != nil || len(list.Cases) != 1 || list.Cases[0].State.Step != "approve" {
			t.Fatalf("%+v %v", list.Cases, err)
		}
		k := list.Cases[0]
		var id int64
		if err := c.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			all, err := c.Care.Surveys(ctx, tx, c.people["desk"], c.project.ID)
			id = all[0].ID
			return err
		}); err != nil {
			t.Fatal(err)
		}
		page := fmt.Sprintf("/p/lin/surveys/%d", id)
		if code, _ := c.request("desk", page+"/send", url.Values{"share": {"100"}}); code != http.StatusConflict {
			t.Errorf("sent before it was approved: %d", code)
		}
		if _, err := c.Cases.Do(ctx, c.people["supervisor"], casefile.Doing{Case: k.ID, Command: engine.Command{Kind: engine.EvDone, Step: "approve", Outcome: "approved"}}); err != nil {
			t.Fatal(err)
		}
		atCase := "/p/lin/cases/" + k.Number
		if _, body := c.request("desk", atCase, nil); !strings.Contains(body, "到意见征询里发出") {
			t.Error("the case does not lead to where it is sent out")
		}
		if code, body := c.request("director", atCase, nil); code != http.StatusOK || strings.Contains(body, "还差") || strings.Contains(body, "field.sent") {
			t.Errorf("who cannot send is asked for the number that is written by itself: %d", code)
		}
		if code, _ := c.request("desk", page+"/send", url.Values{"share": {"0"}}); code != http.StatusUnprocessableEntity {
			t.Errorf("a share of nothing: %d", code)
		}
		if code, body := c.request("desk", page+"/send", url.Values{"share": {"100"}}); code != http.StatusSeeOther {
			t.Fatal(code, body)
		}
		var links []string
		if err := c.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			told, err := c.Notice.Customers(ctx, tx, c.project.ID, 0, 50)
			for _, n := range told {
				links = append(links, sheetAddress.FindString(n.Link))
			}
			return err
		}); err != nil || len(links) != 4 || links[0] == "" {
			t.Fatalf("messages out: %v %v", links, err)
		}
		code, body, queries := c.count("", links[0], nil)
		if code != http.StatusOK || queries > 4 {
			t.Fatal(code, queries)
		}
		mustHave(t, body, "总体满意吗", "保洁", "大字", "最希望我们改进什么？")
		english := httptest.NewRequestWithContext(ctx, http.MethodGet, links[0], nil)
		english.Header.Set("Accept-Language", "en")
		sheet := httptest.NewRecorder()
		c.Handler().ServeHTTP(sheet, english)
		mustHave(t, sheet.Body.String(), "总体满意吗", "What should we improve first?")
		// What is read, not addresses and fingerprints: those hold any digits.
		mustLack(t, markup.ReplaceAllString(body, " "), "1502", "1601", "3栋", "王芳", "业主", "临江苑", "13")
		if _, large := c.request("", links[0]+"?large=1", nil); !strings.Contains(large, `data-gj-size="large"`) {
			t.Error("no large type")
		}
		for _, forged := range []string{links[0][:len(links[0])-1] + "0", "/survey/abc", "/survey/1-" + strings.Repeat("0", 24)} {
			if forged == links[0] {
				forged = links[0][:len(links[0])-1] + "1"
			}
			if code, body := c.request("", forged, nil); code != http.StatusNotFound || strings.Contains(body, "总体满意吗") {
				t.Errorf("%s: %d", forged, code)
			}
		}
		if code, body := c.request("", links[0], url.Values{"q0": {"9"}, "q1": {"别的"}, "q2": {"<script>x"}}); code != http.StatusUnprocessableEntity {
			t.Errorf("marks that are none: %d", code)
		} else {
			mustHave(t, body, "请选一个满意程度", "请选一项", "&lt;script&gt;x")
		}
		for i, mark := range []string{"5", "4", "2"} {
			if code, body := c.request("", links[i], url.Values{"q0": {mark}, "q1": {"维修"}, "q2": {"多种树" + mark}}); code != http.StatusSeeOther {
				t.Fatal(code, body)
			}
		}
		if code, _ := c.request("", links[0], url.Values{"q0": {"1"}, "q1": {"维修"}}); code != http.StatusConflict {
			t.Errorf("a home answered twice: %d", code)
		}
		if _, body := c.request("", links[0], nil); strings.Contains(body, "总体满意吗") || !strings.Contains(body, "谢谢") {
			t.Error("an answered sheet is offered again")
		}
		code, body, queries = c.count("desk", page, nil)
		if code != http.StatusOK || queries > 14 {
			t.Errorf("%d with %d queries", code, queries)
		}
		mustHave(t, body, "75 %", "67 %", "多种树5", "3栋", "未达")
		mustLack(t, body, "1601", "业主1602")
		for _, who := range []string{"technician", "auditor"} {
			if code, body := c.request(who, page, nil); code != http.StatusForbidden || strings.Contains(body, "多种树") {
				t.Errorf("%s gets %d", who, code)
			}
		}
		if _, sheets := c.request("desk", page+"/sheets", nil); strings.Count(sheets, `class="qr"`) != 4 || !strings.Contains(sheets, "3栋1单元-1601") {
			t.Error("the printable list lacks homes")
		}
		if code, book := c.request("desk", page+"/excel", nil); code != http.StatusOK || !strings.HasPrefix(book, "PK") {
			t.Errorf("the workbook: %d", code)
		}
		if code, _ := c.request("desk", page+"/count", url.Values{}); code != http.StatusConflict {
			t.Errorf("counted before its day: %d", code)
		}
		c.clock.Add(12 * 24 * time.Hour)
		if code, body := c.request("", links[3], nil); code != http.StatusNotFound || strings.Contains(body, "总体满意吗") {
			t.Errorf("an expired sheet: %d", code)
		}
		if _, err := c.Cases.Fire(ctx); err != nil {
			t.Fatal(err)
		}
		if code, body := c.request("desk", page+"/count", url.Values{}); code != http.StatusSeeOther {
			t.Fatal(code, body)
		}
		v, err := c.Cases.View(ctx, auth.System, c.project.ID, k.Number)
		if err != nil || v.Case.State.Step != "analyse" || v.Case.State.Fields["returned"] != int64(3) || v.Case.State.Fields["rate"] != int64(67) {
			t.Errorf("%s %v %v", v.Case.State.Step, v.Case.State.Fields, err)
		}
	})
}

// The page without log-in bears no storm from one address.
func TestSurveyPageIsRateLimited(t *testing.T) {
	t.Parallel()
	eachCenter(t, "residential", func(t *testing.T, c *center) {
		last := 0
		for range 40 {
			last, _ = c.request("", "/survey/1-"+strings.Repeat("0", 24), nil)
		}
		if last != http.StatusTooManyRequests {
			t.Errorf("the fortieth request: %d", last)
		}
		c.clock.Add(2 * time.Minute)
		if code, _ := c.request("", "/survey/1-"+strings.Repeat("0", 24), nil); code != http.StatusNotFound {
			t.Errorf("after a while: %d", code)
		}
	})
}
