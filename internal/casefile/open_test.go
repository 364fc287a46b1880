package casefile_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// A repair from first ring to filed.
//
// proves REP-03 REP-07 DSK-05 DSK-15
func TestFromRingToFiled(t *testing.T) {
	each(t, func(d *desk) {
		in := leak()
		in.Fields["fault"], in.Fields["grade"] = "light", "general"
		c := d.open(lin, in)
		if c.Number != "WX-2611-0001" || c.State.Step != "dispatch" || c.Plate != "3栋1单元-1502" || c.Building != 3 || c.Phone != "13800136621" || c.State.Owner != 1 {
			d.t.Fatalf("opened: %+v", c)
		}
		c = d.do(lin, c, engine.Command{Kind: engine.EvDone, Outcome: "sent", Data: map[string]any{"account": 3}})
		if d.bell(qin) != 1 {
			d.t.Errorf("the technician's bell: %d", d.bell(qin))
		}
		c = d.done(qin, c, "accepted", nil)
		c = d.done(qin, c, "arrived", nil)
		c = d.done(qin, c, "done", map[string]any{"cause": "灯管老化", "charge": "free"})
		c = d.done(qin, c, "done", map[string]any{"result": "fixed", "did": "换灯管", "used": []map[string]any{{"item": "灯管", "count": 2}}})
		c = d.done(qin, c, "signed", map[string]any{"signed_by": []string{"a1"}})
		c = d.done(qin, c, "signed", map[string]any{"approved_by": []string{"a2"}, "rating": 5})
		if c.State.Step != "follow" || c.State.Owner != 1 || c.State.Assignee != 3 {
			d.t.Fatalf("before the follow-up: %+v", c.State)
		}
		d.clock.Add(24 * time.Hour)
		c = d.done(lin, c, "satisfied", map[string]any{"followed": "很满意"})
		if c.State.Status != engine.Closed {
			d.t.Fatalf("after the follow-up: %+v", c.State)
		}
		v := d.view(lin, c)
		if len(v.Filed) != 1 || v.Filed[0].Record != "repair_record" || v.Filed[0].Unit != 1502 || v.Filed[0].Number != c.Number {
			d.t.Errorf("filed: %+v", v.Filed)
		}
		if diff := cmp.Diff(map[int64]string{1: "林晓", 3: "秦刚"}, v.Names); diff != "" {
			d.t.Error(diff)
		}
		for name, want := range map[string]int64{"rating": 5} {
			if n := d.number("SELECT num FROM casefile_field WHERE case_id = ? AND name = ?", c.ID, name); n != want {
				d.t.Errorf("indexed %s: %d", name, n)
			}
		}
		d.clean()
	})
}

func TestOpeningTakesAFewStatements(t *testing.T) {
	each(t, func(d *desk) {
		d.open(lin, leak()) // stores the versions
		in := leak()
		in.Key = "k"
		ctx, counter := store.WithCounter(context.Background())
		if _, err := d.svc.Open(ctx, lin, in); err != nil {
			d.t.Fatal(err)
		}
		if counter.N() > 10 {
			d.t.Errorf("%d statements:\n%s", counter.N(), strings.Join(counter.Queries(), "\n"))
		}
	})
}

// proves DSK-01
func TestRefusedOpenings(t *testing.T) {
	each(t, func(d *desk) {
		change := func(fn func(*casefile.Opening)) casefile.Opening {
			in := leak()
			fn(&in)
			return in
		}
		for name, tc := range map[string]struct {
			actor auth.Actor
			in    casefile.Opening
			kind  errs.Kind
		}{
			"without the right":     {qin, leak(), errs.Forbidden},
			"in another project":    {other, leak(), errs.Forbidden},
			"visitor":               {auth.Actor{Account: -1}, leak(), errs.Forbidden},
			"unknown procedure":     {lin, change(func(in *casefile.Opening) { in.Procedure = "magic" }), errs.NotFound},
			"unknown channel":       {lin, change(func(in *casefile.Opening) { in.Channel = "smoke" }), errs.Invalid},
			"a channel not let in":  {lin, change(func(in *casefile.Opening) { in.Procedure, in.Fields, in.Channel = "visit", nil, "patrol" }), errs.Invalid},
			"as the system":         {lin, change(func(in *casefile.Opening) { in.Channel = "system" }), errs.Invalid},
			"unit of others":        {lin, change(func(in *casefile.Opening) { in.Unit = 99 }), errs.NotFound},
			"unknown parent":        {lin, change(func(in *casefile.Opening) { in.Parent = 99 }), errs.NotFound},
			"unknown field":         {lin, change(func(in *casefile.Opening) { in.Fields["colour"] = "red" }), errs.Invalid},
			"a wrong choice":        {lin, change(func(in *casefile.Opening) { in.Fields["grade"] = "x" }), errs.Invalid},
			"a book for words":      {lin, change(func(in *casefile.Opening) { in.Words = strings.Repeat("水", 20_001) }), errs.Invalid},
			"a time of one's own":   {lin, change(func(in *casefile.Opening) { in.At = at("2026-01-01 08:00") }), errs.Forbidden},
			"nobody answers for it": {auth.System, leak(), errs.Invalid},
		} {
			if _, err := d.svc.Open(context.Background(), tc.actor, tc.in); errs.KindOf(err) != tc.kind {
				d.t.Errorf("%s: %v, want %s", name, err, tc.kind)
			}
		}
		if n := d.number("SELECT count(*) FROM casefile_case"); n != 0 {
			d.t.Errorf("%d cases were written", n)
		}
	})
}

