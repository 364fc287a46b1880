package casefile_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

func note(words string) engine.Command {
	return engine.Command{Kind: engine.EvNote, Data: map[string]any{"text": words}}
}

// Two people on one case: the second learns who changed what, nothing is lost.
func TestAStaleVersionTellsWhoChangedWhat(t *testing.T) {
	each(t, func(d *desk) {
		c := d.open(lin, leak())
		d.clock.Add(3 * time.Minute)
		d.do(wu, c, note("楼上 1602 在家"))
		before := d.number("SELECT count(*) FROM casefile_event")
		_, err := d.svc.Do(context.Background(), lin, casefile.Doing{Case: c.ID, Version: c.State.Version, Command: note("晚一步")})
		if errs.KindOf(err) != errs.Conflict || errs.CodeOf(err) != casefile.CodeStale {
			d.t.Fatalf("stale: %v", err)
		}
		zh, en := errs.As(err).Message.In(text.ZH), errs.As(err).Message.In(text.EN)
		if !strings.Contains(zh, "吴海燕 10:45 记了一笔") || !strings.Contains(en, "吴海燕 at 10:45 added a note") || strings.Contains(zh+en, "%!") {
			d.t.Errorf("message: %s / %s", zh, en)
		}
		if n := d.number("SELECT count(*) FROM casefile_event"); n != before {
			d.t.Error("a refused command wrote an event")
		}
	})
}

func TestOfManyAtOnceOneVersionWins(t *testing.T) {
	each(t, func(d *desk) {
		c := d.open(lin, leak())
		var mu sync.Mutex
		won := 0
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				_, err := d.svc.Do(context.Background(), wu, casefile.Doing{Case: c.ID, Version: c.State.Version, Command: note("我先")})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case errs.CodeOf(err) != casefile.CodeStale:
					d.t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			d.t.Errorf("%d won", won)
		}
		d.clean()
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		c := d.open(lin, leak())
		mine := d.do(lin, d.open(lin, leak()), engine.Command{Kind: engine.EvDone, Outcome: "sent", Data: map[string]any{"account": 3}})
		colleague := person(8, "别人", []string{"desk"}, casefile.PermView, casefile.PermWork)
		for name, tc := range map[string]struct {
			actor auth.Actor
			c     casefile.Case
			cmd   engine.Command
			kind  errs.Kind
		}{
			"technician on another's case":    {qin, c, note("x"), errs.Forbidden},
			"technician on the own":           {qin, mine, note("x"), ""},
			"technician assigns":              {qin, mine, engine.Command{Kind: engine.EvAssign, Data: map[string]any{"account": 2}}, errs.Forbidden},
			"desk jumps":                      {lin, c, engine.Command{Kind: engine.EvJump, Data: map[string]any{"to": "close", "reason": "x"}}, errs.Forbidden},
			"another project":                 {other, c, note("x"), errs.Forbidden},
			"a visitor":                       {auth.Actor{}.WithPermissions(nil), c, engine.Command{Kind: engine.EvLevel}, errs.Forbidden}, // the zero actor is nobody
			"a person fires a level":          {wu, c, engine.Command{Kind: engine.EvLevel, Data: map[string]any{"clock": "arrive", "level": 0}}, errs.Forbidden},
			"the first contact cancels":       {lin, c, engine.Command{Kind: engine.EvCancel, Data: map[string]any{"reason": "客户说不用了"}}, ""},
			"another cancels without a right": {colleague, mine, engine.Command{Kind: engine.EvCancel, Data: map[string]any{"reason": "x"}}, errs.Forbidden},
		} {
			if _, err := d.svc.Do(ctx, tc.actor, casefile.Doing{Case: tc.c.ID, Command: tc.cmd}); errs.KindOf(err) != tc.kind {
				d.t.Errorf("%s: %v, want %q", name, err, tc.kind)
			}
		}
		if v := d.view(lin, c); !v.MayReopen || !v.MayEnd {
			d.t.Error("the first contact is not offered what they may do")
		}
		if v := d.view(colleague, c); v.MayReopen || v.MayEnd {
			d.t.Error("a colleague is offered what they may not do")
		}
		reopened, err := d.svc.Do(ctx, wu, casefile.Doing{Case: c.ID, Command: engine.Command{Kind: engine.EvReopen, Data: map[string]any{"reason": "又漏了"}}})
		if err != nil || reopened.State.Status != engine.Open {
			d.t.Errorf("reopened: %+v, %v", reopened.State, err)
		}
		if _, err := d.svc.Do(ctx, wu, casefile.Doing{Case: 12345, Command: note("x")}); errs.KindOf(err) != errs.NotFound {
			d.t.Errorf("no such case: %v", err)
		}
		if _, err := d.svc.View(ctx, qin, project, c.Number); errs.KindOf(err) != errs.NotFound {
			d.t.Errorf("a case outside one's sight: %v", err)
		}
		if _, err := d.svc.View(ctx, qin, project, mine.Number); err != nil {
			d.t.Errorf("one's own case: %v", err)
		}
		d.clean()
	})
}

