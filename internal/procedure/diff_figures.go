package procedure

import (
	"slices"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

// DiffFigures says in which figures two profiles, or two versions of one,
// differ, in the order of the second.
func DiffFigures(before, after *Figures) []Change {
	was, is := before.leaves(), after.leaves()
	find := func(list []leaf, path string) int {
		return slices.IndexFunc(list, func(l leaf) bool { return l.path == path })
	}
	var out []Change
	for _, l := range is {
		i := find(was, l.path)
		switch {
		case i < 0:
			out = append(out, Change{"added", l.path, text.B(l.path+" 定为 "+l.words.ZH, l.path+" is now "+l.words.EN)})
		case was[i].content != l.content:
			out = append(out, Change{"changed", l.path, text.B(l.path+" 由 "+was[i].words.ZH+" 改为 "+l.words.ZH, l.path+" changes from "+was[i].words.EN+" to "+l.words.EN)})
		}
	}
	for _, l := range was {
		if find(is, l.path) < 0 {
			out = append(out, Change{"removed", l.path, text.B(l.path+" 不再有（原来是 "+l.words.ZH+"）", l.path+" is gone (was "+l.words.EN+")")})
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

func (f *Figures) leaves() []leaf {
	var list []leaf
	f.each(func(path string, n *node) { list = append(list, leaf{path, n.canonical(), n.words()}) })
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

// Figure is one value of a profile as a page of figures shows it.
type Figure struct {
	Path  string
	Words text.Both // "3 个工作日 / 3 working days"
	Own   bool      // written in this profile, not taken from the one it is like
}

// All lists the figures in the order of the profile.
func (f *Figures) All() []Figure {
	var list []Figure
	f.each(func(path string, n *node) {
		list = append(list, Figure{Path: path, Words: n.words(), Own: n.pos.File == f.file || n.pos.File == path})
	})
	return list
}

// words says a figure as people read it.
func (n *node) words() text.Both {
	switch n.kind {
	case isWord:
		if l, err := calendar.ParseLimit(n.word); err == nil && l.After == "" {
			return l.Words()
		}
		switch n.word {
		case "none":
			return text.B("无", "none")
		case "yes", "no":
			return yes(n.word == "yes")
		}
		if amount, ok := strings.CutSuffix(n.word, " yuan"); ok {
			return text.B(amount+" 元", n.word)
		}
		return n.both()
	case isList:
		var zh, en []string
		for _, x := range n.list {
			b := x.words()
			zh, en = append(zh, b.ZH), append(en, b.EN)
		}
		return text.B(strings.Join(zh, "、"), strings.Join(en, ", "))
	}
	if n.get("zh") != nil {
		return n.both()
	}
	if at, tell := n.get("at"), n.get("tell"); at != nil && tell != nil {
		to := tell.words()
		return text.B(atWords(at.word)+"告诉"+to.ZH, "at "+at.word+" tell "+to.EN)
	}
	var zh, en []string
	for i, k := range n.keys {
		b := n.vals[i].words()
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
