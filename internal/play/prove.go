package play

import (
	"slices"
	"strings"

	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// Proof is what the stories show about one clause.
type Proof struct {
	Clause  string
	Stories []string // files of the stories that name it and pass
	Failed  []string // that name it and fail
	Killed  []string // that fail once the lever is removed or shifted, as they must
	Tried   bool     // the lever could be removed here
}

// Proved reports whether every story about the clause passes and at least one
// notices that the lever is gone.
func (p Proof) Proved() bool { return len(p.Stories) > 0 && len(p.Failed) == 0 && len(p.Killed) > 0 }

// Prove plays the stories about every clause that a procedure or a figure
// carries, as the handbook stands and once more without the clause's lever.
// Stories that need the house are left out.
func (st Stage) Prove(pages []procedure.Page, stories []*scenario.Story) []Proof {
	passed := map[*scenario.Story]bool{}
	for _, s := range stories {
		passed[s] = !Whole(s) && st.Play(s) == nil
	}
	var out []Proof
	for _, page := range pages {
		for _, rule := range page.Rules {
			for _, c := range rule.Clauses {
				l, err := procedure.ParseLever(c.Lever)
				if err != nil || !slices.Contains([]string{"step", "clock", "field", "figure"}, l.Sort) {
					continue
				}
				out = append(out, st.prove(c, l, stories, passed))
			}
		}
	}
	return out
}

func (st Stage) prove(c procedure.Clause, l procedure.Lever, stories []*scenario.Story, passed map[*scenario.Story]bool) Proof {
	p := Proof{Clause: c.ID}
	mutant, ok := Mutate(st.Handbook, l, c.Profiles)
	p.Tried = ok
	rule, _, _ := strings.Cut(c.ID, ".")
	for _, s := range stories {
		if Whole(s) || !slices.Contains(s.Rules, c.ID) && !slices.Contains(s.Rules, rule) {
			continue
		}
		if !passed[s] {
			p.Failed = append(p.Failed, s.File)
			continue
		}
		p.Stories = append(p.Stories, s.File)
		if ok && (Stage{mutant, st.Calendar}).Play(s) != nil {
			p.Killed = append(p.Killed, s.File)
		}
	}
	return p
}
