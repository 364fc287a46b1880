package procedure

import (
	"slices"
	"strings"

	"guanjia/internal/text"
)

// reader takes typed values out of nodes. Every refusal goes to ps, and
// reading goes on, so that a person sees all of them at once.
type reader struct{ ps *problems }

func (r reader) wrongKind(n *node, want nodeKind, what string) {
	w, g := want.words(), n.kind.words()
	r.ps.add(n.pos, "shape", text.B("“"+what+"”应当是"+w.ZH+"，这里是"+g.ZH, what+" should be "+w.EN+", not "+g.EN),
		text.B("改成"+w.ZH, "write "+w.EN))
}

// only refuses keys outside known, proposing the nearest of them.
func (r reader) only(n *node, known ...string) {
	for _, k := range n.keys {
		if slices.Contains(known, k.word) {
			continue
		}
		r.unknown(k.pos, "key.unknown", k.word, known)
	}
}

// unknown refuses a word outside a closed list.
func (r reader) unknown(pos Pos, code, got string, known []string) {
	do := text.B("可用的词："+strings.Join(known, "、"), "the words are: "+strings.Join(known, ", "))
	if near := nearest(got, known); near != "" {
		do = text.F("是不是“%s”？", "did you mean %q?", near)
	}
	r.ps.add(pos, code, text.F("不认识“%s”", "unknown word %q", got), do)
}

// must is the value of key, refusing its absence.
func (r reader) must(n *node, key string) *node {
	v := n.get(key)
	if v == nil && n.kind == isMap {
		r.ps.add(n.pos, "key.missing", text.F("缺“%s”", "%q is missing", key), text.F("补上“%s: …”", "add \"%s: …\"", key))
	}
	return v
}

// str is the word at key, "" when absent.
func (r reader) str(n *node, key string) string {
	v := n.get(key)
	if v == nil {
		return ""
	}
	if v.kind != isWord {
		r.wrongKind(v, isWord, key)
		return ""
	}
	return v.word
}

// name is the required lower-case word at key.
func (r reader) name(n *node, key string) string {
	v := r.must(n, key)
	if v == nil {
		return ""
	}
	r.checkName(v, key)
	return v.word
}

func (r reader) checkName(v *node, what string) {
	switch {
	case v.kind != isWord:
		r.wrongKind(v, isWord, what)
	case !isName(strings.ReplaceAll(v.word, "-", "_")):
		r.ps.add(v.pos, "name", text.F("“%s”不能作名字", "%q cannot be a name", v.word),
			text.B("用小写字母、数字和下划线，字母开头", "use lower-case letters, digits and underscores, beginning with a letter"))
	}
}

// oneOf is the word at key from a closed list, fallback when absent.
func (r reader) oneOf(n *node, key, fallback string, known ...string) string {
	v := n.get(key)
	if v == nil {
		return fallback
	}
	if v.kind != isWord {
		r.wrongKind(v, isWord, key)
		return fallback
	}
	if !slices.Contains(known, v.word) {
		r.unknown(v.pos, "word.unknown", v.word, known)
		return fallback
	}
	return v.word
}

// yes is the switch at key, false when absent.
func (r reader) yes(n *node, key string) bool {
	return r.oneOf(n, key, "no", "yes", "no") == "yes"
}

// words is the word or list of words at key.
func (r reader) words(n *node, key string) []string {
	v := n.get(key)
	if v == nil {
		return nil
	}
	list, err := nodeWords(v, key)
	if err != nil {
		r.ps.add(v.pos, "shape", text.F("“%s”应当是一个词或一列词", "%q should be a word or a list of words", key),
			text.B("写成 [甲, 乙]", "write [one, two]"))
	}
	return list
}

// both is the wording at key: "中文 / English", or {zh, en}.
func (r reader) both(n *node, key string, required bool) text.Both {
	v := n.get(key)
	if v == nil {
		if required {
			r.must(n, key)
		}
		return text.Both{}
	}
	return r.wording(v, key)
}

func (r reader) wording(v *node, what string) text.Both {
	switch v.kind {
	case isWord:
		zh, en, ok := strings.Cut(v.word, " / ")
		if !ok || strings.TrimSpace(zh) == "" || strings.TrimSpace(en) == "" {
			r.ps.add(v.pos, "wording", text.F("“%s”要有中英两种说法", "%q needs both languages", what),
				text.B("写成“中文 / English”", "write \"中文 / English\""))
		}
		return text.B(strings.TrimSpace(zh), strings.TrimSpace(en))
	case isMap:
		r.only(v, "zh", "en")
		return r.pair(v)
	}
	r.wrongKind(v, isWord, what)
	return text.Both{}
}

// title is the wording of n itself: title, or zh and en beside its other keys.
func (r reader) title(n *node) text.Both {
	if n.get("title") != nil || n.get("zh") == nil && n.get("en") == nil {
		return r.both(n, "title", true)
	}
	return r.pair(n)
}

// pair reads zh and en standing in n itself.
func (r reader) pair(n *node) text.Both {
	b := text.B(r.str(n, "zh"), r.str(n, "en"))
	if b.ZH == "" {
		r.must(n, "zh")
	}
	if b.EN == "" {
		r.must(n, "en")
	}
	return b
}

// cond is the condition at key, nil when absent or wrong.
func (r reader) cond(n *node, key string) Cond {
	v := n.get(key)
	if v == nil {
		return nil
	}
	if v.kind != isWord {
		r.wrongKind(v, isWord, key)
		return nil
	}
	c, err := ParseCond(v.word)
	if err != nil {
		r.ps.add(v.pos, "cond.syntax", text.B("条件写法有误："+err.Error(), err.Error()),
			text.B("写成“字段 = 词”，用 and、or、not 连接", "write \"field = word\", joined by and, or, not"))
		return nil
	}
	return c
}

// rules is the rule id or list of ids at key "rule".
func (r reader) rules(n *node) []string {
	ids := r.words(n, "rule")
	for _, id := range ids {
		if !isRule(id) {
			r.ps.add(n.get("rule").pos, "rule.name", text.F("“%s”不像一条规则的编号", "%q is not the id of a rule", id),
				text.B("写成 DSK-05 这样", "write it like DSK-05"))
		}
	}
	return ids
}

func isRule(id string) bool {
	room, num, ok := strings.Cut(id, "-")
	if !ok || len(room) != 3 || len(num) != 2 {
		return false
	}
	for _, c := range room {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return num[0] >= '0' && num[0] <= '9' && num[1] >= '0' && num[1] <= '9'
}

// nearest is the known word closest to got, "" when none is close.
func nearest(got string, known []string) string {
	best, bestAt := "", 3
	for _, k := range known {
		if d := distance(got, k); d < bestAt && d < len(k) {
			best, bestAt = k, d
		}
	}
	return best
}

// distance counts the letters to change, add, drop or swap to come from a to b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 40 || len(y) > 40 {
		return 99
	}
	var before, prev []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		before, prev = prev, row
		row = make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(y)]
}
