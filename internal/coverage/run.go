package coverage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// Config is what a run of coverage needs.
type Config struct {
	Book     *procedure.Handbook
	Pages    []procedure.Page
	Stories  []*scenario.Story
	Things   procedure.Things // what levers may name; nil sets are not looked at
	NewStage NewStage
	NewHouse NewStage // for stories that need pages and rooms; nil: they are not played
	Mutate   bool     // play again without each lever: the story must fail
	Workers  int      // stories played at a time; 1 when 0
	Tests    RunTests // nil: the tests that levers name are not run, and the report says so
	Spoil    Spoil    // with Mutate: what tests say of a spoiled program; nil: they are not asked
}

// RunTests runs Go tests named "package.TestName" and says which passed; one
// that was skipped or is not there has not.
type RunTests func(ctx context.Context, names []string) (passed map[string]bool, err error)

// Spoil runs the Go test "package.TestName" of a clause with the clause's
// Mutation in the program. The test must fail: why is "" then, else why it
// cannot be said to notice.
type Spoil func(ctx context.Context, clause, test string) (why string, err error)

// NewStage makes a fresh stage of a profile.
type NewStage func(book *procedure.Handbook, profile string) (Stage, error)

// Breaker is a Stage that can do without a part of a room: a route that is not
// there, a table that keeps nothing, an action that does nothing. Break is
// called before the story; false when it cannot do without it.
type Breaker interface {
	Break(lever procedure.Lever) (bool, error)
}

// Run plays every story and reports every rule. It fails only when it cannot
// judge; what the stories find is in the report.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	r := &runner{cfg: cfg, claims: map[string][]*scenario.Story{}, results: make([]error, len(cfg.Stories)), at: map[*scenario.Story]int{}}
	r.claim()
	if err := r.each(ctx, len(cfg.Stories), func(i int) { r.results[i] = r.play(cfg.Book, cfg.Stories[i], nil) }); err != nil {
		return nil, err
	}
	for i, s := range cfg.Stories {
		r.at[s] = i
		r.report.Stories = append(r.report.Stories, storyState(s, r.results[i]))
	}
	jobs := r.clauses()
	if err := r.tests(ctx); err != nil {
		return nil, err
	}
	if cfg.Mutate {
		if err := r.each(ctx, len(jobs), func(i int) { r.mutate(jobs[i]) }); err != nil {
			return nil, err
		}
		if err := r.spoil(ctx); err != nil {
			return nil, err
		}
	}
	r.report.finish()
	return &r.report, nil
}

type runner struct {
	cfg     Config
	claims  map[string][]*scenario.Story // clause → stories that say they prove it
	results []error
	at      map[*scenario.Story]int
	report  Report
}

// claim sorts the stories by the clauses they name; a rule's own id stands for
// all its clauses that are carried now.
func (r *runner) claim() {
	known := map[string]bool{}
	for _, page := range r.cfg.Pages {
		for _, rule := range page.Rules {
			known[rule.ID] = true
			for _, c := range rule.Clauses {
				known[c.ID] = true
				for _, s := range r.cfg.Stories {
					if slices.Contains(s.Rules, c.ID) || c.Later == "" && slices.Contains(s.Rules, rule.ID) {
						r.claims[c.ID] = append(r.claims[c.ID], s)
					}
				}
			}
		}
	}
	for _, s := range r.cfg.Stories {
		for _, id := range s.Rules {
			if !known[id] {
				r.report.Faults = append(r.report.Faults, fmt.Sprintf("%s: there is no rule or clause %s", s.File, id))
			}
		}
	}
}

