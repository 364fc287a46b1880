package app

import (
	"context"
	"errors"
	"log/slog"

	"guanjia/internal/backup"
	"guanjia/internal/config"
	"guanjia/internal/store"
	"guanjia/internal/vault"
)

// Restore brings an archive back into the empty installation of cfg, replays
// erasures, and makes the search index anew.
func Restore(ctx context.Context, cfg config.Config, file string, log *slog.Logger) (backup.Manifest, error) {
	if err := cfg.Check(); err != nil {
		return backup.Manifest{}, err
	}
	m, err := restoreRows(ctx, cfg, file)
	if err != nil {
		return m, err
	}
	a, err := Open(ctx, Options{Config: cfg, Log: log})
	if err != nil {
		return m, err
	}
	return m, errors.Join(a.afterRestore(ctx), a.Close())
}

func restoreRows(ctx context.Context, cfg config.Config, file string) (m backup.Manifest, err error) {
	rooms, derived, err := tablesOf(ctx)
	if err != nil {
		return m, err
	}
	db, err := store.Open(ctx, store.Config{DSN: cfg.DSN})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	a := App{Config: cfg}
	return backup.Restore(ctx, file, backup.Target{DB: db, Files: a.FilesFolder(), Rooms: rooms, Derived: derived})
}

// afterRestore does what a restored installation still lacks.
func (a *App) afterRestore(ctx context.Context) error {
	again := map[string]vault.Again{
		kindCase:   func(ctx context.Context, _, id int64) (bool, error) { return a.Cases.EraseAgain(ctx, id) },
		kindPerson: a.Estate.ForgetAgain,
	}
	if _, err := a.Vault.Replay(ctx, again); err != nil {
		return err
	}
	if err := errors.Join(a.Auth.Restored(ctx), a.Audit.Restored(ctx)); err != nil {
		return err
	}
	return a.Reindex(ctx)
}

// Reindex makes the search index anew from the rooms' own tables.
func (a *App) Reindex(ctx context.Context) error {
	return errors.Join(a.Estate.Reindex(ctx), a.Cases.Reindex(ctx))
}

// tablesOf lists the rooms' migrations and the derived tables without opening
// the installation they will be restored into.
func tablesOf(ctx context.Context) ([]store.Migrations, []string, error) {
	var rooms []store.Migrations
	var derived []string
	err := withThrowAway(ctx, func(a *App) error {
		rooms, derived = a.Migrations(), a.Derived()
		return nil
	})
	return rooms, derived, err
}
