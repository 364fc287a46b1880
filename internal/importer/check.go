package importer

import (
	"fmt"
	"slices"
	"strings"

	"guanjia/internal/text"
)

// checker holds what the checks of one workbook share.
type checker struct {
	report  *Report
	units   *unitIndex
	guesses int
}

// Check reads the rows of a mapped workbook and finds every faulty cell. It is
// pure: the same book gives the same report. Rules compare a cell with its own
// meaning, with its row, with its neighbours and with the other sheets; none
// knows a particular workbook.
func Check(b *Book) *Report {
	c := &checker{report: &Report{}}
	for _, s := range b.Sheets {
		c.report.Tables = append(c.report.Tables, s.table(b.date1904))
	}
	c.headings()
	c.report.AsOf = asOf(c.report.Tables)
	c.units = indexUnits(c.report.tablesOf("unit"))
	for _, t := range c.report.Tables {
		if t.Sheet.Kind == nil {
			continue
		}
		c.columns(t)
		c.values(t)
		c.totals(t)
		c.places(t)
		c.spans(t)
		c.notes(t)
		switch t.Sheet.Kind.Name {
		case "unit":
			c.unitRows(t)
		case "resident":
			c.residentRows(t)
		case "arrears":
			c.arrearsRows(t)
		}
	}
	c.rooms()
	c.numbered("parking", "space", "space.duplicate", "车位号", "space", false)
	c.numbered("mailbox", "box", "mailbox.duplicate", "信报箱号", "box", true)
	c.numbered("unit", "mailbox", "mailbox.duplicate", "信报箱号", "box", true)
	c.people()
	c.cars()
	c.report.sort(b)
	return c.report
}

// at notes a finding at a field of a row.
func (c *checker) at(level Level, t *Table, r *Row, field, code string, message, proposal text.Both) {
	col := t.Sheet.column(field)
	if col == 0 {
		return
	}
	c.report.Findings = append(c.report.Findings, Finding{Sheet: t.Sheet.Name, Row: r.Number, Column: col, Level: level, Code: code, Message: message, Proposal: proposal})
}

// headings reports sheets whose heading is not recognised. Where that is all of
// them nothing at all was checked, and that must not look like a clean workbook.
func (c *checker) headings() {
	level := Fault
	for _, t := range c.report.Tables {
		if t.Sheet.Kind != nil {
			level = Notice
		}
	}
	for _, t := range c.report.Tables {
		s := t.Sheet
		if s.Kind != nil || s.Header != 0 || s.width() < 2 || len(s.grid) < 2 || level == Notice && (s.Hidden || explains(s.Name)) {
			continue
		}
		row := slices.IndexFunc(s.grid, func(r []string) bool { return len(r) > 0 }) + 1
		c.report.Findings = append(c.report.Findings, Finding{Sheet: s.Name, Row: row, Column: 1, Level: level, Code: "heading.unknown",
			Message:  text.B("没有认出表头，这张表没有检查，也不会导入", "no heading is recognised; this sheet was not checked and will not be imported"),
			Proposal: text.B("在第一行写上列名（楼栋、房号、建筑面积……可照模板），或在预览页选它是哪种表", "write the names of the columns in its first row (see the template), or choose its kind in the preview")})
	}
}

// explains reports that a sheet by its name is an explanation, not a list.
func explains(name string) bool {
	n := plain(name)
	for _, w := range append([]string{"howto", "readme", "封面", "目录"}, words().notes...) {
		if strings.Contains(n, w) {
			return true
		}
	}
	return false
}

// columns reports required columns that no heading was found for.
func (c *checker) columns(t *Table) {
	for _, f := range t.Sheet.Missing() {
		c.report.Findings = append(c.report.Findings, Finding{
			Sheet: t.Sheet.Name, Row: t.Sheet.Header, Column: 1, Level: Fault, Code: "column.missing",
			Message:  text.F("没有“%[1]s”这一列", "the column “%[2]s” is missing", f.Title.ZH, f.Title.EN),
			Proposal: text.B("在列对应里为它选一列，或在表里补上", "choose a column for it in the mapping, or add it to the sheet"),
		})
	}
}

// values reports cells that cannot be read and required ones that are empty.
func (c *checker) values(t *Table) {
	for _, r := range t.Rows {
		for _, f := range t.Sheet.Kind.Fields {
			v := r.Values[f.Name]
			switch {
			case v == nil:
			case v.Fault != nil:
				c.at(Fault, t, r, f.Name, v.Fault.code, v.Fault.message, v.Fault.proposal)
			case f.Require && v.Text == "" && !(f.Name == "building" && r.Place().Building != ""):
				c.at(Fault, t, r, f.Name, "value.missing", text.F("“%[1]s”没有填", "“%[2]s” is empty", f.Title.ZH, f.Title.EN), c.fillIn(t, r, f))
			case f.Past && v.Text != "" && c.report.AsOf != "" && v.Text > c.report.AsOf:
				c.at(Fault, t, r, f.Name, "date.future", text.F("%s 晚于台账日期 %s", "%s is after the day of the workbook, %s", v.Text, c.report.AsOf), text.B("核对年份", "check the year"))
			case f.Type == "money" && v.OK && v.Number < 0 && f.Name != "owed":
				c.at(Fault, t, r, f.Name, "money.negative", text.F("%[1]s不能为负：%[3]s", "%[2]s is not below zero: %[3]s", f.Title.ZH, f.Title.EN, v.Text), text.B("核对金额；预收款另行登记", "check the amount; prepayments are recorded apart"))
			}
		}
	}
}

