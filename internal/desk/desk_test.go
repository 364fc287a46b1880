package desk_test

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/desk"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

const project = 7

type directory map[string][]desk.Contact

func (d directory) Callers(_ context.Context, _ *store.Tx, _ int64, digits string) ([]desk.Contact, error) {
	return d[digits], nil
}

type bench struct {
	*desk.Service
	db    *store.DB
	clock *calendar.Manual
	agent auth.Actor
}

func each(t *testing.T, fn func(t *testing.T, b bench)) {
	t.Helper()
	mod := desk.New(nil, nil, nil, nil).Module()
	rooms := []store.Migrations{{Room: mod.Name, FS: mod.Migrations.(fs.FS)}}
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		dir := directory{
			"13800006621": {{Person: 1, Unit: 11}},
			"02588886666": {{Person: 1, Unit: 11}, {Person: 2, Unit: 12}},
		}
		agent := auth.Actor{Account: 5 << 40, Login: "linxiao", Grants: []auth.Grant{{Project: project, Role: "desk"}}}.
			WithPermissions(map[string][]string{"desk": {desk.PermDesk, desk.PermSee, desk.PermAlarm}})
		fn(t, bench{desk.New(db, nil, dir, nil), db, clock, agent})
	})
}

func (b bench) read(t *testing.T, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := b.db.Read(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func (b bench) signal(t *testing.T, event, call, from string) desk.Call {
	t.Helper()
	c, err := b.Connect(context.Background(), b.agent, project,
		desk.Signal{Event: event, Call: call, From: from, Line: "801", Agent: b.agent.Account})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// proves DSK-21: what nobody took in is kept as long as the profile says, and
// no longer.
func TestDraftIsKeptAsLongAsTheProfileSays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		b.GoBy(func(p int64, figure string) calendar.Limit {
			if p == project && figure == "desk.draft_kept" {
				return calendar.Limit{N: 30, Unit: calendar.Days}
			}
			return calendar.Limit{}
		})
		sweep := b.Module().Jobs[0]
		older := b.agent
		older.Account++
		save := func(a auth.Actor) {
			t.Helper()
			if _, err := b.SaveDraft(ctx, a, project, map[string]string{"words": "水龙头"}); err != nil {
				t.Fatal(err)
			}
		}
		want := func(when string, mine, theirs int) {
			t.Helper()
			if err := sweep.Work(ctx, jobs.Job{}); err != nil {
				t.Fatal(err)
			}
			b.read(t, func(ctx context.Context, tx *store.Tx) error {
				for a, n := range map[int64]int{b.agent.Account: mine, older.Account: theirs} {
					d, err := b.Service.Draft(ctx, tx, auth.Actor{Account: a}, project)
					if err != nil || len(d.Form) != n {
						t.Errorf("%s: draft of %d = %+v, %v", when, a, d, err)
					}
				}
				return nil
			})
		}
		save(older)
		b.clock.Add(24 * time.Hour)
		save(b.agent)
		b.clock.Add(29 * 24 * time.Hour)
		want("on the thirtieth day", 1, 1)
		b.clock.Add(time.Hour)
		want("after it", 1, 0)
		b.clock.Add(30 * 24 * time.Hour)
		b.GoBy(func(int64, string) calendar.Limit { return calendar.Limit{} })
		want("a profile that says nothing", 1, 0)
	})
}

