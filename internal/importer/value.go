package importer

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"guanjia/internal/text"
)

// Value is one cell as it is read: the original, what it is taken for, and
// what could not be read. Only what is certain is changed.
type Value struct {
	Row, Column int      // from 1
	Raw         string   // as it stands in the workbook
	Text        string   // normalised; "" when nothing is written
	Items       []string // phones, names, plates: one each
	Number      int64    // area in 1/100 m², money in fen, integer as is
	OK          bool     // Text (Items, Number) can be relied on
	Fault       *fault   // why not
	kind        string   // type of the field, for masking
}

var (
	cellError = regexp.MustCompile(`^#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)$`)
	countUnit = regexp.MustCompile(`[把个枚张套只]$`)
)

// fault is what is wrong with one value, before it is placed in the workbook.
type fault struct {
	code     string
	message  text.Both
	proposal text.Both
}

func faulty(code, zh, en, propZH, propEN string) *fault {
	return &fault{code: code, message: text.B(zh, en), proposal: text.B(propZH, propEN)}
}

// Ref names the cell.
func (v *Value) Ref() string { return Ref(v.Row, v.Column) }

// Changed reports whether normalisation changed what a reader sees.
func (v *Value) Changed() bool { return v.OK && v.Text != v.Raw }

// Present reports whether something is written.
func (v *Value) Present() bool { return v != nil && v.Raw != "" }

// unworkedFault is the fault of a formula that nothing has computed.
func unworkedFault() *fault {
	return faulty("cell.formula", "这里是公式，没有算出的值", "a formula stands here without its value", "在 Excel 或 WPS 里打开，算出值后保存，或直接填值", "open it in Excel or WPS and save it with the value, or write the value")
}

// readValue reads a raw cell as a field's type. date1904 is the workbook's
// date system.
func readValue(f Field, raw string, date1904 bool) *Value {
	v := &Value{Raw: raw}
	s := tidy(raw)
	if s == "" || words().blanks[plain(s)] {
		v.OK = true
		return v
	}
	v.Text, v.OK = s, true
	if cellError.MatchString(s) {
		v.fail(faulty("cell.error", "公式算出了错误值 "+s, "the formula ends in the error "+s, "在原表里改好公式，或直接填值", "mend the formula in the workbook, or write the value"))
		return v
	}
	if f.Type != "text" && strings.HasPrefix(s, "=") {
		v.fail(unworkedFault())
		return v
	}
	switch f.Type {
	case "integer":
		v.integer(s)
	case "count":
		v.count(s)
	case "room":
		if v.Text = tidyRoom(s); len([]rune(v.Text)) > 12 {
			if p, ok := parsePlace(s); !ok || p.Building == "" {
				v.fail(faulty("room.invalid", "房号太长："+text.Cut(s, 20), "the room is too long: "+text.Cut(s, 20), "只写房号，12 个字以内；说明写到备注", "write the room only, up to 12 characters; remarks belong in the note"))
			}
		}
	case "place":
		if p, ok := parsePlace(s); ok {
			v.Text = p.String()
		}
	case "area":
		v.area(s)
	case "money":
		v.money(s)
	case "price":
		v.price(s)
	case "date":
		v.date(s, date1904)
	case "month":
		v.month(s, date1904)
	case "name":
		v.name(s)
	case "identity":
		v.identity(s)
	case "phones":
		v.phones(s)
	case "plate", "plates":
		v.plates(s, f.Type == "plates")
	case "word":
		v.word(s, f.Words)
	}
	return v
}

// tidy makes text narrow, removes invisible characters and runs of white space.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == 0x200b, r == 0x200c, r == 0x200d, r == 0x2060, r == 0xfeff, r == 0xad:
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text.Narrow(text.Clean(s)))
	return strings.Join(strings.Fields(s), " ")
}

func (v *Value) fail(f *fault) { v.OK, v.Fault = false, f }

// integer reads "12", "12层", "12.0", "B1" (a basement: −1).
func (v *Value) integer(s string) {
	t := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(plain(s), "层"), "楼"), "f"), "第"), "把")
	if strings.HasPrefix(t, "b") || strings.HasPrefix(t, "负") {
		t = "-" + strings.TrimPrefix(strings.TrimPrefix(t, "b"), "负")
	}
	t = numerals(strings.TrimSuffix(t, ".0"))
	n, err := strconv.Atoi(t)
	if err != nil || n < -20 || n > 100000 {
		// A floor may be called anything ("夹层", "3A"): it is kept as it is.
		v.OK = true
		return
	}
	v.Number, v.Text = int64(n), strconv.Itoa(n)
}

