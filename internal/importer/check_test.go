package importer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
)

// proves EST-17: the workbook as it is, every faulty cell and no other.
func TestOpeningWorkbook(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	status, err := CheckCommand(t.Context(), &out, "testdata/opening-jinxiu.xlsx", true)
	must(t, err)
	want, err := os.ReadFile("testdata/opening-jinxiu.cells")
	must(t, err)
	var got strings.Builder
	lines := bufio.NewScanner(&out)
	for lines.Scan() {
		var l map[string]string
		must(t, json.Unmarshal(lines.Bytes(), &l))
		if len(l) != 5 || l["message"] == "" || l["proposal"] == "" {
			t.Errorf("line %s lacks a part", lines.Text())
		}
		fmt.Fprintf(&got, "%s!%s %s\n", l["sheet"], l["cell"], l["code"])
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Error(diff)
	}
	if status != 1 {
		t.Errorf("status %d", status)
	}
	data, err := os.ReadFile("testdata/opening-jinxiu.xlsx")
	must(t, err)
	eachSite(t, func(t *testing.T, h *site) { // uploaded and looked at, nothing is written
		p, err := h.Preview(t.Context(), auth.System, h.project, h.take(data).ID)
		must(t, err)
		var got strings.Builder
		for _, f := range p.Report.Faults() {
			fmt.Fprintf(&got, "%s!%s %s\n", f.Sheet, f.Cell(), f.Code)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]int64{"unit": 0, "person": 0, "phone": 0, "occupancy": 0, "entry": 0}, h.counts()); diff != "" {
			t.Error(diff)
		}
	})
}

