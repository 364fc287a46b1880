package text

import (
	"fmt"
	"strings"
)

// number settles every "(s)" of an English format by the argument of the %d
// before it. Words that come in as arguments are left as they are.
func number(format string, args []any) string {
	if !strings.Contains(format, "(s)") {
		return format
	}
	var b strings.Builder
	next, one := 0, false
	for i := 0; i < len(format); i++ {
		switch {
		case strings.HasPrefix(format[i:], "(s)"):
			if !one {
				b.WriteByte('s')
			}
			i += 2
			continue
		case strings.HasPrefix(format[i:], "%%"):
			b.WriteByte('%')
			i++
		case format[i] == '%':
			if strings.HasPrefix(format[i:], "%d") && next < len(args) {
				one = fmt.Sprint(args[next]) == "1"
			}
			next++
		}
		b.WriteByte(format[i])
	}
	return b.String()
}
