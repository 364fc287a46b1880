package phone

import (
	"errors"
	"strings"

	"guanjia/internal/text"
)

// Kind tells what sort of line a number is.
type Kind string

// The kinds of line.
const (
	Mobile   Kind = "mobile"   // 手机: 11 digits from 13 to 19
	Landline Kind = "landline" // 固定电话: area code and 7 or 8 digits
	Service  Kind = "service"  // 110, 12345, 95588, 400-…: not reachable from abroad
	Foreign  Kind = "foreign"  // any other country, Hong Kong, Macao, Taiwan
)

// Pattern is what a browser checks before a form is sent: it matches whatever
// Parse accepts, and no letters, no sign and no one or two digits.
const Pattern = `[\s\p{Cf}0-9０-９+＋\-–—－_.．·•\(\)（）\/／]{3,}((转|轉|分机|[eEｅＥ][xXｘＸ][tTｔＴ]|[#＃xXｘＸ]).*)?`

// Number is a telephone number in its normal form. Two numbers are the same
// line exactly when their Key is equal.
type Number struct {
	Kind Kind
	Key  string // digits only: "8613812346621", "8675588886666", "12345"
	Ext  string // extension digits, "" for none
	area int    // digits of the area code in a landline
}

// The reasons a number is refused.
var (
	ErrEmpty   = errors.New("phone: empty")
	ErrLetters = errors.New("phone: holds letters")
	ErrLength  = errors.New("phone: wrong number of digits")
	ErrRange   = errors.New("phone: no such range of numbers")
	ErrNoArea  = errors.New("phone: landline without area code")
)

// Parse reads one number. area is the area code of the project ("0755"), used
// for landlines written without one; "" makes those an ErrNoArea.
func Parse(s, area string) (Number, error) {
	s = strings.TrimSpace(text.Narrow(text.Clean(s)))
	if s == "" {
		return Number{}, ErrEmpty
	}
	main, ext := splitExt(s)
	digits, plus, err := onlyDigits(main)
	if err != nil {
		return Number{}, err
	}
	if digits == "" {
		return Number{}, ErrEmpty
	}
	n, err := classify(digits, plus, text.Digits(area))
	if err != nil {
		return Number{}, err
	}
	n.Ext = ext
	return n, nil
}

func classify(d string, plus bool, area string) (Number, error) {
	switch {
	case plus && !strings.HasPrefix(d, "86"):
		return foreign(d)
	case !plus && strings.HasPrefix(d, "0086"):
		d = d[4:]
	case !plus && strings.HasPrefix(d, "00"):
		return foreign(d[2:])
	case plus, strings.HasPrefix(d, "86") && len(d) == 13 && d[2] == '1':
		d = d[2:]
	}
	if d == "" { // +86 and nothing behind it
		return Number{}, ErrLength
	}
	if strings.HasPrefix(d, "01") && len(d) == 12 { // 0 before a mobile number, as for long distance
		d = d[1:]
	}
	switch {
	case isService(d):
		return Number{Kind: Service, Key: d}, nil
	case d[0] == '1' && len(d) == 11:
		if d[1] < '3' {
			return Number{}, ErrRange
		}
		return Number{Kind: Mobile, Key: "86" + d}, nil
	case d[0] == '1' && len(d) > 8:
		return Number{}, ErrLength
	case d[0] == '0':
		return landline(d[1:])
	case plus || len(d) >= 9:
		return landline(d)
	case (len(d) == 7 || len(d) == 8) && d[0] != '1':
		if area == "" {
			return Number{}, ErrNoArea
		}
		return landline(strings.TrimPrefix(area, "0") + d)
	}
	return Number{}, ErrLength
}

// landline checks an area code with its number, without the leading 0.
func landline(d string) (Number, error) {
	area := 3
	switch {
	case d == "" || d[0] == '0':
		return Number{}, ErrRange
	case d[0] == '1':
		if len(d) < 2 || d[1] != '0' {
			return Number{}, ErrRange
		}
		area = 2 // 10: Beijing
	case d[0] == '2':
		area = 2 // 20–29: the large cities
	}
	rest := len(d) - area
	if rest != 7 && rest != 8 {
		return Number{}, ErrLength
	}
	if d[area] == '0' || d[area] == '1' {
		return Number{}, ErrRange
	}
	return Number{Kind: Landline, Key: "86" + d, area: area}, nil
}

func foreign(d string) (Number, error) {
	if len(d) < 7 || len(d) > 15 {
		return Number{}, ErrLength
	}
	if d[0] == '0' {
		return Number{}, ErrRange
	}
	return Number{Kind: Foreign, Key: d}, nil
}