// Each level tells once, whichever node's timer comes first and however late.
func TestLevelsFireOnce(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		c := d.open(lin, leak())
		if n, err := d.svc.Fire(ctx); n != 0 || err != nil {
			d.t.Fatalf("nothing is due yet: %d, %v", n, err)
		}
		d.clock.Add(11 * time.Minute) // repair.dispatch is 10 minutes
		second := newDesk(d.t, d.db, d.clock)
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				svc := d.svc
				if i%2 == 1 {
					svc = second.svc
				}
				if _, err := svc.Fire(ctx); err != nil {
					d.t.Error(err)
				}
			})
		}
		wg.Wait()
		fired := map[string]int{}
		for _, e := range d.view(lin, c).Events {
			if e.Kind == engine.EvLevel {
				fired[e.Data["clock"].(string)+" "+string(rune('0'+e.Data["level"].(int64)))]++
			}
		}
		if len(fired) == 0 {
			d.t.Error("no level fired")
		}
		for level, n := range fired {
			if n != 1 {
				d.t.Errorf("%s fired %d times", level, n)
			}
		}
		told := d.number("SELECT count(*) FROM notice_notice")
		if d.bell(wu) == 0 {
			d.t.Error("the supervisor was not told")
		}
		if n, err := d.svc.Fire(ctx); n != 0 || err != nil || d.number("SELECT count(*) FROM notice_notice") != told {
			d.t.Errorf("fired again: %d, %v", n, err)
		}
		if late := d.number("SELECT count(*) FROM casefile_clock WHERE next_at > 0 AND next_at <= ?", store.Micros(d.clock.Now())); late != 0 {
			d.t.Errorf("%d rows still say that something is due", late)
		}
		d.clean()
	})
}

func TestAWaitThatIsOverGoesOnByItself(t *testing.T) {
	each(t, func(d *desk) {
		in := leak()
		in.Fields["fault"], in.Fields["grade"] = "light", "general"
		c := d.open(lin, in)
		c = d.do(lin, c, engine.Command{Kind: engine.EvDone, Outcome: "sent", Data: map[string]any{"account": 3}})
		c = d.done(qin, c, "accepted", nil)
		c = d.done(qin, c, "arrived", nil)
		c = d.done(qin, c, "done", map[string]any{"cause": "缺灯管", "charge": "free"})
		c = d.done(qin, c, "done", map[string]any{"result": "next_day", "did": "看过"})
		c = d.done(qin, c, "", map[string]any{"again": "2026-11-21 09:00"})
		if c.State.Step != "wait" {
			d.t.Fatalf("step %s", c.State.Step)
		}
		d.clock.Set(at("2026-11-21 08:59"))
		if _, err := d.svc.Fire(context.Background()); err != nil {
			d.t.Fatal(err)
		}
		if got := d.view(lin, c).Case.State.Step; got != "wait" {
			d.t.Errorf("too early: %s", got)
		}
		d.clock.Set(at("2026-11-21 09:00"))
		if _, err := d.svc.Fire(context.Background()); err != nil {
			d.t.Fatal(err)
		}
		if got := d.view(lin, c).Case.State.Step; got != "work" {
			d.t.Errorf("at nine: %s", got)
		}
		d.clean()
	})
}

func TestMergeLeadsOnAndCanBeUndone(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		first := d.open(lin, leak())
		d.clock.Add(time.Minute)
		second := d.open(lin, leak())
		if _, err := d.svc.Merge(ctx, qin, casefile.Merging{From: second.ID, Into: first.ID, Reason: "同一处漏水"}); errs.KindOf(err) != errs.Forbidden {
			d.t.Errorf("technician: %v", err)
		}
		into, err := d.svc.Merge(ctx, wu, casefile.Merging{From: first.ID, Into: second.ID, Version: first.State.Version, Reason: "同一处漏水"})
		if err != nil {
			d.t.Fatal(err)
		}
		if into.ID != second.ID || !into.Clocks[0].Started.Equal(first.State.OpenedAt) {
			d.t.Errorf("goes on: %s, its first clock from %s", into.Number, into.Clocks[0].Started)
		}
		gone := d.view(lin, first)
		if gone.MergedTo != second.Number || gone.Case.State.Status != engine.Merged {
			d.t.Errorf("merged: to %q, %s", gone.MergedTo, gone.Case.State.Status)
		}
		if v := d.view(lin, second); len(v.Related) != 1 || v.Related[0].Relation != casefile.Merged || v.Related[0].ID != first.ID {
			d.t.Errorf("related: %+v", v.Related)
		}
		if _, err := d.svc.Merge(ctx, wu, casefile.Merging{From: first.ID, Into: second.ID}); err != nil {
			d.t.Errorf("twice: %v", err)
		}
		for name, m := range map[string]casefile.Merging{"itself": {From: second.ID, Into: second.ID}, "an ended one": {From: second.ID, Into: first.ID}} {
			if _, err := d.svc.Merge(ctx, wu, m); err == nil {
				d.t.Errorf("%s: merged", name)
			}
		}
		again, err := d.svc.Unmerge(ctx, wu, first.ID, 0, "不是一处")
		if err != nil || again.State.Status != engine.Open || again.MergedTo != 0 {
			d.t.Errorf("un-merged: %+v, %v", again.State, err)
		}
		if v := d.view(lin, first); v.MergedTo != "" {
			d.t.Errorf("still leads to %s", v.MergedTo)
		}
		d.clean()
	})
}