// each runs n independent jobs, Workers at a time.
func (r *runner) each(ctx context.Context, n int, job func(i int)) error {
	var wg sync.WaitGroup
	next := make(chan int)
	for range max(r.cfg.Workers, 1) {
		wg.Go(func() {
			for i := range next {
				job(i)
			}
		})
	}
	var err error
	for i := 0; i < n && err == nil; i++ {
		select {
		case next <- i:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	close(next)
	wg.Wait()
	return err
}

// play tells one story on a fresh stage, without lever when there is one; in
// the house when the stage lacks what the story needs.
func (r *runner) play(book *procedure.Handbook, s *scenario.Story, lever *procedure.Lever) error {
	err := r.playOn(r.cfg.NewStage, book, s, lever)
	if r.cfg.NewHouse != nil && (errors.Is(err, ErrNotHere) || errors.Is(err, errWhole)) {
		return r.playOn(r.cfg.NewHouse, book, s, lever)
	}
	return err
}

func (r *runner) playOn(newStage NewStage, book *procedure.Handbook, s *scenario.Story, lever *procedure.Lever) (err error) {
	stage, err := newStage(book, s.Profile)
	if err != nil {
		return fmt.Errorf("%s: setting the stage: %w", s.File, err)
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	if lever != nil {
		b, ok := stage.(Breaker)
		if !ok {
			return errWhole
		}
		can, err := b.Break(*lever)
		if err != nil {
			return fmt.Errorf("%s: breaking %s %s: %w", s.File, lever.Sort, lever.Name, err)
		}
		if !can {
			return errWhole
		}
	}
	return Play(stage, s)
}

// errWhole says that a lever could not be taken away.
var errWhole = errors.New("the lever cannot be taken away on this stage")

// clauses fills in the state of every clause before any mutation and returns
// those that a story proves so far.
func (r *runner) clauses() []*ClauseState {
	var proved []*ClauseState
	for _, page := range r.cfg.Pages {
		for i := range page.Rules {
			rule := &page.Rules[i]
			state := &RuleState{ID: rule.ID, Page: page.Name, Title: rule.Title}
			for _, c := range rule.Clauses {
				k := r.clause(c)
				state.Clauses = append(state.Clauses, k)
				if k.State == Proved && k.lever.Sort != "test" {
					proved = append(proved, k)
				}
			}
			r.report.Rules = append(r.report.Rules, state)
		}
	}
	return proved
}

// tests runs the tests that clauses name, each once.
func (r *runner) tests(ctx context.Context) error {
	if r.cfg.Tests == nil {
		return nil
	}
	byName := map[string][]*ClauseState{}
	for _, rule := range r.report.Rules {
		for _, k := range rule.Clauses {
			if k.Test != "" {
				byName[k.lever.Name] = append(byName[k.lever.Name], k)
			}
		}
	}
	passed, err := r.cfg.Tests(ctx, slices.Sorted(maps.Keys(byName)))
	if err != nil {
		return err
	}
	for name, clauses := range byName {
		for _, k := range clauses {
			if k.Test = "passed"; !passed[name] {
				k.State, k.ProvedBy, k.Test, k.Why = Carried, nil, "failed", "its test failed, was skipped or is not there"
			}
		}
	}
	return nil
}

// spoil asks the tests that passed whether they notice a spoiled program, one
// after the other: each is a build of its own.
func (r *runner) spoil(ctx context.Context) error {
	if r.cfg.Spoil == nil {
		return nil
	}
	for _, rule := range r.report.Rules {
		for _, k := range rule.Clauses {
			if k.Test != "passed" {
				continue
			}
			why, err := r.cfg.Spoil(ctx, k.ID, k.lever.Name)
			if err != nil {
				return err
			}
			if k.Test = "noticed"; why != "" {
				k.State, k.ProvedBy, k.Test, k.Why = Carried, nil, "not noticed", why
			}
		}
	}
	return nil
}

func (r *runner) clause(c procedure.Clause) *ClauseState {
	k := &ClauseState{ID: c.ID, Text: c.Text, Lever: c.Lever, Later: c.Later}
	if c.Later != "" {
		k.State = Later
		return k
	}
	lever, err := procedure.ParseLever(c.Lever)
	page := procedure.Page{Rules: []procedure.Rule{{Clauses: []procedure.Clause{c}}}}
	if problems := procedure.CheckLevers([]procedure.Page{page}, r.cfg.Things); err != nil || len(problems) > 0 {
		k.State = Open
		k.Why = "nothing carries it: " + c.Lever
		return k
	}
	k.lever, k.State = lever, Carried
	if lever.Sort == "test" { // what no story can show: the test suite runs it
		k.State, k.ProvedBy, k.Test = Proved, []string{c.Lever}, "not run here"
		return k
	}
	for _, s := range r.claims[c.ID] {
		switch err := r.results[r.at[s]]; {
		case len(c.Profiles) > 0 && !slices.Contains(c.Profiles, s.Profile):
			r.report.Faults = append(r.report.Faults, fmt.Sprintf("%s: %s is a clause of %s, the story plays in %s", s.File, c.ID, strings.Join(c.Profiles, ", "), s.Profile))
		case err == nil:
			k.State = Proved
			k.ProvedBy, k.stories = append(k.ProvedBy, s.File), append(k.stories, s)
		default:
			k.Why = err.Error()
		}
	}
	return k
}

// mutate plays the clause's stories without its lever. The clause stays proved
// when at least one of them fails then; those that do not notice are dropped.
func (r *runner) mutate(k *ClauseState) {
	book, lever := r.cfg.Book, &k.lever
	if cut, ok := Without(r.cfg.Book, k.lever); ok {
		book, lever = cut, nil
	}
	var noticed []string
	for _, s := range k.stories {
		switch err := r.play(book, s, lever); {
		case errors.Is(err, errWhole):
			k.Why = errWhole.Error()
		case err != nil:
			noticed = append(noticed, s.File)
		default:
			k.Survived = append(k.Survived, s.File)
		}
	}
	k.ProvedBy = noticed
	if len(noticed) == 0 {
		k.State = Carried
		if k.Why == "" {
			k.Why = "its stories pass without " + k.Lever
		}
	}
}
