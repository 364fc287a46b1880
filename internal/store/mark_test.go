package store_test

import (
	"context"
	"testing"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

// put stores one row and says under which identifier.
func put(t *testing.T, db *store.DB, name string) (id int64) {
	t.Helper()
	err := db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		id = tx.NewID()
		_, err := tx.Exec(ctx, "INSERT INTO probe (id, name, n) VALUES (?, ?, 1)", id, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A machine that steps back an hour while the program is down gives no
// identifier a second time, nor one that sorts before what is there.
func TestIdentifiersOutliveAClockThatStepsBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		last := put(t, db, "before")
		for range 10_000 { // a burst runs ahead of the clock too
			last = db.NewID()
		}
		if after := put(t, db, "burst"); after <= last {
			t.Errorf("%d after %d", after, last)
		} else {
			last = after
		}
		for _, name := range []string{"once", "twice"} {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			var err error
			if db, err = store.Open(t.Context(), store.Config{DSN: db.DSN(), Clock: clock, Readers: 2}); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			back := time.Now().Add(-time.Hour)
			db.SetMachineClock(func() time.Time { return back })
			if err := db.Migrate(t.Context(), rooms); err != nil {
				t.Fatal(err)
			}
			id := put(t, db, name)
			if id <= last {
				t.Errorf("%s: %d after %d, which is there", name, id, last)
			}
			last = id
		}
	})
}

// The mark is written ahead: not with every transaction, and before anything
// is stored that it does not cover.
func TestTheMarkRunsAhead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		reached := func() (n int64) {
			err := db.Read(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = store.One(ctx, tx, store.Value[int64], "SELECT reached FROM "+store.MarkTable)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		now := time.Now()
		db.SetMachineClock(func() time.Time { return now })
		covers := func(id int64) {
			if n := reached(); id>>22<<12|id&0xfff > n {
				t.Errorf("%d is stored and the mark stands at %d", id, n)
			}
		}
		covers(put(t, db, "a"))
		first := reached()
		now = now.Add(time.Second)
		covers(put(t, db, "b"))
		if again := reached(); again != first {
			t.Errorf("a second later the mark is written again: %d, %d", first, again)
		}
		now = now.Add(5 * time.Second)
		covers(put(t, db, "c"))
		if again := reached(); again <= first {
			t.Error("identifiers have passed the mark and it was not written")
		}
	})
}