// proves DSK-02, DSK-12: ring time, rings, answered or missed, caller, length.
func TestCallIsRecorded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		c := b.signal(t, desk.EventRing, "c1", "138 0000 6621")
		if c.Unit != 11 || c.Person != 1 {
			t.Errorf("the known number opens its unit: %+v", c)
		}
		b.clock.Add(9 * time.Second)
		c = b.signal(t, desk.EventAnswer, "c1", "")
		if c.State != desk.Talking || c.Rings != 2 || c.Agent != b.agent.Account {
			t.Errorf("answered: %+v", c)
		}
		b.clock.Add(time.Minute)
		again := b.signal(t, desk.EventAnswer, "c1", "") // a repeated signal changes nothing
		if again != c {
			t.Errorf("repeated answer: %+v", again)
		}
		c = b.signal(t, desk.EventHangUp, "c1", "")
		if c.State != desk.Ended || c.Length(b.clock.Now()) != time.Minute {
			t.Errorf("ended: %+v", c)
		}
		if late := b.signal(t, desk.EventHold, "c1", ""); late.State != desk.Ended {
			t.Errorf("a late signal reopened the call: %+v", late)
		}
		if several := b.signal(t, desk.EventRing, "c2", "025-8888 6666"); several.Unit != 0 {
			t.Errorf("a shared number is a choice, not a guess: %+v", several)
		}
		b.clock.Add(16 * time.Second)
		if missed := b.signal(t, desk.EventHangUp, "c2", ""); missed.State != desk.Missed || missed.Rings != 4 {
			t.Errorf("missed: %+v", missed)
		}
		b.read(t, func(ctx context.Context, tx *store.Tx) error {
			tally, err := b.Count(ctx, tx, project, storetest.Start, b.clock.Now())
			if want := (desk.Tally{Calls: 2, InThree: 1, Answered: 1, Missed: 1}); tally != want {
				t.Errorf("tally = %+v, want %+v", tally, want)
			}
			if err != nil {
				return err
			}
			kept, err := b.Calls(ctx, tx, project, 10)
			if err != nil || len(kept) != 2 {
				t.Fatalf("the record holds %+v, %v", kept, err)
			}
			missed, answered := kept[0], kept[1]
			if answered.Line != "801" || answered.Number != "13800006621" || answered.State != desk.Ended || answered.Length(b.clock.Now()) != time.Minute ||
				!answered.RingAt.Equal(storetest.Start) || !answered.AnsweredAt.Equal(storetest.Start.Add(9*time.Second)) {
				t.Errorf("the record of the answered call: %+v", answered)
			}
			if missed.Line != "801" || missed.Number != "02588886666" || missed.State != desk.Missed || !missed.RingAt.Equal(storetest.Start.Add(69*time.Second)) {
				t.Errorf("the record of the missed call: %+v", missed)
			}
			return nil
		})
	})
}

// proves DSK-06: a promise is kept once, and its time counts.
func TestPromiseIsAClock(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		p, err := b.Promise(ctx, b.agent, desk.Promise{Project: project, Unit: 11, Words: "回电告知处理结果", Due: b.clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		b.read(t, func(ctx context.Context, tx *store.Tx) error {
			open, err := b.OpenPromises(ctx, tx, project, b.agent.Account, 0, 10)
			if len(open) != 1 || open[0] != p {
				t.Errorf("open = %+v, want %+v", open, p)
			}
			if none, _ := b.OpenPromises(ctx, tx, project, 99, 0, 10); len(none) != 0 {
				t.Errorf("somebody else's: %+v", none)
			}
			return err
		})
		if err := b.Keep(ctx, b.agent, project, p.ID, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("kept without saying what was told: %v", err)
		}
		b.clock.Add(30 * time.Minute)
		if err := b.Keep(ctx, b.agent, project, p.ID, "水工十一点到"); err != nil {
			t.Fatal(err)
		}
		if err := b.Keep(ctx, b.agent, project, p.ID, "再说一遍"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("kept twice: %v", err)
		}
		b.read(t, func(ctx context.Context, tx *store.Tx) error {
			due, kept, err := b.Kept(ctx, tx, project, storetest.Start, storetest.Start.AddDate(0, 0, 1))
			if due != 1 || kept != 1 {
				t.Errorf("due %d, kept %d", due, kept)
			}
			return err
		})
		if _, err := b.Promise(ctx, b.agent, desk.Promise{Project: project, Words: "", Due: b.clock.Now()}); len(errs.As(err).Fields) != 2 {
			t.Errorf("an empty promise in the past: %v", err)
		}
	})
}

