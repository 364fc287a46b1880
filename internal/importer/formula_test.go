package importer

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// A formula that nothing has computed is a fault of its cell, in a column of
// words too; one computed to nothing is empty, and an end of a list that was
// filled with formulas beforehand holds no rows. proves EST-17
func TestFormulasWithoutValues(t *testing.T) {
	t.Parallel()
	row := func(n int, cells ...string) string {
		var b strings.Builder
		fmt.Fprintf(&b, `<row r="%d">`, n)
		for i, c := range cells {
			ref := fmt.Sprintf("%c%d", 'A'+i, n)
			if rest, ok := strings.CutPrefix(c, "<c"); ok {
				fmt.Fprintf(&b, `<c r="%s"%s`, ref, rest)
			} else {
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, c)
			}
		}
		return b.String() + "</row>"
	}
	data := zipped(t, parts(row(1, "房号", "费用项目", "账期", "应收", "已收", "欠费")+
		row(2, "1栋-101", "物业管理费", "2026-08", "163", "0", `<c><f>D2-E2</f><v>163</v></c>`)+
		row(3, "1栋-102", "物业管理费", "2026-08", "163", "0", `<c><f>D3-E3</f><v></v></c>`)+
		row(4, "1栋-103", `<c><f>VLOOKUP(A4,X:Y,2,0)</f></c>`, "2026-08", "163", "0", "163")+
		row(5, "1栋-104", "物业管理费", "2026-08", "163", `<c t="str"><f>IF(A5="","",0)</f><v></v></c>`, "163")+
		row(6, "1栋-105", "物业管理费", "2026-08", "163", "0", `<c><f t="shared" si="0"/></c>`)+
		row(7, `<c><f>A6</f></c>`, `<c><f>B6</f></c>`, `<c><f>C6</f></c>`)))
	b, err := Read(bytes.NewReader(data))
	must(t, err)
	r := Check(b)
	if diff := cmp.Diff([]string{"S!F3 cell.formula", "S!B4 cell.formula", "S!F6 cell.formula"}, cells(r)); diff != "" {
		t.Error(diff)
	}
	if table := r.Table("arrears"); table == nil || len(table.Rows) != 5 {
		t.Errorf("the list reads as %+v", table)
	}
}

// What a program of ours writes as a formula and nobody has opened since.
func TestAFormulaAsLibrariesWriteIt(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t, units(nil))))
	must(t, err)
	defer func() { _ = f.Close() }()
	must(t, f.SetCellValue("房屋", "E4", nil))
	must(t, f.SetCellFormula("房屋", "E4", "80+2"))
	var out bytes.Buffer
	must(t, f.Write(&out))
	b, err := Read(&out)
	must(t, err)
	if diff := cmp.Diff([]string{"房屋!E4 cell.formula"}, cells(Check(b))); diff != "" {
		t.Error(diff)
	}
}