func TestWhatPeopleTypeComesBackAsItWas(t *testing.T) {
	each(t, func(d *desk) {
		words := "𠮷野家楼下 😀 <script>alert(1)</script> '; DROP TABLE casefile_case; --\n第二行"
		in := leak()
		in.Words = "\x00" + words + "\r\n"
		in.Fields["convenient"] = words[:20] + "\x00"
		c := d.open(lin, in)
		got := d.view(lin, c).Case
		if got.Words != words || !strings.HasPrefix(got.Subject, "𠮷野家楼下 😀 <script>") || len([]rune(got.Subject)) > 60 {
			d.t.Errorf("words %q, subject %q", got.Words, got.Subject)
		}
		d.clean()
	})
}

func TestTheSameKeyGivesTheSameCase(t *testing.T) {
	each(t, func(d *desk) {
		in := leak()
		in.Key = "ring-1"
		var mu sync.Mutex
		seen := map[string]int{}
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				c, err := d.svc.Open(context.Background(), lin, in)
				mu.Lock()
				defer mu.Unlock()
				seen[fmt.Sprint(c.ID, c.Number, c.State.Version, err)]++
			})
		}
		wg.Wait()
		if len(seen) != 1 {
			d.t.Errorf("answers: %v", seen)
		}
		if n := d.number("SELECT count(*) FROM casefile_case"); n != 1 {
			d.t.Errorf("%d cases", n)
		}
		events, notices := d.number("SELECT count(*) FROM casefile_event"), d.number("SELECT count(*) FROM notice_notice")
		changed := in
		changed.Words = "别的事"
		if _, err := d.svc.Open(context.Background(), lin, changed); errs.CodeOf(err) != "casefile.key.reused" {
			d.t.Errorf("another request: %v", err)
		}
		if e, n := d.number("SELECT count(*) FROM casefile_event"), d.number("SELECT count(*) FROM notice_notice"); e != events || n != notices {
			d.t.Error("another request with the same key wrote something")
		}
		c, err := d.svc.Open(context.Background(), wu, in)
		if err != nil || c.Number == "WX-2611-0001" {
			d.t.Errorf("another person's key is another key: %s, %v", c.Number, err)
		}
		d.clean()
	})
}

func TestTheSameKeyGivesTheAnswerOfThatTime(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		c := d.open(lin, leak())
		note := casefile.Doing{Case: c.ID, Version: c.State.Version, Key: "n1", Command: engine.Command{Kind: engine.EvNote, Data: map[string]any{"text": "邻居不在家"}}}
		first, err := d.svc.Do(ctx, lin, note)
		if err != nil {
			d.t.Fatal(err)
		}
		d.clock.Add(time.Hour)
		d.do(wu, first, engine.Command{Kind: engine.EvNote, Data: map[string]any{"text": "再记"}})
		again, err := d.svc.Do(ctx, lin, note)
		if err != nil {
			d.t.Fatal(err)
		}
		first.Again = true // it says that nothing was done this time
		if diff := cmp.Diff(first, again); diff != "" {
			d.t.Errorf("the same request again: %s", diff)
		}
		note.Data = map[string]any{"text": "不同"}
		if _, err := d.svc.Do(ctx, lin, note); errs.KindOf(err) != errs.Conflict {
			d.t.Errorf("another request: %v", err)
		}
		if n := d.number("SELECT count(*) FROM casefile_event WHERE kind = 'note'"); n != 2 {
			d.t.Errorf("%d notes", n)
		}
	})
}

