package careweb_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"guanjia/e2e/center"
	"guanjia/internal/store"
)

// sent is a survey of two questions, approved and sent to every home.
func sent(c *center.Center) (page string, tokens []string) {
	c.T.Helper()
	form := url.Values{
		"title": {"年度征询"}, "until": {"2026-11-30"}, "sort.0": {"rating"}, "ask.0": {"满意吗"}, "sort.1": {"text"}, "ask.1": {"想说什么"},
	}
	page = c.Post("desk", "/p/lin/surveys", form).Want(c.T, http.StatusSeeOther).To
	page, _, _ = strings.Cut(page, "?")
	c.Do("supervisor", c.CasesOf("survey")[0], "approve", "approved", nil, nil)
	c.Post("desk", page+"/send", url.Values{"share": {"100"}}).Want(c.T, http.StatusSeeOther)
	c.Check(c.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		list, err := c.Care.Surveys(ctx, tx, c.Actor("desk"), c.Project.ID)
		c.Check(err)
		sheets, err := c.Care.Sheets(ctx, tx, c.Actor("desk"), c.Project.ID, list[0].ID, "", 0)
		for _, s := range sheets {
			tokens = append(tokens, c.Care.Token(s.ID))
		}
		return err
	}))
	return page, tokens
}

// proves DSK-17: who approves a survey reads each question whole, with its type
// and its choices, each choice once.
func TestWhoApprovesASurveyReadsItWhole(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		form := url.Values{
			"title": {"颜色征询"}, "until": {"2026-11-30"}, "sort.0": {"rating"}, "ask.0": {"满意吗"}, "sort.1": {"text"}, "ask.1": {"想说什么"},
			"sort.2": {"choice"}, "ask.2": {"单元门漆什么颜色"}, "options.2": {"红、红、 、绿"},
		}
		page := c.Post("desk", "/p/lin/surveys", form).Want(t, http.StatusSeeOther).To
		page, _, _ = strings.Cut(page, "?")
		whole := []string{"满意吗（打分 1–5）", "想说什么（写文字）", "单元门漆什么颜色（单选：红、绿）"}
		c.Get("supervisor", page).Want(t, http.StatusOK).Has(t, whole...)
		c.Get("supervisor", "/p/lin/cases/"+c.CasesOf("survey")[0].Number).Want(t, http.StatusOK).Has(t, whole...)
		form.Set("options.2", "红、红")
		c.Post("desk", "/p/lin/surveys", form).Want(t, http.StatusUnprocessableEntity).Has(t, "至少写两个选项")
	})
}

// proves DSK-17: the collection is ended and those without an answer are
// reminded from the page, by who may.
func TestCollectingFromThePage(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		for i := range 3 {
			c.Household(fmt.Sprintf("%d01", 20+i), fmt.Sprintf("业主%d", i), fmt.Sprintf("1380000%04d", i))
		}
		page, tokens := sent(c)
		c.Get("desk", page).Want(t, http.StatusOK).Has(t, "提醒没交的 4 户", "提前结束回收").Lacks(t, "把统计写入事项", "业主0", "王芳", "1502")
		c.Get("", "/survey/"+tokens[0]).Want(t, http.StatusOK).Has(t, "满意吗", "不记名").Lacks(t, "3栋", "王芳", "业主", "临江苑", "1380000")
		c.Post("", "/survey/"+tokens[0], url.Values{"q0": {"5"}, "q1": {`<b>树</b>`}}).Want(t, http.StatusSeeOther)
		c.Post("", "/survey/"+tokens[0], url.Values{"q0": {"1"}}).Want(t, http.StatusConflict).Has(t, "原来的回答没有改")
		c.Get("desk", "/p/lin/surveys").Want(t, http.StatusOK).Has(t, "年度征询", "4 份", `data-th="收回">1</td>`, `data-th="回收率">25 %</td>`)
		c.Post("desk", page+"/remind", nil).Want(t, http.StatusConflict).Has(t, "2026-11-23 ", "以后可以再提醒")
		c.Clock.Add(80 * time.Hour)
		for _, at := range []string{"/remind", "/end", "/count"} {
			c.Post("technician", page+at, nil).Want(t, http.StatusForbidden)
			if got := c.Post("", page+at, nil); got.Code == http.StatusOK || !strings.Contains(got.To, "/login") {
				t.Errorf("%s for a visitor: %d", at, got.Code)
			}
		}
		c.Post("desk", page+"/remind", nil).Want(t, http.StatusSeeOther)
		// One answer tells who gave it: only its arrival shows.
		c.Get("desk", page).Has(t, "提醒没交的 3 户", "提醒过", "样本太少，先不判定", "打印二维码清单").Lacks(t, "&lt;b&gt;树", "达标", "满意份数", "count-q0")
		c.Post("", "/survey/"+tokens[2], url.Values{"q0": {"5"}}).Want(t, http.StatusSeeOther)
		c.Get("desk", page).Has(t, "样本太少").Lacks(t, "&lt;b&gt;树")
		c.Post("", "/survey/"+tokens[3], url.Values{"q0": {"2"}}).Want(t, http.StatusSeeOther)
		c.Post("desk", page+"/count", nil).Want(t, http.StatusConflict)
		c.Post("desk", page+"/end", nil).Want(t, http.StatusUnprocessableEntity).Has(t, `id="f-sure-err"`, "没有结束")
		c.Post("desk", page+"/end", url.Values{"sure": {"yes"}}).Want(t, http.StatusSeeOther)
		c.Get("", "/survey/"+tokens[1]).Want(t, http.StatusNotFound).Lacks(t, "满意吗")
		c.Post("", "/survey/"+tokens[1], url.Values{"q0": {"5"}}).Want(t, http.StatusNotFound)
		c.Get("desk", page).Want(t, http.StatusOK).Has(t, "已提前结束", "把统计写入事项", "&lt;b&gt;树", "count-q0").Lacks(t, "提前结束回收<", "打印二维码清单", "样本太少")
		// The case leads to the survey instead of asking for what that knows.
		file := "/p/lin/cases/" + c.CasesOf("survey")[0].Number
		c.Get("desk", file).Want(t, http.StatusOK).Has(t, `href="`+page+`">到意见征询里统计`).Lacks(t, "field.returned", "field.rate")
		c.Post("desk", page+"/count", nil).Want(t, http.StatusSeeOther)

		book := c.Get("desk", page+"/excel").Want(t, http.StatusOK)
		f, err := excelize.OpenReader(bytes.NewReader([]byte(book.Body)))
		c.Check(err)
		defer func() { _ = f.Close() }()
		all := ""
		for _, sheet := range f.GetSheetList() {
			rows, err := f.GetRows(sheet)
			c.Check(err)
			all += fmt.Sprint(rows)
		}
		for _, w := range []string{"满意吗", "<b>树</b>", "收回"} {
			if !strings.Contains(all, w) {
				t.Errorf("the workbook lacks %q", w)
			}
		}
		for _, w := range []string{"1502", "王芳", "业主0"} {
			if strings.Contains(all, w) {
				t.Errorf("the workbook tells %q", w)
			}
		}
	})
}

