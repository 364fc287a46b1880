package app_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/backup"
	"guanjia/internal/casefile"
	"guanjia/internal/config"
	"guanjia/internal/engine"
	"guanjia/internal/estate"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

// TestRestoreErasesAgain: a backup from before an erasure brings neither the
// words of a case back nor a person, even where the case was still open and the
// person still held a unit when the backup was taken.
// proves LAW-03, PLT-03
func TestRestoreErasesAgain(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, dsn func() string) {
		t.Helper()
		t.Parallel()
		ctx, dir := context.Background(), t.TempDir()
		quiet := slog.New(slog.DiscardHandler)
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		cfg := config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), DSN: dsn()}
		a, err := app.Open(ctx, app.Options{Config: cfg, Log: quiet})
		ok(err)
		p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "lin", Name: "临江苑", Profile: "residential"})
		ok(err)
		ok(a.Refresh(ctx))
		u, err := a.Estate.CreateUnit(ctx, auth.System, p.ID, estate.NewUnit{
			Unit: estate.Unit{Project: p.ID, Room: "1502", Floor: 15, Area: 9860, Use: "residence", State: estate.StateOwner}, BuildingName: "3栋", EntranceName: "1单元",
		})
		ok(err)
		who, err := a.Estate.CreatePerson(ctx, auth.System, p.ID, estate.Person{Kind: estate.Natural, Name: "薛雨梅"}, []estate.NewPhone{{Number: "15172523110"}})
		ok(err)
		held, err := a.Estate.Occupy(ctx, auth.System, estate.Occupancy{Project: p.ID, Unit: u.ID, Person: who.ID, Capacity: estate.Owner, From: "2024-06-01"})
		ok(err)
		desk, err := a.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{Login: "lin", Name: "林晓", Grants: []auth.Grant{{Project: p.ID, Role: "desk"}}, Password: password})
		ok(err)
		open := func() casefile.Case {
			c, err := a.Cases.Open(ctx, auth.System, casefile.Opening{
				Project: p.ID, Procedure: "repair", Channel: "phone", Words: "薛雨梅家水龙头滴水", Unit: u.ID, Customer: who.ID, Caller: "薛雨梅", Phone: "15172523110", Owner: desk.ID,
				Fields: map[string]any{"part": "in_unit", "fault": "water", "trade": "plumbing"},
			})
			ok(err)
			return c
		}
		cancel := func(c casefile.Case) {
			_, err := a.Cases.Do(ctx, auth.System, casefile.Doing{Case: c.ID, Command: engine.Command{Kind: engine.EvCancel, Data: map[string]any{"reason": "薛雨梅不修了"}}})
			ok(err)
		}
		ended, running, other := open(), open(), open()
		// erased reports what of the erased the search and the list of people, which exports are made of, still have.
		erased := func() (found []string) {
			ok(a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
				of := map[int64]string{who.ID: "person", ended.ID: "ended", running.ID: "running"}
				for _, words := range []string{"薛雨梅", "15172523110"} {
					hits, err := search.New().Find(ctx, tx, p.ID, words, nil, 0)
					if err != nil {
						return err
					}
					for _, h := range hits {
						if name := of[h.ID]; name != "" {
							found = append(found, words+" "+name)
						}
					}
				}
				page, err := a.Estate.ListPeople(ctx, tx, estate.PersonFilter{Project: p.ID})
				for _, row := range page.Rows {
					if strings.Contains(row.Name, "薛") || len(row.Phones) > 0 {
						found = append(found, "list "+of[row.ID])
					}
				}
				return err
			}))
			slices.Sort(found)
			return found
		}
		cancel(ended)
		archive := filepath.Join(dir, "old.tar.gz")
		_, err = backup.Write(ctx, backup.Source{DB: a.DB, Files: a.FilesFolder(), Derived: a.Derived()}, archive)
		ok(err)

		ok(a.Cases.Fill(ctx))
		if found := erased(); len(found) < 3 {
			t.Fatalf("before the erasure only %v is found", found)
		}
		cancel(running)
		for _, c := range []casefile.Case{ended, running} {
			_, err := a.Cases.Erase(ctx, auth.System, casefile.Erasing{Case: c.ID, Reason: "本人申请"})
			ok(err)
		}
		ok(a.Estate.EndOccupancy(ctx, auth.System, p.ID, held.ID, "2025-10-31", "卖房"))
		ok(a.Estate.Forget(ctx, auth.System, p.ID, who.ID, "本人申请"))
		if found := erased(); len(found) > 0 {
			t.Errorf("still found after the erasure: %v", found)
		}
		ok(a.Vault.ExportErasures(ctx)) // the job of every minute
		ok(a.Close())
		kept, err := os.ReadFile(cfg.KeyFile + ".erasures")
		ok(err)
		if n := strings.Count(string(kept), "\n"); n != 3 || strings.Contains(string(kept), "薛") {
			t.Fatalf("the erasure file:\n%s", kept)
		}

		fresh := config.Config{Data: filepath.Join(dir, "fresh"), KeyFile: cfg.KeyFile, DSN: dsn()}
		_, err = app.Restore(ctx, fresh, archive, quiet)
		ok(err)
		a, err = app.Open(ctx, app.Options{Config: fresh, Log: quiet})
		ok(err)
		t.Cleanup(func() { _ = a.Close() })
		for _, c := range []casefile.Case{ended, running} {
			v, err := a.Cases.View(ctx, auth.System, p.ID, c.Number)
			ok(err)
			if !v.Erased || v.Case.Words+v.Case.Caller+v.Case.Phone != "" || v.Case.State.Status == engine.Open || v.Case.Number != c.Number {
				t.Errorf("case %s came back: %+v", c.Number, v.Case)
			}
		}
		if v, err := a.Cases.View(ctx, auth.System, p.ID, other.Number); err != nil || v.Erased || v.Case.Words == "" {
			t.Errorf("another case was erased too: %+v, %v", v.Case, err)
		}
		v, err := a.Cases.Verify(ctx, auth.System, 0)
		if err != nil || len(v.Findings) > 0 || v.Cases != 3 {
			t.Errorf("cases: %+v, %v", v, err)
		}
		ok(a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			back, err := a.Estate.Person(ctx, tx, p.ID, who.ID)
			if err != nil || back.Name != "已删除" || len(back.Phones) != 0 {
				t.Errorf("the person came back: %+v, %v", back, err)
			}
			holds, err := a.Estate.WhoHolds(ctx, tx, p.ID, []int64{u.ID})
			if len(holds[u.ID]) != 0 {
				t.Errorf("who was erased holds the unit: %+v", holds)
			}
			return err
		}))
		ok(a.Cases.Fill(ctx))
		if found := erased(); len(found) > 0 {
			t.Errorf("found again after the restore: %v", found)
		}
		// what was erased again stays on record here as well
		ok(os.Remove(cfg.KeyFile + ".erasures"))
		ok(a.Vault.ExportErasures(ctx))
		if kept, err = os.ReadFile(cfg.KeyFile + ".erasures"); err != nil || strings.Count(string(kept), "\n") != 3 {
			t.Errorf("the new house does not remember: %s %v", kept, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { run(t, func() string { return "" }) })
	if os.Getenv(storetest.Env) != "off" {
		t.Run("postgres", func(t *testing.T) { run(t, func() string { return storetest.PostgresDSN(t) }) })
	}
}
