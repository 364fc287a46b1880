package app_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
)

// A register is the same on paper and as a workbook: title, number of the form,
// columns, lines, totals; the page of a case leads to its print.
//
// proves REC-21, INS-03
func TestRegistersOfCasesOnPaperAndAsWorkbook(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		p := jinxiu(t, a)
		chief := enter(t, a, "supervisor", p.ID)
		repair := leak(t, a, p.ID)
		leak(t, a, p.ID)
		complaint, err := a.Cases.Open(context.Background(), auth.System, casefile.Opening{
			Project: p.ID, Procedure: "complaint", Channel: "phone", Words: "=夜里施工太吵", Place: "东门", Caller: "周慧兰",
			By: engine.Actor{ID: 100, Name: "desk", Roles: []string{"desk"}}, Owner: 100,
			Fields: map[string]any{"against": "security", "person": "王<i>", "wants": "晚上停工", "kind": "noise", "harm": false, "heated": false, "written": false},
		})
		if err != nil {
			t.Fatal(err)
		}
		for kind, want := range map[string]struct {
			title, form, number string
			lines               int
			heads               []string
			says                string
		}{
			"repair":    {"报修登记表", "表号 FM-GL-011-0　第 0 版", repair.Number, 2, []string{"故障", "故障等级", "方便上门的时间"}, "漏水"},
			"complaint": {"投诉登记表", "表号 TS-02　第 1 版", complaint.Number, 1, []string{"涉及部门", "被投诉人", "客户要求"}, "晚上停工"},
			"follow_up": {"回访登记表", "表号 FM-GL-032-0　第 0 版", "", 0, []string{"客户意见", "评分"}, ""},
			"":          {"事项登记表", "", complaint.Number, 3, []string{"类型"}, "投诉"},
		} {
			query := "?view=all&kind=" + kind
			paper := chief.get(a, "/p/jinxiu/registers/cases/print"+query).Body.String()
			answer := chief.get(a, "/p/jinxiu/cases.xlsx"+query)
			if answer.Code != http.StatusOK {
				t.Fatalf("%q: %d", kind, answer.Code)
			}
			book, err := excelize.OpenReader(bytes.NewReader(answer.Body.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			rows, err := book.GetRows("Sheet1")
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != want.lines+4 || rows[0][0] != "锦绣里"+want.title || !strings.HasPrefix(rows[1][0], want.form) {
				t.Fatalf("%q: %q", kind, rows)
			}
			total := rows[len(rows)-1][0]
			for _, words := range append([]string{want.title, want.form, want.number, want.says, total}, rows[2]...) {
				if !strings.Contains(paper, words) {
					t.Errorf("%q: the paper does not say %q", kind, words)
				}
			}
			for _, h := range want.heads {
				if !slices.Contains(rows[2], h) {
					t.Errorf("%q: no column %q in %q", kind, h, rows[2])
				}
			}
			if all := strings.Join(slices.Concat(rows...), "|"); !strings.Contains(all, want.number) || !strings.Contains(all, want.says) {
				t.Errorf("%q: %s", kind, all)
			}
			if want := map[int]string{0: "合计 0 件", 1: "合计 1 件", 2: "合计 2 件", 3: "合计 3 件"}[want.lines]; total != want {
				t.Errorf("%q: %q, want %q", kind, total, want)
			}
			if strings.Contains(paper, "<i>") {
				t.Errorf("%q: words became markup", kind)
			}
			if err := book.Close(); err != nil {
				t.Error(err)
			}
		}
		if page := chief.get(a, "/p/jinxiu/cases/"+repair.Number).Body.String(); !strings.Contains(page, `href="/p/jinxiu/cases/`+repair.Number+`/print"`) {
			t.Error("the page of a case does not lead to its print")
		}
	})
}