// The list of codes is printed a building at a time when it is long.
func TestCodesByBuilding(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		page, _ := sent(c)
		c.Get("desk", page+"/sheets").Want(t, http.StatusOK).Has(t, "3栋1单元-1502")
		id := page[strings.LastIndex(page, "/")+1:]
		c.Check(c.DB.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			for i := range 301 { // a tower
				if _, err := tx.Exec(ctx, "INSERT INTO care_sheet (project_id, id, survey_id, unit_id, building, plate, place) VALUES (?, ?, CAST(? AS BIGINT), ?, ?, ?, ?)",
					c.Project.ID, tx.NewID(), id, i+1, "9栋", fmt.Sprintf("9栋-%d室", i+1), 1000+i); err != nil {
					return err
				}
			}
			return nil
		}))
		codes := func(a center.Answer) int { return strings.Count(a.Body, `class="qr"`) }
		first := c.Get("desk", page+"/sheets").Want(t, http.StatusOK).Has(t, "3栋：", "9栋").Lacks(t, "9栋-1室")
		if codes(first) != 1 {
			t.Errorf("the first building has %d codes", codes(first))
		}
		tower := c.Get("desk", page+"/sheets?building="+url.QueryEscape("9栋")).Want(t, http.StatusOK).Has(t, "9栋-1室", "9栋-300室", "后面的", "第 1—300 份，共 301 份").Lacks(t, "9栋-301室")
		if codes(tower) != 300 || tower.Queries > 14 {
			t.Errorf("%d codes with %d queries", codes(tower), tower.Queries)
		}
		rest := c.Get("desk", page+"/sheets?building="+url.QueryEscape("9栋")+"&from=300").Want(t, http.StatusOK).Has(t, "9栋-301室").Lacks(t, "后面的")
		if codes(rest) != 1 {
			t.Errorf("the rest has %d codes", codes(rest))
		}
		for _, odd := range []string{"?building=%27%3B--", "?from=-5", "?from=99999999999999999999"} {
			c.Get("desk", page+"/sheets"+odd).Want(t, http.StatusOK)
		}
		c.Get("auditor", page+"/sheets").Want(t, http.StatusForbidden).Lacks(t, "1502")
	})
}

