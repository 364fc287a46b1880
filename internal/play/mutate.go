package play

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
)

// Mutate is the handbook with a lever removed (step, clock, field) or shifted
// (figure), in the profiles given or in all. It reports false for levers that
// are not in procedures or figures, and for figures that no shift can change.
// The handbook given stays as it is.
func Mutate(h *procedure.Handbook, l procedure.Lever, profiles []string) (*procedure.Handbook, bool) {
	out := *h
	if l.Sort == "figure" {
		out.Profiles = maps.Clone(h.Profiles)
		changed := false
		for name, f := range h.Profiles {
			if len(profiles) > 0 && !slices.Contains(profiles, name) {
				continue
			}
			if g, ok := shift(f, l.Name); ok {
				out.Profiles[name], changed = g, true
			}
		}
		return &out, changed
	}
	name, part, _ := strings.Cut(l.Name, ".")
	old := h.Procedures[name]
	if old == nil {
		return nil, false
	}
	d := *old
	switch l.Sort {
	case "step":
		d.Steps = withoutStep(old, part)
	case "clock":
		d.Clocks = slices.DeleteFunc(slices.Clone(old.Clocks), func(c procedure.Clock) bool { return c.Name == part })
	case "field":
		d.Fields = slices.DeleteFunc(slices.Clone(old.Fields), func(f procedure.Field) bool { return f.Name == part })
		d.Steps = slices.Clone(old.Steps)
		for i := range d.Steps {
			d.Steps[i].Asks = slices.DeleteFunc(slices.Clone(d.Steps[i].Asks), func(a string) bool { return a == part })
			d.Steps[i].Needs = slices.DeleteFunc(slices.Clone(d.Steps[i].Needs), func(n string) bool { return n == part })
		}
	default:
		return nil, false
	}
	if len(d.Steps) == len(old.Steps) && len(d.Clocks) == len(old.Clocks) && len(d.Fields) == len(old.Fields) {
		return nil, false
	}
	out.Procedures = maps.Clone(h.Procedures)
	out.Procedures[name] = &d
	return &out, true
}

// withoutStep leads past a step: whoever went there goes where it would have
// gone at its best.
func withoutStep(d *procedure.Definition, name string) []procedure.Step {
	gone := d.Step(name)
	if gone == nil || len(gone.Then) == 0 {
		return d.Steps
	}
	past := gone.Then[len(gone.Then)-1].Go
	if words := procedure.Outcomes[gone.Do]; len(words) > 0 {
		for _, b := range slices.Backward(gone.Then) {
			if b.Outcome == words[0] {
				past = b.Go
				break
			}
		}
	}
	if past == name {
		return d.Steps
	}
	steps := make([]procedure.Step, 0, len(d.Steps))
	for _, s := range d.Steps {
		if s.Name == name {
			continue
		}
		s.Then = slices.Clone(s.Then)
		for i := range s.Then {
			if s.Then[i].Go == name {
				s.Then[i].Go = past
			}
		}
		steps = append(steps, s)
	}
	return steps
}

var numeral = regexp.MustCompile(`\d+`)

// shift changes a figure, or every figure below a path: spans get another
// length, numbers and shares another value.
func shift(f *procedure.Figures, path string) (*procedure.Figures, bool) {
	word, err := f.Word(path, nil)
	if err != nil {
		keys, _ := f.Keys(path, nil)
		changed := false
		for _, k := range keys {
			if g, ok := shift(f, path+"."+k); ok {
				f, changed = g, true
			}
		}
		return f, changed
	}
	g, problems := f.Override(map[string]string{path: other(word)})
	if procedure.Refused(problems) || g.Hash == f.Hash {
		return f, false
	}
	return g, true
}

// other is a figure of the same sort with another value.
func other(word string) string {
	if l, err := calendar.ParseLimit(word); err == nil && l.Unit == calendar.SameDay {
		return "2 days"
	}
	return numeral.ReplaceAllStringFunc(word, func(s string) string {
		n, err := strconv.Atoi(s)
		if err != nil {
			return s
		}
		return strconv.Itoa(2*n + 1)
	})
}