// count reads a number of things: "3", "3把"; below zero, broken or in words is wrong.
func (v *Value) count(s string) {
	t := countUnit.ReplaceAllString(numerals(strings.TrimSuffix(plain(s), ".0")), "")
	n, err := strconv.Atoi(t)
	if err != nil || n < 0 || n > 100_000 {
		v.fail(faulty("count.invalid", "数量要写整数，现为“"+text.Cut(s, 20)+"”", "a whole number belongs here, not “"+text.Cut(s, 20)+"”", "只写数字，例如 3；说明写到备注", "write the number only, like 3; remarks belong in the note"))
		return
	}
	v.Number, v.Text = int64(n), strconv.Itoa(n)
}

// word finds the meaning of a word, and proposes the nearest for an unknown one.
func (v *Value) word(s, list string) {
	p := plain(s)
	nearest, distance := "", 3
	for _, m := range words().words[list] {
		for _, w := range m.words {
			if w == p || plain(w) == p {
				v.Text, v.Items = m.words[0], []string{m.name}
				return
			}
			if d := editDistance(p, plain(w)); d < distance && d < len([]rune(w)) {
				nearest, distance = w, d
			} else if strings.Contains(p, plain(w)) && distance > 1 {
				nearest, distance = w, 1
			}
		}
	}
	known := make([]string, 0, 8)
	for _, m := range words().words[list] {
		known = append(known, m.words[0])
	}
	all := strings.Join(known, "、")
	zh, en := "改为："+all+" 之一", "use one of: "+all
	if nearest != "" {
		zh, en = "是否为“"+nearest+"”？可用："+all, "“"+nearest+"”? Known: "+all
	}
	v.fail(faulty("word.unknown", "不认识的写法“"+text.Cut(s, 20)+"”", "unknown word “"+text.Cut(s, 20)+"”", zh, en))
}

// name reads one name or several joined by 、 , / or 和; it keeps rare
// characters and the dot inside foreign names.
func (v *Value) name(s string) {
	sep := func(r rune) bool {
		return r == '、' || r == ',' || r == ';' || r == '/' || r == '\\' || r == '|' || r == '，' || r == '；'
	}
	if isCompany(s) {
		v.Items = []string{s}
		return
	}
	han := func(p string) bool {
		for _, r := range p {
			if unicode.Is(unicode.Han, r) {
				return true
			}
		}
		return false
	}
	for _, p := range strings.FieldsFunc(s, sep) {
		p = strings.TrimSpace(p)
		if han(p) && !strings.ContainsAny(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			p = strings.ReplaceAll(p, " ", "") // 张 三 is 张三
		}
		if p != "" && !words().blanks[plain(p)] {
			v.Items = append(v.Items, p)
		}
	}
	v.Text = strings.Join(v.Items, "、")
	digits := len(text.Digits(v.Text))
	if digits >= 5 || digits > 0 && digits == len([]rune(v.Text)) {
		v.fail(faulty("name.not_a_name", "这里应是姓名，现为数字", "a name belongs here, not a number", "填写姓名；若是电话或证件号，移到对应的列", "write the name; move a phone or identity number to its own column"))
	}
}

func isCompany(s string) bool {
	if len([]rune(s)) < 4 {
		return false
	}
	for _, w := range words().company {
		if strings.HasSuffix(s, w) || strings.Contains(s, "公司") {
			return true
		}
	}
	return false
}

// numerals turns Chinese numerals up to 99 into digits: 十二 → 12.
func numerals(s string) string {
	const digits = "零一二三四五六七八九"
	var out strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		if r == '十' {
			before := i > 0 && strings.ContainsRune(digits, runes[i-1])
			after := i+1 < len(runes) && strings.ContainsRune(digits, runes[i+1])
			switch {
			case !before && !after:
				out.WriteString("10")
			case !before:
				out.WriteByte('1')
			case !after:
				out.WriteByte('0')
			}
			continue
		}
		if n := strings.IndexRune(digits, r); n >= 0 {
			out.WriteString(strconv.Itoa(n / 3))
			continue
		}
		if r == '两' {
			out.WriteByte('2')
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// editDistance is the number of single-rune changes between a and b, cut at 9.
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 20 || len(y) > 20 {
		return 9
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, last+cost)
		}
	}
	return min(row[len(y)], 9)
}
