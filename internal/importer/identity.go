package importer

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"guanjia/internal/text"
)

var (
	citizen  = regexp.MustCompile(`^\d{17}[\dX]$`)
	citizen1 = regexp.MustCompile(`^\d{15}$`)
	credit   = regexp.MustCompile(`^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$`)
	paper    = regexp.MustCompile(`^[A-Z]{1,3}\d{5,12}[A-Z]?$|^\d{7,10}$|^\d{8}[A-Z]?$|^[A-Z]\d{6}\(?[0-9A]\)?$`)
)

// identity reads an identity number (18 or 15 digits), a company's credit code,
// or another paper (passport, Hong Kong, Macau and Taiwan permits). Messages
// never repeat the number.
func (v *Value) identity(s string) {
	t := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "'", "").Replace(s))
	if sciNumber.MatchString(t) || strings.Contains(t, "E+") {
		v.fail(faulty("identity.rounded", "证件号被存成了数字，后几位已丢失", "the number was stored as a figure; its last digits are lost", "把单元格设为文本，重新录入证件号", "make the cell text and type the number again"))
		return
	}
	v.Text = t
	switch {
	case citizen.MatchString(t):
		// A credit code may consist of digits only.
		if f := citizenFault(t); f != nil && !(credit.MatchString(t) && creditCheck(t) == t[17] && t[0] != '0') {
			v.fail(f)
		}
	case citizen1.MatchString(t):
		if birth := "19" + t[6:12]; !validDay(birth) {
			v.fail(birthFault(birth))
		}
	case credit.MatchString(t):
		if want := creditCheck(t); t[17] != want {
			v.fail(faulty("identity.checksum", "统一社会信用代码的校验位不对", "the check character of the credit code is wrong", fmt.Sprintf("核对营业执照；若前 17 位无误，末位应为 %c", want), fmt.Sprintf("check the licence; if the first 17 are right the last is %c", want)))
		}
	case paper.MatchString(t):
	case strings.Trim(t, "0123456789X") == "" && len(t) >= 14 && len(t) <= 22:
		v.fail(faulty("identity.length", fmt.Sprintf("身份证号应为 18 位，现为 %d 位", len(t)), fmt.Sprintf("an identity number has 18 characters, this has %d", len(t)), "核对身份证后补正", "correct it from the card"))
	case len(t) < 5 || len(t) > 22 || !asciiWord(t):
		v.fail(faulty("identity.invalid", "认不出的证件号", "not an identity number", "核对证件后更正；说明写到备注", "correct it from the paper; remarks belong in the note"))
	}
}

func citizenFault(t string) *fault {
	if !validDay(t[6:14]) {
		return birthFault(t[6:14])
	}
	if want := citizenCheck(t); t[17] != want {
		if strings.HasSuffix(t, "000") {
			return faulty("identity.rounded", "证件号末几位为 0 且校验不对，可能被存成数字而丢失", "the number ends in zeros and its check digit is wrong: it was probably stored as a figure", "把单元格设为文本，按身份证重新录入", "make the cell text and type the number from the card again")
		}
		return faulty("identity.checksum", fmt.Sprintf("身份证号校验位不对：末位为 %c，按前 17 位应为 %c", t[17], want), fmt.Sprintf("wrong check digit: the last is %c, the first 17 give %c", t[17], want), fmt.Sprintf("核对身份证；若前 17 位无误，末位改为 %c", want), fmt.Sprintf("check the card; if the first 17 are right the last is %c", want))
	}
	if t[:2] < "11" || t[:2] > "91" {
		return faulty("identity.region", "身份证号的地区码不存在", "the region of the identity number does not exist", "核对身份证后更正", "correct it from the card")
	}
	return nil
}

func birthFault(day string) *fault {
	return faulty("identity.birth_date", "身份证号里的出生日期不存在："+day[:4]+"-"+day[4:6]+"-"+day[6:], "the birth date inside the number does not exist", "核对身份证后更正", "correct it from the card")
}

// sexOf is "male" or "female" of an 18-digit identity number, else "".
func sexOf(t string) string {
	if !citizen.MatchString(t) {
		return ""
	}
	if (t[16]-'0')%2 == 1 {
		return "male"
	}
	return "female"
}

func validDay(day string) bool {
	_, err := time.Parse("20060102", day)
	return err == nil && day >= "18800101" && day <= "21001231"
}

// citizenCheck is the check character of GB 11643 (ISO 7064 MOD 11-2).
func citizenCheck(t string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(t[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// creditCheck is the check character of GB 32100 (MOD 31).
func creditCheck(t string) byte {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	weights := [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	sum := 0
	for i, w := range weights {
		sum += strings.IndexByte(alphabet, t[i]) * w
	}
	return alphabet[(31-sum%31)%31]
}

func asciiWord(s string) bool {
	for _, r := range s {
		if !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r == '(' || r == ')' || r == '.' || r == '/') {
			return false
		}
	}
	return true
}

var (
	plateShape = regexp.MustCompile(`^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]([A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳领]|[DFABCEGHJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[DFABCEGHJK])$`)
	plateOther = regexp.MustCompile(`^(使\d{6}|[A-Z]{2}\d{5}|WJ.{5,7}|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]?[A-Z0-9]{4,6}(领|使|临|超|试|电)?)$`)
)

// plates reads one plate, or several where a space may serve several cars.
func (v *Value) plates(s string, several bool) {
	parts := []string{s}
	if several {
		parts = strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("/、,;，；| ", r) })
		if len(parts) == 2 && len([]rune(parts[0])) <= 2 {
			parts = []string{s} // 粤J A1234 is one plate
		}
	}
	for _, p := range parts {
		t := strings.ToUpper(strings.NewReplacer(" ", "", "·", "", "•", "", ".", "", "-", "", "*", "").Replace(p))
		if t == "" {
			continue
		}
		if !plateShape.MatchString(t) {
			if f := plateFault(t, p); f != nil {
				v.fail(f)
				return
			}
		}
		v.Items = append(v.Items, t)
	}
	v.Text = strings.Join(v.Items, "、")
}

func plateFault(t, p string) *fault {
	prop, propEN := "核对行驶证后更正", "correct it from the vehicle licence"
	if swapped := strings.NewReplacer("O", "0", "I", "1").Replace(t); swapped != t {
		r := []rune(t)
		if len(r) > 2 {
			swapped = string(r[:2]) + strings.NewReplacer("O", "0", "I", "1").Replace(string(r[2:]))
		}
		if plateShape.MatchString(swapped) {
			prop, propEN = "车牌不用字母 O 和 I，是否为 "+swapped+"？", "plates use neither O nor I: "+swapped+"?"
		}
	} else if n := len([]rune(t)); n >= 7 && plateOther.MatchString(t) && n <= 9 && !strings.ContainsAny(t, "OI") && special(t) {
		return nil
	}
	return faulty("plate.invalid", "车牌号不合规则："+text.Cut(p, 12), "not a plate number: "+text.Cut(p, 12), prop, propEN)
}

// special reports plates of the army, embassies, trials and other exceptions,
// which follow rules of their own and are left as they are.
func special(t string) bool {
	first := []rune(t)[0]
	return first == '使' || strings.HasPrefix(t, "WJ") || first >= 'A' && first <= 'Z' || strings.ContainsAny(t, "领使临超试电")
}