// notes reports remarks that may not be kept without a purpose (LAW-03).
func (c *checker) notes(t *Table) {
	for _, r := range t.Rows {
		if note := r.Text("note"); note != "" && safeNote(note) == "" {
			c.at(Notice, t, r, "note", "note.private", text.B("备注涉及健康、年龄或评价，没有记录用途前不导入", "the note is about health, age or character; it is not taken over before a purpose is recorded"), text.B("删去，或导入后按用途在客户资料里登记", "delete it, or record it with its purpose afterwards"))
		}
	}
}

// fillIn proposes a value for an empty required cell from what stands around it.
func (c *checker) fillIn(t *Table, r *Row, f Field) text.Both {
	switch f.Name {
	case "area":
		if area, n, all := c.units.stackArea(r); n >= 3 && n*10 >= all*8 {
			return text.F("同一户型线的其他 %d 户都是 %s，核对产证后填写", "the other %d units of the same stack have %s; check the certificate", n, hundredths(area))
		}
		return text.B("按产证或合同填写面积", "write the area from the certificate or contract")
	case "owed":
		if due, ok := r.Number64("due"); ok {
			paid, _ := r.Number64("paid")
			return text.F("应收减已收为 %s", "due less paid is %s", hundredths(due-paid))
		}
	}
	return text.F("填写%[1]s，或删除这一行", "write the %[2]s, or delete the row", f.Title.ZH, f.Title.EN)
}

// totals compares the numbers of totals rows with the sum of the rows above
// them (since the last subtotal, or all).
func (c *checker) totals(t *Table) {
	s := t.Sheet
	from := s.Data - 1
	for _, at := range t.totals {
		for _, col := range s.Columns {
			f, ok := s.Kind.Field(col.Field)
			if !ok || f.Type != "area" && f.Type != "money" {
				continue
			}
			raw := s.own(at, col.Index-1)
			if raw == "" || raw[0] == '=' {
				continue // empty, or a formula: Excel will compute it
			}
			v := readValue(Field{Type: "money"}, areaUnit.ReplaceAllString(plain(raw), ""), false)
			if !v.OK || v.Text == "" {
				continue
			}
			part, partSure := t.sum(f.Name, from, at)
			all, allSure := t.sum(f.Name, s.Data-1, at)
			if !partSure && !allSure || v.Number == part || v.Number == all {
				continue
			}
			c.report.Findings = append(c.report.Findings, Finding{Sheet: s.Name, Row: at + 1, Column: col.Index, Level: Fault, Code: "total.mismatch",
				Message:  text.F("合计 %s 与各行之和 %s 不符", "the total %s is not the sum of the rows, %s", v.Text, hundredths(all)),
				Proposal: text.B("核对有没有漏行、多行或改过的数，再更正合计", "look for rows missing, doubled or changed, then correct the total")})
		}
		from = at + 1
	}
}

// sum adds a field over rows; sure is false while a row cannot be read, for
// then a difference proves nothing.
func (t *Table) sum(field string, from, to int) (total int64, sure bool) {
	sure = true
	for _, r := range t.Rows {
		if r.Number-1 < from || r.Number-1 >= to {
			continue
		}
		v := r.Values[field]
		if v != nil && !v.OK {
			sure = false
		}
		n, _ := r.Number64(field)
		total += n
	}
	return total, sure
}

// spans reports periods that end before they begin.
func (c *checker) spans(t *Table) {
	for _, p := range [][3]string{{"from", "to", "period.reversed"}, {"lease_from", "lease_to", "period.reversed"}, {"handover", "move_in", "move_in.before_handover"}} {
		for _, r := range t.Rows {
			from, to := r.Text(p[0]), r.Text(p[1])
			if from == "" || to == "" || to >= from {
				continue
			}
			m := text.F("结束 %s 早于开始 %s", "it ends on %s, before it begins on %s", to, from)
			if p[2] != "period.reversed" {
				m = text.F("入住 %s 早于收楼 %s", "moved in on %s, before the handing over on %s", to, from)
			}
			c.at(Fault, t, r, p[1], p[2], m, text.B("核对两个日期，多半是年份写错", "check both dates; the year is the likeliest slip"))
		}
	}
}

// hundredths writes 1/100 (fen, 1/100 m²) with two decimals.
func hundredths(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}
