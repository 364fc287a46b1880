package procedure

import (
	"slices"
	"strings"

	"guanjia/internal/text"
)

// Things are what levers can name. A nil set is not looked at, so that each
// caller checks what it knows.
type Things struct {
	Procedures map[string]*Definition
	Profiles   map[string]*Figures
	Actions    map[string]bool // "estate.directory.confirm@1"
	Routes     map[string]bool // "GET /p/{project}/units/{id}"
	Tables     map[string]bool
	Checks     map[string]bool // codes of the checker
	Tests      map[string]bool // "backup.TestRestore"
}

// CheckLevers finds clauses whose lever names nothing that is there, and
// carried clauses of profiles that do not exist.
func CheckLevers(pages []Page, there Things) []Problem {
	var ps problems
	for _, page := range pages {
		for _, rule := range page.Rules {
			for _, c := range rule.Clauses {
				for _, p := range c.Profiles {
					if c.Lever != "" && there.Profiles != nil && there.Profiles[p] == nil {
						ps.add(c.Pos, "clause.profile", text.F("%s：没有名为“%s”的档", "%s: there is no profile %q", c.ID, p),
							text.B("改成已有的档", "name one that exists"))
					}
				}
				if c.Lever != "" && !there.has(c) {
					ps.add(c.Pos, "clause.lever", text.F("%s：“%s”不存在", "%s: %q names nothing that exists", c.ID, c.Lever),
						text.B("改名，或写 later", "correct the name, or write later"))
				}
			}
		}
	}
	sortProblems(ps.list)
	return ps.list
}

func (t Things) has(c Clause) bool {
	l, err := ParseLever(c.Lever)
	if err != nil {
		return false
	}
	set := map[string]map[string]bool{"action": t.Actions, "route": t.Routes, "table": t.Tables, "check": t.Checks, "test": t.Tests}
	switch l.Sort {
	case "figure":
		return t.Profiles == nil || t.hasFigure(l.Name, c.Profiles)
	case "step", "clock", "field":
		if t.Procedures == nil {
			return true
		}
		proc, name, _ := strings.Cut(l.Name, ".")
		d := t.Procedures[proc]
		return d != nil && d.has(l.Sort, name)
	default:
		return set[l.Sort] == nil || set[l.Sort][l.Name]
	}
}

// hasFigure reports whether every profile the clause names has the figure; a
// clause of all profiles wants it in at least one.
func (t Things) hasFigure(name string, profiles []string) bool {
	if len(profiles) == 0 {
		for _, f := range t.Profiles {
			if f.Has(name, nil) {
				return true
			}
		}
		return false
	}
	return !slices.ContainsFunc(profiles, func(p string) bool { return t.Profiles[p] == nil || !t.Profiles[p].Has(name, nil) })
}

func (d *Definition) has(sort, name string) bool {
	switch sort {
	case "step":
		return d.Step(name) != nil
	case "field":
		return d.Field(name) != nil
	default:
		return slices.ContainsFunc(d.Clocks, func(c Clock) bool { return c.Name == name })
	}
}
