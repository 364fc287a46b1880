package backup_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"guanjia/internal/backup"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

var rooms = []store.Migrations{{Room: "probe", FS: fstest.MapFS{
	"99001_probe.sql": {Data: []byte("-- +goose Up\nCREATE TABLE probe_thing (project_id INTEGER NOT NULL, id INTEGER PRIMARY KEY, name TEXT, body BLOB);\nCREATE TABLE probe_index (id INTEGER PRIMARY KEY);\n")},
}}}

var derived = []string{"probe_index"}

func fill(t *testing.T, db *store.DB) {
	t.Helper()
	err := db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		for i := range 3000 {
			var name any = fmt.Sprintf("𠮷 <b>'%d'\"\n", i)
			if i%7 == 0 {
				name = nil
			}
			if _, err := tx.Exec(ctx, "INSERT INTO probe_thing (project_id, id, name, body) VALUES (?, ?, ?, ?)",
				1, tx.NewID(), name, []byte{0, 0xff, byte(i)}); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "INSERT INTO probe_index (id) VALUES (1)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func files(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	if err := os.MkdirAll(filepath.Join(dir, "ab"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ab", "cd"), []byte("photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// proves PLT-03: what a backup holds comes back whole, on the same database
// and on the other one.
func TestRestoreEqualsSource(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		ctx := context.Background()
		fill(t, db)
		dir := files(t)
		path := filepath.Join(t.TempDir(), "b.gjb")
		m, err := backup.Write(ctx, backup.Source{DB: db, Files: dir, Derived: derived}, path)
		if err != nil {
			t.Fatal(err)
		}
		if m.Tables["probe_thing"].Count != 3000 || len(m.Tables) != 1 || m.Files["ab/cd"].Count != 5 {
			t.Errorf("manifest: %+v", m)
		}
		for name, open := range map[string]func() *store.DB{
			"sqlite": func() *store.DB { return storetest.OpenSQLite(t, clock, nil) },
			"postgres": func() *store.DB {
				if os.Getenv(storetest.Env) == "off" {
					return storetest.OpenSQLite(t, clock, nil)
				}
				return storetest.OpenPostgres(t, clock, nil)
			},
		} {
			target := backup.Target{DB: open(), Files: filepath.Join(t.TempDir(), "f"), Rooms: rooms, Derived: derived}
			if _, err := backup.Restore(ctx, path, target); err != nil {
				t.Fatalf("into %s: %v", name, err)
			}
			back, err := backup.Digest(ctx, backup.Source{DB: target.DB, Derived: derived})
			if err != nil || back.Tables["probe_thing"] != m.Tables["probe_thing"] {
				t.Errorf("into %s: %+v, %v", name, back.Tables, err)
			}
			if raw, err := os.ReadFile(filepath.Join(target.Files, "ab", "cd")); err != nil || string(raw) != "photo" {
				t.Errorf("attachment: %q, %v", raw, err)
			}
			if _, err := backup.Restore(ctx, path, target); errs.CodeOf(err) != "backup.target_full" {
				t.Errorf("a second restore: %v", err)
			}
		}
		if _, err := backup.Drill(ctx, path, rooms, derived); err != nil {
			t.Errorf("drill: %v", err)
		}

		// A target whose tables were made by the binary itself, which has a
		// migration more than the archive: full or not, it is told what it is.
		later := append(slices.Clone(rooms), store.Migrations{Room: "later", FS: fstest.MapFS{
			"99101_later.sql": {Data: []byte("-- +goose Up\nCREATE TABLE probe_later (id INTEGER NOT NULL PRIMARY KEY);\n")},
		}})
		used := storetest.OpenSQLite(t, clock, later)
		target := backup.Target{DB: used, Files: filepath.Join(t.TempDir(), "f"), Rooms: later, Derived: derived}
		if _, err := backup.Restore(ctx, path, target); errs.CodeOf(err) != "store.migrated" {
			t.Errorf("into tables of another version: %v", err)
		}
		fill(t, used)
		if _, err := backup.Restore(ctx, path, target); errs.CodeOf(err) != "backup.target_full" {
			t.Errorf("into a full database of another version: %v", err)
		}
	})
}

func TestDamageIsFound(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := storetest.OpenSQLite(t, calendar.NewManual(storetest.Start), rooms)
	fill(t, db)
	path := filepath.Join(t.TempDir(), "b.gjb")
	if _, err := backup.Write(ctx, backup.Source{DB: db}, path); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]func([]byte) []byte{
		"cut":      func(b []byte) []byte { return b[:len(b)/2] },
		"bit flip": func(b []byte) []byte { b[len(b)/3] ^= 0x10; return b },
		"empty":    func([]byte) []byte { return nil },
		"not ours": func([]byte) []byte { return []byte("PK\x03\x04 something else") },
	}
	for name, harm := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := filepath.Join(t.TempDir(), "bad.gjb")
			if err := os.WriteFile(bad, harm(append([]byte(nil), raw...)), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := backup.Drill(ctx, bad, rooms, nil); err == nil {
				t.Error("the damage went unnoticed")
			}
		})
	}
}

// The machine that restores may be behind the one that was saved: what it makes
// from then on still comes above what it brought back.
func TestIdentifiersGoOnAboveARestore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		ctx := context.Background()
		fill(t, db)
		const ahead = 3600 * 1000 << 12 // an hour
		err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE "+store.MarkTable+" SET reached = reached + ?", ahead)
			return err
		})
		path := filepath.Join(t.TempDir(), "b.gjb")
		if err == nil {
			_, err = backup.Write(ctx, backup.Source{DB: db, Derived: derived}, path)
		}
		if err != nil {
			t.Fatal(err)
		}
		for name, target := range map[string]*store.DB{"new": storetest.OpenSQLite(t, clock, nil), "used": storetest.OpenSQLite(t, clock, rooms)} {
			m, err := backup.Restore(ctx, path, backup.Target{DB: target, Rooms: rooms, Derived: derived})
			if err != nil {
				t.Fatal(err)
			}
			if id := target.NewID(); id>>22<<12|id&0xfff <= m.Reached {
				t.Errorf("%s: %d is not above %d", name, id, m.Reached)
			}
		}
	})
}
