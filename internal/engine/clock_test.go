package engine

import (
	"math"
	"strings"
	"testing"
	"time"

	"guanjia/handbook"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"

	"github.com/google/go-cmp/cmp"
)

// proves REP-03, REP-04, DSK-15: clocks of a repair at the minute.
func TestClocksOfARepair(t *testing.T) {
	t.Parallel()
	w := newWorld(t, repair(t)).open(m{"what": "爆管", "fault": "leak"})
	w.wantClock("arrive", RunRunning, "2026-11-16 09:25")
	w.wantClock("finish", RunRunning, "2026-11-16 17:10")
	w.wantClock("next_word", RunOff, "")
	w.wantClock("free", RunOff, "")
	w.at("2026-11-16 09:22")
	if c := w.clock("arrive"); math.Abs(c.Used-0.8) > 1e-9 || c.NextLevel != 0 || !c.NextAt.Equal(w.env.Now) || c.Limit != "15 minutes" {
		t.Errorf("at 80 %%: %+v", c)
	}
	w.done(desk, "sent", nil).done(tech, "accepted", nil).at("2026-11-16 09:25").done(tech, "arrived", nil)
	w.wantClock("arrive", RunMet, "2026-11-16 09:25")
	w.at("2026-11-16 17:11").done(tech, "done", m{"price": int64(100)}).done(tech, "passed", nil)
	w.wantClock("finish", RunLate, "2026-11-16 17:10")
	w.at("2026-11-17 09:00").done(tech, "signed", m{"signature": "a1"}).wantStep("follow")
	w.wantClock("follow", RunRunning, "2026-11-18 24:00")
	w.wantClock("answered", RunLate, "2026-11-16 09:40")
	w.at("2026-11-18 23:59").done(desk, "satisfied", nil)
	w.wantClock("follow", RunMet, "2026-11-18 24:00")
}

// A corrected grade counts from the beginning, with the pauses there were, and
// the levels already past stay silent.
func TestACorrectedAnswerMovesTheDueFromTheBeginning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, repair(t)).open(m{"what": "没电", "fault": "power"})
	w.wantClock("arrive", RunRunning, "2026-11-16 11:10") // "other": 2 hours
	w.at("2026-11-16 09:20").aside(desk, EvPause, m{"reason": "customer", "until": "2026-11-16 09:50", "wait_for": "customer"})
	w.wantClock("arrive", RunPaused, "2026-11-16 11:40")
	w.wantClock("answered", RunRunning, "2026-11-16 09:40") // the first answer never pauses
	w.at("2026-11-16 09:30").aside(desk, EvResume, nil)
	w.wantClock("arrive", RunRunning, "2026-11-16 11:20")
	w.at("2026-11-16 09:34").do(Command{Kind: EvAmend, Actor: desk, Fields: m{"fault": "leak"}, Data: m{"reason": "是漏水"}})
	c := w.clock("arrive")
	if want, _ := asTime("2026-11-16 09:35"); !c.Due.Equal(want) || c.NextLevel != 1 || len(Timed(w.env, w.state, w.events)) != 0 {
		t.Errorf("due %s, next level %d: 80 %% is past and skipped", c.Due, c.NextLevel)
	}
	w.at("2026-11-16 09:35")
	if todo := Timed(w.env, w.state, w.events); len(todo) != 1 || todo[0].Data["level"] != int64(1) {
		t.Fatalf("to do at the due time: %+v", todo)
	}
	w.do(Timed(w.env, w.state, w.events)[0])
	var to []string
	for _, fx := range w.last.Effects {
		to = append(to, fx.To)
	}
	if d := cmp.Diff([]string{"supervisor", "owner"}, to); d != "" {
		t.Error(d)
	}
	if err := w.try(Command{Kind: EvLevel, Data: m{"clock": "arrive", "level": 1}}); errs.CodeOf(err) != "case.level.over" {
		t.Errorf("fired twice: %v", err)
	}
	if c := w.clock("arrive"); c.NextLevel != 2 || c.NextAt.Format(time.DateTime) != "2026-11-18 00:00:00" {
		t.Errorf("due + 1 day: %+v", c)
	}
}

