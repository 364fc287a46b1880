package procedure

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

// Read reads one procedure. Whatever is wrong is in the problems, all of it
// at once; with refusals among them the definition must not be run. Check
// judges afterwards what the words mean together.
func Read(file string, src []byte) (*Definition, []Problem) {
	var ps problems
	d := &Definition{Source: string(src), Pos: Pos{file, 1, 1}}
	if top := parse(file, src, &ps); top != nil {
		r := reader{&ps}
		if top.kind != isMap {
			r.wrongKind(top, isMap, file)
		} else {
			r.definition(d, top)
		}
		sum := sha256.Sum256([]byte(top.ordered()))
		d.Hash = hex.EncodeToString(sum[:])
	}
	sortProblems(ps.list)
	return d, ps.list
}

func (r reader) definition(d *Definition, n *node) {
	r.only(n, "procedure", "title", "zh", "en", "number", "about", "opened", "facts", "fields", "papers", "clocks", "steps")
	d.Name = r.name(n, "procedure")
	if v := n.get("procedure"); v != nil {
		d.Pos = v.pos
	}
	d.Title = r.title(n)
	d.Number = r.str(n, "number")
	if v := r.must(n, "number"); v != nil {
		r.number(v)
	}
	d.About = About{Customer: Optional, Unit: Optional}
	if v := r.section(n, "about", true); v != nil {
		r.only(v, "customer", "unit")
		d.About.Customer = Need(r.oneOf(v, "customer", "optional", "required", "optional", "none"))
		d.About.Unit = Need(r.oneOf(v, "unit", "optional", "required", "optional", "none"))
	}
	if v := r.section(n, "opened", true); v != nil {
		r.only(v, "by", "rule")
		d.Opened = Opened{By: r.words(v, "by"), Rules: r.rules(v)}
		if b := r.must(v, "by"); b != nil {
			for _, w := range d.Opened.By {
				if !slices.Contains(Openers, w) {
					r.unknown(b.pos, "word.unknown", w, Openers)
				}
			}
		}
	}
	d.Facts = r.words(n, "facts")
	r.entries(n, "fields", func(k, v *node) { d.Fields = append(d.Fields, r.field(k, v, false)) })
	r.entries(n, "papers", func(k, v *node) {
		r.only(v, "title", "zh", "en", "when", "rule")
		d.Papers = append(d.Papers, Paper{Name: k.word, Title: r.title(v), When: r.cond(v, "when"), Rules: r.rules(v), Pos: k.pos})
	})
	r.entries(n, "clocks", func(k, v *node) { d.Clocks = append(d.Clocks, r.clock(k, v)) })
	r.must(n, "steps")
	r.entries(n, "steps", func(k, v *node) { d.Steps = append(d.Steps, r.step(k, v)) })
}

// Openers are the ways a case may come in.
var Openers = []string{"desk", "resident", "patrol", "department", "letter", "system"}

// section is the map at key.
func (r reader) section(n *node, key string, required bool) *node {
	v := n.get(key)
	if v == nil && required {
		r.must(n, key)
	}
	if v != nil && v.kind != isMap {
		r.wrongKind(v, isMap, key)
		return nil
	}
	return v
}

// entries hands every name and its map below key to fn.
func (r reader) entries(n *node, key string, fn func(k, v *node)) {
	v := r.section(n, key, false)
	if v == nil {
		return
	}
	for i, k := range v.keys {
		r.checkName(k, key)
		if v.vals[i].kind != isMap {
			r.wrongKind(v.vals[i], isMap, k.word)
			continue
		}
		fn(k, v.vals[i])
	}
}

// number refuses a pattern that could give two cases one number.
func (r reader) number(v *node) {
	if v.kind != isWord {
		return
	}
	rest := v.word
	for _, p := range []string{"{yy}", "{mm}", "{dd}", "{seq}"} {
		rest = strings.ReplaceAll(rest, p, "")
	}
	if strings.ContainsAny(rest, "{} ") || strings.Count(v.word, "{seq}") != 1 {
		r.ps.add(v.pos, "number.pattern", text.F("编号“%s”不成样式", "%q is not a pattern for numbers", v.word),
			text.B("写成 WX-{yy}{mm}-{seq}，其中 {seq} 一次", "write it like WX-{yy}{mm}-{seq}, with {seq} once"))
	}
}

var fieldTypes = []string{
	string(TypeWords), string(TypeText), string(TypeNumber), string(TypeMoney), string(TypeYesNo), string(TypeDate), string(TypeTime), string(TypeChoice),
	string(TypePerson), string(TypePlace), string(TypeDepartment), string(TypeTrade), string(TypePhoto), string(TypeTable), string(TypeRating), string(TypeSignature),
}

