package importer

import (
	"guanjia/internal/text"
)

// arrearsRows checks due − paid = owed, and one line a unit, item and month.
func (c *checker) arrearsRows(t *Table) {
	type lineKey struct {
		place       placeKey
		item, month string
	}
	type series struct {
		place placeKey
		item  string
	}
	usual := map[series]map[int64]int{}
	for _, r := range t.Rows {
		if due, ok := r.Number64("due"); ok {
			k := series{r.Place().key(), r.Text("item")}
			if usual[k] == nil {
				usual[k] = map[int64]int{}
			}
			usual[k][due]++
		}
	}
	first := map[lineKey]*Row{}
	for _, r := range t.Rows {
		c.owed(t, r, usual[series{r.Place().key(), r.Text("item")}])
		k := lineKey{r.Place().key(), r.Text("item"), r.Text("month")}
		if k.month == "" || k.place.room == "" {
			continue
		}
		if other := first[k]; other != nil {
			c.at(Fault, t, r, "month", "arrears.duplicate", text.F("与第 %d 行是同一户、同一费用、同一账期", "the same unit, item and month as row %d", other.Number), text.B("核对账期，或删除重复的一行", "check the month, or delete the doubled row"))
			continue
		}
		first[k] = r
		if c.report.AsOf != "" && k.month > c.report.AsOf[:7] {
			c.at(Notice, t, r, "month", "month.future", text.F("账期 %s 晚于台账日期 %s", "%s is after the day of the workbook, %s", k.month, c.report.AsOf), text.B("核对账期", "check the month"))
		}
	}
}

// owed says which of the three amounts is wrong: due, when the other months of
// the unit agree with paid + owed; else what is owed.
func (c *checker) owed(t *Table, r *Row, usual map[int64]int) {
	due, ok1 := r.Number64("due")
	owed, ok3 := r.Number64("owed")
	if !ok1 || !ok3 {
		return
	}
	paid, _ := r.Number64("paid")
	if v := r.Values["paid"]; v != nil && !v.OK {
		return
	}
	if due-paid == owed {
		if paid > due {
			c.at(Notice, t, r, "paid", "arrears.overpaid", text.F("已收 %s 多于应收 %s", "paid %s is more than due %s", hundredths(paid), hundredths(due)), text.B("多收的作预收款登记", "record the difference as a prepayment"))
		}
		return
	}
	field, message, prop := "owed",
		text.F("应收 %s 减已收 %s 应为 %s，表中欠费为 %s", "due %s less paid %s is %s; the sheet says %s", hundredths(due), hundredths(paid), hundredths(due-paid), hundredths(owed)),
		text.F("改为 %s", "write %s", hundredths(due-paid))
	if usual[paid+owed] >= 2 && usual[due] == 1 {
		field, prop = "due", text.F("其他账期应收都是 %[1]s，改为 %[1]s", "the other months have %[1]s; write %[1]s", hundredths(paid+owed))
	}
	c.at(Fault, t, r, field, "arrears.sum", message, prop)
}
