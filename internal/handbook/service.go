package handbook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"guanjia/internal/calendar"
	"guanjia/internal/coverage"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
	"guanjia/internal/text"
)

// State says how far a rule or a clause is: shown by a story, carried without
// one, or still to come.
type State string

// The states.
const (
	Proved  State = "proved"
	Carried State = "carried"
	Open    State = "open"
)

// Service reads a published handbook. It never changes; publishing makes
// another Service.
type Service struct {
	book    *procedure.Handbook
	pages   []procedure.Page
	stories map[string][]text.Both // clause → titles of the stories about it
	prove   func() map[string]bool
}

// New makes the pages of a handbook that was read already; rules and stories
// are read from its files. What the stories prove is found out when a page
// first asks for it (a fraction of a second). Errors: what LoadPages refuses,
// and stories that cannot be read.
func New(book *procedure.Handbook, fsys fs.FS) (*Service, error) {
	pages, problems, err := procedure.LoadPages(fsys, "rules")
	if err != nil {
		return nil, err
	}
	if procedure.Refused(problems) {
		bad := make([]error, len(problems))
		for i, p := range problems {
			bad[i] = errors.New(p.String())
		}
		return nil, fmt.Errorf("handbook: %w", errors.Join(bad...))
	}
	stories, err := scenario.Load(fsys, "scenarios")
	if err != nil {
		return nil, fmt.Errorf("handbook: %w", err)
	}
	cal, err := calendar.Load(fsys, "calendars/cn.json")
	if err != nil {
		return nil, fmt.Errorf("handbook: %w", err)
	}
	slices.SortStableFunc(pages, func(a, b procedure.Page) int { return place(a.Name) - place(b.Name) })
	s := &Service{book: book, pages: pages, stories: map[string][]text.Both{}}
	for _, st := range stories {
		for _, id := range st.Rules {
			s.stories[id] = append(s.stories[id], st.Title)
		}
	}
	s.prove = sync.OnceValue(func() map[string]bool {
		return proved(coverage.Config{
			Book: book, Pages: pages, Stories: stories, Mutate: true, Workers: 2,
			NewStage: func(book *procedure.Handbook, profile string) (coverage.Stage, error) {
				return coverage.NewMemory(book, profile, cal)
			},
		})
	})
	return s, nil
}

// proved are the clauses that stories prove on the engine alone. A run that
// cannot judge proves nothing.
func proved(cfg coverage.Config) map[string]bool {
	out := map[string]bool{}
	r, err := coverage.Run(context.Background(), cfg)
	if err != nil {
		return out
	}
	for _, rule := range r.Rules {
		for _, c := range rule.Clauses {
			out[c.ID] = c.State == coverage.Proved
		}
	}
	return out
}

// order is the order of the handbook's pages.
var order = strings.Fields("estate desk repair complaint occupancy fitout billing passes leasing convenience duty emergency records people community facility quality eldercare insight platform law")

// place is where a page stands; pages of a company's own come last.
func place(page string) int {
	if i := slices.Index(order, page); i >= 0 {
		return i
	}
	return len(order)
}

// Clause is the state of one clause.
func (s *Service) Clause(c procedure.Clause) State {
	switch {
	case c.Later != "":
		return Open
	case s.prove()[c.ID]:
		return Proved
	default:
		return Carried
	}
}

// Rule is the state of a rule: that of its clauses which are not of rooms to
// come; open when there are none.
func (s *Service) Rule(r procedure.Rule) State {
	state := Open
	for _, c := range r.Clauses {
		switch s.Clause(c) {
		case Carried:
			return Carried
		case Proved:
			state = Proved
		}
	}
	return state
}

// Filter selects rules; zero values select all.
type Filter struct {
	Page  string
	State State
	Text  string
}

// Rules lists the rules a filter selects, in the order of the handbook.
func (s *Service) Rules(f Filter) []procedure.Rule {
	var out []procedure.Rule
	want := strings.ToLower(strings.TrimSpace(f.Text))
	for _, p := range s.pages {
		if f.Page != "" && f.Page != p.Name {
			continue
		}
		for _, r := range p.Rules {
			if (f.State == "" || s.Rule(r) == f.State) && (want == "" || strings.Contains(haystack(r), want)) {
				out = append(out, r)
			}
		}
	}
	return out
}

// haystack is everything a rule says, folded.
func haystack(r procedure.Rule) string {
	var b strings.Builder
	b.WriteString(r.ID + " " + r.Title.ZH + " " + r.Title.EN + " " + r.Source)
	for _, c := range r.Clauses {
		b.WriteString(" " + c.Text.ZH + " " + c.Text.EN)
	}
	return strings.ToLower(b.String())
}

// find is the rule with an id.
func (s *Service) find(id string) (procedure.Page, procedure.Rule, error) {
	for _, p := range s.pages {
		for _, r := range p.Rules {
			if r.ID == id {
				return p, r, nil
			}
		}
	}
	return procedure.Page{}, procedure.Rule{}, errs.New(errs.NotFound, "handbook.rule.none", "手册里没有这条规则，请从规则列表里选。", "The handbook has no such rule; choose one from the list.")
}

// profiles are the names of the profiles in the order of the pages.
func (s *Service) profiles() []string { return s.book.ProfileNames() }

// procedures are the definitions by name.
func (s *Service) procedures() []*procedure.Definition {
	var out []*procedure.Definition
	for _, d := range s.book.Procedures {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b *procedure.Definition) int { return strings.Compare(a.Name, b.Name) })
	return out
}
