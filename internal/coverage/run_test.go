package coverage

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/handbook"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
	"guanjia/internal/text"
)

func run(t testing.TB, mutate bool, stories []*scenario.Story) *Report {
	t.Helper()
	book, cal := shipped(t)
	pages, problems, err := procedure.LoadPages(handbook.FS, "rules")
	if err != nil || procedure.Refused(problems) {
		t.Fatal(err, problems)
	}
	r, err := Run(context.Background(), Config{
		Book: book, Pages: pages, Stories: stories, Mutate: mutate, Workers: 2,
		Things:   procedure.Things{Procedures: book.Procedures, Profiles: book.Profiles},
		NewStage: func(book *procedure.Handbook, profile string) (Stage, error) { return NewMemory(book, profile, cal) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every clause that a committed story claims, and that procedures, figures and
// clocks carry, is noticed when its lever is gone.
func TestStoriesNoticeWhatIsTakenAway(t *testing.T) {
	t.Parallel()
	r, err := Handbook(context.Background(), handbook.FS, Options{Mutate: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Faults {
		t.Error(f)
	}
	proved := 0
	for _, rule := range r.Rules {
		for _, c := range rule.Clauses {
			if c.State == Proved {
				proved++
			}
			if len(c.Survived) > 0 && c.State != Proved {
				t.Errorf("%s [%s]: %s do not notice that it is gone", c.ID, c.Lever, strings.Join(c.Survived, ", "))
			}
		}
	}
	if proved == 0 {
		t.Error("nothing is proved")
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	parse := func(rules, more string) *scenario.Story {
		s, err := scenario.Parse("x.txtar", []byte(strings.Replace(told, "REP-03.1", rules, 1)+more+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	state := func(r *Report, clause string) *ClauseState {
		for _, rule := range r.Rules {
			for _, c := range rule.Clauses {
				if c.ID == clause {
					return c
				}
			}
		}
		t.Fatalf("no clause %s", clause)
		return nil
	}
	good := parse("REP-03.1", "  expect step dispatch")
	if c := state(run(t, true, []*scenario.Story{good}), "REP-03.1"); c.State != Proved || c.ProvedBy[0] != "x.txtar" {
		t.Errorf("%+v", c)
	}
	idle := parse("REP-03.1", "  expect open")
	if c := state(run(t, false, []*scenario.Story{idle}), "REP-03.1"); c.State != Proved {
		t.Errorf("not mutated: %+v", c)
	}
	if c := state(run(t, true, []*scenario.Story{idle}), "REP-03.1"); c.State != Carried || len(c.Survived) != 1 {
		t.Errorf("a story that does not notice proves nothing: %+v", c)
	}
	bad := run(t, false, []*scenario.Story{parse("REP-03.1 XYZ-01", "  expect step accept")})
	if c := state(bad, "REP-03.1"); c.State != Carried || c.Why == "" || bad.Passed() || len(bad.Faults) != 1 {
		t.Errorf("a failing story: %+v %v", c, bad.Faults)
	}
	other := run(t, false, []*scenario.Story{parse("REP-04.1", "  expect open")})
	if c := state(other, "REP-04.1"); c.State != Carried || len(other.Faults) != 1 {
		t.Errorf("a clause of another profile: %+v %v", c, other.Faults)
	}

	var out bytes.Buffer
	if err := bad.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(&out)
	n := 0
	for dec.More() {
		var rule struct {
			ID, State string
			Clauses   []struct{ ID, State string }
			CarriedBy []string `json:"carried_by"`
			ProvedBy  []string `json:"proved_by"`
		}
		if err := dec.Decode(&rule); err != nil || rule.ID == "" || rule.State == "" || rule.CarriedBy == nil || rule.ProvedBy == nil {
			t.Fatalf("%+v %v", rule, err)
		}
		n++
	}
	if n != len(bad.Rules) {
		t.Errorf("%d objects for %d rules", n, len(bad.Rules))
	}
	for _, lang := range []text.Lang{text.ZH, text.EN} {
		out.Reset()
		if err := bad.WriteText(&out, lang); err != nil || !strings.Contains(out.String(), "REP-03.1") || !strings.Contains(out.String(), "x.txtar:12") {
			t.Errorf("%v %s", err, out.String())
		}
	}
}

// A clause that a Go test carries says so, and is not proved by a test that
// was run and did not pass.
func TestTestsAreNotBelievedUnseen(t *testing.T) {
	t.Parallel()
	clause := func(id, lever string) procedure.Clause { return procedure.Clause{ID: id, Lever: lever} }
	play := func(tests RunTests) (*Report, []*ClauseState) {
		r, err := Run(context.Background(), Config{
			Book: &procedure.Handbook{}, Tests: tests,
			Pages: []procedure.Page{{Name: "x", Rules: []procedure.Rule{{ID: "PLT-01", Clauses: []procedure.Clause{clause("PLT-01.1", "test a.TestGood"), clause("PLT-01.2", "test a.TestBad")}}}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return r, r.Rules[0].Clauses
	}
	r, c := play(nil)
	if !r.Passed() || c[0].Test != "not run here" || c[1].State != Proved {
		t.Errorf("without running: %+v %+v", c[0], c[1])
	}
	var out bytes.Buffer
	if err := r.WriteText(&out, text.EN); err != nil || !strings.Contains(out.String(), "2 clauses are proved by Go tests, which were not run here") {
		t.Errorf("%v: %s", err, out.String())
	}
	r, c = play(func(_ context.Context, names []string) (map[string]bool, error) {
		return map[string]bool{"a.TestGood": true, "a.TestBad": false}, nil
	})
	if r.Passed() || c[0].State != Proved || c[0].Test != "passed" || c[1].State != Carried || r.Rules[0].State != Carried {
		t.Errorf("with one that fails: %+v %+v", c[0], c[1])
	}
}

// A test that does not notice a spoiled program proves nothing.
func TestTestsMustNoticeASpoiledProgram(t *testing.T) {
	t.Parallel()
	clause := func(id, lever string) procedure.Clause { return procedure.Clause{ID: id, Lever: lever} }
	asked := map[string]string{}
	r, err := Run(context.Background(), Config{
		Book: &procedure.Handbook{}, Mutate: true,
		Tests: func(context.Context, []string) (map[string]bool, error) {
			return map[string]bool{"a.TestGood": true, "a.TestBlind": true}, nil
		},
		Spoil: func(_ context.Context, id, test string) (string, error) {
			asked[id] = test
			if test == "a.TestBlind" {
				return "its test passes", nil
			}
			return "", nil
		},
		Pages: []procedure.Page{{Name: "x", Rules: []procedure.Rule{{ID: "PLT-01", Clauses: []procedure.Clause{
			clause("PLT-01.1", "test a.TestGood"), clause("PLT-01.2", "test a.TestBlind"), clause("PLT-01.3", "test a.TestBad"),
		}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := r.Rules[0].Clauses
	if c[0].State != Proved || c[0].Test != "noticed" || c[1].State != Carried || c[1].Test != "not noticed" || c[2].Test != "failed" || r.Passed() {
		t.Errorf("%+v %+v %+v", c[0], c[1], c[2])
	}
	if diff := cmp.Diff(map[string]string{"PLT-01.1": "a.TestGood", "PLT-01.2": "a.TestBlind"}, asked); diff != "" {
		t.Errorf("asked (a test that fails anyway says nothing): %s", diff)
	}
	var out bytes.Buffer
	if err := r.WriteText(&out, text.EN); err != nil || !strings.Contains(out.String(), "2 of them were run again with their place of the program spoiled; 1 did not notice") {
		t.Errorf("%v: %s", err, out.String())
	}
}
