package importer

import (
	"regexp"
	"strings"

	"github.com/shopspring/decimal"

	"guanjia/internal/text"
)

var (
	areaUnit  = regexp.MustCompile(`(平方米|平方公尺|平方|平米|平|㎡|m²|m2|m\^2|sqm)$`)
	moneyUnit = regexp.MustCompile(`(元整|圆整|元|圆|rmb|cny)$`)
	plainNum  = regexp.MustCompile(`^[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})(e[+-]?\d{1,2})?$`)
	thousands = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`)
)

// parseNumber reads a decimal with or without thousands separators. Other
// commas (89,5) are not certain and are refused.
func parseNumber(s string) (decimal.Decimal, bool) {
	if thousands.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	if !plainNum.MatchString(s) {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(s)
	return d, err == nil
}

// area reads m²: 89.5 · 89.50㎡ · 89.5 平方米. It keeps hundredths.
func (v *Value) area(s string) {
	t := areaUnit.ReplaceAllString(strings.ReplaceAll(plain(s), "，", ","), "")
	d, ok := parseNumber(t)
	if !ok {
		v.fail(faulty("area.not_number", "面积不是数字："+text.Cut(s, 20), "the area is not a number: "+text.Cut(s, 20), "只写数字，单位为平方米，例如 89.50", "write a number in square metres, like 89.50"))
		return
	}
	if !d.IsPositive() {
		zh, en := "按产证或合同填写面积", "write the area from the certificate or contract"
		if d.IsNegative() {
			zh, en = "是否为 "+d.Abs().StringFixed(2)+"？", d.Abs().StringFixed(2)+"?"
		}
		v.fail(faulty("area.not_positive", "面积必须大于零，现为 "+d.String(), "the area must be above zero, it is "+d.String(), zh, en))
		return
	}
	if d.GreaterThan(decimal.NewFromInt(1_000_000)) {
		v.fail(faulty("area.too_large", "面积超过 100 万平方米："+d.String(), "the area is above one million m²: "+d.String(), "核对小数点和单位", "check the decimal point and the unit"))
		return
	}
	v.Number = d.Shift(2).Round(0).IntPart()
	v.Text = d.Round(2).StringFixed(2)
}

// money reads yuan into fen: 1,234.50 · ¥300 · 300元. Below zero is allowed
// here; what may be negative is decided by the checks.
func (v *Value) money(s string) {
	t := strings.NewReplacer("¥", "", "￥", "", "，", ",").Replace(plain(s))
	t = moneyUnit.ReplaceAllString(t, "")
	if strings.HasPrefix(t, "(") && strings.HasSuffix(t, ")") {
		t = "-" + strings.Trim(t, "()") // an accountant's minus
	}
	d, ok := parseNumber(t)
	if !ok || d.Abs().GreaterThan(decimal.NewFromInt(1_000_000_000)) {
		v.fail(faulty("money.not_number", "金额不是数字："+text.Cut(s, 20), "the amount is not a number: "+text.Cut(s, 20), "只写数字，单位为元，例如 300.00", "write a number in yuan, like 300.00"))
		return
	}
	v.Number = d.Shift(2).Round(0).IntPart()
	v.Text = d.Round(2).StringFixed(2)
}

// price reads a price; tiers and words (阶梯, 实际) stay text, they are agreed
// in words. Only a number below zero is wrong.
func (v *Value) price(s string) {
	d, ok := parseNumber(moneyUnit.ReplaceAllString(strings.NewReplacer("¥", "", "￥", "").Replace(plain(s)), ""))
	if !ok {
		return
	}
	if d.IsNegative() {
		v.fail(faulty("money.negative", "单价不能为负："+d.String(), "a price is not below zero: "+d.String(), "是否为 "+d.Abs().String()+"？", d.Abs().String()+"?"))
		return
	}
	v.Text = d.String()
}
