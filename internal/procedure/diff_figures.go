package procedure

import (
	"slices"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

// DiffFigures says in which figures two profiles, or two versions of one,
// differ, in the order of the second. h gives the roles their titles; each
// figure is called what the handbook's page of figures calls it.
func DiffFigures(before, after *Figures, h *Handbook) []Change {
	was, is := before.leaves(h), after.leaves(h)
	name := func(path string) text.Both { return figureName(path, after, before) }
	find := func(list []leaf, path string) int {
		return slices.IndexFunc(list, func(l leaf) bool { return l.path == path })
	}
	var out []Change
	for _, l := range is {
		i, n := find(was, l.path), name(l.path)
		switch {
		case i < 0:
			out = append(out, Change{"added", l.path, text.B(n.ZH+" 定为 "+l.words.ZH, n.EN+" is now "+l.words.EN)})
		case was[i].content != l.content:
			out = append(out, Change{"changed", l.path, text.B(n.ZH+" 由 "+was[i].words.ZH+" 改为 "+l.words.ZH, n.EN+" changes from "+was[i].words.EN+" to "+l.words.EN)})
		}
	}
	for _, l := range was {
		if find(is, l.path) < 0 {
			n := name(l.path)
			out = append(out, Change{"removed", l.path, text.B(n.ZH+" 不再有（原来是 "+l.words.ZH+"）", n.EN+" is gone (was "+l.words.EN+")")})
		}
	}
	return out
}

// leaf is one figure with its content and its wording.
type leaf struct {
	path    string
	content string
	words   text.Both
}

func (f *Figures) leaves(h *Handbook) []leaf {
	var list []leaf
	f.each(func(path string, n *node) { list = append(list, leaf{path, n.canonical(), n.words(h)}) })
	return list
}

// each walks the figures in the order of the profile.
func (f *Figures) each(fn func(path string, n *node)) {
	var walk func(path string, n *node)
	walk = func(path string, n *node) {
		if n.kind != isMap || n.get("zh") != nil {
			fn(path, n)
			return
		}
		for i, k := range n.keys {
			walk(strings.TrimPrefix(path+"."+k.word, "."), n.vals[i])
		}
	}
	if f != nil && f.root != nil {
		walk("", f.root)
	}
}

// words says a figure as people read it; h gives the roles their titles and
// may be nil.
func (n *node) words(h *Handbook) text.Both {
	switch n.kind {
	case isWord:
		if l, err := calendar.ParseLimit(n.word); err == nil && l.After == "" {
			return l.Words()
		}
		if h != nil {
			if r := h.Role(n.word); r != nil {
				return r.Title
			}
		}
		if b, ok := FigureWord(n.word); ok {
			return b
		}
		if amount, ok := strings.CutSuffix(n.word, " yuan"); ok {
			return text.B(amount+" 元", n.word)
		}
		return n.both()
	case isList:
		var zh, en []string
		for _, x := range n.list {
			b := x.words(h)
			zh, en = append(zh, b.ZH), append(en, b.EN)
		}
		return text.B(strings.Join(zh, "、"), strings.Join(en, ", "))
	}
	if n.get("zh") != nil {
		return n.both()
	}
	if at, tell := n.get("at"), n.get("tell"); at != nil && tell != nil {
		to := tell.words(h)
		return text.B(atWords(at.word)+"告诉"+to.ZH, "at "+at.word+" tell "+to.EN)
	}
	var zh, en []string
	for i, k := range n.keys {
		b := n.vals[i].words(h)
		zh, en = append(zh, k.word+" "+b.ZH), append(en, k.word+" "+b.EN)
	}
	return text.B(strings.Join(zh, "，"), strings.Join(en, ", "))
}

func atWords(s string) string {
	l, err := parseLevel(s)
	switch {
	case err != nil:
		return s
	case !l.After.IsZero():
		return "到期后 " + l.After.Words().ZH + " "
	case l.At == 1:
		return "到期"
	default:
		return "用去 " + s + " "
	}
}
