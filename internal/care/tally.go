package care

import (
	"cmp"
	"slices"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
)

// Tally counts cases taken in during a month (REP-11, DSK-19).
type Tally struct {
	Taken, PassedOn, Closed, InTime, Reopened int
	Followed, Satisfied                       int // rung back, and content
	respond, finish                           mean
}

// mean is an average in the making.
type mean struct {
	sum time.Duration
	n   int
}

func (m mean) value() (time.Duration, bool) {
	if m.n == 0 {
		return 0, false
	}
	return m.sum / time.Duration(m.n), true
}

// Respond is the average time from the first word to the first answer on the
// spot; false without any.
func (t Tally) Respond() (time.Duration, bool) { return t.respond.value() }

// Finish is the average time from the first word to the work done.
func (t Tally) Finish() (time.Duration, bool) { return t.finish.value() }

// Line is a tally of one word: a trade, a building, a cause.
type Line struct {
	Name string
	Tally
}

// PersonLine is the work of one person (DSK-19).
type PersonLine struct {
	Account int64
	Name    string
	Tally
}

// The clocks that stop at the first answer on the spot, and when the work is done.
var (
	respondClocks = []string{"arrive", "contact", "answer"}
	finishClocks  = []string{"finish", "solved"}
)

func stopped(c casefile.Case, names []string) (time.Duration, bool) {
	for _, name := range names {
		for _, k := range c.Clocks {
			if end := firstStop(k); k.Name == name && !end.IsZero() && !end.Before(c.State.Reached()) {
				return end.Sub(c.State.Reached()), true
			}
		}
	}
	return 0, false
}

// firstStop is when the customer was first answered or served: a reopening
// begins the clock anew, it does not undo that.
func firstStop(k engine.ClockState) time.Time {
	if !k.First.IsZero() {
		return k.First
	}
	return k.Stopped
}

// inTime reports whether no clock of an ended case was late, now or before it
// was opened again.
func inTime(c casefile.Case) bool {
	return !slices.ContainsFunc(c.Clocks, func(k engine.ClockState) bool { return k.Run == engine.RunLate || k.WasLate })
}

// again reports whether a case had to be done once more: opened again, a
// complaint whose customer was not satisfied, a repair reported again.
func again(c casefile.Case) bool {
	return c.State.Reopened > 0 || c.State.Visits["again"] > 0 || c.State.Visits["rework"] > 0 || c.State.Fields["rework"] == true
}

func (t *Tally) add(c casefile.Case) {
	t.Taken++
	if c.State.Assignee != 0 && c.State.Assignee != c.State.Owner || c.State.Assignee == 0 && c.State.Team != "" {
		t.PassedOn++
	}
	if c.State.Status == engine.Closed {
		t.Closed++
		if inTime(c) {
			t.InTime++
		}
	}
	if again(c) {
		t.Reopened++
	}
	if d, ok := stopped(c, respondClocks); ok {
		t.respond = mean{t.respond.sum + d, t.respond.n + 1}
	}
	if d, ok := stopped(c, finishClocks); ok {
		t.finish = mean{t.finish.sum + d, t.finish.n + 1}
	} else if c.State.Status == engine.Closed {
		t.finish = mean{t.finish.sum + c.State.EndedAt.Sub(c.State.Reached()), t.finish.n + 1}
	}
	if worse := followed[c.Procedure]; worse != "" && c.State.Visits[followStep] > 0 && (c.State.Status == engine.Closed || c.State.Visits[worse] > 0) {
		t.Followed++
		if c.State.Visits[worse] == 0 {
			t.Satisfied++
		}
	}
}

// lines is tallies by word, the most frequent first.
type lines map[string]*Tally

func (l lines) add(name string, c casefile.Case) {
	if name == "" {
		return
	}
	if l[name] == nil {
		l[name] = &Tally{}
	}
	l[name].add(c)
}

func (l lines) sorted() []Line {
	list := make([]Line, 0, len(l))
	for name, t := range l {
		list = append(list, Line{name, *t})
	}
	slices.SortFunc(list, func(a, b Line) int { return cmp.Or(cmp.Compare(b.Taken, a.Taken), cmp.Compare(a.Name, b.Name)) })
	return list
}
