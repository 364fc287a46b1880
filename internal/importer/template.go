package importer

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/text"
)

// guideSheet is the name of the template's page that explains. It lists the
// headings of all kinds, so it would pass for a list; it is never read as one.
var guideSheet = text.B("填写说明", "How to fill in")

// WriteTemplate writes the workbook to fill in (EST-17): one sheet a kind with
// its headings, text format where digits must not be lost, lists of the known
// words, and a page that explains.
func WriteTemplate(w io.Writer, lang text.Lang) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	first := guideSheet.In(lang)
	if err := f.SetSheetName("Sheet1", first); err != nil {
		return err
	}
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF4"}}, Alignment: &excelize.Alignment{Vertical: "center"}})
	if err != nil {
		return err
	}
	asText, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return err
	}
	guide := [][]any{
		{text.B("列的顺序可以变，多余的列会略过；表头写法相近即可。", "Columns may change places; others are left out; headings need only be alike.").In(lang)},
		{text.B("带 * 的列必填。合并单元格、标题行、合计行都能认出。", "Columns with * are required. Merged cells, titles and totals are recognised.").In(lang)},
		{text.B("上传后先看预览：有问题的单元格会逐一列出，更正后再导入；导入可整批撤回。", "After uploading you see a preview: every faulty cell is named; the import can be taken back whole.").In(lang)},
		{},
		{text.B("工作表", "Sheet").In(lang), text.B("列", "Column").In(lang), text.B("写法", "How to write").In(lang)},
	}
	for _, k := range Kinds() {
		title := k.Title.In(lang)
		if _, err := f.NewSheet(title); err != nil {
			return err
		}
		for i, field := range k.Fields {
			name := field.Title.In(lang)
			if field.Require {
				name = "* " + name
			}
			col, err := excelize.ColumnNumberToName(i + 1)
			if err != nil {
				return err
			}
			if err := f.SetCellStr(title, col+"1", name); err != nil {
				return err
			}
			if field.Type != "area" && field.Type != "money" && field.Type != "integer" && field.Type != "count" {
				if err := f.SetColStyle(title, col, asText); err != nil {
					return err
				}
			}
			if err := f.SetColWidth(title, col, col, 15); err != nil {
				return err
			}
			if err := offerWords(f, title, col, field); err != nil {
				return err
			}
			guide = append(guide, []any{title, name, how(field).In(lang)})
		}
		last := Ref(1, len(k.Fields))
		if err := f.SetCellStyle(title, "A1", last, head); err != nil {
			return err
		}
		if err := f.SetPanes(title, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return err
		}
	}
	for i, row := range guide {
		if err := f.SetSheetRow(first, Ref(i+1, 1), &row); err != nil {
			return err
		}
	}
	if err := f.SetColWidth(first, "A", "B", 22); err != nil {
		return err
	}
	if err := f.SetColWidth(first, "C", "C", 70); err != nil {
		return err
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("writing the template: %w", err)
	}
	return nil
}

// offerWords gives a column of words its list to choose from.
func offerWords(f *excelize.File, sheet, col string, field Field) error {
	if field.Type != "word" {
		return nil
	}
	list := []string{}
	for _, m := range words().words[field.Words] {
		list = append(list, m.words[0])
	}
	v := excelize.NewDataValidation(true)
	v.SetSqref(col + "2:" + col + "20000")
	if err := v.SetDropList(list); err != nil {
		return err
	}
	return f.AddDataValidation(sheet, v)
}

// how explains a field to the person who fills it in.
func how(f Field) text.Both {
	switch f.Type {
	case "room":
		return text.B("502 或 S01；不写“室”也可以", "502 or S01")
	case "place":
		return text.B("3栋-502，有单元写 3栋-1单元-502", "3栋-502, with the entrance 3栋-1单元-502")
	case "area":
		return text.B("平方米，只写数字：89.50", "square metres, the number only: 89.50")
	case "money", "price":
		return text.B("元，只写数字：300.00", "yuan, the number only: 300.00")
	case "date":
		return text.B("2026-03-05；2026/3/5、2026.3.5、2026年3月5日 也可以", "2026-03-05; 2026/3/5 and 2026.3.5 will do")
	case "month":
		return text.B("2026-10", "2026-10")
	case "name":
		return text.B("几个人用“、”分开", "several people with “、” between")
	case "identity":
		return text.B("18 位身份证号，或统一社会信用代码、护照号；加密保存", "identity number, credit code or passport number; kept encrypted")
	case "phones":
		return text.B("手机或带区号的座机，几个号码用“、”或“/”分开", "mobile or landline with area code, several with “/” between")
	case "plate", "plates":
		return text.B("粤J12345", "粤J12345")
	case "word":
		known := []string{}
		for _, m := range words().words[f.Words] {
			known = append(known, m.words[0])
		}
		return text.B("选一个："+strings.Join(known, "、"), "one of: "+strings.Join(known, "、"))
	case "integer", "count":
		return text.B("整数", "a whole number")
	}
	return text.B("文字", "words")
}
