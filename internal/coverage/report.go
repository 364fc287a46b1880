package coverage

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
	"guanjia/internal/text"
)

// The states of a clause and of a rule.
const (
	Proved  = "proved"  // a story passes with its lever, and (mutated) fails without
	Carried = "carried" // its lever is there, no story shows it
	Open    = "open"    // nothing carries it yet
	Later   = "later"   // of a clause: a room to come will carry it
)

// Report is what a run found.
type Report struct {
	Rules   []*RuleState
	Stories []StoryState
	Faults  []string // stories that claim what is not there
}

// RuleState is one rule. Its state is that of its clauses which are not for
// later: proved when all are, open when none is carried or all are for later.
type RuleState struct {
	ID        string         `json:"id"`
	Page      string         `json:"page"`
	Title     text.Both      `json:"title"`
	State     string         `json:"state"`
	Clauses   []*ClauseState `json:"clauses"`
	CarriedBy []string       `json:"carried_by"`
	ProvedBy  []string       `json:"proved_by"`
}

// ClauseState is one clause.
type ClauseState struct {
	ID       string    `json:"id"`
	Text     text.Both `json:"text"`
	State    string    `json:"state"`
	Lever    string    `json:"lever,omitempty"`
	Later    string    `json:"later,omitempty"`
	ProvedBy []string  `json:"proved_by,omitempty"`
	Survived []string  `json:"survived,omitempty"` // stories that do not notice when the lever is gone
	Why      string    `json:"why,omitempty"`      // why it is not proved
	Test     string    `json:"test,omitempty"`     // of a clause that a Go test proves: not run here, passed, failed; with its place of the program spoiled: noticed, not noticed

	lever   procedure.Lever
	stories []*scenario.Story
}

// StoryState is how one story went: passed, failed, or not playable on this stage.
type StoryState struct {
	File  string    `json:"file"`
	Title text.Both `json:"title"`
	State string    `json:"state"`
	Why   string    `json:"why,omitempty"`
}

func storyState(s *scenario.Story, err error) StoryState {
	out := StoryState{File: s.File, Title: s.Title, State: "passed"}
	if err != nil {
		out.State, out.Why = "failed", err.Error()
	}
	if errors.Is(err, ErrNotHere) {
		out.State = "not played"
	}
	return out
}

// finish derives the rules from their clauses.
func (r *Report) finish() {
	slices.Sort(r.Faults)
	for _, rule := range r.Rules {
		rule.CarriedBy, rule.ProvedBy = []string{}, []string{}
		count := map[string]int{}
		for _, c := range rule.Clauses {
			count[c.State]++
			if c.Lever != "" && c.State != Open {
				rule.CarriedBy = append(rule.CarriedBy, c.Lever)
			}
			rule.ProvedBy = append(rule.ProvedBy, c.ProvedBy...)
		}
		slices.Sort(rule.ProvedBy)
		rule.ProvedBy = slices.Compact(rule.ProvedBy)
		switch now := len(rule.Clauses) - count[Later]; {
		case now > 0 && count[Proved] == now:
			rule.State = Proved
		case count[Proved]+count[Carried] > 0:
			rule.State = Carried
		default:
			rule.State = Open
		}
	}
}

// Passed reports whether every story went as told and claims what is there,
// no test that was run failed, and none overlooked a spoiled program.
func (r *Report) Passed() bool {
	for _, rule := range r.Rules {
		if slices.ContainsFunc(rule.Clauses, func(c *ClauseState) bool { return c.Test == "failed" || c.Test == "not noticed" }) {
			return false
		}
	}
	return len(r.Faults) == 0 && !slices.ContainsFunc(r.Stories, func(s StoryState) bool { return s.State == "failed" })
}

// WriteJSON writes one JSON object a rule, one a line.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	for _, rule := range r.Rules {
		if err := enc.Encode(rule); err != nil {
			return fmt.Errorf("writing coverage: %w", err)
		}
	}
	return nil
}

// WriteText writes the report for people, in lang.
func (r *Report) WriteText(w io.Writer, lang text.Lang) error {
	say := func(zh, en string) string { return text.B(zh, en).In(lang) }
	states := map[string]string{Proved: say("已证明", "proved"), Carried: say("有承担", "carried"), Open: say("未做", "open"), Later: say("以后", "later")}
	var err error
	print := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format, args...)
		}
	}
	count, tests := map[string]int{}, map[string]int{}
	for _, rule := range r.Rules {
		count[rule.State]++
		print("%-8s %s  %s\n", rule.ID, states[rule.State], rule.Title.In(lang))
		for _, c := range rule.Clauses {
			by := c.Lever
			if c.State == Later {
				by = c.Later
			}
			state := states[c.State]
			if c.Test != "" {
				tests[c.Test]++
				state += say("（Go 测试）", " by test")
			}
			print("  %-9s %s  %s  [%s]\n", c.ID, state, c.Text.In(lang), by)
			if c.Why != "" && c.State != Proved {
				print("            %s\n", c.Why)
			}
		}
	}
	passed := 0
	for _, s := range r.Stories {
		if s.State == "passed" {
			passed++
			continue
		}
		print("%s: %s\n", s.State, s.Why)
	}
	for _, f := range r.Faults {
		print("%s\n", f)
	}
	print(say("规则 %d 条：已证明 %d，有承担 %d，未做 %d；剧情 %d 个，通过 %d 个\n", "%d rules: %d proved, %d carried, %d open; %d stories, %d passed\n"),
		len(r.Rules), count[Proved], count[Carried], count[Open], len(r.Stories), passed)
	if n := tests["not run here"]; n > 0 {
		print(say("其中 %d 条分句由 Go 测试证明，这里没有运行：make test 会全部运行，--tests 只运行它们\n", "%d clauses are proved by Go tests, which were not run here: make test runs them all, --tests just these\n"), n)
	}
	spoiled := tests["noticed"] + tests["not noticed"]
	if n := tests["passed"] + tests["failed"] + spoiled; n > 0 {
		print(say("其中 %d 条分句由 Go 测试证明，已运行，%d 条没有通过\n", "%d clauses are proved by Go tests, which were run; %d of them failed\n"), n, tests["failed"])
	}
	if spoiled > 0 {
		print(say("其中 %d 条在程序相应之处被改坏后再测，%d 条没有发现\n", "%d of them were run again with their place of the program spoiled; %d did not notice\n"), spoiled, tests["not noticed"])
	}
	if err != nil {
		return fmt.Errorf("writing coverage: %w", err)
	}
	return nil
}
