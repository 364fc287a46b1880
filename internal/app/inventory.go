package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"guanjia/internal/config"
	"guanjia/internal/module"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// Inventory is what the house offers to a handbook: what its procedures may
// name, and what may carry a rule.
type Inventory struct {
	Env    procedure.Env
	Things procedure.Things
}

// withThrowAway builds the house over a throw-away folder, for what only a
// built house knows.
func withThrowAway(ctx context.Context, fn func(a *App) error) error {
	folder, err := os.MkdirTemp("", "guanjia-house-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	a, err := Open(ctx, Options{
		Config: config.Config{Data: filepath.Join(folder, "data"), KeyFile: filepath.Join(folder, "key")}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	return errors.Join(fn(a), a.Close())
}

// TakeInventory lists what is in the house, so that a handbook is checked
// against what is really there.
func TakeInventory(ctx context.Context) (Inventory, error) {
	inv := Inventory{Things: procedure.Things{Actions: map[string]bool{}, Routes: map[string]bool{}, Tables: map[string]bool{}}}
	err := withThrowAway(ctx, func(a *App) error {
		inv.Env = envOf(a.Mods)
		for _, m := range a.Mods {
			for _, x := range m.Actions {
				inv.Things.Actions[x.Name] = true
			}
			for _, x := range m.Routes {
				inv.Things.Routes[x.Pattern] = true
			}
		}
		return a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			names, err := store.All(ctx, tx, store.Value[string], "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
			for _, n := range names {
				inv.Things.Tables[n] = true
			}
			return err
		})
	})
	return inv, err
}

// envOf is what rooms offer to the checker.
func envOf(mods []module.Module) procedure.Env {
	var env procedure.Env
	for _, m := range mods {
		env.Figures = append(env.Figures, m.Figures...)
		for _, x := range m.Actions {
			env.Actions = append(env.Actions, x.Name)
		}
		for _, x := range m.Facts {
			env.Facts = append(env.Facts, x.Name)
		}
		for _, x := range m.Permissions {
			env.Permissions = append(env.Permissions, x.Name)
			if x.Guarded {
				env.Guarded = append(env.Guarded, x.Name)
			}
		}
	}
	return env
}