func TestNumbersRunPerKindAndMonthWithoutDoubles(t *testing.T) {
	each(t, func(d *desk) {
		second := newDesk(d.t, d.db, d.clock) // another node on the same database
		var mu sync.Mutex
		seen := map[string]bool{}
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				svc := d.svc
				if i%2 == 1 {
					svc = second.svc
				}
				in := leak()
				if i%5 == 4 { // a rollback after the number was taken
					err := d.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
						if _, err := svc.OpenIn(ctx, tx, lin, in); err != nil {
							return err
						}
						return errs.New(errs.Conflict, "wish", "不要了", "never mind")
					})
					if errs.CodeOf(err) != "wish" {
						d.t.Error(err)
					}
					return
				}
				c, err := svc.Open(context.Background(), lin, in)
				if err != nil {
					d.t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if seen[c.Number] {
					d.t.Errorf("%s twice", c.Number)
				}
				seen[c.Number] = true
			})
		}
		wg.Wait()
		d.clock.Set(at("2026-12-01 08:00"))
		in := leak()
		in.Procedure, in.Fields = "complaint", nil
		if c := d.open(lin, in); c.Number != "TS-2612-0001" {
			d.t.Errorf("a complaint in December: %s", c.Number)
		}
		if c := d.open(lin, leak()); c.Number != "WX-2612-0001" {
			d.t.Errorf("a repair in December: %s", c.Number)
		}
	})
}

func TestHistoryBringsItsOwnTimes(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		in := leak()
		in.At, in.Owner, in.By = at("2026-03-05 09:10"), 1, engine.Actor{ID: 1, Name: "林晓", Roles: []string{"desk"}}
		c, err := d.svc.Open(ctx, auth.System, in)
		if err != nil {
			d.t.Fatal(err)
		}
		if c.Number != "WX-2603-0001" || !c.State.OpenedAt.Equal(in.At) {
			d.t.Errorf("opened: %s at %s", c.Number, c.State.OpenedAt)
		}
		c, err = d.svc.Do(ctx, auth.System, casefile.Doing{Case: c.ID, At: at("2026-03-05 09:20"), Command: engine.Command{
			Kind: engine.EvDone, Outcome: "sent", Actor: engine.Actor{ID: 2, Name: "吴海燕", Roles: []string{"supervisor"}}, Data: map[string]any{"account": 3},
		}})
		if err != nil {
			d.t.Fatal(err)
		}
		events := d.view(lin, c).Events
		last := events[len(events)-1]
		if last.Actor.ID != 2 || last.Actor.Name != "吴海燕" || !last.At.Equal(at("2026-03-05 09:20")) {
			d.t.Errorf("last event: %+v", last)
		}
		if _, err := d.svc.Do(ctx, lin, casefile.Doing{Case: c.ID, At: at("2026-03-05 09:30"), Command: engine.Command{Kind: engine.EvNote, Data: map[string]any{"text": "x"}}}); errs.KindOf(err) != errs.Forbidden {
			d.t.Errorf("a person's own time: %v", err)
		}
		d.clean()
	})
}

// What the system writes down long after it happened tells nobody; what happened
// a moment ago carries its own time.
func TestHistoryRingsNoBell(t *testing.T) {
	each(t, func(d *desk) {
		told := func() int64 {
			var n int64
			err := d.db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM notice_notice WHERE project_id = ?", int64(project))
				return err
			})
			if err != nil {
				d.t.Fatal(err)
			}
			return n
		}
		for name, x := range map[string]struct {
			ago  time.Duration
			told bool
		}{"a year ago": {ago: 365 * 24 * time.Hour}, "an hour ago": {ago: time.Hour, told: true}} {
			in := leak()
			in.At, in.Owner = d.clock.Now().Add(-x.ago), lin.Account
			before := told()
			c := d.open(auth.System, in)
			_, err := d.svc.Do(context.Background(), auth.System, casefile.Doing{Case: c.ID, At: in.At.Add(time.Minute), Command: engine.Command{
				Kind: engine.EvAssign, Actor: engine.Actor{ID: lin.Account, Name: lin.Name, Roles: []string{"desk"}}, Data: map[string]any{"account": qin.Account},
			}})
			if err != nil {
				d.t.Fatal(err)
			}
			if rang := told() > before; rang != x.told {
				d.t.Errorf("%s: told %v, want %v", name, rang, x.told)
			}
		}
	})
}

// A department or a trade is nobody's role: what is sent to it is heard by
// those who may do what comes next.
func TestWhatIsSentToATradeIsHeard(t *testing.T) {
	each(t, func(d *desk) {
		c := d.open(lin, leak())
		d.do(lin, c, engine.Command{Kind: engine.EvDone, Outcome: "sent", Data: map[string]any{"team": "plumbing"}})
		var role string
		err := d.db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
			role, err = store.One(ctx, tx, store.Value[string], "SELECT role FROM notice_notice WHERE project_id = ? AND account_id = 0 AND customer_id = 0 ORDER BY id DESC LIMIT 1", int64(project))
			return err
		})
		if err != nil || role != "technician" {
			d.t.Errorf("the trade's order went to the role %q, %v", role, err)
		}
	})
}
