package procedure

import (
	"maps"
	"slices"
	"strings"

	"guanjia/internal/text"
)

// checkUnused mentions figures that nothing reads and that no room to come is
// said to read, and figures said to be for later that are read already. What
// the rooms read it has to be told: without Env.Figures it looks only whether
// what is for later is there.
func checkUnused(h *Handbook, env Env, ps *problems) {
	used := slices.Concat(env.Figures, h.figures())
	reads := func(path string) bool {
		return slices.ContainsFunc(used, func(u string) bool { return covers(u, path) })
	}
	for _, name := range slices.Sorted(maps.Keys(h.Profiles)) {
		f := h.Profiles[name]
		f.own(func(path string, pos Pos) {
			if env.Figures == nil || reads(path) || f.Later(path) != "" {
				return
			}
			ps.list = append(ps.list, Problem{Pos: pos, Code: "figure.unused", Warning: true,
				What: text.F("没有规程和房间用到“%s”", "no procedure and no room reads %q", path),
				Do:   text.B("删去，让规程用它，或写进 later", "remove it, let a procedure read it, or name it under later")})
		})
		for _, l := range f.later {
			switch {
			case l.pos.File != f.file: // said by the profile that this one is like
			case f.exact(l.path) == nil:
				ps.add(l.pos, "figure.later", text.F("档里没有“%s”这个数值", "the profile has no figure %q", l.path), text.B("改名，或删去", "correct the name, or remove it"))
			case env.Figures != nil && reads(l.path):
				ps.list = append(ps.list, Problem{Pos: l.pos, Code: "figure.later", Warning: true,
					What: text.F("“%s”已经有人用了", "%q is read already", l.path), Do: text.B("从 later 里删去", "remove it from later")})
			}
		}
	}
}

// figures are the paths that procedures and answers read.
func (h *Handbook) figures() []string {
	var list []string
	for _, d := range h.Procedures {
		list = append(list, d.figures()...)
	}
	for _, a := range h.Texts.Answers {
		for _, m := range figureMark.FindAllStringSubmatch(a.Words.ZH, -1) {
			list = append(list, m[1])
		}
	}
	return list
}

// figures are the paths a definition reads, and the opening hours that a
// profile may give to it alone.
func (d *Definition) figures() []string {
	list := []string{"desk." + d.Name + "_line"}
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
		if from := d.Fields[i].From; from != "" { // a list may stand at the top of a profile
			list = append(list, from)
		}
		cond(d.Fields[i].When)
	}
	for i := range d.Papers {
		cond(d.Papers[i].When)
	}
	for i := range d.Clocks {
		add(d.Clocks[i].Limit)
		add(d.Clocks[i].Levels)
		cond(d.Clocks[i].When)
	}
	for i := range d.Steps {
		s := &d.Steps[i]
		for _, p := range slices.Concat([]string{s.To, s.Limit, s.Until, s.Before}, s.Who, s.Tell) {
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
			if !anyName(part) {
				return false
			}
			continue // a word serves for all further placeholders
		}
		if part != p[i] && !anyName(part) {
			return false
		}
	}
	return true
}

// anyName: a placeholder of a definition, or what a room says of all names.
func anyName(part string) bool { return part == "*" || strings.HasPrefix(part, "{") }

// own walks the figures written in the profile's own file.
func (f *Figures) own(fn func(path string, pos Pos)) {
	f.each(func(path string, n *node) {
		if n.pos.File == f.file {
			fn(path, n.pos)
		}
	})
}
