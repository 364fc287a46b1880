package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
)

// The runs of a clock.
const (
	RunOff     = "off"
	RunRunning = "running"
	RunPaused  = "paused"
	RunMet     = "met"
	RunLate    = "late"
)

// Clocks is where every clock of the case stands at env.Now: those of the
// definition in its order, then the limits of the steps entered. It is a pure
// function of the log, the stamped figures and the stamped calendar; nothing
// is accumulated, so that a corrected grade moves the due time as if it had
// been right from the beginning, earlier pauses included.
func Clocks(env Env, state State, events []Event) []ClockState {
	ts := timeds(env, state, events)
	out := make([]ClockState, len(ts))
	for i, t := range ts {
		out[i] = t.state
	}
	return out
}

// timed is a clock with what its state was derived from.
type timed struct {
	state   ClockState
	limit   calendar.Limit
	pauses  []calendar.Span
	rungs   []rung
	run     int       // number of the event that started it
	changed time.Time // when limit or start last changed: levels before it are skipped
}

// rung is one level of a ladder as it stands.
type rung struct {
	at             time.Time
	tell           []string
	fired, skipped bool
}

func (t *timed) runs() bool { return t.state.Run == RunRunning || t.state.Run == RunPaused }

func (d *deciding) timed(name string) *timed {
	env := d.env
	env.Now = d.at
	for _, t := range timeds(env, d.s, d.past) {
		if t.state.Name == name {
			return t
		}
	}
	return nil
}

func timeds(env Env, s State, events []Event) []*timed {
	var out []*timed
	names := map[string]bool{}
	pauses := pauseSpans(events)
	for i := range env.Def.Clocks {
		c := &env.Def.Clocks[i]
		names[c.Name] = true
		out = append(out, clockTimed(env, s, events, pauses, c))
	}
	for i := range env.Def.Steps {
		st := &env.Def.Steps[i]
		if s.Visits[st.Name] == 0 || names[st.Name] || st.Limit == "" && st.Until == "" {
			continue
		}
		out = append(out, stepTimed(env, s, events, pauses, st))
	}
	return out
}

func clockTimed(env Env, s State, events []Event, pauses []calendar.Span, c *procedure.Clock) *timed {
	t := &timed{state: ClockState{Name: c.Name, Title: c.Title, Run: RunOff, NextLevel: -1, CustomerSees: c.CustomerSees, Rules: c.Rules}}
	from := lastNamed(events, c.From)
	if from < 0 {
		return t
	}
	if c.From == Opening {
		again := openedAgain(events, from, c.To)
		if again > from { // what it came to before stays known
			past := clockTimed(env, Fold(env.Def, events[:again]), events[:again], pauses, c).state
			t.state.First, t.state.WasLate = past.First, past.WasLate || past.Run == RunLate
			if t.state.First.IsZero() {
				t.state.First = past.Stopped
			}
		}
		from = again
	}
	t.run = events[from].Seq
	if c.Pauses {
		t.pauses = pauses
	}
	stop := slices.IndexFunc(events[from+1:], func(e Event) bool {
		return slices.ContainsFunc(e.Names, func(n string) bool { return slices.Contains(c.To, n) })
	})
	if stop >= 0 {
		stop += from + 1
		s = Fold(env.Def, events[:stop+1]) // a stopped clock keeps the answers it was judged by
		env.Facts = nil
		t.state.Stopped = s.notBefore(events[stop].At)
	}
	v := env.values(s)
	if !holds(c.When, env.Figures, v) {
		t.state.Stopped = time.Time{}
		return t
	}
	start := s.notBefore(events[from].At)
	if c.From == Opening && events[from].Kind == EvOpened {
		start = earliestOpening(events, start)
	}
	due, ok := t.promise(c, events[from])
	if !ok {
		if t.limit, ok = limitOf(env, c.Limit, v); !ok {
			t.state.Stopped = time.Time{}
			return t
		}
		if after := t.limit.After; after != "" {
			i := lastNamed(events, after)
			if i < 0 {
				t.state.Stopped = time.Time{}
				return t
			}
			start = s.notBefore(events[i].At)
		}
		due = env.Calendar.Due(start, t.limit, t.pauses)
	}
	t.changed = lastChange(events, from, names(c))
	t.judge(env, s, start, due)
	if c.Levels != "" {
		t.climb(env, events, c.Levels, v)
	}
	return t
}

