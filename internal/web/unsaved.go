package web

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"guanjia/internal/text"
)

// secretFields are never given back: they are typed again.
var secretFields = []string{"password", "present", "again", "code", "secret", "token", "id_number"}

// unsaved are the words of a refused form that the answer does not hold: a
// page usually gives them back in their fields, but the case may have gone on
// to another step meanwhile, or the page may be one that says only why.
func unsaved(r *http.Request, status int, page string) []string {
	if r.Method != http.MethodPost || status < 400 || Partial(r) {
		return nil
	}
	var names []string
	for name := range r.PostForm {
		if name != "key" && !slices.Contains(secretFields, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var lost []string
	for _, name := range names {
		for _, raw := range r.PostForm[name] {
			words := text.Clean(raw)
			if !wordy(words) || slices.Contains(lost, words) || strings.Contains(page, templ.EscapeString(words)) || keptAsNumber(page, name, words) {
				continue
			}
			lost = append(lost, words)
		}
	}
	return lost
}

var amount = regexp.MustCompile(`^[¥￥]?([0-9][0-9,]*(?:\.[0-9]+)?)\s*\pL{0,2}$`)

// keptAsNumber reports whether a field shows what was typed the way it writes
// numbers: 60元 stands there as 60.00.
func keptAsNumber(page, name, words string) bool {
	typed := amountOf(words)
	if typed == "" {
		return false
	}
	for _, tag := range strings.Split(page, "<input")[1:] {
		tag, _, _ = strings.Cut(tag, ">")
		if _, value, ok := strings.Cut(tag, ` value="`); ok && strings.Contains(tag, ` name="`+templ.EscapeString(name)+`"`) {
			value, _, _ = strings.Cut(value, `"`)
			return amountOf(value) == typed
		}
	}
	return false
}

// amountOf is the number that words are, without what changes nothing in it; ""
// when they are more than a number and its unit.
func amountOf(words string) string {
	m := amount.FindStringSubmatch(text.Narrow(words))
	if m == nil {
		return ""
	}
	whole, part, _ := strings.Cut(strings.ReplaceAll(m[1], ",", ""), ".")
	return strings.TrimLeft(whole, "0") + "." + strings.TrimRight(part, "0")
}

// wordy tells words a person typed from what a form carries along: numbers of
// rows, keys, names of choices, a signature.
func wordy(s string) bool {
	if s == "" || strings.HasPrefix(s, "data:") {
		return false
	}
	digits, plain := 0, true
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '-' || r == '+':
		case r > unicode.MaxASCII || unicode.IsSpace(r) || strings.ContainsRune("@/:;,\"'<>", r):
			return true
		default:
			plain = false
		}
	}
	return plain && digits >= 7 && digits <= 15 // a telephone number; ids are longer
}