// A pause ends at the latest when it was said to end, and each may be extended
// only as often as the profile allows.
func TestPausesEndByThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, repair(t)).open(m{"what": "没电", "fault": "power"})
	w.at("2026-11-16 10:10").aside(desk, EvPause, m{"reason": "parts", "until": "2026-11-16 12:10"})
	w.wantClock("arrive", RunPaused, "2026-11-16 13:10")
	w.at("2026-11-16 12:10")
	w.wantClock("arrive", RunRunning, "2026-11-16 13:10")
	if w.state.Pause == nil {
		t.Error("the case still says that it waits")
	}
	w.at("2026-11-16 13:00").aside(desk, EvPause, m{"reason": "parts", "until": "2026-11-16 14:00"})
	w.wantClock("arrive", RunPaused, "2026-11-16 14:10")
	if err := w.try(Command{Kind: EvPause, Actor: desk, Data: m{"reason": "parts", "until": "2026-11-16 15:00"}}); errs.CodeOf(err) != "case.pause.often" {
		t.Errorf("third pause: %v", err)
	}
	w.aside(boss, EvPause, m{"reason": "parts", "until": "2026-11-16 15:00"})
	w.at("2026-11-16 13:30").done(desk, "sent", nil)
	if w.state.Pause != nil || w.events[len(w.events)-2].Kind != EvResume {
		t.Error("doing the work ends the waiting")
	}
}

// proves DSK-06: every promise is a clock of its own; the latest counts.
func TestPromises(t *testing.T) {
	t.Parallel()
	w := usual(t, "work")
	w.aside(desk, EvPromise, m{"text": "下午回话", "due": "2026-11-16 15:00"})
	w.wantClock("next_word", RunRunning, "2026-11-16 15:00")
	w.at("2026-11-16 14:00").aside(desk, EvTold, m{"text": "还在修", "by": "phone"})
	w.wantClock("next_word", RunMet, "2026-11-16 15:00")
	w.aside(desk, EvPromise, m{"text": "明早回话", "due": "2026-11-17 09:00"})
	w.wantClock("next_word", RunRunning, "2026-11-17 09:00")
	w.at("2026-11-17 09:01")
	for _, cmd := range Timed(w.env, w.state, w.events) {
		w.do(cmd)
	}
	if c := w.clock("next_word"); c.NextLevel != 2 || c.Run != RunRunning || c.Used <= 1 {
		t.Errorf("missed promise: %+v", c)
	}
}

func TestAfterTheEndClocksStandStill(t *testing.T) {
	t.Parallel()
	w := usual(t, "work").aside(desk, EvPromise, m{"text": "回话", "due": "2026-11-16 15:00"})
	w.aside(boss, EvJump, m{"to": "close", "reason": "客户自己修好了"})
	if w.state.Status != Closed || w.state.Jumps != 1 {
		t.Fatalf("%+v", w.state)
	}
	w.at("2026-12-16 09:00")
	w.wantClock("next_word", RunMet, "2026-11-16 15:00")
	w.aside(desk, EvReopen, m{"reason": "又漏了"}).wantStep("send")
	if w.state.Reopened != 1 || w.state.Status != Open {
		t.Errorf("reopened: %+v", w.state)
	}
	w.wantClock("finish", RunRunning, "2026-12-16 17:00") // it had stopped: it begins anew
	w.wantClock("arrive", RunRunning, "2026-12-16 09:15")
	w.aside(desk, EvCancel, m{"reason": "误报"})
	for _, c := range Clocks(w.env, w.state, w.events) {
		if c.Run == RunRunning || c.Run == RunPaused || c.NextLevel >= 0 {
			t.Errorf("clock %s runs in a cancelled case", c.Name)
		}
	}
}

