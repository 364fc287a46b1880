package work_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/work"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, calendar.Zone)

func at(hour, minute int) time.Time {
	return time.Date(2026, 11, 20, hour, minute, 0, 0, calendar.Zone)
}

// order makes a case: its step, who has it, where, and its clocks.
func order(id int64, step string, assignee, building int64, clocks ...engine.ClockState) casefile.Case {
	return casefile.Case{
		ID: id, Building: building, Clocks: clocks,
		State: engine.State{Status: engine.Open, Step: step, Assignee: assignee, OpenedAt: at(8, 0)},
	}
}

func running(name string, due time.Time) engine.ClockState {
	return engine.ClockState{Name: name, Run: "running", Started: at(8, 0), Due: due}
}

func met(name string, when time.Time) engine.ClockState {
	return engine.ClockState{Name: name, Run: "met", Stopped: when}
}

func stepOf(c casefile.Case) *procedure.Step {
	kinds := map[string]procedure.Kind{"dispatch": procedure.KindDispatch, "accept": procedure.KindAccept, "arrive": procedure.KindArrive, "work": procedure.KindForm, "wait": procedure.KindWait}
	return &procedure.Step{Name: c.State.Step, Do: kinds[c.State.Step]}
}

// proves REP-13: open orders by age and promise, who has what, where it is late.
func TestTheBoardSaysWhoHasWhatAndWhereItIsLate(t *testing.T) {
	t.Parallel()
	paused := order(6, "work", 2, 31, running("finish", at(18, 0)))
	paused.State.Pause = &engine.Pause{Until: at(15, 0)}
	closed := order(7, "", 2, 31, met("arrive", at(8, 30)), met("finish", at(9, 30)))
	closed.State.Status = engine.Closed
	old := order(8, "", 2, 31, met("finish", noon.AddDate(0, 0, -1)))
	old.State.Status, old.State.OpenedAt = engine.Closed, noon.AddDate(0, 0, -2)
	cases := []casefile.Case{
		order(1, "dispatch", 0, 30, running("finish", at(16, 0))),
		order(2, "dispatch", 0, 30, running("dispatch", at(11, 0))),
		order(3, "arrive", 1, 30, running("arrive", at(12, 30))),
		order(4, "work", 1, 31, met("arrive", at(10, 0)), running("finish", at(11, 30))),
		order(5, "accept", 2, 0, running("accept", at(12, 5))),
		paused, closed, old,
		order(9, "follow", 1, 30, met("arrive", at(9, 0)), met("finish", at(9, 45))),
		order(1, "dispatch", 0, 30, running("finish", at(16, 0))), // read twice: counted once
	}
	b := work.BoardOf(cases, noon, stepOf)
	ids := func(list []casefile.Case) (out []int64) {
		for _, c := range list {
			out = append(out, c.ID)
		}
		return out
	}
	if diff := cmp.Diff([]int64{2, 1}, ids(b.Waiting)); diff != "" {
		t.Error("waiting, soonest due first:", diff)
	}
	if diff := cmp.Diff([]int64{2, 4}, ids(b.Longest)); diff != "" {
		t.Error("longest delayed first:", diff)
	}
	if diff := cmp.Diff([]work.Pile{{31, 2, 1}, {30, 3, 1}, {0, 1, 0}}, b.Piles); diff == "" {
		t.Error("of two places with one late, the fuller comes first")
	}
	if diff := cmp.Diff([]work.Pile{{30, 3, 1}, {31, 2, 1}, {0, 1, 0}}, b.Piles); diff != "" {
		t.Error(diff)
	}
	type counts struct{ Open, Late, Working, Done, Taken int }
	if got, want := (counts{b.Open, b.Late, b.Working, b.Done, b.Taken}), (counts{6, 2, 1, 2, 8}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	type span struct {
		ID       int64
		Stage    work.Stage
		From, To string
		Planned  bool
		Late     bool
	}
	lane := func(account int64) (out []span) {
		for _, j := range b.Lanes[account] {
			out = append(out, span{j.Case.ID, j.Stage, j.From.Format("15:04"), j.To.Format("15:04"), j.Planned, j.Late})
		}
		return out
	}
	if diff := cmp.Diff([]span{
		{9, work.Finished, "09:00", "09:45", false, false},
		{4, work.AtWork, "10:00", "12:30", false, true},
		{3, work.OnWay, "12:30", "13:30", true, false},
	}, lane(1)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]span{
		{7, work.Ended, "08:30", "09:30", false, false},
		{5, work.ToAccept, "12:05", "13:05", true, false},
		{6, work.Held, "15:00", "16:00", true, false},
	}, lane(2)); diff != "" {
		t.Error(diff)
	}
}
