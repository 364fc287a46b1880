package casefile_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/notice"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// restarted is another process on the same database with another handbook in
// force.
func (d *desk) restarted(b book) *casefile.Service {
	svc := casefile.New(casefile.Config{
		DB: d.db, Queue: &jobs.Queue{}, Handbook: b, Notices: notice.New(d.db), Units: units{}, Accounts: accounts{},
		Log: slog.New(slog.DiscardHandler),
	})
	svc.Connect([]module.Module{svc.Module()})
	return svc
}

// A running case finishes under the versions it began with; what was published
// is in the database whole.
//
// proves PLT-06
func TestARunningCaseKeepsItsVersions(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		shippedBook, err := shipped()
		if err != nil {
			d.t.Fatal(err)
		}
		old := d.open(lin, leak())

		source := strings.Replace(shippedBook.procedures["repair"].Source, "title: 派单 / Send out, do:", "title: 新派单 / New sending, do:", 1)
		changed, problems := procedure.Read("procedures/work/repair.yaml", []byte(source))
		if procedure.Refused(problems) {
			d.t.Fatal(problems)
		}
		figures, problems := shippedBook.figures.Override(map[string]string{"repair.dispatch": "1 minute"})
		if procedure.Refused(problems) {
			d.t.Fatal(problems)
		}
		next := shippedBook
		next.procedures = map[string]*procedure.Definition{"repair": changed}
		next.figures, next.overrides = figures, map[string]string{"repair.dispatch": "1 minute"}
		svc := d.restarted(next)
		made, err := svc.Open(ctx, lin, leak())
		if err != nil {
			d.t.Fatal(err)
		}

		third := d.restarted(book{}) // knows nothing but the database
		limit := func(v casefile.View) string {
			for _, k := range v.Case.Clocks {
				if k.Name == "dispatch" {
					return k.Limit
				}
			}
			return ""
		}
		for name, tc := range map[string]struct {
			c           casefile.Case
			step, limit string
		}{"the old": {old, "派单", "10 minutes"}, "the new": {made, "新派单", "1 minute"}} {
			// where another version is in force by now
			if v, err := svc.View(ctx, lin, project, tc.c.Number); err != nil || v.Def.Step("dispatch").Title.ZH != tc.step || v.Def.Hash != tc.c.DefHash {
				d.t.Errorf("%s beside the new handbook: %v", name, err)
			}
			v, err := third.View(ctx, lin, project, tc.c.Number)
			if err != nil {
				d.t.Fatal(err)
			}
			if got := v.Def.Step("dispatch").Title.ZH; got != tc.step || limit(v) != tc.limit {
				d.t.Errorf("%s: step %q within %q", name, got, limit(v))
			}
			if _, err := third.Do(ctx, lin, casefile.Doing{Case: tc.c.ID, Command: engine.Command{Kind: engine.EvDone, Outcome: "sent", Data: map[string]any{"account": 3}}}); err != nil {
				d.t.Errorf("%s goes on: %v", name, err)
			}
		}
		if v, err := third.Verify(ctx, wu, project); err != nil || len(v.Findings) != 0 {
			d.t.Errorf("verify: %+v, %v", v.Findings, err)
		}
	})
}

func TestABinaryWithoutANeededActionDoesNotStart(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		b, err := shipped()
		if err != nil {
			d.t.Fatal(err)
		}
		without := casefile.New(casefile.Config{DB: d.db, Handbook: b, Log: slog.New(slog.DiscardHandler)}) // nothing connected
		if err := without.Ready(ctx); err != nil {
			d.t.Errorf("no case needs anything yet: %v", err)
		}
		c := d.open(lin, leak()) // a repair may end in casefile.open@1
		if err := d.svc.Ready(ctx); err != nil {
			d.t.Errorf("with the action: %v", err)
		}
		if err := without.Ready(ctx); errs.CodeOf(err) != "casefile.action.missing" || !strings.Contains(err.Error(), "casefile.open@1") {
			d.t.Errorf("without the action: %v", err)
		}
		d.do(wu, c, engine.Command{Kind: engine.EvCancel, Data: map[string]any{"reason": "重复"}})
		if err := without.Ready(ctx); err != nil {
			d.t.Errorf("no open case needs it any more: %v", err)
		}
	})
}