// proves DSK-21: the half-typed intake survives and is the account's own.
func TestDraftSurvives(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		form := map[string]string{"words": "卫生间 𠮷 <script>'; DROP TABLE desk_draft; --", "kind": "repair"}
		if _, err := b.SaveDraft(ctx, b.agent, project, form); err != nil {
			t.Fatal(err)
		}
		b.read(t, func(ctx context.Context, tx *store.Tx) error {
			d, err := b.Service.Draft(ctx, tx, b.agent, project)
			if d.Form["words"] != form["words"] || !d.SavedAt.Equal(b.clock.Now()) {
				t.Errorf("draft = %+v", d)
			}
			other, _ := b.Service.Draft(ctx, tx, auth.Actor{Account: 6, Login: "x"}, project)
			if len(other.Form) != 0 {
				t.Errorf("somebody else's draft: %+v", other)
			}
			return err
		})
	})
}

// What a browser saved while somebody typed may arrive after the form was sent
// off or cleared: it does not come back as a draft. The next form's does.
func TestDraftThatComesLate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		save := func(key, words string) desk.Draft {
			d, err := b.SaveDraft(ctx, b.agent, project, map[string]string{"key": key, "words": words})
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		kept := func() string {
			var words string
			b.read(t, func(ctx context.Context, tx *store.Tx) error {
				d, err := b.Service.Draft(ctx, tx, b.agent, project)
				words = d.Form["words"]
				return err
			})
			return words
		}
		save("a", "上一张")
		if err := b.ClearDraft(ctx, b.agent, project, map[string]string{"key": "a"}); err != nil {
			t.Fatal(err)
		}
		if d := save("a", "晚到的"); !d.SavedAt.IsZero() || kept() != "" {
			t.Errorf("what came late is kept: %q", kept())
		}
		if d := save("b", "下一张"); d.SavedAt.IsZero() || kept() != "下一张" {
			t.Errorf("the next form is not kept: %q", kept())
		}
		if save("", "没有号的"); kept() != "没有号的" {
			t.Errorf("a form without a key is not kept: %q", kept())
		}
	})
}

func TestAlarmRingsUntilTakenOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		first, err := b.Raise(ctx, b.agent, desk.Alarm{Project: project, Danger: "gas", Words: "厨房有煤气味", Unit: 11})
		if err != nil {
			t.Fatal(err)
		}
		second, err := b.Raise(ctx, b.agent, desk.Alarm{Project: project, Danger: "gas", Words: "厨房有煤气味，很浓", Unit: 11})
		if err != nil || second.ID != first.ID {
			t.Errorf("typing on raised another alarm: %+v, %v", second, err)
		}
		if err := b.Acknowledge(ctx, auth.System, project, first.ID); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the system took it over: %v", err)
		}
		if err := b.Acknowledge(ctx, b.agent, project, first.ID); err != nil {
			t.Fatal(err)
		}
		if err := b.Acknowledge(ctx, b.agent, project, first.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("taken over twice: %v", err)
		}
	})
}

func TestDeskIsDeniedByDefault(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		guest := auth.Actor{Account: 9, Login: "guest"}
		calls := map[string]func() error{
			"connect": func() error {
				_, err := b.Connect(ctx, guest, project, desk.Signal{Event: desk.EventRing, Call: "x"})
				return err
			},
			"promise": func() error { _, err := b.Promise(ctx, guest, desk.Promise{Project: project}); return err },
			"keep":    func() error { return b.Keep(ctx, guest, project, 1, "x") },
			"draft":   func() error { _, err := b.SaveDraft(ctx, guest, project, nil); return err },
			"restore": func() error { return b.RestoreDraft(ctx, guest, project, "b") },
			"clear":   func() error { return b.ClearDraft(ctx, guest, project, nil) },
			"raise":   func() error { _, err := b.Raise(ctx, guest, desk.Alarm{Project: project}); return err },
			"confirm": func() error { return b.Acknowledge(ctx, guest, project, 1) },
			"other project": func() error {
				_, err := b.SaveDraft(ctx, b.agent, project+1, nil)
				return err
			},
		}
		for name, call := range calls {
			if err := call(); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
