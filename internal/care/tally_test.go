package care

import (
	"testing"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
)

// proves DSK-19: a case opened again counts by what its clocks came to the first
// time, too: the second attempt in time does not undo that the first was late.
func TestAReopenedCaseCountsByItsFirstTime(t *testing.T) {
	t.Parallel()
	open := time.Date(2026, 11, 16, 9, 0, 0, 0, calendar.Zone)
	hour := func(h int) time.Time { return open.Add(time.Duration(h) * time.Hour) }
	of := func(run string, wasLate bool, first time.Time) casefile.Case {
		return casefile.Case{Procedure: "repair", State: engine.State{Status: engine.Closed, OpenedAt: open, EndedAt: hour(50), Fields: map[string]any{"grade": "urgent"}},
			Clocks: []engine.ClockState{{Name: "arrive", Run: run, Started: hour(40), Stopped: hour(41), First: first, WasLate: wasLate}}}
	}
	for name, tc := range map[string]struct {
		of      casefile.Case
		inTime  int
		respond time.Duration
	}{
		"never reopened":           {of(engine.RunMet, false, time.Time{}), 1, 41 * time.Hour},
		"reopened, always in time": {of(engine.RunMet, false, hour(1)), 1, time.Hour},
		"late the first time":      {of(engine.RunMet, true, hour(1)), 0, time.Hour},
		"late the second time":     {of(engine.RunLate, false, hour(1)), 0, time.Hour},
	} {
		var got Tally
		got.add(tc.of)
		if got.InTime != tc.inTime || got.respond.sum != tc.respond {
			t.Errorf("%s: %d in time, answered after %s", name, got.InTime, got.respond.sum)
		}
	}
	c := counter{m: &Month{}, trades: lines{}}
	c.repair(of(engine.RunRunning, true, hour(1)))
	c.repair(of(engine.RunRunning, false, hour(1)))
	if c.m.urgent != 2 || c.m.urgentInTime != 1 {
		t.Errorf("urgent %d, in time %d", c.m.urgent, c.m.urgentInTime)
	}
}
