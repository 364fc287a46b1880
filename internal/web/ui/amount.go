package ui

import (
	"context"
	"strings"

	"guanjia/internal/text"
)

// Amount is money in fen as a form on paper says it: with its unit and, in
// Chinese, in words that nobody can change with a pen.
func Amount(ctx context.Context, fen int64) string {
	if text.LangOf(ctx) == text.EN {
		return "CNY " + Fen(fen)
	}
	return Fen(fen) + " 元（人民币" + AmountWords(fen) + "）"
}

const (
	digitWords = "零壹贰叁肆伍陆柒捌玖"
	most       = int64(1e15) // fen: beyond it no case is
)

// AmountWords writes an amount in fen in the capital numerals of cheques and
// bills (人民币大写): 110550 is 壹仟壹佰零伍元伍角整. Amounts of ten thousand
// billion yuan and more are written in digits.
func AmountWords(fen int64) string {
	switch {
	case fen <= -most || fen >= most:
		return Fen(fen) + "元"
	case fen < 0:
		return "负" + AmountWords(-fen)
	case fen == 0:
		return "零元整"
	}
	digit := func(n int64) string { return string([]rune(digitWords)[n]) }
	yuan, jiao, cent := fen/100, fen/10%10, fen%10
	var b strings.Builder
	if yuan > 0 {
		b.WriteString(yuanWords(yuan) + "元")
	}
	switch {
	case jiao > 0:
		b.WriteString(digit(jiao) + "角")
	case cent > 0 && yuan > 0:
		b.WriteString("零")
	}
	if cent > 0 {
		b.WriteString(digit(cent) + "分")
	} else {
		b.WriteString("整")
	}
	return b.String()
}

// yuanWords are whole yuan by groups of four digits; a gap is one 零.
func yuanWords(n int64) string {
	var b strings.Builder
	gap := false
	for i, unit := range []string{"兆", "亿", "万", ""} {
		size := [...]int64{1e12, 1e8, 1e4, 1}[i]
		group := n / size % 1e4
		if i == 0 {
			group = n / size
		}
		if group == 0 {
			gap = gap || b.Len() > 0
			continue
		}
		if b.Len() > 0 && (gap || group < 1000) {
			b.WriteString("零")
		}
		gap = false
		b.WriteString(groupWords(group) + unit)
	}
	return b.String()
}

func groupWords(n int64) string {
	var b strings.Builder
	gap := false
	for i, unit := range []string{"仟", "佰", "拾", ""} {
		d := n / [...]int64{1000, 100, 10, 1}[i] % 10
		if d == 0 {
			gap = gap || b.Len() > 0
			continue
		}
		if gap {
			b.WriteString("零")
			gap = false
		}
		b.WriteString(string([]rune(digitWords)[d]) + unit)
	}
	return b.String()
}
