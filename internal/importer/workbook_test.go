package importer

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// sheetData is a sheet written in a test: cells row by row, and merged areas.
type sheetData struct {
	name  string
	rows  [][]any
	merge []string // "A4:A6"
}

// workbook builds an .xlsx of our own writing.
func workbook(t testing.TB, sheets ...sheetData) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, s := range sheets {
		if i == 0 {
			must(t, f.SetSheetName("Sheet1", s.name))
		} else if _, err := f.NewSheet(s.name); err != nil {
			t.Fatal(err)
		}
		for r, row := range s.rows {
			must(t, f.SetSheetRow(s.name, fmt.Sprintf("A%d", r+1), &row))
		}
		for _, m := range s.merge {
			var from, to string
			if _, err := fmt.Sscanf(splitArea(m), "%s %s", &from, &to); err != nil {
				t.Fatal(err)
			}
			must(t, f.MergeCell(s.name, from, to))
		}
	}
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.Bytes()
}

func splitArea(m string) string { return string(bytes.ReplaceAll([]byte(m), []byte(":"), []byte(" "))) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// check reads and checks a workbook written in a test.
func check(t testing.TB, sheets ...sheetData) *Report {
	t.Helper()
	b, err := Read(bytes.NewReader(workbook(t, sheets...)))
	must(t, err)
	return Check(b)
}

// cells lists the faults as "sheet!cell code".
func cells(r *Report) []string {
	out := []string{}
	for _, f := range r.Faults() {
		out = append(out, f.Sheet+"!"+f.Cell()+" "+f.Code)
	}
	return out
}

// units is a plain unit sheet: two buildings of three floors and two units a
// floor, with the given rows changed.
func units(change map[int][]any) sheetData {
	s := sheetData{name: "房屋", rows: [][]any{{"楼栋", "单元", "楼层", "房号", "建筑面积", "用途", "状态", "收楼日期", "业主姓名", "身份证号", "联系电话", "租户", "租户电话"}}}
	n := 0
	for b := 1; b <= 2; b++ {
		for floor := 1; floor <= 6; floor++ {
			for u := 1; u <= 2; u++ {
				n++
				row := []any{fmt.Sprintf("%d栋", b), "1单元", floor, fmt.Sprintf("%d%02d", floor, u), 80.5 + float64(u), "住宅", "自住", "2020-05-06", "王" + string(rune('甲'+n*7)), "", fmt.Sprintf("138%08d", n), "", ""}
				if c, ok := change[n+1]; ok {
					for i, v := range c {
						if v != nil {
							row[i] = v
						}
					}
				}
				s.rows = append(s.rows, row)
			}
		}
	}
	return s
}
