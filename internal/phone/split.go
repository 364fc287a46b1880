package phone

import (
	"strings"

	"guanjia/internal/text"
)

// Split takes a cell apart that holds several numbers: divided by / ; , 、 or a
// new line, or by space when each part is a whole number. A slash or dash
// inside one number ("0755/88886666") does not divide it.
func Split(cell string) []string {
	cell = text.Narrow(text.Clean(cell))
	fields := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(";,、；，\n|", r) })
	var out []string
	for _, f := range fields {
		out = append(out, splitSoft(f)...)
	}
	return out
}

func splitSoft(f string) []string {
	f = strings.TrimSpace(f)
	if f == "" {
		return nil
	}
	for _, sep := range []string{"/", " ", "或"} {
		parts := strings.Split(f, sep)
		if len(parts) < 2 {
			continue
		}
		whole := true
		var kept []string
		for _, p := range parts {
			p = strings.TrimSpace(p)
			if p == "" {
				continue
			}
			kept = append(kept, p)
			if len(text.Digits(p)) < 7 {
				whole = false
			}
		}
		if whole && len(kept) > 1 {
			return kept
		}
	}
	return []string{f}
}
