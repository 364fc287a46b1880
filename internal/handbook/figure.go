package handbook

import (
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

// figureRows flattens the figures of the profiles below path.
func (s *Service) figureRows(path string, profiles []string) []Row {
	leaves := make([]map[string]text.Both, len(profiles))
	seen := map[string]bool{}
	for i, name := range profiles {
		leaves[i] = map[string]text.Both{}
		v, ok := s.book.Profiles[name].Lookup(path, nil)
		if !ok {
			continue
		}
		flatten(path, v, leaves[i])
		for p := range leaves[i] {
			seen[p] = true
		}
	}
	var rows []Row
	for _, p := range slices.Sorted(maps.Keys(seen)) {
		r := Row{Path: p, Same: true}
		for i, name := range profiles {
			cell, ok := leaves[i][p]
			if !ok { // "other" stands for what a profile does not single out
				if w, err := s.book.Profiles[name].Word(p, nil); err == nil {
					cell = words(w)
				}
			}
			r.Cells = append(r.Cells, cell)
			r.Same = r.Same && cell == r.Cells[0]
		}
		rows = append(rows, r)
	}
	return rows
}

func flatten(path string, v any, out map[string]text.Both) {
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			at := k
			if path != "" {
				at = path + "." + k
			}
			flatten(at, x[k], out)
		}
	case []any:
		var zh, en []string
		for _, e := range x {
			b := sayPlain(e)
			zh, en = append(zh, b.ZH), append(en, b.In(text.EN))
		}
		out[path] = text.B(strings.Join(zh, "；"), strings.Join(en, "; "))
	default:
		out[path] = sayPlain(v)
	}
}

// sayPlain says one value: a span of time in words, a wording in both
// languages, a rung of a ladder as "at: who".
func sayPlain(v any) text.Both {
	m, ok := v.(map[string]any)
	if !ok {
		return words(fmt.Sprint(v))
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, strings.Trim(fmt.Sprint(m[k]), "[]"))
	}
	s := strings.Join(parts, " → ")
	return text.B(s, s)
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
		return base + "/profiles#" + l.Name
	default:
		return ""
	}
}