// LimitPromise is the limit of a clock whose due time was promised to the
// customer.
const LimitPromise = "promise"

// promise is the due time of a clock whose limit is the word given.
func (t *timed) promise(c *procedure.Clock, e Event) (time.Time, bool) {
	if c.Limit != LimitPromise {
		return time.Time{}, false
	}
	t.limit, t.pauses = calendar.Limit{}, nil
	t.state.Limit = c.Limit
	due, ok := asTime(e.Data["due"])
	return due, ok
}

func stepTimed(env Env, s State, events []Event, pauses []calendar.Span, st *procedure.Step) *timed {
	t := &timed{state: ClockState{Name: st.Name, Title: st.Title, Run: RunOff, NextLevel: -1, Rules: st.Rules}, pauses: pauses}
	enter := -1
	for i, e := range events {
		if e.Go == st.Name {
			enter = i
		}
	}
	if enter < 0 {
		return t
	}
	t.run = events[enter].Seq
	left := slices.IndexFunc(events[enter+1:], func(e Event) bool { return e.Kind == EvDone && e.Step == st.Name || e.Kind == EvJump })
	if left >= 0 {
		left += enter + 1
		t.state.Stopped = s.notBefore(events[left].At)
		s = Fold(env.Def, events[:left+1])
		env.Facts = nil
	}
	start, due := s.notBefore(events[enter].At), time.Time{}
	if st.Limit != "" {
		var ok bool
		if t.limit, ok = limitOf(env, st.Limit, env.values(s)); ok && t.limit.After != "" {
			i := lastNamed(events, t.limit.After)
			if ok = i >= 0; ok {
				start = s.notBefore(events[i].At)
			}
		}
		if ok {
			due = env.Calendar.Due(start, t.limit, t.pauses)
		}
	}
	if until, ok := waitsUntil(env, s); due.IsZero() && ok && left < 0 {
		due = until
		t.pauses = nil
	}
	if due.IsZero() {
		t.state.Stopped = time.Time{}
		return t
	}
	t.judge(env, s, start, due)
	if until, ok := waitsUntil(env, s); ok && t.runs() {
		t.state.NextAt = until
	}
	return t
}

// judge fills in the state of a clock that has a due time.
func (t *timed) judge(env Env, s State, start, due time.Time) {
	c := &t.state
	c.Started, c.Due, c.Provisional = start, due, env.Calendar.Provisional(due)
	if c.Limit == "" {
		c.Limit = t.limit.String()
	}
	if c.Stopped.IsZero() && s.Status == Closed {
		c.Stopped = s.EndedAt
	}
	until := env.Now
	switch {
	case !c.Stopped.IsZero():
		until, c.Run = c.Stopped, RunMet
		if c.Stopped.After(due) {
			c.Run = RunLate
		}
	case s.Status != Open:
		c.Run = RunOff
		return
	case s.Pause != nil && t.pauses != nil && env.Now.Before(s.Pause.Until):
		c.Run = RunPaused
	default:
		c.Run = RunRunning
	}
	total := env.Calendar.Elapsed(start, due, t.limit, t.pauses)
	switch used := env.Calendar.Elapsed(start, until, t.limit, t.pauses); {
	case total > 0:
		c.Used = float64(used) / float64(total)
	case !until.Before(due):
		c.Used = 1
	}
}

