package importer

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// proves EST-17: what is certain is normalised, what is not is asked back.
func TestReadValue(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ kind, raw, want, code string }{
		"phone plain":             {"phones", "13594023868", "13594023868", ""},
		"phone full width":        {"phones", "１３７４６２１２９８８", "13746212988", ""},
		"phone hyphens":           {"phones", "135-1616-0445", "13516160445", ""},
		"phone country code":      {"phones", "+86 18096060881", "18096060881", ""},
		"phone 86 without plus":   {"phones", "8618096060881", "18096060881", ""},
		"phone two by slash":      {"phones", "13762493841/13704748441", "13762493841、13704748441", ""},
		"phone and landline":      {"phones", "13110366727、0750-3857947", "13110366727、0750-3857947", ""},
		"phone two by blank":      {"phones", "13762493841 13704748441", "13762493841、13704748441", ""},
		"phone groups by blank":   {"phones", "137 6249 3841", "13762493841", ""},
		"phone label":             {"phones", "手机：13762493841", "13762493841", ""},
		"phone remark behind":     {"phones", "13762493841（儿子）", "13762493841", ""},
		"phone as figure":         {"phones", "1.3762493841E10", "13762493841", ""},
		"landline of Beijing":     {"phones", "(010)62770000", "010-62770000", ""},
		"landline with extension": {"phones", "0750-3312345转801", "0750-3312345-801", ""},
		"landline local":          {"phones", "3312345", "3312345", ""},
		"phone abroad":            {"phones", "+852 9123 4567", "+85291234567", ""},
		"service number":          {"phones", "400-810-1234", "4008101234", ""},
		"phone short":             {"phones", "1771253211", "", "phone.length"},
		"phone long":              {"phones", "135940238681", "", "phone.length"},
		"phone second short":      {"phones", "13762493841/1370474844", "", "phone.length"},
		"phone prefix":            {"phones", "12594023868", "", "phone.prefix"},
		"phone words":             {"phones", "打不通", "", "phone.characters"},
		"phone none":              {"phones", "无", "", ""},

		"date ISO":         {"date", "2021-06-08", "2021-06-08", ""},
		"date slashes":     {"date", "2018/1/5", "2018-01-05", ""},
		"date dots":        {"date", "2026.3.5", "2026-03-05", ""},
		"date Chinese":     {"date", "2022年6月28日", "2022-06-28", ""},
		"date Chinese gap": {"date", "2022 年 6 月 28 日", "2022-06-28", ""},
		"date full width":  {"date", "２０２２．６．２８", "2022-06-28", ""},
		"date solid":       {"date", "20260305", "2026-03-05", ""},
		"date serial":      {"date", "44355", "2021-06-08", ""},
		"date with time":   {"date", "2021-06-08 00:00:00", "2021-06-08", ""},
		"date leap":        {"date", "2020-02-29", "2020-02-29", ""},
		"date no leap":     {"date", "2021-02-29", "", "date.invalid"},
		"date month 13":    {"date", "2021-13-07", "", "date.invalid"},
		"date day 31":      {"date", "2021年4月31日", "", "date.invalid"},
		"date words":       {"date", "去年底", "", "date.invalid"},
		"date two digits":  {"date", "21-6-8", "", "date.ambiguous"},
		"date day first":   {"date", "06/08/2021", "", "date.ambiguous"},
		"date year 0021":   {"date", "0021-06-08", "", "date.out_of_range"},

		"month ISO":     {"month", "2026-10", "2026-10", ""},
		"month Chinese": {"month", "2026年9月", "2026-09", ""},
		"month solid":   {"month", "202610", "2026-10", ""},
		"month of date": {"month", "2026-10-31", "2026-10", ""},
		"month 13":      {"month", "2026-13", "", "month.invalid"},

		"area number":   {"area", "89.5", "89.50", ""},
		"area unit":     {"area", "118.06㎡", "118.06", ""},
		"area words":    {"area", "1,118.06 平方米", "1118.06", ""},
		"area m2":       {"area", "90m²", "90.00", ""},
		"area words no": {"area", "约九十", "", "area.not_number"},
		"area comma":    {"area", "89,5", "", "area.not_number"},
		"area below":    {"area", "-96.72", "", "area.not_positive"},
		"area zero":     {"area", "0", "", "area.not_positive"},
		"area huge":     {"area", "1e12", "", "area.too_large"},

		"money sign":       {"money", "￥1,234.5", "1234.50", ""},
		"money word":       {"money", "300元", "300.00", ""},
		"money accountant": {"money", "(20.00)", "-20.00", ""},
		"money words":      {"money", "三百", "", "money.not_number"},
		"price tiers":      {"price", "0-22吨2.35;22-30吨3.20", "0-22吨2.35;22-30吨3.20", ""},
		"price below":      {"price", "-2", "", "money.negative"},

		"identity":                {"identity", "11010519491231002X", "11010519491231002X", ""},
		"identity lower x":        {"identity", "11010519491231002x", "11010519491231002X", ""},
		"identity spaced":         {"identity", "110105 19491231 002X", "11010519491231002X", ""},
		"identity check digit":    {"identity", "110105194912310021", "", "identity.checksum"},
		"identity birth date":     {"identity", "110105194913310025", "", "identity.birth_date"},
		"identity 17":             {"identity", "11010519491231002", "", "identity.length"},
		"identity rounded":        {"identity", "1.10105194912E+17", "", "identity.rounded"},
		"identity rounded to 000": {"identity", "110105194912310000", "", "identity.rounded"},
		"identity old 15":         {"identity", "110105491231002", "110105491231002", ""},
		"identity credit code":    {"identity", "91440703MA4UK7QD0B", "91440703MA4UK7QD0B", ""},
		"identity credit wrong":   {"identity", "91440703MA4UK7QD0A", "", "identity.checksum"},
		"identity passport":       {"identity", "E12345678", "E12345678", ""},
		"identity words":          {"identity", "身份证在派出所", "", "identity.invalid"},

		"plate":            {"plate", "粤JK4765", "粤JK4765", ""},
		"plate dot":        {"plate", "粤J·K4765", "粤JK4765", ""},
		"plate lower":      {"plate", "粤jk4765", "粤JK4765", ""},
		"plate electric":   {"plate", "粤JD51380", "粤JD51380", ""},
		"plate big electr": {"plate", "粤J51380D", "粤J51380D", ""},
		"plate letter O":   {"plate", "粤JO4765", "", "plate.invalid"},
		"plate short":      {"plate", "粤J476", "", "plate.invalid"},
		"plates two":       {"plates", "粤JK4765/粤JK4766", "粤JK4765、粤JK4766", ""},
		"plates with gap":  {"plates", "粤J K4765", "粤JK4765", ""},

		"name":            {"name", " 张 三 ", "张三", ""},
		"name two":        {"name", "杜泽、赵桂", "杜泽、赵桂", ""},
		"name rare":       {"name", "𠮷田一", "𠮷田一", ""},
		"name foreign":    {"name", "John Smith", "John Smith", ""},
		"name company":    {"name", "锦程（广东）置业有限公司", "锦程(广东)置业有限公司", ""},
		"name none":       {"name", "待定", "", ""},
		"name is a phone": {"name", "13594023868", "", "name.not_a_name"},

		"room":           {"room", "５０２室", "502", ""},
		"room of shop":   {"room", "s01", "S01", ""},
		"room as float":  {"room", "502.0", "502", ""},
		"floor word":     {"integer", "12层", "12", ""},
		"floor basement": {"integer", "B1", "-1", ""},
		"floor name":     {"integer", "夹层", "夹层", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := readValue(Field{Type: c.kind}, c.raw, false)
			code := ""
			if v.Fault != nil {
				code = v.Fault.code
				if v.OK || v.Fault.message.EN == "" || v.Fault.message.ZH == "" || v.Fault.proposal.ZH == "" || v.Fault.proposal.EN == "" {
					t.Errorf("a fault needs words in both languages: %+v", v.Fault)
				}
			} else if v.Text != c.want {
				t.Errorf("%q is read as %q, want %q", c.raw, v.Text, c.want)
			}
			if code != c.code {
				t.Errorf("%q gives %q, want %q", c.raw, code, c.code)
			}
		})
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ list, raw, meaning, code string }{
		"state":           {"state", "自住", "owner_occupied", ""},
		"state other way": {"state", "已 出租", "let", ""},
		"state slip":      {"state", "空置房", "", "word.unknown"},
		"use":             {"use", "门面", "shop", ""},
		"sex":             {"sex", "M", "male", ""},
		"unknown":         {"use", "养鸡", "", "word.unknown"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := readValue(Field{Type: "word", Words: c.list}, c.raw, false)
			code, meaning := "", ""
			if v.Fault != nil {
				code = v.Fault.code
			} else {
				meaning = v.Items[0]
			}
			if diff := cmp.Diff([]string{c.meaning, c.code}, []string{meaning, code}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParsePlace(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		raw  string
		want Place
		ok   bool
	}{
		"dash":            {"3栋-502", Place{"3栋", "", "502"}, true},
		"three parts":     {"3栋1单元502室", Place{"3栋", "1单元", "502"}, true},
		"dashes":          {"3-1-502", Place{"3栋", "1", "502"}, true},
		"hash":            {"3#502", Place{"3#", "", "502"}, true},
		"full width":      {"３栋－５０２", Place{"3栋", "", "502"}, true},
		"letter building": {"A座1203", Place{"A座", "", "1203"}, true},
		"shop":            {"商铺-S01", Place{"商铺", "", "S01"}, true},
		"room only":       {"502室", Place{"", "", "502"}, true},
		"words":           {"物业自用", Place{}, false},
		"empty":           {"", Place{}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, ok := parsePlace(c.raw)
			if ok != c.ok || p != c.want {
				t.Errorf("parsePlace(%q) = %+v, %v; want %+v, %v", c.raw, p, ok, c.want, c.ok)
			}
		})
	}
	for _, same := range [][2]string{{"3栋", "03栋"}, {"3号楼", "三栋"}, {"3#", "3幢"}, {"a座", "A栋"}, {"1单元", "一单元"}, {"十二栋", "12栋"}} {
		if buildingKey(same[0]) != buildingKey(same[1]) {
			t.Errorf("%s and %s are one: %q, %q", same[0], same[1], buildingKey(same[0]), buildingKey(same[1]))
		}
	}
	if buildingKey("3栋") == buildingKey("13栋") || roomKey("0502") != roomKey("502室") {
		t.Error("keys mix up different places or split one")
	}
}
