package demo_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/config"
	"guanjia/internal/demo"
	"guanjia/internal/desk"
	"guanjia/internal/store"
)

func TestPlanRepeats(t *testing.T) {
	t.Parallel()
	a, b := demo.MakePlan(), demo.MakePlan()
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error("two plans differ")
	}
	if n := len(a.Units); n < 1150 || n > 1250 {
		t.Errorf("%d units, want about 1,200", n)
	}
	phones := map[string]bool{}
	for _, u := range a.Units {
		for _, r := range u.People {
			if phones[r.Phone] {
				t.Errorf("phone %s twice", r.Phone)
			}
			phones[r.Phone] = true
		}
	}
}

// The demo is loaded through the rooms' own doors: what it leaves behind must
// verify like anything people did.
func TestDemoLoadsAndVerifies(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := t.TempDir()
	a, err := app.Open(ctx, app.Options{
		Config: config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key")},
		Clock:  calendar.NewManual(demo.Now), Log: slog.New(slog.DiscardHandler), Demo: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	l, err := demo.Load(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.History(ctx, a); err != nil {
		t.Fatal(err)
	}
	all, err := a.Cases.List(ctx, auth.System, casefile.Filter{Project: l.Project, Limit: 1})
	if err != nil || all.Total < 2300 {
		t.Errorf("%d cases in a year, %v", all.Total, err)
	}
	late, err := a.Cases.List(ctx, auth.System, casefile.Filter{Project: l.Project, Status: "open", Clock: "late", Limit: 1})
	if err != nil || late.Total == 0 || late.Total > 12 {
		t.Errorf("%d late cases: a morning has some, not many; %v", late.Total, err)
	}
	for kind, least := range map[string]int{"visit": 90, "survey": 1} {
		found, err := a.Cases.List(ctx, auth.System, casefile.Filter{Project: l.Project, Procedure: kind, Limit: 1})
		if err != nil || found.Total < least {
			t.Errorf("%d of %s in a year, want %d; %v", found.Total, kind, least, err)
		}
	}
	var rung []int64 // when customers were rung back
	var calls []desk.Call
	if err := a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if rung, err = store.All(ctx, tx, store.Value[int64], `SELECT at FROM casefile_event WHERE kind = 'done' AND head LIKE '%"step":"follow"%'`); err != nil {
			return err
		}
		calls, err = a.Desk.Calls(ctx, tx, l.Project, 100)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, at := range rung {
		if h := store.Time(at).In(calendar.Zone).Hour(); h < 8 || h >= 21 {
			t.Errorf("a customer was rung back at %s", store.Time(at).In(calendar.Zone))
		}
	}
	if len(rung) < 500 {
		t.Errorf("%d customers rung back in a year", len(rung))
	}
	became, lost := map[int64]bool{}, 0
	for _, c := range calls {
		switch {
		case c.Case != 0 && (became[c.Case] || c.Outcome != "case"):
			t.Errorf("call %s: case %d, outcome %q", c.External, c.Case, c.Outcome)
		case c.Case != 0:
			became[c.Case] = true
		case c.AnsweredAt.IsZero():
			lost++
		case c.Outcome == "" || c.Note == "":
			t.Errorf("nothing is said of the call at %s", c.RingAt)
		}
	}
	if len(became) < 5 || lost != 1 || len(calls) > 60 {
		t.Errorf("%d calls, %d became cases, %d lost", len(calls), len(became), lost)
	}
	v, err := a.Cases.Verify(ctx, auth.System, l.Project)
	if err != nil || len(v.Findings) > 0 {
		t.Errorf("%d cases: %v %v", v.Cases, v.Findings, err)
	}
}
