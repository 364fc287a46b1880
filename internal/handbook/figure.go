package handbook

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Row is one figure in every profile shown: Cells stand in the order of the
// profiles; an empty cell means that the profile has none.
type Row struct {
	Path  string
	Cells []text.Both
	Same  bool // all profiles give the same
}

// figureRows flattens the figures of the profiles below path. Where one
// profile gives a single figure and another one for each kind, the rows are
// those of the kinds.
func (s *Service) figureRows(path string, profiles []string) []Row {
	leaves := make([]map[string]text.Both, len(profiles))
	seen := map[string]bool{}
	for i, name := range profiles {
		leaves[i] = map[string]text.Both{}
		v, ok := s.book.Profiles[name].Lookup(path, nil)
		if !ok {
			continue
		}
		s.flatten(path, v, leaves[i])
		for p := range leaves[i] {
			seen[p] = true
		}
	}
	var rows []Row
	paths := slices.Sorted(maps.Keys(seen))
	for _, p := range paths {
		if slices.ContainsFunc(paths, func(other string) bool { return strings.HasPrefix(other, p+".") }) {
			continue
		}
		r := Row{Path: p, Same: true}
		for i, name := range profiles {
			cell, ok := leaves[i][p]
			if !ok {
				cell = s.standsFor(name, p)
			}
			r.Cells = append(r.Cells, cell)
			r.Same = r.Same && cell == r.Cells[0]
		}
		rows = append(rows, r)
	}
	return rows
}

// standsFor is the span of time that counts where a profile does not single
// path out: its "other", or one figure for all.
func (s *Service) standsFor(profile, path string) text.Both {
	f := s.book.Profiles[profile]
	for at := path; at != ""; {
		if w, err := f.Word(at, nil); err == nil {
			if _, err := calendar.ParseLimit(w); err == nil {
				return words(w)
			}
			return text.Both{}
		}
		i := strings.LastIndexByte(at, '.')
		if i < 0 {
			break
		}
		at = at[:i]
	}
	return text.Both{}
}

func (s *Service) flatten(path string, v any, out map[string]text.Both) {
	switch x := v.(type) {
	case map[string]any:
		if isWording(x) {
			out[path] = text.B(fmt.Sprint(x["zh"]), fmt.Sprint(x["en"]))
			return
		}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			at := k
			if path != "" {
				at = path + "." + k
			}
			s.flatten(at, x[k], out)
		}
	case []any:
		var zh, en []string
		for _, e := range x {
			b := s.sayPlain(e)
			zh, en = append(zh, b.ZH), append(en, b.In(text.EN))
		}
		out[path] = text.B(strings.Join(zh, "；"), strings.Join(en, "; "))
	default:
		out[path] = s.sayPlain(v)
	}
}

func isWording(m map[string]any) bool {
	_, zh := m["zh"]
	_, en := m["en"]
	return zh && en && len(m) == 2
}

// sayPlain says one value: a span of time in words, a role by its title, a
// rung of a ladder as when → who.
func (s *Service) sayPlain(v any) text.Both {
	switch x := v.(type) {
	case map[string]any:
		at, to := s.sayPlain(x["at"]), s.sayPlain(x["tell"])
		return text.B(at.ZH+" → "+to.ZH, at.In(text.EN)+" → "+to.In(text.EN))
	case []any:
		var zh, en []string
		for _, e := range x {
			b := s.sayPlain(e)
			zh, en = append(zh, b.ZH), append(en, b.In(text.EN))
		}
		return text.B(strings.Join(zh, "、"), strings.Join(en, ", "))
	}
	w := fmt.Sprint(v)
	if r := s.book.Role(w); r != nil {
		return r.Title
	}
	if b, ok := procedure.FigureWord(w); ok {
		return b
	}
	if after, ok := strings.CutPrefix(w, "due + "); ok {
		b := words(after)
		return text.B("到期后 "+b.ZH, b.In(text.EN)+" after it is due")
	}
	return words(w)
}

// words says a figure as people read it.
func words(s string) text.Both {
	if l, err := calendar.ParseLimit(s); err == nil {
		b := l.Words()
		if l.After != "" {
			return text.B(b.ZH+"（自 "+l.After+"）", b.In(text.EN)+" after "+l.After)
		}
		return b
	}
	if yuan, ok := strings.CutSuffix(s, " yuan"); ok {
		return text.B(yuan+" 元", "¥"+yuan)
	}
	if zh, en, ok := strings.Cut(s, " / "); ok {
		return text.B(zh, en)
	}
	return text.B(s, s)
}

// clockPath is the part of a limit that names figures without the case's own
// words: "complaint.{grade}.answer" → "complaint". A literal span has none.
func clockPath(limit string) (prefix, suffix string) {
	if limit == "promise" || limit == "" {
		return "", ""
	}
	if _, err := calendar.ParseLimit(limit); err == nil {
		return "", ""
	}
	before, after, cut := strings.Cut(limit, ".{")
	if !cut {
		return limit, ""
	}
	if _, rest, ok := strings.Cut(after, "}."); ok && !strings.HasPrefix(rest, "{") {
		suffix = "." + rest
	}
	return before, suffix
}

// limitRows are the figures behind a clock's limit in every profile.
func (s *Service) limitRows(limit string, profiles []string) []Row {
	prefix, suffix := clockPath(limit)
	if prefix == "" {
		return nil
	}
	return slices.DeleteFunc(s.figureRows(prefix, profiles), func(r Row) bool { return suffix != "" && !strings.HasSuffix(r.Path, suffix) })
}

// leverPath is where the handbook shows what a lever names, "" where it does
// not: tables, routes and tests have no page.
func leverPath(base string, c procedure.Clause) string {
	l, err := procedure.ParseLever(c.Lever)
	if err != nil {
		return ""
	}
	switch l.Sort {
	case "step", "clock", "field":
		name, part, _ := strings.Cut(l.Name, ".")
		return base + "/procedures/" + name + "#" + l.Sort + "-" + part
	case "figure":
		return base + "/profiles?all=yes#" + l.Name
	default:
		return ""
	}
}

// laterWords says which room to come will read the figure at path, "" when one
// reads it already.
func (s *Service) laterWords(ctx context.Context, profiles []string, path string) string {
	for _, name := range profiles {
		room := s.book.Profiles[name].Later(path)
		if room == "" {
			continue
		}
		for _, p := range s.pages {
			if p.Name == room {
				room = p.Title.In(text.LangOf(ctx))
			}
		}
		return text.Tf(ctx, "以后用：%s", "read later: %s", room)
	}
	return ""
}
