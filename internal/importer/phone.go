package importer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"guanjia/internal/text"
)

var (
	sciNumber  = regexp.MustCompile(`^\d(\.\d+)?[eE]\+?\d{1,2}$`)
	extension  = regexp.MustCompile(`(转|分机|ext\.?|x)[-: ]?(\d{1,6})$`)
	phoneLabel = regexp.MustCompile(`^(手机|电话|座机|宅电|家电|办公|单位|本人|业主|丈夫|妻子|父亲|母亲|tel|mobile|phone|[\p{Han}]{1,4})[:：]`)
	phoneTail  = regexp.MustCompile(`\([^()0-9]*\)$`)
	landline   = regexp.MustCompile(`^0\d{2,3}\d{7,8}$`)
	mobile     = regexp.MustCompile(`^1[3-9]\d{9}$`)
	service    = regexp.MustCompile(`^(400|800)\d{7}$|^1010\d{4}$|^9[56]\d{3,4}$`)
)

// phones reads one or several numbers: 138… / 139… 、0750-… ; +86, blanks and
// hyphens inside a number go, several numbers become several items.
func (v *Value) phones(s string) {
	for _, part := range splitPhones(s) {
		number, f := readPhone(part)
		if f != nil {
			if v.Fault == nil {
				v.fail(f)
			}
			continue
		}
		v.Items = append(v.Items, number)
	}
	if v.OK {
		v.Text = strings.Join(v.Items, "、")
	}
}

// splitPhones cuts at the separators people use. A blank separates only when
// both sides are whole numbers.
func splitPhones(s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool {
		return strings.ContainsRune("/、,;，；|\\&\n", r) || r == '或' || r == '和'
	})
	var out []string
	for _, p := range parts {
		p = strings.TrimSpace(p)
		words := strings.Fields(p)
		whole := len(words) > 1
		for _, w := range words {
			if n := len(text.Digits(w)); n < 7 || n > 13 {
				whole = false
			}
		}
		if whole && !strings.HasPrefix(p, "+") {
			out = append(out, words...)
		} else if p != "" {
			out = append(out, p)
		}
	}
	return out
}

func readPhone(s string) (string, *fault) {
	if sciNumber.MatchString(s) {
		if x, err := strconv.ParseFloat(s, 64); err == nil && x < 1e15 {
			s = strconv.FormatInt(int64(x), 10)
		}
	}
	s = strings.TrimSpace(phoneTail.ReplaceAllString(phoneLabel.ReplaceAllString(strings.ToLower(s), ""), ""))
	ext := ""
	if m := extension.FindStringSubmatchIndex(s); m != nil {
		ext, s = s[m[4]:m[5]], s[:m[0]]
	}
	abroad := strings.HasPrefix(s, "+") || strings.HasPrefix(s, "00")
	for _, r := range s {
		if !strings.ContainsRune("0123456789+-—–() .", r) {
			return "", faulty("phone.characters", "电话里有不是号码的字："+text.Cut(s, 20), "the phone holds other characters", "只写号码；说明写到备注", "write the number only; remarks belong in the note")
		}
	}
	d := text.Digits(s)
	if abroad {
		d = strings.TrimPrefix(d, "00")
		if rest, home := strings.CutPrefix(d, "86"); home {
			d, abroad = rest, false
		} else if len(d) >= 7 && len(d) <= 15 {
			return "+" + d, nil
		}
	} else if len(d) == 13 && strings.HasPrefix(d, "861") {
		d = d[2:]
	}
	switch {
	case mobile.MatchString(d):
		return d, nil
	case landline.MatchString(d):
		if ext != "" {
			return hyphen(d) + "-" + ext, nil
		}
		return hyphen(d), nil
	case service.MatchString(d):
		return d, nil
	case (len(d) == 7 || len(d) == 8) && d[0] >= '2':
		if ext != "" {
			return d + "-" + ext, nil
		}
		return d, nil
	case strings.HasPrefix(d, "1") && len(d) == 11:
		return "", faulty("phone.prefix", "没有 "+d[:3]+" 开头的手机号", "no mobile number starts with "+d[:3], "向客户核对手机号", "ask the customer for the number")
	case strings.HasPrefix(d, "1") && len(d) >= 9 && len(d) <= 13:
		how, howEN := fmt.Sprintf("少 %d 位", 11-len(d)), fmt.Sprintf("%d too few", 11-len(d))
		if len(d) > 11 {
			how, howEN = fmt.Sprintf("多 %d 位", len(d)-11), fmt.Sprintf("%d too many", len(d)-11)
		}
		return "", faulty("phone.length", fmt.Sprintf("手机号应为 11 位，现为 %d 位（%s）", len(d), how), fmt.Sprintf("a mobile number has 11 digits, this has %d (%s)", len(d), howEN), "向客户核对手机号，补正后再导入", "ask the customer for the number")
	}
	return "", faulty("phone.length", fmt.Sprintf("电话位数不对：%d 位", len(d)), fmt.Sprintf("wrong number of digits: %d", len(d)), "手机 11 位；座机写区号加号码，例如 0750-3312345", "a mobile has 11 digits; a landline its area code, like 0750-3312345")
}

// hyphen separates the area code: three digits for 010 and 02x, else four.
func hyphen(d string) string {
	n := 4
	if strings.HasPrefix(d, "010") || strings.HasPrefix(d, "02") {
		n = 3
	}
	return d[:n] + "-" + d[n:]
}
