package procedure

import (
	"maps"
	"slices"
	"strings"

	"guanjia/internal/text"
)

// Figures the engine and the pages read whatever the procedures say.
var alwaysRead = []string{"departments", "trades", "pause_reasons", "powers"}

// checkUnused mentions figures that nothing reads. It needs to know what the
// rooms read, so it is silent without Env.Figures.
func checkUnused(h *Handbook, env Env, ps *problems) {
	if env.Figures == nil {
		return
	}
	used := slices.Concat(alwaysRead, env.Figures)
	for _, d := range h.Procedures {
		used = append(used, d.figures()...)
	}
	for _, a := range h.Texts.Answers {
		for _, m := range figureMark.FindAllStringSubmatch(a.Words.ZH, -1) {
			used = append(used, m[1])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h.Profiles)) {
		f := h.Profiles[name]
		f.own(func(path string, pos Pos) {
			if slices.ContainsFunc(used, func(u string) bool { return covers(u, path) }) {
				return
			}
			ps.list = append(ps.list, Problem{Pos: pos, Code: "figure.unused", Warning: true,
				What: text.F("没有规程和房间用到“%s”", "no procedure and no room reads %q", path), Do: text.B("删去，或让规程用它", "remove it, or let a procedure use it")})
		})
	}
}

// figures are the paths a definition reads.
func (d *Definition) figures() []string {
	var list []string
	add := func(path string) {
		if isFigurePath(path) {
			list = append(list, path)
		}
	}
	cond := func(c Cond) {
		if c != nil {
			list = append(list, c.Names()...)
		}
	}
	for i := range d.Fields {
		add(d.Fields[i].From)
	}
	for i := range d.Clocks {
		add(d.Clocks[i].Limit)
		add(d.Clocks[i].Levels)
		cond(d.Clocks[i].When)
	}
	for i := range d.Steps {
		s := &d.Steps[i]
		for _, p := range slices.Concat([]string{s.To, s.Limit, s.Until}, s.Who, s.Tell) {
			add(p)
		}
		for _, a := range s.Args {
			add(a)
		}
		cond(s.Urgent)
		for _, b := range s.Then {
			cond(b.When)
		}
	}
	return list
}

// covers reports whether a used path names path, something above it, or it
// through a placeholder.
func covers(used, path string) bool {
	u, p := strings.Split(used, "."), strings.Split(path, ".")
	for i, part := range u {
		if i >= len(p) {
			break // a word serves for all further placeholders
		}
		if part != p[i] && part != "*" && part[0] != '{' {
			return false
		}
	}
	return true
}

// own walks the figures written in the profile's own file.
func (f *Figures) own(fn func(path string, pos Pos)) {
	f.each(func(path string, n *node) {
		if n.pos.File == f.file {
			fn(path, n.pos)
		}
	})
}
