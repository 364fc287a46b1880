package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

func key() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)) }

func each(t *testing.T, fn func(t *testing.T, s *audit.Service, db *store.DB, heads string)) {
	t.Helper()
	storetest.Each(t, []store.Migrations{audit.Migrations()}, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		heads := filepath.Join(t.TempDir(), "heads")
		fn(t, audit.New(audit.Options{DB: db, Key: key(), Clock: clock, HeadsFile: heads}), db, heads)
	})
}

// fill records n entries and seals them.
func fill(t *testing.T, s *audit.Service, db *store.DB, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		err := db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			return s.Record(ctx, tx, audit.Entry{
				Actor: auth.Actor{Account: 5, Session: 6, Address: "10.0.0.1"}, Project: int64(i % 2), Action: "estate.unit.change",
				Subject: "estate.unit", ID: int64(i), Data: map[string]any{"after": i, "before": "空\u0000置"},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if sealed, err := s.Seal(t.Context()); err != nil || sealed != int64(n) {
		t.Fatalf("sealed %d of %d: %v", sealed, n, err)
	}
}

func exec(t *testing.T, db *store.DB, query string, args ...any) {
	t.Helper()
	err := db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, query, args...)
		if err == nil && n == 0 {
			t.Errorf("%s changed nothing", query)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// proves PLT-05: every way to alter the trail is found
func TestTampering(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tamper []string
		want   string // part of a finding; "" for none
	}{
		"untouched":          {nil, ""},
		"edit data":          {[]string{"UPDATE audit_entry SET data = '{}' WHERE subject_id = 3"}, "batch 1 were altered"},
		"edit who":           {[]string{"UPDATE audit_entry SET account_id = 9 WHERE subject_id = 12"}, "batch 2 were altered"},
		"edit when":          {[]string{"UPDATE audit_entry SET at = at - 1 WHERE subject_id = 12"}, "batch 2 were altered"},
		"delete one":         {[]string{"DELETE FROM audit_entry WHERE subject_id = 3"}, "batch 1 lacks 1"},
		"swap two":           {[]string{"UPDATE audit_entry SET subject_id = CASE subject_id WHEN 3 THEN 4 ELSE 3 END WHERE subject_id IN (3, 4)"}, "batch 1 were altered"},
		"swap over batches":  {[]string{"UPDATE audit_entry SET batch = 3 - batch WHERE subject_id IN (3, 12)"}, "batch 1 were altered"},
		"move to no batch":   {[]string{"UPDATE audit_entry SET batch = 77 WHERE subject_id = 3"}, "belongs to no batch"},
		"add one":            {[]string{"INSERT INTO audit_entry SELECT -id, project_id, at, account_id, session_id, action, subject, 99, data, address, batch FROM audit_entry WHERE subject_id = 3"}, "too many"},
		"cut the tail":       {[]string{"DELETE FROM audit_entry WHERE batch = 3", "DELETE FROM audit_batch WHERE number = 3"}, "the tail was cut"},
		"cut the middle":     {[]string{"DELETE FROM audit_entry WHERE batch = 2", "DELETE FROM audit_batch WHERE number = 2"}, "missing before batch 3"},
		"cut the beginning":  {[]string{"DELETE FROM audit_entry WHERE batch = 1", "DELETE FROM audit_batch WHERE number = 1"}, "missing before batch 2"},
		"forge a batch":      {[]string{"UPDATE audit_batch SET entries = 9 WHERE number = 2", "DELETE FROM audit_entry WHERE subject_id = 12"}, "signature of batch 2"},
		"unseal and re-seal": {[]string{"UPDATE audit_entry SET batch = 0, data = '{}' WHERE batch = 3", "DELETE FROM audit_batch WHERE number = 3", "seal"}, "written anew"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, s *audit.Service, db *store.DB, file string) {
				for b := range 3 {
					fill(t, s, db, b*10, 10)
				}
				for _, step := range tt.tamper {
					if step == "seal" {
						if _, err := s.Seal(t.Context()); err != nil {
							t.Fatal(err)
						}
						continue
					}
					exec(t, db, step)
				}
				heads, err := audit.ReadHeadsFile(file)
				if err != nil || len(heads) != 3 {
					t.Fatalf("%d heads exported, %v", len(heads), err)
				}
				rep, err := s.Verify(t.Context(), heads)
				if err != nil {
					t.Fatal(err)
				}
				var said []string
				for _, f := range rep.Findings {
					said = append(said, f.What.EN)
				}
				all := strings.Join(said, "; ")
				if tt.want == "" && all != "" || !strings.Contains(all, tt.want) {
					t.Fatalf("findings %q, want %q", all, tt.want)
				}
			})
		})
	}
}

