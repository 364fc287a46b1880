package casefile_test

import (
	"context"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// A letter written years ago has its own day, and is late only from when it was
// taken in: nothing fires before, whatever is folded or merged.
func TestALetterIsLateFromWhenItWasTakenIn(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		taken := d.clock.Now().Add(-time.Hour)
		in := leak()
		in.At, in.Received, in.Channel = at("2019-03-05 09:10"), taken, "letter"
		in.Owner, in.By = 1, engine.Actor{ID: 1, Name: "林晓", Roles: []string{"desk"}}
		c, err := d.svc.Open(ctx, auth.System, in)
		if err != nil {
			d.t.Fatal(err)
		}
		if c.Number != "WX-1903-0001" || !c.State.OpenedAt.Equal(in.At) || !c.State.Reached().Equal(taken) {
			d.t.Errorf("%s of %s, taken in %s", c.Number, c.State.OpenedAt, c.State.Reached())
		}
		running := 0
		for _, k := range c.Clocks {
			if k.Run == engine.RunRunning {
				running++
			}
			if k.Run == engine.RunLate || k.Run != engine.RunOff && (k.Started.Before(taken) || k.Due.Before(taken)) {
				d.t.Errorf("%s is %s from %s, due %s", k.Name, k.Run, k.Started, k.Due)
			}
		}
		if running == 0 {
			d.t.Error("no clock runs")
		}
		phone := d.open(lin, leak())
		into, err := d.svc.Merge(ctx, wu, casefile.Merging{From: c.ID, Into: phone.ID, Reason: "同一处漏水"})
		if err != nil {
			d.t.Fatal(err)
		}
		if got := into.Clocks[0].Started; !got.Equal(taken) {
			d.t.Errorf("merged, the first clock runs from %s, want %s", got, taken)
		}
		if _, err := d.svc.Open(ctx, lin, casefile.Opening{Project: project, Procedure: "repair", Channel: "letter", Unit: 1502, Received: taken, Caller: "周慧兰"}); errs.KindOf(err) != errs.Forbidden {
			d.t.Errorf("a person's own time: %v", err)
		}
		d.clean()
	})
}

// What nobody has touched is withdrawn; a word, an answer, a link and an end
// keep a case; a level that fired does not.
func TestWithdrawTakesOnlyWhatNobodyTouched(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		by := engine.Actor{ID: 2, Name: "吴海燕", Roles: []string{"supervisor"}}
		withdraw := func(actor auth.Actor, c casefile.Case, reason string) (done bool, err error) {
			err = d.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				done, err = d.svc.WithdrawIn(ctx, tx, actor, c.ID, by, reason)
				return err
			})
			return done, err
		}
		fresh, noted, linked := d.open(lin, leak()), d.open(lin, leak()), d.open(lin, leak())
		sent := d.done(wu, d.open(lin, leak()), "sent", nil)
		d.do(lin, noted, engine.Command{Kind: engine.EvNote, Data: map[string]any{"text": "看过"}})
		if err := d.svc.Link(ctx, wu, linked.ID, noted.ID); err != nil {
			d.t.Fatal(err)
		}
		d.clock.Add(48 * time.Hour)
		if n, err := d.svc.Fire(ctx); err != nil || n == 0 {
			d.t.Fatalf("%d fired, %v", n, err)
		}
		for name, c := range map[string]casefile.Case{"noted": noted, "linked": linked, "sent": sent} {
			if done, err := withdraw(auth.System, c, "导错了"); done || err != nil {
				d.t.Errorf("%s: %t, %v", name, done, err)
			}
		}
		if _, err := withdraw(qin, fresh, "导错了"); errs.KindOf(err) != errs.Forbidden {
			d.t.Errorf("a technician: %v", err)
		}
		if _, err := withdraw(auth.System, fresh, ""); errs.KindOf(err) != errs.Invalid {
			d.t.Errorf("without a reason: %v", err)
		}
		for i, want := range []bool{true, false} {
			if done, err := withdraw(auth.System, fresh, "导错了"); done != want || err != nil {
				d.t.Errorf("try %d: %t, %v", i, done, err)
			}
		}
		events := d.view(lin, fresh).Events
		last := events[len(events)-1]
		if last.Kind != engine.EvCancel || last.Actor.Name != "吴海燕" || last.Data["reason"] != "导错了" {
			d.t.Errorf("%+v", last)
		}
		d.clean()
	})
}