// proves DSK-15: two people ring the same customer back: the second sees that
// it was done and loses no word.
func TestTwoRingTheSameCustomerBack(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		for _, s := range []struct {
			step, outcome string
			fields        map[string]any
		}{
			{"accept", "accepted", nil}, {"arrive", "arrived", nil}, {"look", "done", map[string]any{"cause": "垫圈老化", "charge": "free"}},
			{"work", "done", map[string]any{"result": "fixed", "did": "换垫圈"}}, {"finish", "signed", map[string]any{"signed_by": "1"}}, {"sign", "signed", map[string]any{"approved_by": "1"}},
		} {
			k = c.Do("technician", k, s.step, s.outcome, s.fields, nil)
		}
		list := c.Get("desk", "/p/lin/follow-ups").Want(t, http.StatusOK).Has(t, k.Number, "换垫圈", "139****1111").Lacks(t, "13900001111")
		if list.Queries > 20 {
			t.Errorf("%d queries", list.Queries)
		}
		path := "/p/lin/follow-ups/" + k.Number
		form := func(outcome, words string) url.Values {
			return url.Values{"step": {"follow"}, "outcome": {outcome}, "by": {"call"}, "version": {fmt.Sprint(k.State.Version)}, "field.followed": {words}}
		}
		c.Post("desk", path, form("satisfied", "")).Want(t, http.StatusUnprocessableEntity)
		c.Post("technician", path, form("satisfied", "很好")).Want(t, http.StatusForbidden)
		c.Post("supervisor", path, form("satisfied", "客户说很好")).Want(t, http.StatusSeeOther)
		c.Post("desk", path, form("dissatisfied", `又漏了 <b>`)).Want(t, http.StatusConflict).Has(t, "别人刚办过", "又漏了 &lt;b&gt;", "/p/lin/cases/"+k.Number).Lacks(t, "又漏了 <b>")
		if now := c.Case(k.ID); now.State.Fields["followed"] != "客户说很好" {
			t.Errorf("%v", now.State.Fields["followed"])
		}
	})
}

// proves DSK-15, REC-21: who was rung back within a repair stands in the
// register of follow-ups, on the page, on paper and in the workbook; a call
// nobody answered does not.
func TestTheRegisterOfFollowUpsHasThoseOfRepairs(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		for _, s := range []struct {
			step, outcome string
			fields        map[string]any
		}{
			{"accept", "accepted", nil}, {"arrive", "arrived", nil}, {"look", "done", map[string]any{"cause": "垫圈老化", "charge": "free"}},
			{"work", "done", map[string]any{"result": "fixed", "did": "换垫圈"}}, {"finish", "signed", map[string]any{"signed_by": "1"}}, {"sign", "signed", map[string]any{"approved_by": "1"}},
		} {
			k = c.Do("technician", k, s.step, s.outcome, s.fields, nil)
		}
		at := "/p/lin/follow-ups"
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, `href="`+at+`/register"`)
		ring := func(outcome, words string) {
			form := url.Values{"step": {"follow"}, "outcome": {outcome}, "by": {"call"}, "version": {fmt.Sprint(c.Case(k.ID).State.Version)}, "field.followed": {words}}
			c.Post("supervisor", at+"/"+k.Number, form).Want(t, http.StatusSeeOther)
		}
		ring("not_reached", "关机")
		c.Get("desk", at+"/register").Want(t, http.StatusOK).Has(t, "合计 0 次").Lacks(t, k.Number)
		ring("satisfied", "=客户说很好")
		page := c.Get("desk", at+"/register").Want(t, http.StatusOK).Has(t, k.Number, c.Owner.Name, "1502", "电话", "满意", "=客户说很好", c.Actor("supervisor").Name, "合计 1 次：满意 1，不满意 0").Lacks(t, "关机")
		if page.Queries > 10 {
			t.Errorf("%d queries", page.Queries)
		}
		month := "?month=" + c.Clock.Now().Format("2006-01")
		c.Get("desk", at+"/register/print"+month).Want(t, http.StatusOK).Has(t, "回访登记表", "FM-GL-032-0", k.Number, "=客户说很好", "合计 1 次")
		c.Get("desk", at+"/register?month="+c.Clock.Now().AddDate(0, -1, 0).Format("2006-01")).Want(t, http.StatusOK).Has(t, "合计 0 次")
		c.Get("technician", at+"/register").Want(t, http.StatusForbidden)
		book := c.Get("desk", at+"/register.xlsx"+month).Want(t, http.StatusOK)
		if name := book.Header.Get("Content-Disposition"); !strings.HasSuffix(name, "%20"+c.Clock.Now().Format("2006-01")+".xlsx") {
			t.Errorf("the file does not say its month: %s", name)
		}
		f, err := excelize.OpenReader(bytes.NewReader([]byte(book.Body)))
		c.Check(err)
		defer func() { _ = f.Close() }()
		rows, err := f.GetRows(f.GetSheetList()[0])
		c.Check(err)
		if len(rows) != 5 || rows[3][0] != k.Number || rows[3][9] != "=客户说很好" || !strings.HasPrefix(rows[1][0], "表号 FM-GL-032-0") {
			t.Errorf("%q", rows)
		}
		c.Get("desk", "/p/lin/registers/cases/print?kind=follow_up").Want(t, http.StatusOK).Has(t, "维修、投诉里打的回访，在“回访”页的回访登记表里")
	})
}
