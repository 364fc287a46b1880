package search

import (
	"slices"
	"strings"
	"unicode"

	"guanjia/internal/text"
)

// maxQuery is how many runes of a query are read; more find nothing better.
const maxQuery = 64

// lower folds width and case in Go, so that both databases see the same.
func lower(s string) string { return strings.ToLower(text.Narrow(text.Clean(s))) }

// roomWords stand after a number in an address and mean no more than a dash.
var roomWords = [][]rune{[]rune("号楼"), []rune("单元"), []rune("栋"), []rune("幢"), []rune("座"), []rune("楼"), []rune("室"), []rune("号"), []rune("房"), []rune("层"), []rune("门")}

// hanDigits reads 三栋 as 3栋.
var hanDigits = map[rune]string{'一': "1", '二': "2", '三': "3", '四': "4", '五': "5", '六': "6", '七': "7", '八': "8", '九': "9", '十': "10"}

// Dashed is the form of a key that keeps its parts: 3栋1单元-1502, 3-1-1502 and
// 三栋1单元1502室 are all "3-1-1502"; 浙A·D58Q6 is "浙a-d58q6".
func Dashed(s string) string {
	if isDashed(s) {
		return s
	}
	var b strings.Builder
	dash := false
	rest := []rune(lower(s))
	for i := 0; i < len(rest); {
		if n := roomWord(rest, i); n > 0 && b.Len() > 0 && !dash && endsNumbered(b.String()) {
			dash = true
			i += n
			continue
		}
		r := rest[i]
		i++
		if d, ok := hanDigits[r]; ok && roomWord(rest, i) > 0 && (b.Len() == 0 || dash) {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteString(d)
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			dash = b.Len() > 0
			continue
		}
		if dash {
			b.WriteByte('-')
			dash = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Compact is Dashed without its dashes: "311502", "浙ad58q6". Different things
// may share it (3-1-1502 and 31-1502); an exact Dashed key comes first.
func Compact(s string) string { return strings.ReplaceAll(Dashed(s), "-", "") }

// isDashed reports whether s is its own Dashed form at a glance: ASCII letters
// in lower case and digits, with single dashes between them.
func isDashed(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z':
		case c == '-' && i > 0 && i+1 < len(s) && s[i-1] != '-':
		default:
			return false
		}
	}
	return true
}

func roomWord(s []rune, i int) int {
	if i >= len(s) || s[i] < 0x4e00 { // most runes are digits and letters
		return 0
	}
	for _, w := range roomWords {
		if i+len(w) <= len(s) && slices.Equal(s[i:i+len(w)], w) {
			return len(w)
		}
	}
	return 0
}

func endsNumbered(s string) bool {
	c := s[len(s)-1]
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z'
}