// The timer is an ordinary job: woken for a level that is near, else every 15 s.
func TestTheTimerRunsAsAJob(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		queue := &jobs.Queue{}
		runner, err := jobs.NewRunner(d.db, queue, d.svc.Module().Jobs, jobs.Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			d.t.Fatal(err)
		}
		run := func() {
			d.t.Helper()
			if _, err := runner.RunDue(ctx); err != nil {
				d.t.Fatal(err)
			}
		}
		run()
		c := d.open(lin, leak())
		next := d.number("SELECT min(next_at) FROM casefile_clock WHERE next_at > 0")
		levels := func() int64 { return d.number("SELECT count(*) FROM casefile_event WHERE kind = 'level'") }
		d.clock.Set(store.Time(next).Add(-10 * time.Second))
		d.do(lin, c, note("快到了")) // within 15 s of the level: the timer is set to it
		run()
		if levels() != 0 {
			d.t.Error("too early")
		}
		d.clock.Set(store.Time(next))
		run()
		if levels() != 1 {
			d.t.Errorf("%d levels at the very moment", levels())
		}
		d.clean()
	})
}

func TestListenersHearInTheTransaction(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		var heard []string
		wish := errors.New("wish")
		var fail error
		d.svc.Listen(func(_ context.Context, _ *store.Tx, c casefile.Change) error {
			kinds := ""
			for _, e := range c.Events {
				kinds += " " + string(e.Kind)
			}
			heard = append(heard, c.Case.Number+kinds)
			return fail
		})
		c := d.open(lin, leak())
		d.do(lin, c, note("x"))
		if diff := cmp.Diff([]string{"WX-2611-0001 opened done", "WX-2611-0001 note"}, heard); diff != "" {
			d.t.Error(diff)
		}
		fail = wish
		if _, err := d.svc.Open(ctx, lin, leak()); !errors.Is(err, wish) {
			d.t.Errorf("a listener that fails: %v", err)
		}
		if n := d.number("SELECT count(*) FROM casefile_case"); n != 1 {
			d.t.Errorf("%d cases: the refused one must be gone", n)
		}
	})
}

// What a step does in another room happens in the same transaction, and what
// the room answered is recorded.
func TestActionsRunInTheTransactionAndAreRecorded(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		b, err := shipped()
		if err != nil {
			d.t.Fatal(err)
		}
		def, problems := procedure.Read("procedures/probe.yaml", []byte(`
procedure: probe
title: 试 / Probe
number: SH-{yy}{mm}-{seq}
about: {customer: optional, unit: optional}
opened: {by: [desk]}
fields:
  code: {title: 编号 / Code, type: text, required: yes}
steps:
  take: {title: 受理 / Take in, do: form, who: desk, asks: [code], then: give}
  give: {title: 发放 / Give, do: action, action: probe.give@1, with: {code: code}, then: wait}
  wait: {title: 等 / Wait, do: form, who: desk, then: close}
  close: {title: 归档 / File, do: close}
`))
		if procedure.Refused(problems) {
			d.t.Fatal(problems)
		}
		b.procedures = map[string]*procedure.Definition{"probe": def}
		svc := d.restarted(b)
		in := casefile.Opening{Project: project, Procedure: "probe", Channel: "visit", Unit: 1502, Fields: map[string]any{"code": "K1"}}
		if _, err := svc.Open(ctx, lin, in); errs.CodeOf(err) != "casefile.action.missing" {
			d.t.Errorf("without the room: %v", err)
		}
		refuse := false
		svc.Connect([]module.Module{{Actions: []module.Action{{Name: "probe.give@1", Do: func(ctx context.Context, tx *store.Tx, in module.ActionInput) (map[string]any, error) {
			if refuse {
				return nil, errs.New(errs.Conflict, "probe.taken", "已发放", "given already")
			}
			if in.Unit != 1502 || in.Args["code"] != "K1" || in.Actor.Account != 1 {
				d.t.Errorf("input: %+v", in)
			}
			return map[string]any{"serial": 7}, nil
		}}}}})
		c, err := svc.Open(ctx, lin, in)
		if err != nil {
			d.t.Fatal(err)
		}
		v, err := svc.View(ctx, lin, project, c.Number)
		if err != nil || v.Case.State.Step != "wait" {
			d.t.Fatalf("step %s, %v", v.Case.State.Step, err)
		}
		recorded := false
		for _, e := range v.Events {
			if e.Step == "give" {
				result, _ := e.Data["result"].(map[string]any)
				recorded = result["serial"] == int64(7)
			}
		}
		if !recorded {
			d.t.Errorf("the room's answer is not recorded: %+v", v.Events)
		}
		refuse = true
		before := d.number("SELECT count(*) FROM casefile_event")
		if _, err := svc.Open(ctx, lin, in); errs.CodeOf(err) != "probe.taken" || d.number("SELECT count(*) FROM casefile_event") != before {
			d.t.Errorf("a room that refuses: %v", err)
		}
		d.clean()
	})
}

