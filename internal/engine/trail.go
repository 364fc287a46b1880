package engine

import (
	"slices"
	"time"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// StepDone is one stop of the rail: a step that was done, the one the case
// stands at, or one that lies ahead.
type StepDone struct {
	Step    string
	Title   text.Both
	Group   string // steps of one group fold into one stop
	State   string // done, current, ahead
	Outcome string // of a done step; "moved" where a supervisor moved the case on
	Who     Actor
	Entered time.Time // zero for steps ahead
	At      time.Time // when it was done
}

// The states of a stop.
const (
	StopDone    = "done"
	StopCurrent = "current"
	StopAhead   = "ahead"
)

// Trail is the way of a case: every step done in order, the current one, and
// the steps still ahead if everything goes well.
func Trail(def *procedure.Definition, events []Event) []StepDone {
	var out []StepDone
	var entered time.Time
	stop := func(step, state string) StepDone {
		s := StepDone{Step: step, State: state}
		if st := def.Step(step); st != nil {
			s.Title, s.Group = st.Title, st.Group
		}
		return s
	}
	for _, e := range events {
		if e.Kind == EvDone || e.Kind == EvJump {
			s := stop(e.Step, StopDone)
			s.Outcome, s.Who, s.Entered, s.At = e.Outcome, e.Actor, entered, e.At
			if e.Kind == EvJump {
				s.Outcome = "moved"
			}
			out = append(out, s)
		}
		if e.Go != "" {
			entered = e.At
		}
	}
	state := Fold(def, events)
	if state.Step == "" {
		return out
	}
	current := stop(state.Step, StopCurrent)
	current.Entered = state.Since
	out = append(out, current)
	for _, step := range ahead(def, state) {
		out = append(out, stop(step, StopAhead))
	}
	return out
}

// ahead follows the first outcome of each step until the end or a circle.
func ahead(def *procedure.Definition, s State) []string {
	var out []string
	seen := []string{s.Step}
	for st := def.Step(s.Step); st != nil && st.Do != procedure.KindClose; {
		outcome := outcomesOf(st)[0]
		next, ok := branch(Env{Def: def}, s, st, outcome)
		if !ok { // depends on answers still to come: the last way is the usual one
			for _, b := range st.Then {
				if b.Outcome == "" || b.Outcome == outcome {
					next = b.Go
				}
			}
		}
		if next == "" || slices.Contains(seen, next) {
			break
		}
		seen, out = append(seen, next), append(out, next)
		st = def.Step(next)
	}
	return out
}
