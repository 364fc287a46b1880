package text

import (
	"strings"
	"unicode/utf8"
)

// Clean makes typed or imported text storable on both databases: invalid
// UTF-8 and control characters other than tab and line feed are removed
// (PostgreSQL refuses NUL), line ends become \n, outer white space goes.
// Letters, emoji and rare characters (𠮷) stay as they are.
func Clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n', r == '\t':
			return r
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfeff, r >= 0x200b && r <= 0x200c, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Narrow turns full-width letters, digits and punctuation into their ASCII
// forms and the ideographic space into a space; other runes stay.
func Narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xfee0
		case r == 0x3000 || r == 0xa0:
			return ' '
		}
		return r
	}, s)
}

// Digits keeps only the ASCII digits of s after narrowing.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, Narrow(s))
}

// Cut shortens s to at most n runes, ending in an ellipsis when it was longer.
func Cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	return string(runes[:n-1]) + "…"
}

// MaskPhone hides the middle of a row of digits: 138****6621 (PLT-02); of a
// short one only the last four show. A number as rooms keep it, with its country
// code, is masked by phone.Mask.
func MaskPhone(phone string) string {
	r := []rune(phone)
	switch {
	case len(r) < 7:
		return strings.Repeat("*", len(r))
	case len(r) < 10:
		return "****" + string(r[len(r)-4:])
	}
	return string(r[:3]) + "****" + string(r[len(r)-4:])
}