// proves PLT-05: a chain re-made with another key is found
func TestForeignKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *audit.Service, db *store.DB, _ string) {
		fill(t, s, db, 0, 5)
		exec(t, db, "UPDATE audit_entry SET batch = 0, data = '{}'")
		exec(t, db, "DELETE FROM audit_batch")
		evil := audit.New(audit.Options{DB: db, Key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))})
		if _, err := evil.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		rep, err := s.Verify(t.Context(), nil)
		if err != nil || len(rep.Findings) == 0 {
			t.Fatalf("findings %v, %v", rep.Findings, err)
		}
	})
}

// proves PLT-05: writers and sealers beside each other leave an unbroken chain
func TestSealingWhileWriting(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *audit.Service, db *store.DB, _ string) {
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := range 50 {
					err := db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
						return s.Record(ctx, tx, audit.Entry{Actor: auth.System, Action: "probe.thing.make", Subject: "probe.thing", ID: int64(w*1000 + i)})
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		other := audit.New(audit.Options{DB: db, Key: key()})
		for _, sealer := range []*audit.Service{s, other} {
			wg.Go(func() {
				for range 20 {
					if _, err := sealer.Seal(t.Context()); err != nil && errs.KindOf(err) != errs.Conflict {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if _, err := s.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		rep, err := s.Verify(t.Context(), nil)
		if err != nil || len(rep.Findings) != 0 || rep.Entries != 200 || rep.Unsealed != 0 {
			t.Fatalf("%+v, %v", rep, err)
		}
	})
}

// proves PLT-03, PLT-05: a restored state is told apart from a cut tail
func TestRestored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *audit.Service, db *store.DB, file string) {
		fill(t, s, db, 0, 5)
		fill(t, s, db, 5, 5)
		exec(t, db, "DELETE FROM audit_entry WHERE batch = 2") // the older state
		exec(t, db, "DELETE FROM audit_batch WHERE number = 2")
		if err := s.Restored(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		heads, err := audit.ReadHeadsFile(file)
		if err != nil || len(heads) != 2 {
			t.Fatalf("%d heads, %v", len(heads), err)
		}
		rep, err := s.Verify(t.Context(), heads)
		if err != nil || len(rep.Findings) != 0 {
			t.Fatalf("%+v, %v", rep.Findings, err)
		}
	})
}

// proves PLT-02, PLT-05: the trail is read by right and project only
func TestList(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *audit.Service, db *store.DB, _ string) {
		fill(t, s, db, 0, 10)
		rights := map[string][]string{"lead": {audit.PermView}}
		lead := auth.Actor{Account: 1, Grants: []auth.Grant{{Project: 1, Role: "lead"}}}.WithPermissions(rights)
		if _, err := s.List(t.Context(), lead, audit.Filter{}); errs.KindOf(err) != errs.Forbidden {
			t.Fatalf("all projects: %v", err)
		}
		if _, err := s.List(t.Context(), auth.Actor{}.WithPermissions(rights), audit.Filter{Project: 1}); errs.KindOf(err) != errs.Unauthenticated {
			t.Fatalf("visitor: %v", err)
		}
		first, err := s.List(t.Context(), lead, audit.Filter{Project: 1, Limit: 3})
		if err != nil || len(first) != 3 || first[0].SubjectID != 9 {
			t.Fatalf("%+v, %v", first, err)
		}
		next, err := s.List(t.Context(), lead, audit.Filter{Project: 1, Limit: 3, Before: first[2].ID})
		if err != nil || len(next) != 2 || next[0].SubjectID != 3 {
			t.Fatalf("%+v, %v", next, err)
		}
		for name, f := range map[string]audit.Filter{
			"action": {Action: "estate.unit.change"}, "below": {Action: "estate."}, "account": {Account: 5},
		} {
			f.Project = 1
			if list, err := s.List(t.Context(), lead, f); err != nil || len(list) != 5 {
				t.Errorf("%s: %d, %v", name, len(list), err)
			}
		}
		one, err := s.List(t.Context(), auth.System, audit.Filter{Subject: "estate.unit", ID: 4})
		if err != nil || len(one) != 1 || one[0].Address != "10.0.0.1" {
			t.Fatalf("%+v, %v", one, err)
		}
	})
}