func TestLinksGoBothWays(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		a, b := d.open(lin, leak()), d.open(lin, leak())
		for range 2 {
			if err := d.svc.Link(ctx, wu, b.ID, a.ID); err != nil {
				d.t.Fatal(err)
			}
		}
		for _, pair := range [][2]casefile.Case{{a, b}, {b, a}} {
			if v := d.view(lin, pair[0]); len(v.Related) != 1 || v.Related[0].ID != pair[1].ID || v.Related[0].Relation != casefile.Linked {
				d.t.Errorf("related of %s: %+v", pair[0].Number, v.Related)
			}
		}
		if err := d.svc.Unlink(ctx, wu, a.ID, b.ID); err != nil {
			d.t.Fatal(err)
		}
		if v := d.view(lin, a); len(v.Related) != 0 {
			d.t.Errorf("unlinked: %+v", v.Related)
		}
		if err := d.svc.Link(ctx, lin, a.ID, b.ID); errs.KindOf(err) != errs.Forbidden {
			d.t.Errorf("without the right: %v", err)
		}
		if err := d.svc.Link(ctx, wu, a.ID, a.ID); errs.KindOf(err) != errs.Invalid {
			d.t.Errorf("with itself: %v", err)
		}
	})
}

// Dissatisfied at the follow-up: a new order tied to the old one.
//
// proves REP-08 DSK-15
func TestReworkIsANewCaseTiedToTheOld(t *testing.T) {
	each(t, func(d *desk) {
		in := leak()
		in.Fields["fault"], in.Fields["grade"] = "light", "general"
		c := d.open(lin, in)
		c = d.do(wu, c, engine.Command{Kind: engine.EvJump, Data: map[string]any{"to": "follow", "reason": "补录"}})
		c = d.done(lin, c, "dissatisfied", map[string]any{"followed": "又坏了"})
		c = d.done(wu, c, "", map[string]any{"remark": "重做"})
		v := d.view(lin, c)
		if v.Case.State.Status != engine.Closed || len(v.Related) != 1 || v.Related[0].Relation != casefile.Child {
			d.t.Fatalf("status %s, related %+v", v.Case.State.Status, v.Related)
		}
		child := v.Related[0].Case
		want := map[string]any{"part": "in_unit", "fault": "light", "trade": "plumbing", "grade": "general", "rework": true}
		if diff := cmp.Diff(want, child.State.Fields); diff != "" {
			d.t.Error(diff)
		}
		if child.Parent != c.ID || child.State.Owner != 1 || child.Unit != 1502 || child.State.Step != "dispatch" {
			d.t.Errorf("child: %+v", child)
		}
		if p := d.view(lin, child); len(p.Related) != 1 || p.Related[0].Relation != casefile.Parent {
			d.t.Errorf("its parent: %+v", p.Related)
		}
		d.clean()
	})
}

// A fact is read in the transaction and recorded: a later change of the world
// does not change the past.
func TestFactsAreReadOnceAndRecorded(t *testing.T) {
	each(t, func(d *desk) {
		covers := true
		d.svc.Connect([]module.Module{{Facts: []module.Fact{{Name: "warranty.covers", Read: func(_ context.Context, _ *store.Tx, in module.FactInput) (any, error) {
			if in.Unit != 1502 || in.Fields["fault"] != "light" {
				d.t.Errorf("asked about %+v", in)
			}
			return covers, nil
		}}}}})
		in := leak()
		in.Fields["fault"], in.Fields["grade"] = "light", "general"
		c := d.open(lin, in)
		c = d.do(lin, c, engine.Command{Kind: engine.EvDone, Outcome: "sent", Data: map[string]any{"account": 3}})
		c = d.done(qin, c, "accepted", nil)
		c = d.done(qin, c, "arrived", nil)
		c = d.done(qin, c, "done", map[string]any{"cause": "安装", "charge": "free"})
		if c.State.Step != "contractor" {
			d.t.Errorf("under warranty it goes to the contractor, not to %s", c.State.Step)
		}
		covers = false
		events := d.view(lin, c).Events
		if last := events[len(events)-1]; last.Facts["warranty.covers"] != true {
			d.t.Errorf("recorded: %+v", last.Facts)
		}
		d.clean()
	})
}

func TestAClockSetBackDoesNotTearTheLog(t *testing.T) {
	each(t, func(d *desk) {
		c := d.open(lin, leak())
		d.clock.Add(-48 * time.Hour)
		c = d.do(lin, c, note("钟慢了两天"))
		d.clock.Add(96 * time.Hour)
		c = d.do(lin, c, note("钟又快了"))
		events := d.view(lin, c).Events
		for i := 1; i < len(events); i++ {
			if events[i].At.Before(events[i-1].At) {
				d.t.Errorf("event %d lies before event %d", i+1, i)
			}
		}
		d.clean()
	})
}
