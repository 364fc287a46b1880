package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/fstest"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

var rooms = []store.Migrations{{Room: "probe", FS: fstest.MapFS{
	"99001_probe.sql": {Data: []byte("-- +goose Up\nCREATE TABLE probe (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, n INTEGER NOT NULL);\n")},
}}}

func TestWritesStandOrFallAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		ctx := context.Background()
		insert := func(name string, fail error) error {
			return db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.Exec(ctx, "INSERT INTO probe (id, name, n) VALUES (?, ?, ?)", tx.NewID(), name, 1); err != nil {
					return err
				}
				return fail
			})
		}
		wish := errors.New("wish")
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				name := string(rune('a'+i%20)) + "𠮷"
				var want error
				if i%4 == 3 {
					want = wish
				}
				err := insert(name, want)
				if want != nil && !errors.Is(err, wish) && !store.IsDuplicate(err) {
					t.Errorf("%s: got %v", name, err)
				}
				if want == nil && err != nil && !store.IsDuplicate(err) {
					t.Errorf("%s: got %v", name, err)
				}
			})
		}
		wg.Wait()
		err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM probe")
			if err != nil {
				return err
			}
			// i and i+20 share a name; i%4==3 (5 of the 20 names) always fail.
			if n != 15 {
				t.Errorf("rows = %d, want 15", n)
			}
			_, err = store.One(ctx, tx, store.Value[string], "SELECT name FROM probe WHERE id = ?", 1)
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("missing row: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := insert("a𠮷", nil); errs.KindOf(err) != errs.Conflict {
			t.Errorf("duplicate: %v", err)
		}
	})
}

func TestNestedWriteIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		err := db.Write(context.Background(), func(ctx context.Context, _ *store.Tx) error {
			return db.Write(ctx, func(context.Context, *store.Tx) error { return nil })
		})
		if err == nil {
			t.Error("a write inside a write must be refused")
		}
	})
}

func TestPanicKeepsNothingAndTheWriterAlive(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		ctx := context.Background()
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic must reach the caller")
				}
			}()
			_ = db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
				_, _ = tx.Exec(ctx, "INSERT INTO probe (id, name, n) VALUES (1, 'x', 1)")
				panic("boom")
			})
		}()
		committed := false
		err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			tx.AfterCommit(func() { committed = true })
			_, err := tx.Exec(ctx, "INSERT INTO probe (id, name, n) VALUES (1, 'x', 1)")
			return err
		})
		if err != nil || !committed {
			t.Errorf("after a panic: err %v, committed %v", err, committed)
		}
	})
}

func TestDowngradeIsRefused(t *testing.T) {
	t.Parallel()
	newer := append([]store.Migrations{{Room: "newer", FS: fstest.MapFS{
		"99101_more.sql": {Data: []byte("-- +goose Up\nCREATE TABLE more (id INTEGER PRIMARY KEY);\n")},
	}}}, rooms...)
	storetest.Each(t, newer, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		if err := db.Migrate(context.Background(), rooms); errs.CodeOf(err) != "store.downgrade" {
			t.Errorf("older rooms: %v", err)
		}
		if err := db.Migrate(context.Background(), newer); err != nil {
			t.Errorf("same rooms: %v", err)
		}
	})
}

// Two processes on one PostgreSQL never share a node number while both live.
func TestNodesDiffer(t *testing.T) {
	t.Parallel()
	dsn := storetest.PostgresDSN(t)
	seen := map[int64]bool{}
	for range 8 {
		db, err := store.Open(context.Background(), store.Config{DSN: dsn, Readers: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		node := db.NewID() >> 12 & 0x3ff
		if seen[node] {
			t.Errorf("node %d is taken twice", node)
		}
		seen[node] = true
	}
}
