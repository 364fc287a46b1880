package importer

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func fieldsOf(s *Sheet) []string {
	out := []string{}
	for _, c := range s.Columns {
		out = append(out, c.Field)
	}
	return out
}

// proves EST-17: any layout with understandable headings is mapped.
func TestMapping(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		sheet  sheetData
		kind   string
		header int
		data   int
		fields []string
	}{
		"title, note, other order": {
			sheetData{name: "表一", rows: [][]any{{"某某花园业主资料"}, {"制表：客服"}, {}, {"联系电话（手机）", "业主", "* 房 号", "栋号", "面积（平方米）"}, {"13912345678", "赵一", "101", "1", "90"}}, merge: []string{"A1:E1"}},
			"unit", 4, 5, []string{"owner_phone", "owner", "room", "building", "area"}},
		"two levels": {
			sheetData{name: "表一", rows: [][]any{
				{"楼栋", "房号", "建筑面积", "业主", "", "租户", ""},
				{"", "", "", "姓名", "电话", "姓名", "电话"},
				{"1栋", "101", 90, "赵一", "13912345678", "钱二", "13912345679"}},
				merge: []string{"A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1"}},
			"unit", 1, 3, []string{"building", "room", "area", "owner", "owner_phone", "tenant", "tenant_phone"}},
		"unknown columns are left out": {
			sheetData{name: "车位", rows: [][]any{{"序号", "车位编号", "车牌", "房号", "颜色"}, {1, "A-1", "粤JK0001", "1栋-101", "红"}}},
			"parking", 1, 2, []string{"", "space", "plate", "place", ""}},
		"nothing to understand": {
			sheetData{name: "杂记", rows: [][]any{{"今天", "天气"}, {"晴", "好"}}}, "", 0, 0, []string{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := Read(bytes.NewReader(workbook(t, c.sheet)))
			must(t, err)
			s := b.Sheets[0]
			kind := ""
			if s.Kind != nil {
				kind = s.Kind.Name
			}
			if kind != c.kind || s.Header != c.header || s.Data != c.data {
				t.Errorf("kind %q header %d data %d, want %q %d %d", kind, s.Header, s.Data, c.kind, c.header, c.data)
			}
			if diff := cmp.Diff(c.fields, fieldsOf(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCorrect(t *testing.T) {
	t.Parallel()
	b, err := Read(bytes.NewReader(workbook(t, sheetData{name: "表", rows: [][]any{{"楼栋", "房号", "建筑面积", "老板", "业主"}, {"1栋", "101", 90, "赵一", "钱二"}}})))
	must(t, err)
	b.Correct([]Correction{{Sheet: "表", Kind: "unit", Columns: map[int]string{4: "owner", 5: "nonsense"}}, {Sheet: "no such", Kind: "unit"}})
	if diff := cmp.Diff([]string{"building", "room", "area", "owner", ""}, fieldsOf(b.Sheets[0])); diff != "" {
		t.Error(diff)
	}
	if got := Check(b).Table("unit").Rows[0].Text("owner"); got != "赵一" {
		t.Errorf("owner %q", got)
	}
	b.Correct([]Correction{{Sheet: "表", Kind: ""}})
	if Check(b).Table("unit") != nil {
		t.Error("a sheet left out is still read")
	}
}

// Merged cells and groups written once give their value to each row; an
// entrance is not carried into the next building.
func TestGroups(t *testing.T) {
	t.Parallel()
	want := []string{"1栋-1单元-101", "1栋-1单元-102", "1栋-1单元-103", "1栋-2单元-104", "商铺-S1", "商铺-S2", "商铺-S3"}
	plainRows := [][]any{{"楼栋", "单元", "房号", "建筑面积"}, {"1栋", "1单元", "101", 90}, {"", "", "102", 90}, {"", "", "103", 90}, {"", "2单元", "104", 90}, {"商铺", "", "S1", 30}, {"", "", "S2", 30}, {"", "", "S3", 30}}
	for name, s := range map[string]sheetData{
		"merged":  {name: "表", rows: plainRows, merge: []string{"A2:A5", "B2:B4", "A6:A8"}},
		"written": {name: "表", rows: plainRows},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := []string{}
			for _, r := range check(t, s).Table("unit").Rows {
				got = append(got, r.Place().String())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
