package procedure

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

// Override lays a project's own values over the profile: path → the value as
// the profile would write it ("3 days", "[director, supervisor]"). A path the
// profile lacks, or a value of another shape than the profile's, is refused.
func (f *Figures) Override(values map[string]string) (*Figures, []Problem) {
	var ps problems
	out := *f
	out.root = f.root.clone()
	for _, path := range slices.Sorted(maps.Keys(values)) {
		pos := Pos{File: path, Line: 1, Col: 1}
		old := f.exact(path)
		if old == nil {
			ps.add(pos, "override.unknown", text.F("档里没有“%s”这个数值", "the profile has no figure %q", path),
				text.B("从数值页上选一个", "choose one from the page of figures"))
			continue
		}
		now := parse(path, []byte(values[path]), &ps)
		if now == nil {
			continue
		}
		if shape(old) != shape(now) {
			ps.add(pos, "override.shape", text.F("“%s”应当写成%s那样", "%[1]q should be written like %[2]s", values[path], old.canonical()),
				text.B("照档里的写法改", "write it the way the profile does"))
			continue
		}
		if l, err := calendar.ParseLimit(now.word); now.kind == isWord && err == nil && years(l) > longestYears {
			ps.add(pos, "override.long", text.F("“%s”长过 %d 年", "%q is longer than %d years", values[path], longestYears), text.B("核对数字和单位", "check the number and its unit"))
			continue
		}
		out.root.set(strings.Split(path, "."), now)
	}
	out.Hash = out.digest()
	return &out, ps.list
}

// longestYears bounds a span a project sets itself: the age that counts as old
// is below, a slip of the keyboard above.
const longestYears = 100

// years is how many whole years a limit lasts, about.
func years(l calendar.Limit) int {
	each := map[calendar.Unit]int{calendar.Minutes: 365 * 24 * 60, calendar.WorkingMinutes: 365 * 24 * 60, calendar.Hours: 365 * 24, calendar.WorkingHours: 365 * 24,
		calendar.Days: 365, calendar.WorkingDays: 365, calendar.StatutoryDays: 365, calendar.Months: 12}[l.Unit]
	if each == 0 {
		return 0
	}
	return (l.N - 1) / each
}

// exact is the node at path without placeholders and without falling to other.
func (f *Figures) exact(path string) *node {
	n := f.root
	for part := range strings.SplitSeq(path, ".") {
		n = n.get(part)
	}
	return n
}

// shape says what sort of figure n is, so that an override keeps it.
func shape(n *node) string {
	if n.kind != isWord {
		return n.kind.words().EN
	}
	if _, err := calendar.ParseLimit(n.word); err == nil {
		return "limit"
	}
	if _, err := parseShare(n.word); err == nil {
		return "share"
	}
	if _, err := parseMoney(n.word); err == nil {
		return "money"
	}
	if _, err := strconv.ParseInt(n.word, 10, 64); err == nil {
		return "number"
	}
	if n.word == "yes" || n.word == "no" {
		return "yes_no"
	}
	return "word"
}

// over lays n over base: maps are joined key by key, anything else replaces.
func (n *node) over(base *node) *node {
	if n.kind != isMap || base.kind != isMap || base.get("zh") != nil {
		return n
	}
	out := base.clone()
	for i, k := range n.keys {
		if below := base.get(k.word); below != nil {
			out.set([]string{k.word}, n.vals[i].over(below))
			continue
		}
		out.keys, out.vals = append(out.keys, k), append(out.vals, n.vals[i])
	}
	return out
}

func (n *node) clone() *node {
	c := *n
	c.keys = slices.Clone(n.keys)
	c.list = make([]*node, len(n.list))
	for i, x := range n.list {
		c.list[i] = x.clone()
	}
	c.vals = make([]*node, len(n.vals))
	for i, v := range n.vals {
		c.vals[i] = v.clone()
	}
	return &c
}

func (n *node) set(path []string, to *node) {
	for i, k := range n.keys {
		if k.word != path[0] {
			continue
		}
		if len(path) == 1 {
			n.vals[i] = to
		} else {
			n.vals[i].set(path[1:], to)
		}
		return
	}
}
