package coverage

import (
	"maps"
	"slices"
	"strings"

	"guanjia/internal/procedure"
)

// Without is the handbook with one lever taken away or, for a figure, shifted
// in every profile. False when the lever is no part of the handbook (a route,
// a table: see Breaker).
func Without(book *procedure.Handbook, lever procedure.Lever) (*procedure.Handbook, bool) {
	out := *book
	if lever.Sort == "figure" {
		out.Profiles = maps.Clone(book.Profiles)
		found := false
		for name, fig := range book.Profiles {
			if shifted, ok := fig.Shifted(lever.Name); ok {
				out.Profiles[name], found = shifted, true
			}
		}
		return &out, found
	}
	name, part, _ := strings.Cut(lever.Name, ".")
	def := book.Procedures[name]
	if def == nil {
		return nil, false
	}
	var cut *procedure.Definition
	switch lever.Sort {
	case "clock":
		cut = withoutClock(def, part)
	case "field":
		cut = withoutField(def, part)
	case "step":
		cut = withoutStep(def, part)
	}
	if cut == nil {
		return nil, false
	}
	cut.Hash = def.Hash + " without " + lever.Sort + " " + part
	out.Procedures = maps.Clone(book.Procedures)
	out.Procedures[name] = cut
	return &out, true
}

func withoutClock(def *procedure.Definition, name string) *procedure.Definition {
	out := *def
	out.Clocks = slices.DeleteFunc(slices.Clone(def.Clocks), func(c procedure.Clock) bool { return c.Name == name })
	if len(out.Clocks) == len(def.Clocks) {
		return nil
	}
	return &out
}

func withoutField(def *procedure.Definition, name string) *procedure.Definition {
	if def.Field(name) == nil {
		return nil
	}
	out := *def
	is := func(s string) bool { return s == name }
	out.Fields = slices.DeleteFunc(slices.Clone(def.Fields), func(f procedure.Field) bool { return f.Name == name })
	out.Steps = slices.Clone(def.Steps)
	for i := range out.Steps {
		s := &out.Steps[i]
		s.Asks, s.Needs = slices.DeleteFunc(slices.Clone(s.Asks), is), slices.DeleteFunc(slices.Clone(s.Needs), is)
	}
	return &out
}

// withoutStep leads every way to the step on to what follows it. What only
// this step asks goes with it: a handbook without the step knows no such
// answer. The end cannot go; it files nothing then.
func withoutStep(def *procedure.Definition, name string) *procedure.Definition {
	st := def.Step(name)
	if st == nil {
		return nil
	}
	out := *def
	out.Steps = slices.Clone(def.Steps)
	if st.Do == procedure.KindClose {
		out.Step(name).Files = ""
		return &out
	}
	next := ""
	for _, b := range st.Then {
		if b.Go != name && (next == "" || b.When == nil && (b.Outcome == "" || b.Outcome == st.Then[0].Outcome)) {
			next = b.Go
		}
	}
	out.Steps = slices.DeleteFunc(out.Steps, func(s procedure.Step) bool { return s.Name == name })
	for i := range out.Steps {
		s := &out.Steps[i]
		s.Then = slices.Clone(s.Then)
		for j := range s.Then {
			if s.Then[j].Go == name {
				s.Then[j].Go = next
			}
		}
	}
	cut := &out
	for _, f := range st.Asks {
		if !slices.ContainsFunc(out.Steps, func(s procedure.Step) bool { return slices.Contains(s.Asks, f) }) {
			if less := withoutField(cut, f); less != nil {
				cut = less
			}
		}
	}
	return cut
}