// A calendar that is published or corrected moves the limits of open cases,
// shown before and logged in each.
//
// proves PLT-07 (publishing a year)
func TestANewCalendarIsPreviewedThenLogged(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		b, err := shipped()
		if err != nil {
			d.t.Fatal(err)
		}
		in := casefile.Opening{Project: project, Procedure: "enquiry", Channel: "visit", Caller: "丁", Words: "建议", Fields: map[string]any{"kind": "suggestion"}}
		open, ended := d.open(lin, in), d.open(lin, in)
		ended = d.do(lin, ended, engine.Command{Kind: engine.EvCancel, Data: map[string]any{"reason": "重复"}})
		due := func(svc *casefile.Service, c casefile.Case) time.Time {
			v, err := svc.View(ctx, lin, project, c.Number)
			if err != nil {
				d.t.Fatal(err)
			}
			return v.Case.Clocks[0].Due
		}
		was, wasEnded := due(d.svc, open), due(d.svc, ended)

		if b.calendar, err = b.calendar.With(calendar.Overrides{Exceptions: []calendar.Exception{{Date: "2026-11-24", Name: "停电"}}}); err != nil {
			d.t.Fatal(err)
		}
		svc := d.restarted(b)
		if _, err := svc.Restamp(ctx, lin, project); errs.KindOf(err) != errs.Forbidden {
			d.t.Errorf("desk: %v", err)
		}
		for _, step := range []func(context.Context, auth.Actor, int64) (casefile.Restamping, error){svc.PreviewRestamp, svc.PreviewRestamp, svc.Restamp} {
			r, err := step(ctx, auth.System, project)
			if err != nil || r.Cases != 1 || r.Moved != 1 || len(r.Shifts) != 1 || r.Shifts[0].Number != open.Number || !r.Shifts[0].Was.Equal(was) || !r.Shifts[0].Is.Equal(was.AddDate(0, 0, 1)) {
				d.t.Errorf("restamping: %+v, %v", r, err)
			}
		}
		if r, err := svc.Restamp(ctx, auth.System, project); err != nil || r.Cases != 0 {
			d.t.Errorf("again: %+v, %v", r, err)
		}
		if got := due(svc, open); !got.Equal(was.AddDate(0, 0, 1)) {
			d.t.Errorf("due %s, was %s", got, was)
		}
		if got := due(svc, ended); !got.Equal(wasEnded) {
			d.t.Errorf("an ended case moved to %s", got)
		}
		if n := d.number("SELECT count(*) FROM casefile_event WHERE case_id = ? AND kind = 'note'", open.ID); n != 1 {
			d.t.Errorf("%d notes in its log", n)
		}
		if v, err := svc.Verify(ctx, auth.System, project); err != nil || len(v.Findings) != 0 {
			d.t.Errorf("verify: %+v, %v", v.Findings, err)
		}
	})
}
