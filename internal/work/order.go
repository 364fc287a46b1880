package work

import (
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
)

// Stage is where an order stands as a technician and the board see it.
type Stage string

// The stages, in the order of the work.
const (
	Waiting  Stage = "waiting"  // nobody has it
	ToAccept Stage = "accept"   // sent, not accepted yet
	OnWay    Stage = "way"      // accepted, not there yet
	AtWork   Stage = "work"     // there
	Held     Stage = "held"     // paused, or waiting until a stated time
	Finished Stage = "finished" // repaired; what is left is paper
	Ended    Stage = "ended"    // closed, cancelled, merged
)

// StageOf reads a case. step is the one it stands at, nil when unknown.
func StageOf(c casefile.Case, step *procedure.Step) Stage {
	if c.State.Status != engine.Open {
		return Ended
	}
	if Stopped(c, "finish") != (time.Time{}) {
		return Finished
	}
	if c.State.Pause != nil {
		return Held
	}
	if step != nil && step.Do == procedure.KindDispatch || c.State.Assignee == 0 {
		return Waiting
	}
	if step == nil {
		return AtWork
	}
	switch step.Do {
	case procedure.KindAccept:
		return ToAccept
	case procedure.KindArrive, procedure.KindCall:
		return OnWay
	case procedure.KindWait:
		return Held
	default:
		return AtWork
	}
}

// Clock is a clock of a case by name; ok is false when it has none.
func Clock(c casefile.Case, name string) (engine.ClockState, bool) {
	for _, k := range c.Clocks {
		if k.Name == name {
			return k, true
		}
	}
	return engine.ClockState{}, false
}

// Stopped is when a clock of a case was stopped by what it waits for, zero
// while it runs.
func Stopped(c casefile.Case, name string) time.Time {
	if k, ok := Clock(c, name); ok && (k.Run == "met" || k.Run == "late") {
		return k.Stopped
	}
	return time.Time{}
}

// Due is when the next clock of an open case falls due; ok is false when none runs.
func Due(c casefile.Case) (due time.Time, ok bool) {
	for _, k := range c.Clocks {
		if k.Run == engine.RunRunning && (!ok || k.Due.Before(due)) {
			due, ok = k.Due, true
		}
	}
	return due, ok
}

// Deadline is the running clock of the work that falls due first; what the desk
// promised the customer counts only when nothing else runs. ok is false when
// none does.
func Deadline(c casefile.Case) (next engine.ClockState, ok bool) {
	for _, k := range c.Clocks {
		if k.Run != engine.RunRunning {
			continue
		}
		if promised, desks := next.Limit == engine.LimitPromise, k.Limit == engine.LimitPromise; !ok || promised && !desks || promised == desks && k.Due.Before(next.Due) {
			next, ok = k, true
		}
	}
	return next, ok
}