// proves CMP-12: what a clock came to before the case was reopened stays known.
func TestReopeningForgetsNothing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ended string
		late  bool
	}{"in time": {"2026-11-16 09:30", false}, "late": {"2026-11-19 09:00", true}} {
		w := usual(t, "work").at(tc.ended).aside(boss, EvJump, m{"to": "close", "reason": "客户自己修好了"})
		ended := w.clock("finish")
		if ended.Stopped.IsZero() || ended.WasLate || !ended.First.IsZero() || (ended.Run == RunLate) != tc.late {
			t.Fatalf("%s: closed: %+v", name, ended)
		}
		for range 2 { // and a second reopening forgets neither
			w.at("2026-12-16 09:00").aside(desk, EvReopen, m{"reason": "又漏了"})
			if c := w.clock("finish"); c.Run != RunRunning || !c.First.Equal(ended.Stopped) || c.WasLate != tc.late {
				t.Errorf("%s: reopened: %+v", name, c)
			}
			w.aside(boss, EvJump, m{"to": "close", "reason": "客户自己修好了"})
			if c := w.clock("finish"); c.Run != RunMet || !c.First.Equal(ended.Stopped) || c.WasLate != tc.late {
				t.Errorf("%s: closed again: %+v", name, c)
			}
		}
	}
}

// proves CMP-12: a clock that still runs gains no time by a reopening.
func TestReopeningGainsNoTime(t *testing.T) {
	t.Parallel()
	to := []string{"finished", "closed"}
	at := func(minute int) time.Time { return time.Date(2026, 11, 16, 9, minute, 0, 0, calendar.Zone) }
	log := []Event{{Kind: EvOpened, At: at(0), Names: []string{Opening}}, {Kind: EvDone, At: at(10), Names: []string{Reopened}}}
	if got := openedAgain(log, 0, to); got != 0 {
		t.Errorf("a running clock began anew with event %d", got)
	}
	log = append(log, Event{Kind: EvDone, At: at(20), Names: []string{"finished"}}, Event{Kind: EvDone, At: at(30), Names: []string{"followed"}},
		Event{Kind: EvReopen, At: at(40), Names: []string{Reopened}}, Event{Kind: EvReopen, At: at(50), Names: []string{Reopened}})
	if got := openedAgain(log, 0, to); got != 4 {
		t.Errorf("the clock runs from event %d, want 4", got)
	}
}

func TestMergedCasesKeepTheEarliestOpening(t *testing.T) {
	t.Parallel()
	w := newWorld(t, repair(t)).open(m{"what": "没电", "fault": "power"})
	w.at("2026-11-16 10:00").aside(desk, EvMerge, m{"from": int64(77), "opened_at": "2026-11-16 08:30"})
	w.wantClock("arrive", RunRunning, "2026-11-16 10:30")
	if w.state.Status != Open {
		t.Error("the case that stays stays open")
	}
	w2 := newWorld(t, repair(t)).open(m{"what": "没电", "fault": "power"}).aside(desk, EvMerge, m{"into": int64(78)})
	if w2.state.Status != Merged || w2.state.Step != "" {
		t.Errorf("%+v", w2.state)
	}
}

func TestAFactMayHoldAClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, repair(t))
	w.env.Facts = m{"warranty.covers": true}
	w.open(m{"what": "没电", "fault": "power"})
	w.env.Facts = nil // recorded with the event
	w.wantClock("free", RunRunning, "2026-11-23 24:00")
}

// A waiting step goes on at its time by itself, and with the event it waits for.
func TestWaiting(t *testing.T) {
	t.Parallel()
	def, problems := procedure.Read("wait.yaml", []byte(`
procedure: wait
title: 等待 / Wait
number: DD-{yy}-{seq}
about: {customer: optional, unit: optional}
opened: {by: [desk]}
fields:
  until: {title: 到 / Until, type: time, required: yes}
steps:
  take:  {title: 受理 / Take, do: form, who: desk, asks: [until], then: wait}
  wait:  {title: 等 / Wait, do: wait, until: until, then: {due: call, answered: close}}
  call:  {title: 去电 / Call, do: call, who: desk, to: customer, then: {reached: close, not_reached: call}}
  close: {title: 办结 / Close, do: close}
`))
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	w := newWorld(t, def).open(m{"until": "2026-11-16 17:00"}).wantStep("wait")
	w.wantClock("wait", RunRunning, "2026-11-16 17:00")
	if c := w.clock("wait"); !c.NextAt.Equal(c.Due) || len(Timed(w.env, w.state, w.events)) != 0 {
		t.Errorf("the timer must know when: %+v", c)
	}
	w2 := newWorld(t, def).open(m{"until": "2026-11-16 17:00"})
	w2.do(Command{Kind: EvExternal, Data: m{"name": "rain"}}).wantStep("wait")
	if w2.do(Command{Kind: EvExternal, Data: m{"name": "answered"}}); w2.state.Status != Closed {
		t.Errorf("%+v", w2.state)
	}
	w.at("2026-11-16 17:00")
	todo := Timed(w.env, w.state, w.events)
	if len(todo) != 1 {
		t.Fatalf("to do %+v", todo)
	}
	w.do(todo[0]).wantStep("call")
}