// The rows that are right are read with their meaning.
func TestOpeningWorkbookRows(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/opening-jinxiu.xlsx")
	must(t, err)
	b, err := Read(bytes.NewReader(data))
	must(t, err)
	r := Check(b)
	rows := map[string]int{}
	for _, table := range r.Tables {
		rows[table.Sheet.Kind.Name] = len(table.Rows)
		if m := table.Sheet.Missing(); len(m) > 0 {
			t.Errorf("%s misses %v", table.Sheet.Name, m)
		}
		for _, c := range table.Sheet.Columns {
			if c.Field == "" || !c.Sure {
				t.Errorf("%s: column %q is not read for sure", table.Sheet.Name, c.Heading)
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"unit": 1213, "parking": 421, "tariff": 7, "arrears": 576}, rows); diff != "" {
		t.Error(diff)
	}
	if r.AsOf != "2026-10-31" {
		t.Errorf("as of %q", r.AsOf)
	}
	row := r.Table("unit").Rows[68] // row 72 of the sheet
	got := []string{row.Place().String(), row.Text("area"), row.Text("handover"), row.Text("owner"), row.Meaning("state")}
	if diff := cmp.Diff([]string{"1栋-1单元-1801", "89.50", "2018-03-08", "王佳若", "owner_occupied"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	parking := func(rows ...[]any) sheetData {
		return sheetData{name: "车位", rows: append([][]any{{"车位号", "类型", "使用人房号", "车牌号", "月租", "到期日"}}, rows...)}
	}
	arrears := func(rows ...[]any) sheetData {
		return sheetData{name: "欠费", rows: append([][]any{{"房号", "费用项目", "账期", "应收", "已收", "欠费"}}, rows...)}
	}
	cases := map[string]struct {
		sheets []sheetData
		want   []string
	}{
		"clean": {[]sheetData{units(nil)}, []string{}},
		"the doubled row is the one out of order": {
			[]sheetData{units(map[int][]any{4: {nil, nil, nil, "201"}, 5: {nil, nil, nil, "201"}})}, []string{"房屋!D5 room.duplicate"}},
		"the earlier row can be the wrong one": {
			[]sheetData{units(map[int][]any{3: {nil, nil, nil, "302"}})}, []string{"房屋!D3 floor.mismatch"}}, // and room.duplicate, one line a cell
		"floor typed wrong":            {[]sheetData{units(map[int][]any{6: {nil, nil, 9}})}, []string{"房屋!C6 floor.mismatch"}},
		"room typed wrong":             {[]sheetData{units(map[int][]any{6: {nil, nil, nil, "901"}})}, []string{"房屋!D6 floor.mismatch"}},
		"area slipped":                 {[]sheetData{units(map[int][]any{6: {nil, nil, nil, nil, 815}})}, []string{"房屋!E6 area.outlier"}},
		"a larger top floor is right":  {[]sheetData{units(map[int][]any{12: {nil, nil, nil, nil, 160}})}, []string{}},
		"area empty":                   {[]sheetData{units(map[int][]any{6: {nil, nil, nil, nil, ""}})}, []string{"房屋!E6 value.missing"}},
		"name empty":                   {[]sheetData{units(map[int][]any{6: {nil, nil, nil, nil, nil, nil, nil, nil, " "}})}, []string{"房屋!I6 name.missing"}},
		"unsold without owner":         {[]sheetData{units(map[int][]any{6: {nil, nil, nil, nil, nil, nil, "未售", "", "", "", ""}})}, []string{}},
		"tenant without owner":         {[]sheetData{units(map[int][]any{6: {nil, nil, nil, nil, nil, nil, "出租", nil, "", "", "", "李四", "13900000000"}})}, []string{"房屋!I6 tenant.without_owner"}},
		"tenant's name empty":          {[]sheetData{units(map[int][]any{6: {nil, nil, nil, nil, nil, nil, "出租", nil, nil, nil, nil, "", "13900000000"}})}, []string{"房屋!L6 name.missing"}},
		"unknown state":                {[]sheetData{units(map[int][]any{6: {nil, nil, nil, nil, nil, nil, "自往"}})}, []string{"房屋!G6 word.unknown"}},
		"odd building":                 {[]sheetData{units(map[int][]any{6: {"11栋"}})}, []string{"房屋!A6 building.unknown"}},
		"one number, two people":       {[]sheetData{units(map[int][]any{6: {8: "赵一", 9: "11010519491231002X"}, 9: {8: "钱二", 9: "11010519491231002X"}})}, []string{"房屋!J9 identity.duplicate"}},
		"one number, one person twice": {[]sheetData{units(map[int][]any{6: {8: "赵一", 9: "11010519491231002X"}, 9: {8: "赵一、孙六", 9: "11010519491231002X"}})}, []string{}},
		"one number, a slip in the name": {
			[]sheetData{units(map[int][]any{6: {8: "赵一明", 9: "11010519491231002X"}, 9: {8: "赵一民", 9: "11010519491231002X"}})}, []string{"房屋!I9 name.spelling"}},
		"a phone in the family": {[]sheetData{units(map[int][]any{6: {10: "13912345678"}, 9: {10: "13912345678"}})}, []string{}},
		"unknown building and room": {
			[]sheetData{units(nil), parking([]any{"B1-001", "租赁", "9栋-101", "粤JK0001", 300, "2026-11-28"}, []any{"B1-002", "租赁", "1栋-909", "粤JK0002", 300, "2026-11-28"}, []any{"B1-003", "产权", "物业自用"})},
			[]string{"车位!C2 building.unknown", "车位!C3 unit.unknown"}},
		"a plate at two units": {
			[]sheetData{units(nil), parking([]any{"B1-001", "租赁", "1栋-101", "粤JK0001", 300}, []any{"B1-002", "租赁", "1栋-102", "粤J K0001", 300}, []any{"B1-003", "租赁", "1栋-101", "粤JK0001", 300})},
			[]string{"车位!D3 plate.duplicate"}},
		"the vehicle sheet says whose": {
			[]sheetData{units(nil), parking([]any{"B1-001", "租赁", "1栋-101", "粤JK0001", 300}, []any{"B1-002", "租赁", "1栋-102", "粤JK0001", 300}),
				{name: "车辆", rows: [][]any{{"车牌号", "房号", "车主"}, {"粤JK0001", "1栋-102", "王五"}}}},
			[]string{"车位!D2 plate.duplicate"}},
		"a space twice": {
			[]sheetData{parking([]any{"B1-001", "租赁"}, []any{"B1-001", "租赁"}, []any{"B1-003", "租赁"})}, []string{"车位!A3 space.duplicate"}},
		"rent below zero": {[]sheetData{parking([]any{"B1-001", "租赁", "", "", -300})}, []string{"车位!E2 money.negative"}},
		"arrears that do not add up": {
			[]sheetData{units(nil), arrears([]any{"1栋-101", "物业管理费", "2026-08", 100, 0, 100}, []any{"1栋-101", "物业管理费", "2026-09", 100, 20, 81}, []any{"1栋-101", "物业管理费", "2026-10", 1000, 0, 100})},
			[]string{"欠费!F3 arrears.sum", "欠费!D4 arrears.sum"}},
		"a month twice": {
			[]sheetData{units(nil), arrears([]any{"1栋-101", "物业管理费", "2026-08", 100, 0, 100}, []any{"1栋-101", "物业管理费", "2026年8月", 100, 0, 100})},
			[]string{"欠费!C3 arrears.duplicate"}},
		"a wrong total": {
			[]sheetData{arrears([]any{"1栋-101", "物业管理费", "2026-08", 100, 0, 100}, []any{"1栋-102", "物业管理费", "2026-08", 100, 0, 100}, []any{"合计", "", "", 200, 0, 199})},
			[]string{"欠费!F4 total.mismatch"}},
		"right totals and subtotals": {
			[]sheetData{arrears([]any{"1栋-101", "物业管理费", "2026-08", 100, 0, 100}, []any{"小计", "", "", 100, 0, 100}, []any{"1栋-102", "物业管理费", "2026-08", 50, 0, 50}, []any{"小计", "", "", 50, 0, 50}, []any{"总计", "", "", 150, 0, 150})},
			[]string{}},
		"a period reversed": {
			[]sheetData{{name: "名册", rows: [][]any{{"房号", "姓名", "关系", "性别", "身份证号", "入住日期", "迁出日期"}, {"1栋-101", "赵一", "家属", "女", "11010519491231002X", "2021-05-06", "2020-05-06"}, {"1栋-102", "钱二", "租户", "女", "110105194912310011", "2021-05-06", ""}}}},
			[]string{"名册!G2 period.reversed", "名册!D3 sex.mismatch"}},
		"sex against the number": {
			[]sheetData{{name: "名册", rows: [][]any{{"房号", "姓名", "性别", "身份证号"}, {"1栋-101", "赵一", "男", "11010519491231002X"}}}},
			[]string{"名册!C2 sex.mismatch"}},
		"an owner spelt in two ways": {
			[]sheetData{units(map[int][]any{2: {8: "赵一明"}, 3: {8: "钱二"}}), {name: "名册", rows: [][]any{{"房号", "姓名", "与业主关系"}, {"1栋-101", "赵一民", "业主"}, {"1栋-102", "孙三", "业主"}, {"1栋-102", "钱二", "业主"}}}},
			[]string{"名册!B2 name.spelling"}},
		"mailboxes number anew in each building": {
			[]sheetData{units(nil), {name: "信报箱", rows: [][]any{{"信报箱号", "房号"}, {"1", "1栋-101"}, {"2", "1栋-102"}, {"2", "1栋-201"}, {"1", "2栋-101"}, {"2", "2栋-102"}}}},
			[]string{"信报箱!A4 mailbox.duplicate"}},
		"keys are counted in whole numbers": {
			[]sheetData{units(nil), {name: "钥匙", rows: [][]any{{"房号", "钥匙名称", "数量"}, {"1栋-101", "入户门", "3把"}, {"1栋-102", "入户门", -2}, {"1栋-201", "入户门", "若干"}, {"1栋-202", "入户门", 1.5}}}},
			[]string{"钥匙!C3 count.invalid", "钥匙!C4 count.invalid", "钥匙!C5 count.invalid"}},
		"errors and unworked formulas are no values": {
			[]sheetData{units(map[int][]any{6: {8: "#N/A", 9: "#REF!"}, 7: {8: "=VLOOKUP(D7,A:B,2,0)"}, 8: {4: "=80+1"}})},
			[]string{"房屋!I6 cell.error", "房屋!J6 cell.error", "房屋!I7 cell.formula", "房屋!E8 cell.formula"}},
		"a column missing": {
			[]sheetData{{name: "房屋", rows: [][]any{{"楼栋", "房号", "业主", "电话"}, {"1栋", "101", "赵一", "13912345678"}}}}, []string{"房屋!A1 column.missing"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, cells(check(t, c.sheets...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What may be right is pointed out and goes in all the same.
func TestNotices(t *testing.T) {
	t.Parallel()
	tariffs := sheetData{name: "收费标准", rows: [][]any{{"收费项目", "计费方式", "单价", "单位", "适用范围", "周期"}, {"物业管理费", "建筑面积", 2, "元/㎡·月", "住宅", "每月"}, {"物业管理费", "建筑面积", 4, "元/㎡·月", "商铺", "每月"}, {"公摊", "按面积分摊", "实际", "", "住宅", "每月"}}}
	r := check(t, units(map[int][]any{6: {6: "出租", 11: "王二麻", 8: "王二麻"}}), tariffs,
		sheetData{name: "欠费", rows: [][]any{{"房号", "费用项目", "账期", "应收", "已收", "欠费"},
			{"1栋-101", "物业管理费", "2026-08", 163, 0, 163}, {"1栋-101", "物业管理费", "2026-09", 326, 0, 326}, {"1栋-102", "电梯费", "2026-09", 30, 0, 30}, {"1栋-102", "公摊", "2026-09", 31, 0, 31}}},
		sheetData{name: "名册", rows: [][]any{{"房号", "姓名", "与业主关系"}, {"1栋-102", "孙三五", "业主"}}})
	got := []string{}
	for _, f := range r.Findings {
		got = append(got, string(f.Level)+" "+f.Sheet+"!"+f.Cell()+" "+f.Code)
	}
	want := []string{"notice 房屋!L6 tenant.is_owner", "notice 欠费!D3 arrears.amount", "notice 欠费!B4 item.unknown", "notice 名册!B2 owner.differs"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
