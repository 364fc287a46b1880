package engine

import (
	"maps"
	"time"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// StepDone is one stop of the rail: a step that was done, one that was left by
// hand, the one the case stands at, or one that lies ahead.
type StepDone struct {
	Step    string
	Title   text.Both
	Group   string    // steps of one group fold into one stop
	State   string    // done, left, current, ahead
	Outcome string    // of a done step
	Who     Actor     // who did it, or moved the case on from it
	Entered time.Time // zero for steps ahead
	At      time.Time // when it was done or left
}

// The states of a stop.
const (
	StopDone    = "done"
	StopLeft    = "left" // a supervisor moved the case on from it: nobody did it
	StopCurrent = "current"
	StopAhead   = "ahead"
)

// Trail is the way of a case: every step done or left in order, the current one, and
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
				s.State = StopLeft
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

// ahead is the usual way on from where the case stands, by what it knows. What
// a step asks is open until it is done: the answers of an earlier visit do not
// decide the next.
func ahead(def *procedure.Definition, s State) []string {
	values := Env{Def: def}.values(s)
	return def.Usual(s.Step, func(st *procedure.Step, b procedure.Branch) bool {
		v := values
		if len(st.Asks) > 0 && b.When != nil {
			v = maps.Clone(values)
			for _, name := range st.Asks {
				delete(v, name)
			}
		}
		return holds(b.When, nil, v)
	})
}