// proves DSK-22: grade-3 counts by its desk hours.
func TestProfileHoursMakeTheCalendar(t *testing.T) {
	t.Parallel()
	base, err := calendar.Load(handbook.FS, "calendars/cn.json")
	if err != nil {
		t.Fatal(err)
	}
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	friday, _ := asTime("2026-11-20 17:30")
	for of, want := range map[[2]string]string{
		{"grade-3", "complaint"}: "2026-11-23 09:00:00", {"grade-3", "repair"}: "2026-11-20 18:30:00",
		{"residential", "complaint"}: "2026-11-20 18:30:00", {"duty-desk", "enquiry"}: "2026-11-20 18:30:00",
	} {
		cal, err := CalendarFor(base, book.Profiles[of[0]], of[1])
		if err != nil {
			t.Fatal(err)
		}
		l, _ := calendar.ParseLimit("1 working hour")
		if got := cal.Due(friday, l, nil).Format(time.DateTime); got != want {
			t.Errorf("%v: %s, want %s", of, got, want)
		}
	}
}

func TestTrail(t *testing.T) {
	t.Parallel()
	w := usual(t, "price")
	var got []string
	for _, s := range Trail(w.env.Def, w.events) {
		got = append(got, s.State+" "+s.Step+" "+s.Outcome)
	}
	want := []string{"done take done", "done send sent", "done accept accepted", "done arrive arrived", "current price ", "ahead approve ", "ahead work ", "ahead sign ",
		"ahead thank ", "ahead charge ", "ahead follow ", "ahead close "}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A step from which a supervisor moved the case on was done by nobody.
func TestTrailKnowsWhatWasLeft(t *testing.T) {
	t.Parallel()
	w := usual(t, "price")
	w.aside(boss, EvJump, m{"to": "send", "reason": "换人去看"})
	var got []string
	for _, s := range Trail(w.env.Def, w.events)[3:6] {
		got = append(got, s.State+" "+s.Step+" "+s.Who.Name)
	}
	if d := cmp.Diff([]string{"done arrive " + tech.Name, "left price " + boss.Name, "current send "}, got); d != "" {
		t.Error(d)
	}
}

// The way ahead is the ordinary one that ends: the repair that is not finished
// today is no forecast, neither on the first visit nor on the second, and what
// is known already decides.
func TestTrailForecastsTheOrdinaryWay(t *testing.T) {
	t.Parallel()
	book, _ := procedure.Load(handbook.FS)
	def := book.Procedures["repair"]
	for name, c := range map[string]struct {
		at     string
		fields map[string]any
		want   string
	}{
		"accepted":        {"arrive", nil, "look work finish sign follow close"},
		"second visit":    {"work", map[string]any{"result": "next_day", "charge": "free"}, "finish sign follow close"},
		"waiting":         {"wait", map[string]any{"result": "next_day"}, "work finish sign follow close"},
		"leak in common":  {"arrive", map[string]any{"fault": "leak", "part": "common"}, "scene look work finish check leak_test follow close"},
		"paid":            {"work", map[string]any{"charge": "paid"}, "finish sign bill follow close"},
		"said to be paid": {"look", map[string]any{"charge": "paid"}, "work finish sign bill follow close"},
	} {
		got := strings.Join(ahead(def, State{Step: c.at, Status: Open, Fields: c.fields}), " ")
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	complaint := book.Procedures["complaint"]
	if got := strings.Join(ahead(complaint, State{Step: "take", Status: Open}), " "); got != "grade report assign contact inform look solve reply follow learn close" {
		t.Errorf("complaint: %s", got)
	}
}