// climb places the levels of the ladder and says which fires next.
func (t *timed) climb(env Env, events []Event, path string, v procedure.Values) {
	levels, err := env.Figures.Levels(path, v)
	if err != nil {
		return
	}
	for n, l := range levels {
		r := rung{tell: l.Tell}
		switch {
		case !l.After.IsZero():
			r.at = env.Calendar.DueAfter(t.state.Due, l.After, t.pauses)
		case l.At >= 1:
			r.at = t.state.Due
		default:
			r.at = env.Calendar.At(t.state.Started, t.state.Due, t.limit, l.At, t.pauses)
		}
		r.fired = slices.ContainsFunc(events, func(e Event) bool {
			return e.Kind == EvLevel && dataString(e.Data, "clock") == t.state.Name && dataInt(e.Data, "level") == int64(n) && dataInt(e.Data, "run") == int64(t.run)
		})
		r.skipped = !r.at.After(t.changed)
		t.rungs = append(t.rungs, r)
		if t.runs() && !r.fired && !r.skipped && (t.state.NextLevel < 0 || r.at.Before(t.state.NextAt)) {
			t.state.NextLevel, t.state.NextAt = n, r.at
		}
	}
}

func limitOf(env Env, path string, v procedure.Values) (calendar.Limit, bool) {
	l, err := env.Figures.Limit(path, v)
	return l, err == nil && !l.IsZero()
}

func lastNamed(events []Event, name string) int {
	for i := len(events) - 1; i >= 0; i-- {
		if slices.Contains(events[i].Names, name) {
			return i
		}
	}
	return -1
}

// openedAgain is where a clock that starts with the case starts now: a clock
// that had stopped begins anew when the case is reopened (CMP-12); one that
// still runs gains no time by it.
func openedAgain(events []Event, from int, to []string) int {
	stopped := false
	for i := from + 1; i < len(events); i++ {
		if stopped && slices.Contains(events[i].Names, Reopened) {
			from, stopped = i, false
			continue
		}
		stopped = stopped || slices.ContainsFunc(events[i].Names, func(n string) bool { return slices.Contains(to, n) })
	}
	return from
}

// earliestOpening: when another case was merged into this one, the earlier of
// both openings counts.
func earliestOpening(events []Event, start time.Time) time.Time {
	for _, e := range events {
		if e.Kind == EvMerge && dataInt(e.Data, "from") != 0 {
			if t, ok := asTime(e.Data["opened_at"]); ok && t.Before(start) {
				start = t
			}
		}
	}
	return start
}

// pauseSpans are the pauses of the case. A pause ends when the case goes on, at
// the latest when it was said to end: nobody gains time by forgetting.
func pauseSpans(events []Event) []calendar.Span {
	out := []calendar.Span{} // not nil: a clock with pauses knows it may stand still
	open := false
	for _, e := range events {
		ends := e.Kind == EvPause || e.Kind == EvResume || e.Kind == EvCancel || e.Kind == EvMerge && dataInt(e.Data, "into") != 0
		if last := len(out) - 1; ends && open && e.At.Before(out[last].To) {
			out[last].To = e.At
		}
		if ends {
			open = e.Kind == EvPause
		}
		if e.Kind == EvPause {
			until, _ := asTime(e.Data["until"])
			out = append(out, calendar.Span{From: e.At, To: until})
		}
	}
	return out
}

// names are the answers and facts a clock's limit, ladder and condition read.
func names(c *procedure.Clock) []string {
	var out []string
	for _, path := range []string{c.Limit, c.Levels} {
		for part := range strings.SplitSeq(path, ".") {
			if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
				out = append(out, part[1:len(part)-1])
			}
		}
	}
	if c.When != nil {
		out = append(out, c.When.Names()...)
	}
	return out
}

// lastChange is when the clock began, or when an answer it reads last changed.
func lastChange(events []Event, from int, names []string) time.Time {
	changed, seen := events[from].At, map[string]string{}
	for i, e := range events {
		for _, name := range names {
			v, ok := e.Fields[name]
			if !ok {
				v, ok = e.Facts[name]
			}
			if now := fmt.Sprint(v); ok && seen[name] != now {
				seen[name] = now
				if i > from {
					changed = e.At
				}
			}
		}
		if i > from && e.Kind == EvMerge {
			changed = e.At
		}
	}
	return changed
}

// Remaining is the time left to due at now; negative when it has passed.
func (c ClockState) Remaining(now time.Time) time.Duration { return c.Due.Sub(now) }
