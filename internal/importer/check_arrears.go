package importer

import (
	"strings"

	"github.com/shopspring/decimal"

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
		c.charged(t, r)
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

// charged compares what was due with the workbook's own tariffs: the item must
// be one of them, and a charge by floor area is area times price. Discounts and
// old prices are possible, so this is to be checked, not wrong for certain.
func (c *checker) charged(t *Table, r *Row) {
	item := plain(r.Text("item"))
	if item == "" {
		return
	}
	u, n := c.units.find(r.Place())
	all, known, fits := 0, 0, []*Row{}
	for _, tariffs := range c.report.tablesOf("tariff") {
		for _, tr := range tariffs.Rows {
			all++
			if plain(tr.Text("item")) != item {
				continue
			}
			known++
			if n == 1 && byArea(tr) && inScope(tr, u.row) {
				fits = append(fits, tr)
			}
		}
	}
	if all > 0 && known == 0 {
		c.at(Notice, t, r, "item", "item.unknown", text.F("收费标准里没有“%s”", "the tariffs have no “%s”", text.Cut(r.Text("item"), 20)), text.B("核对费用名称，或在收费标准里补上", "check the name of the item, or add it to the tariffs"))
		return
	}
	due, ok1 := r.Number64("due")
	if len(fits) != 1 || !ok1 {
		return
	}
	area, ok2 := u.row.Number64("area")
	price, err := decimal.NewFromString(fits[0].Text("price"))
	if !ok2 || err != nil {
		return
	}
	want := price.Mul(decimal.NewFromInt(area)).Round(0).IntPart() // 1/100 m² times yuan is fen
	if d := due - want; d < -1 || d > 1 {
		c.at(Notice, t, r, "due", "arrears.amount", text.F("应收 %s 不等于面积 %s × 单价 %s = %s", "due %s is not the area %s times the price %s, %s", hundredths(due), hundredths(area), price.String(), hundredths(want)), text.B("有优惠或旧价就不用改，否则核对面积和应收", "right with a discount or an old price; else check area and due"))
	}
}

// byArea reports a price a month by floor area.
func byArea(tariff *Row) bool {
	method, per, period := plain(tariff.Text("method")), plain(tariff.Text("per")), plain(tariff.Text("period"))
	return (strings.Contains(method, "面积") || strings.Contains(method, "area")) && !strings.Contains(method, "分摊") && (strings.Contains(per+period, "月") || strings.Contains(per+period, "month"))
}

// inScope reports whether a tariff is for a unit of this use.
func inScope(tariff, unit *Row) bool {
	scope := plain(tariff.Text("scope"))
	use := plain(unit.Text("use"))
	return scope == "" || scope == "全部" || scope == "所有" || scope == "all" || use != "" && strings.Contains(scope, use)
}
