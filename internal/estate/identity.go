package estate

import (
	"strings"

	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// identityForm is a paper's number without spaces, letters large.
func identityForm(s string) string {
	return strings.ToUpper(strings.ReplaceAll(text.Narrow(text.Clean(s)), " ", ""))
}

func checkIdentity(kind, number string) error {
	var f errs.Fields
	switch {
	case !IDKinds.Has(kind):
		f.Add("id_kind", "estate.identity.kind", "选择证件类别。", "Choose the kind of paper.")
	case number == "":
		f.Add("id_number", "estate.identity.empty", "填写证件号。", "Enter the number.")
	case kind == "identity_card" && !ValidIdentityCard(number):
		f.Add("id_number", "estate.identity.check", "身份证号校验不对，请照证件再核对一遍。", "The check digit of this identity number does not fit; compare it with the card.")
	case len(number) > 40:
		f.Add("id_number", "estate.identity.long", "最多 40 位。", "At most 40 characters.")
	}
	return f.Err("estate.identity.invalid")
}

// ValidIdentityCard checks the 18 characters of a resident identity number
// with its check digit (GB 11643, ISO 7064 mod 11-2).
func ValidIdentityCard(n string) bool {
	if len(n) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := 16; i >= 0; i-- {
		if n[i] < '0' || n[i] > '9' {
			return false
		}
		weight = weight * 2 % 11
		sum += int(n[i]-'0') * weight
	}
	return n[17] == "10X98765432"[sum%11]
}