func (r reader) field(k, n *node, column bool) Field {
	r.only(n, "title", "zh", "en", "hint", "type", "required", "index", "reason", "of", "from", "columns", "sum_of", "same_as", "least", "past", "future", "rule")
	f := Field{Name: k.word, Title: r.title(n), Hint: r.both(n, "hint", false), Pos: k.pos, From: r.str(n, "from"), SumOf: r.str(n, "sum_of"), SameAs: r.str(n, "same_as"), Rules: r.rules(n)}
	f.Type = FieldType(r.oneOf(n, "type", "", fieldTypes...))
	r.must(n, "type")
	f.Index = r.yes(n, "index")
	if v := n.get("required"); v != nil && v.kind == isWord && strings.Contains(v.word, " ") {
		f.When = r.cond(n, "required")
	} else {
		f.Required = r.yes(n, "required")
	}
	if f.When != nil && column {
		r.ps.add(k.pos, "field.column", text.F("列“%s”要么必填，要么不必，不看条件", "column %q is required or it is not, whatever else was answered", k.word), text.B("写 required: yes", "write required: yes"))
	}
	f.Reason = r.oneOf(n, "reason", "", "required") == "required"
	f.Past, f.Future = r.yes(n, "past"), r.yes(n, "future")
	for _, word := range []string{"past", "future"} {
		if n.get(word) != nil && (column || f.Type != TypeDate && f.Type != TypeTime) {
			r.ps.add(k.pos, "field."+word, text.F("“%s”不是日期或时间栏，不能写 %s", "%q is no field of a date or time and cannot be %s", k.word, word), text.F("删去 %s", "remove %s", word))
		}
	}
	if f.Past && f.Future {
		r.ps.add(n.get("future").pos, "field.future", text.F("“%s”不能又是已发生，又是未到", "%q cannot be both past and future", k.word), text.B("past 和 future 留一个", "keep past or future"))
	}
	r.least(n, &f)
	if v := n.get("of"); v != nil {
		f.Of = r.choices(v)
	}
	if v := r.section(n, "columns", f.Type == TypeTable); v != nil {
		for i, c := range v.keys {
			if v.vals[i].kind != isMap {
				r.wrongKind(v.vals[i], isMap, c.word)
				continue
			}
			f.Columns = append(f.Columns, r.field(c, v.vals[i], true))
		}
		if f.Type != TypeTable {
			r.ps.add(k.pos, "field.columns", text.F("“%s”不是表格，却有列", "%q has columns but is no table", k.word), text.B("写 type: table", "write type: table"))
		}
	}
	if f.Type == TypeChoice && (len(f.Of) == 0) == (f.From == "") {
		r.ps.add(k.pos, "field.choices", text.F("“%s”的选项要么写在 of，要么来自 from，二者取一", "%q takes its choices either from of or from from", k.word),
			text.B("补上其中一个", "write one of them"))
	}
	if column && (f.Type == TypeTable || f.Index) {
		r.ps.add(k.pos, "field.column", text.F("列“%s”不能再是表格，也不能索引", "column %q can be neither a table nor an index", k.word), text.B("改用简单的类型", "use a simple type"))
	}
	return f
}

// least reads the smallest number a field takes.
func (r reader) least(n *node, f *Field) {
	s := r.str(n, "least")
	if s == "" {
		return
	}
	least, err := strconv.ParseInt(s, 10, 32)
	if f.Least = least; err != nil || f.Type != TypeNumber {
		r.ps.add(n.get("least").pos, "field.least", text.F("“%s”的 least 要是整数，而且只用在 number 栏", "least of %q must be a whole number, on a field of type number", f.Name), text.B("写 least: 1", "write least: 1"))
	}
}

func (r reader) choices(n *node) []Choice {
	if n.kind != isMap {
		r.wrongKind(n, isMap, "of")
		return nil
	}
	var list []Choice
	for i, k := range n.keys {
		r.checkName(k, "of")
		list = append(list, Choice{Name: k.word, Title: r.wording(n.vals[i], k.word)})
	}
	return list
}

func (r reader) clock(k, n *node) Clock {
	r.only(n, "title", "zh", "en", "from", "to", "limit", "levels", "when", "pauses", "customer_sees", "rule")
	c := Clock{Name: k.word, Title: r.title(n), From: r.name(n, "from"), To: r.words(n, "to"), Limit: r.str(n, "limit"), Levels: r.str(n, "levels"),
		When: r.cond(n, "when"), Pauses: r.yes(n, "pauses"), CustomerSees: r.yes(n, "customer_sees"), Rules: r.rules(n), Pos: k.pos}
	r.must(n, "to")
	if v := r.must(n, "limit"); v != nil && c.Limit != "promise" {
		r.limit(v)
	}
	return c
}

// limit refuses what is neither a span of time nor the path of a figure.
func (r reader) limit(v *node) {
	if v.kind != isWord {
		r.wrongKind(v, isWord, "limit")
		return
	}
	if _, err := calendar.ParseLimit(v.word); err == nil || isFigurePath(v.word) {
		return
	}
	r.ps.add(v.pos, "limit.unreadable", text.F("“%s”既不是时限也不是数值的路径", "%q is neither a limit nor the path of a figure", v.word),
		text.B("写成 2 days，或 complaint.{grade}.answer", "write 2 days, or complaint.{grade}.answer"))
}

// isFigurePath: names joined by dots, at least two, some of them {fields}.
func isFigurePath(s string) bool {
	parts := strings.Split(s, ".")
	for _, p := range parts {
		if len(p) > 2 && p[0] == '{' && p[len(p)-1] == '}' {
			p = p[1 : len(p)-1]
		}
		if !isName(p) {
			return false
		}
	}
	return len(parts) > 1
}

// placeholders lists the fields a figure path reads.
func placeholders(path string) []string {
	var names []string
	for p := range strings.SplitSeq(path, ".") {
		if len(p) > 2 && p[0] == '{' {
			names = append(names, strings.Trim(p, "{}"))
		}
	}
	return names
}

// ordered is canonical with the order of keys kept: the order of steps and
// fields is part of a procedure's meaning, its layout and comments are not.
func (n *node) ordered() string {
	var b strings.Builder
	n.dump(&b, true)
	return b.String()
}
