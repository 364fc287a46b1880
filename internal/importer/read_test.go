package importer

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/errs"
)

// proves EST-17: files that are no usable workbook are refused in words.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	good := workbook(t, units(nil))
	locked := func() []byte {
		f := excelize.NewFile()
		var b bytes.Buffer
		must(t, f.Write(&b, excelize.Options{Password: "secret"}))
		return b.Bytes()
	}()
	cases := map[string]struct {
		data []byte
		code string
	}{
		"nothing":          {nil, "importer.file.empty"},
		"CSV":              {[]byte("楼栋,房号\n1栋,101\n"), "importer.file.csv"},
		"CSV in GBK":       {[]byte("\xc2\xa5\xb6\xb0,\xb7\xbf\xba\xc5\n1,101\n"), "importer.file.csv"},
		"web page":         {[]byte("<html><table><tr><td>1</td></tr></table></html>"), "importer.file.html"},
		"old format":       {append([]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, make([]byte, 600)...), "importer.file.xls"},
		"password":         {locked, "importer.file.encrypted"},
		"PDF":              {[]byte("%PDF-1.7\n"), "importer.file.format"},
		"picture":          {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), "importer.file.format"},
		"half a workbook":  {good[:len(good)/2], "importer.file.damaged"},
		"zip of something": {zipped(t, map[string]string{"a.txt": "hello"}), "importer.file.damaged"},
		"empty workbook":   {workbook(t, sheetData{name: "空"}), "importer.file.empty"},
		"too many bytes":   {append([]byte("PK\x03\x04"), make([]byte, MaxBytes)...), "importer.file.too_large"},
		"zip bomb":         {bomb(t), "importer.file.too_large"},
		"row far below":    {farCell(t, "A1000000"), "importer.file.too_large"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(bytes.NewReader(c.data))
			if errs.KindOf(err) != errs.Invalid || errs.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

func zipped(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, content)
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

// bomb is a small file that unpacks to more than the limit.
func bomb(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	must(t, err)
	block := bytes.Repeat([]byte{' '}, 1<<20)
	for range maxUnzipped>>20 + 1 {
		_, err = w.Write(block)
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

func farCell(t testing.TB, cell string) []byte {
	t.Helper()
	return zipped(t, parts(`<row r="`+strings.TrimLeft(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")+`"><c r="`+cell+`" t="str"><v>x</v></c></row>`))
}

// parts is the smallest workbook around rows of XML.
func parts(rows string) map[string]string {
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	return map[string]string{
		"[Content_Types].xml":        head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
		"_rels/.rels":                head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            head + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   head + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

// English headings and words are read like Chinese ones, below titles and blank rows.
func TestEnglishWorkbook(t *testing.T) {
	t.Parallel()
	r := check(t, sheetData{name: "Arrears", rows: [][]any{{"Unit", "Item", "Billing month", "Amount due", "Amount paid", "Outstanding"}, {"1-101", "Management fee", "2026-10", 100, 0, 100}}},
		sheetData{name: "Units", rows: append(make([][]any, 40), [][]any{{"Property list"}, {"Building", "Entrance", "Floor", "Room No.", "Area (sqm)", "Use", "Status", "Handover date", "Owner name", "ID number", "Mobile", "Tenant", "Tenant phone", "Remark"}, {"1", "1", 1, "101", 89.5, "Residential", "Owner-occupied", "2020-05-06", "John Smith", "", "13912345678", "", "", ""}, {"1", "1", 1, "102", 89.5, "Shop", "Rented", "2020-05-06", "Mary", "", "13912345679", "Tom", "13912345670", ""}}...)},
		sheetData{name: "Parking", rows: [][]any{{"Space No.", "Type", "Unit", "Plate No.", "Monthly rent", "Expiry date"}, {"B1-1", "Owned", "1-101", "粤JB4765", 80, "2026-11-28"}, {"B1-2", "Leased", "1-102", "粤JB4766", 80, ""}}})
	if got := cells(r); len(got) != 0 {
		t.Errorf("faults %v", got)
	}
	for kind, n := range map[string]int{"unit": 2, "parking": 2, "arrears": 1} {
		if table := r.Table(kind); table == nil || len(table.Rows) != n || len(table.Sheet.Missing()) > 0 {
			t.Errorf("%s is not read: %+v", kind, table)
		}
	}
	if u := r.Table("unit"); u != nil && (u.Rows[1].Meaning("state") != "let" || u.Rows[1].Items("tenant")[0] != "Tom" || u.Rows[0].Meaning("use") != "residence") {
		t.Errorf("the words are not understood: %+v", u.Rows[1].Values)
	}
}

// A workbook in which no heading is found was not checked: that is said as a fault.
func TestNoHeading(t *testing.T) {
	t.Parallel()
	if got := cells(check(t, sheetData{name: "x", rows: units(nil).rows[1:]})); len(got) != 1 || got[0] != "x!A1 heading.unknown" {
		t.Errorf("got %v", got)
	}
	r := check(t, units(nil), sheetData{name: "别的", rows: [][]any{{"甲", "乙"}, {1, 2}, {3, 4}}}, sheetData{name: "填写说明", rows: [][]any{{"甲", "乙"}, {1, 2}}})
	if len(r.Findings) != 1 || r.Findings[0].Level != Notice || r.Findings[0].Sheet != "别的" {
		t.Errorf("got %+v", r.Findings)
	}
}

// A merged area is seen wherever it stands in a part, across reads too.
func TestHasMerges(t *testing.T) {
	t.Parallel()
	for _, pad := range []int{0, 1, 256<<10 - 900, 256<<10 - 500, 256<<10 - 5, 256 << 10, 600 << 10} {
		filler := "<!--" + strings.Repeat("x", pad) + "-->"
		if speaksOf(zipped(t, parts(filler)), "mergeCell") || !speaksOf(zipped(t, parts(filler+`</sheetData><mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells><sheetData>`)), "mergeCell") {
			t.Errorf("wrong with %d bytes before", pad)
		}
	}
	for at := 256<<10 - 12; at < 256<<10+2; at++ { // every split of the word over two reads
		if !speaksOf(zipped(t, map[string]string{"xl/worksheets/sheet1.xml": strings.Repeat("x", at) + "mergeCell"}), "<none", "mergeCell") {
			t.Errorf("not found at %d", at)
		}
	}
}

func TestCheckCommand(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/book.xlsx"
	must(t, os.WriteFile(file, workbook(t, units(map[int][]any{6: {nil, nil, nil, nil, -3}})), 0o600))
	var out bytes.Buffer
	n, err := CheckCommand(context.Background(), &out, file, false)
	must(t, err)
	if n != 1 || !strings.Contains(out.String(), "房屋!E6") || !strings.Contains(out.String(), "area.not_positive") {
		t.Errorf("%d\n%s", n, out.String())
	}
	must(t, os.WriteFile(file, workbook(t, units(nil)), 0o600))
	if n, err := CheckCommand(context.Background(), &out, file, true); n != 0 || err != nil {
		t.Errorf("a clean workbook gives %d, %v", n, err)
	}
	if _, err := CheckCommand(context.Background(), &out, file+".none", true); err == nil {
		t.Error("a missing file is no error")
	}
}

// No bytes at all may end in a panic or in a report without words.
func FuzzRead(f *testing.F) {
	f.Add(workbook(f, units(nil)))
	f.Add(zipped(f, parts(`<row r="1"><c r="A1" t="s"><v>9</v></c></row>`)))
	f.Add(zipped(f, parts(`<row r="1"><c r="XFD1"><v>1e309</v></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells><sheetData>`)))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Read(bytes.NewReader(data))
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("a foreign error: %v", err)
			}
			return
		}
		for _, fault := range Check(b).Findings {
			if fault.Message.ZH == "" || fault.Proposal.ZH == "" {
				t.Errorf("%s without words", fault.Code)
			}
		}
	})
}

// Any text in any column of a sound sheet is read or refused, never a panic.
func FuzzCells(f *testing.F) {
	for _, s := range []string{"１３７４６２１２９８８", "2021-13-07", "3栋1单元502", "=SUM(A1:A9)", "<script>", "'; DROP TABLE", "𠮷😀", "\x00\xff", "十十十", "1e999999", "----"} {
		f.Add(s)
	}
	kinds := []string{"text", "integer", "count", "room", "place", "area", "money", "price", "date", "month", "name", "identity", "phones", "plate", "plates", "word"}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range kinds {
			for _, list := range []string{"use", "state"} {
				v := readValue(Field{Type: kind, Words: list}, s, false)
				if v.OK == (v.Fault != nil) {
					t.Errorf("%s %q: neither right nor wrong", kind, s)
				}
			}
		}
		for _, k := range Kinds() {
			k.match(s, map[string]bool{})
		}
	})
}
