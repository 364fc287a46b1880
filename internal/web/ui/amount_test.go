package ui

import (
	"context"
	"strings"
	"testing"

	"guanjia/internal/text"

	"pgregory.net/rapid"
)

func TestAmountInWords(t *testing.T) {
	t.Parallel()
	for fen, want := range map[int64]string{
		0: "零元整", 1: "壹分", 10: "壹角整", 105: "壹元零伍分", 150: "壹元伍角整", 4500: "肆拾伍元整", 110550: "壹仟壹佰零伍元伍角整",
		1000000: "壹万元整", 1000500: "壹万零伍元整", 10010000: "壹拾万零壹佰元整", 100000001: "壹佰万元零壹分", 123456789: "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分",
		10000000000: "壹亿元整", 10000000100: "壹亿零壹元整", 1000100000: "壹仟万壹仟元整", 20005000000: "贰亿零伍万元整", -4500: "负肆拾伍元整",
	} {
		if got := AmountWords(fen); got != want {
			t.Errorf("%d: %s, want %s", fen, got, want)
		}
	}
	zh, en := text.WithLang(context.Background(), text.ZH), text.WithLang(context.Background(), text.EN)
	if got := Amount(zh, 110550); got != "1,105.50 元（人民币壹仟壹佰零伍元伍角整）" {
		t.Error(got)
	}
	if got := Amount(en, 110550); got != "CNY 1,105.50" {
		t.Error(got)
	}
}

// No two amounts have the same words, and no words begin or end a group with
// 零 or repeat it.
func TestAmountWordsAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(1, most-1).Draw(t, "fen")
		words := AmountWords(fen)
		if got := readBack(words); got != fen {
			t.Fatalf("%d is %s, which reads %d", fen, words, got)
		}
		if strings.Contains(words, "零零") || strings.HasPrefix(words, "零") || strings.Contains(words, "零元") {
			t.Fatalf("%d: %s", fen, words)
		}
	})
}

// readBack reads the words by the value of their signs alone.
func readBack(words string) (fen int64) {
	var sum, group, digit int64
	for _, r := range words {
		if i := strings.IndexRune(digitWords, r); i >= 0 {
			digit = int64(i / len("零"))
			continue
		}
		switch r {
		case '仟', '佰', '拾':
			group += digit * map[rune]int64{'仟': 1000, '佰': 100, '拾': 10}[r]
		case '兆', '亿', '万':
			sum += (group + digit) * map[rune]int64{'兆': 1e12, '亿': 1e8, '万': 1e4}[r]
			group = 0
		case '元':
			fen, group = (sum+group+digit)*100, 0
		case '角':
			fen += digit * 10
		case '分':
			fen += digit
		}
		digit = 0
	}
	return fen
}