// isService knows the emergency numbers, 1xxxx and 12xxx(x) lines, 95xxx,
// 96xxx and the 400 and 800 numbers.
func isService(d string) bool {
	switch len(d) {
	case 3:
		return d[0] == '1' && (d[1] == '1' || d[1] == '2')
	case 5:
		return strings.HasPrefix(d, "10") || strings.HasPrefix(d, "11") || strings.HasPrefix(d, "12") ||
			strings.HasPrefix(d, "95") || strings.HasPrefix(d, "96")
	case 6:
		return strings.HasPrefix(d, "95") || strings.HasPrefix(d, "96")
	case 10:
		return strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800")
	}
	return false
}

// splitExt takes an extension off: "88886666转801", "8888-6666 ext. 12", "…#12".
func splitExt(s string) (main, ext string) {
	low := strings.ToLower(s)
	for _, mark := range []string{"转", "轉", "分机", "ext.", "ext", "#", "x"} {
		if i := strings.Index(low, mark); i > 0 && i+len(mark) <= len(s) && len(low) == len(s) {
			if d := text.Digits(s[i+len(mark):]); d != "" {
				return s[:i], d
			}
		}
	}
	return s, ""
}

// onlyDigits drops the marks people put into numbers; letters are an error.
func onlyDigits(s string) (digits string, plus bool, err error) {
	var b strings.Builder
	for i, r := range strings.TrimSpace(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+':
			if i != 0 && b.Len() > 0 {
				return "", false, ErrLetters
			}
			plus = true
		case strings.ContainsRune(" -–—－_.·•()（）/\t\n", r):
		default:
			return "", false, ErrLetters
		}
	}
	return b.String(), plus, nil
}

// Local is the number as it is dialled in China: 13812346621, 0755-88886666,
// +852 91234567, 12345.
func (n Number) Local() string {
	switch n.Kind {
	case Mobile:
		return n.Key[2:]
	case Landline:
		return "0" + n.Key[2:2+n.area] + "-" + n.Key[2+n.area:] + n.suffix()
	case Foreign:
		return "+" + n.Key
	}
	return n.Key + n.suffix()
}

func (n Number) suffix() string {
	if n.Ext == "" {
		return ""
	}
	return "转" + n.Ext
}

// Masked is the form for screens: 138****6621, 0755****6666 (PLT-02). An
// extension is hidden with the rest. Service numbers are nobody's personal
// data and stay whole.
func (n Number) Masked() string {
	switch n.Kind {
	case Service:
		return n.Local()
	case Landline:
		return "0" + n.Key[2:2+n.area] + "****" + n.Key[len(n.Key)-4:]
	case Foreign:
		return text.MaskPhone(n.Key)
	}
	return text.MaskPhone(n.Local())
}

// Mask hides the middle of a number as rooms keep it: the Key of a Number, or
// what somebody gave, digits or not. It is the mask for every page, paper and
// answer that has no Number at hand; "" stays "".
func Mask(stored string) string {
	if n, ok := read(stored); ok {
		return n.Masked()
	}
	return text.MaskPhone(stored)
}

// Dial is a number as rooms keep it in the form dialled in China; what is no
// number comes back as it is.
func Dial(stored string) string {
	if n, ok := read(stored); ok {
		return n.Local()
	}
	return stored
}

// read takes digits for a key first: with the country code of China they are
// no number as typed, and without it a typed number and a key differ in their
// kind only when an area code or a mobile range says so.
func read(stored string) (Number, bool) {
	if stored == "" {
		return Number{}, false
	}
	if text.Digits(stored) == stored {
		if n := FromKey(stored); n.Kind != Foreign {
			return n, true
		}
		if stored[0] != '0' && (stored[0] != '1' || len(stored) != 11) {
			return Number{Kind: Foreign, Key: stored}, len(stored) >= 9
		}
	}
	n, err := Parse(stored, "")
	return n, err == nil
}

// FromKey rebuilds a number from its stored Key.
func FromKey(key string) Number {
	if rest, ok := strings.CutPrefix(key, "86"); ok {
		if len(rest) == 11 && rest[0] == '1' && rest[1] >= '3' {
			return Number{Kind: Mobile, Key: key}
		}
		if n, err := landline(rest); err == nil {
			return n
		}
	}
	if isService(key) {
		return Number{Kind: Service, Key: key}
	}
	return Number{Kind: Foreign, Key: key}
}
