package procedure

import (
	"cmp"
	"fmt"
	"slices"

	"guanjia/internal/text"
)

// Problem is one thing the reader or the checker refuses (or, as a Warning,
// only mentions): where it is, what is wrong, what to do.
type Problem struct {
	Pos     Pos
	Code    string    // stable: "step.unreachable"
	What    text.Both // what is wrong
	Do      text.Both // what to do about it
	Rule    string    // rule of the handbook or law behind the refusal, "" for none
	Warning bool      // mentioned, not refused
}

// String is "file:line:col: what. What to do (code)" in English.
func (p Problem) String() string {
	kind := ""
	if p.Warning {
		kind = "warning: "
	}
	s := fmt.Sprintf("%s: %s%s", p.Pos, kind, p.What.EN)
	if !p.Do.IsZero() {
		s += "; " + p.Do.EN
	}
	s += " [" + p.Code
	if p.Rule != "" {
		s += ", " + p.Rule
	}
	return s + "]"
}

// String is "file:line:col".
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Refused reports whether any of the problems is more than a warning.
func Refused(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning })
}

// sortProblems puts problems in the order a person meets them.
func sortProblems(list []Problem) {
	slices.SortStableFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col), cmp.Compare(a.Code, b.Code), cmp.Compare(a.What.EN, b.What.EN))
	})
}

// problems collects what is refused while a file is read.
type problems struct{ list []Problem }

func (ps *problems) add(pos Pos, code string, what, do text.Both) {
	ps.list = append(ps.list, Problem{Pos: pos, Code: code, What: what, Do: do})
}
