package backup

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"guanjia/internal/store"
)

// Drill restores an archive into a throw-away folder, reads everything back
// from the restored database and compares digests with the manifest: a backup
// that was never restored is not a backup. It returns the manifest it proved.
func Drill(ctx context.Context, path string, rooms []store.Migrations, derived []string) (Manifest, error) {
	folder, err := os.MkdirTemp("", "guanjia-drill-*")
	if err != nil {
		return Manifest{}, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	db, err := store.Open(ctx, store.Config{DSN: "sqlite:" + filepath.Join(folder, "guanjia.db")})
	if err != nil {
		return Manifest{}, err
	}
	defer func() { _ = db.Close() }()
	m, err := Restore(ctx, path, Target{DB: db, Files: filepath.Join(folder, "files"), Rooms: rooms, Derived: derived})
	if err != nil {
		return m, err
	}
	got, err := Digest(ctx, Source{DB: db, Derived: derived})
	if err != nil {
		return m, err
	}
	got.Files = m.Files // compared while they were written
	if slices.Equal(store.Shared(rooms, m.Migrations), store.Shared(rooms, got.Migrations)) {
		if diff := compare(m, got); len(diff) > 0 {
			return m, damaged(diff)
		}
	}
	return m, nil
}

// Digest computes the digests of every table as a backup would store them.
func Digest(ctx context.Context, src Source) (Manifest, error) {
	m := Manifest{Format: format, Tables: map[string]Entry{}, Files: map[string]Entry{}}
	err := src.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		m.Migrations, err = store.All(ctx, tx, store.Value[int64],
			"SELECT version_id FROM "+store.VersionTable+" WHERE version_id > 0 ORDER BY version_id")
		if err != nil {
			return err
		}
		names, err := tables(ctx, tx, src.Derived)
		if err != nil {
			return err
		}
		for _, name := range names {
			cols, err := columns(ctx, tx, name)
			if err != nil {
				return err
			}
			var d digest
			err = walk(ctx, tx, name, cols, func(row []byte) error {
				d.add(name, cols, row)
				return nil
			})
			if err != nil {
				return err
			}
			m.Tables[name] = Entry{Count: d.rows, Digest: d.String()}
		}
		return nil
	})
	return m, err
}
