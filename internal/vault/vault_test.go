package vault_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
	"guanjia/internal/text"
	"guanjia/internal/vault"
)

const idNumber = "11010519491231002X"

type house struct {
	*vault.Service
	t     *testing.T
	db    *store.DB
	keys  *vault.Keys
	audit *audit.Service
	file  string
	held  bool
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	storetest.Each(t, []store.Migrations{audit.Migrations(), vault.Migrations()}, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		keys, _, err := vault.OpenKeys(filepath.Join(t.TempDir(), "guanjia.key"), true)
		if err != nil {
			t.Fatal(err)
		}
		h := &house{t: t, db: db, keys: keys, file: filepath.Join(t.TempDir(), "erasures")}
		h.audit = audit.New(audit.Options{DB: db, Key: keys.SigningKey(), Clock: clock})
		h.Service = vault.New(vault.Options{
			DB: db, Keys: keys, Audit: h.audit, ErasureFile: h.file, Clock: clock,
			Holds: []vault.Hold{func(context.Context, *store.Tx, string, int64) (text.Both, bool, error) {
				return text.B("账务还没有结清", "accounts are not settled"), h.held, nil
			}},
		})
		fn(t, h)
	})
}

func (h *house) write(fn func(ctx context.Context, tx *store.Tx) error) error {
	return h.db.Write(h.t.Context(), fn)
}

func (h *house) put(v vault.Value) int64 {
	h.t.Helper()
	var ref int64
	if err := h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		ref, err = h.Put(ctx, tx, v)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return ref
}

func (h *house) get(actor auth.Actor, ref int64, reason string) (plain string, err error) {
	err = h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		plain, err = h.Get(ctx, tx, actor, ref, reason)
		return err
	})
	return plain, err
}

func (h *house) find(kind, v string) []int64 {
	h.t.Helper()
	var list []int64
	if err := h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = h.Find(ctx, tx, kind, v)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return list
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Fatalf("got error %v, want code %q", err, code)
	}
}

// proves LAW-03, PLT-05: encrypted at rest, found by equality, each look recorded
func TestLook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ref := h.put(vault.Value{Project: 7, Kind: "person.identity", Text: idNumber, Searchable: true})
		quiet := h.put(vault.Value{Project: 7, Kind: "person.health", Text: idNumber})
		err := h.db.Read(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			raw, err := store.One(ctx, tx, store.Value[[]byte], "SELECT sealed FROM vault_value WHERE id = ?", ref)
			if err != nil {
				return err
			}
			if bytes.Contains(raw, []byte("110105")) {
				t.Error("the value lies open in the database")
			}
			digest, err := store.One(ctx, tx, store.Value[string], "SELECT digest FROM vault_value WHERE id = ?", ref)
			stranger, e := vault.NewKeys()
			if e != nil {
				return e
			}
			if strings.Contains(digest, "110105") || digest == stranger.Digest("person.identity", vault.Normal(idNumber)) {
				t.Errorf("who has no key makes the same digest %q", digest)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.find("person.identity", "110105 19491231 ００２ｘ"); len(got) != 1 || got[0] != ref {
			t.Fatalf("found %v", got)
		}
		if got := h.find("person.identity", idNumber[:12]); len(got) != 0 {
			t.Fatalf("a part of the number finds %v", got)
		}
		if got := h.find("person.health", idNumber); len(got) != 0 {
			t.Fatalf("%d is found although not searchable (%v)", quiet, got)
		}
		rights := map[string][]string{"lead": {vault.PermLook}}
		lead := auth.Actor{Account: 3, Grants: []auth.Grant{{Project: 7, Role: "lead"}}}.WithPermissions(rights)
		other := auth.Actor{Account: 4, Grants: []auth.Grant{{Project: 8, Role: "lead"}}}.WithPermissions(rights)
		_, err = h.get(other, ref, "好奇")
		wantCode(t, err, "auth.right.missing")
		_, err = h.get(lead, ref, " ")
		wantCode(t, err, "vault.reason.missing")
		plain, err := h.get(lead, ref, "核对过户身份")
		if err != nil || plain != idNumber {
			t.Fatalf("%q, %v", plain, err)
		}
		rows, err := h.audit.List(t.Context(), auth.System, audit.Filter{Action: "vault.value.look"})
		if err != nil || len(rows) != 1 || rows[0].Account != 3 || rows[0].SubjectID != ref || !strings.Contains(rows[0].Data, "核对过户身份") || strings.Contains(rows[0].Data, "110105") {
			t.Fatalf("trail %+v, %v", rows, err)
		}
	})
}

// proves LAW-03, EST-02: a value lies sealed, is read back only through here,
// and cannot be moved to another row or altered
func TestSealedInPlace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		a := h.put(vault.Value{Kind: "person.identity", Text: idNumber})
		b := h.put(vault.Value{Kind: "person.identity", Text: "44010119700101001X"})
		if plain, err := h.get(auth.System, a, "test"); err != nil || plain != idNumber {
			t.Errorf("read back %q, %v", plain, err)
		}
		if err := h.db.Read(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			rows, err := store.All(ctx, tx, store.Value[[]byte], "SELECT sealed FROM vault_value")
			if all := bytes.Join(rows, nil); len(rows) != 2 || bytes.Contains(all, []byte(idNumber[:6])) || bytes.Contains(all, []byte("440101")) {
				t.Error("a number lies open in the database")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := h.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE vault_value SET sealed = (SELECT sealed FROM vault_value WHERE id = ?) WHERE id = ?", a, b)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		_, err := h.get(auth.System, b, "test")
		wantCode(t, err, "vault.unreadable")
	})
}

// proves LAW-03: erasure, lawful retention, erasures replayed after a restore
func TestErase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ref := h.put(vault.Value{Project: 7, Kind: "person.identity", Text: idNumber, Searchable: true})
		erase := func(actor auth.Actor) error {
			return h.write(func(ctx context.Context, tx *store.Tx) error { return h.Erase(ctx, tx, actor, ref, "本人申请") })
		}
		wantCode(t, erase(auth.Actor{Account: 3}.WithPermissions(nil)), "auth.right.missing")
		h.held = true
		err := erase(auth.System)
		wantCode(t, err, "vault.held")
		if !strings.Contains(err.Error(), "accounts are not settled") {
			t.Fatalf("the reason is missing: %v", err)
		}
		h.held = false
		type copied struct {
			sealed []byte
			digest string
		}
		var before copied
		if err := h.write(func(ctx context.Context, tx *store.Tx) (err error) {
			before, err = store.One(ctx, tx, func(scan store.Scan) (copied, error) {
				var c copied
				err := scan(&c.sealed, &c.digest)
				return c, err
			}, "SELECT sealed, digest FROM vault_value WHERE id = ?", ref)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time is no error
			if err := erase(auth.System); err != nil {
				t.Fatal(err)
			}
		}
		_, err = h.get(auth.System, ref, "test")
		wantCode(t, err, "vault.erased")
		if got := h.find("person.identity", idNumber); len(got) != 0 {
			t.Fatal("an erased value is still found")
		}
		for range 2 { // the second export adds nothing
			if err := h.ExportErasures(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		raw, err := os.ReadFile(h.file)
		if err != nil || bytes.Count(raw, []byte("\n")) != 1 || bytes.Contains(raw, []byte("110105")) {
			t.Fatalf("erasure file %q, %v", raw, err)
		}
		if err := h.write(func(ctx context.Context, tx *store.Tx) error { // an older backup comes back
			if _, err := tx.Exec(ctx, "DELETE FROM vault_erasure"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE vault_value SET sealed = ?, digest = ?, erased_at = 0 WHERE id = ?", before.sealed, before.digest, ref)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if plain, err := h.get(auth.System, ref, "test"); err != nil || plain != idNumber {
			t.Fatal("the backup did not come back", err)
		}
		if n, err := h.Replay(t.Context(), nil); err != nil || n != 1 {
			t.Fatalf("replayed %d, %v", n, err)
		}
		_, err = h.get(auth.System, ref, "test")
		wantCode(t, err, "vault.erased")
	})
}

// proves LAW-03: keys rotate without losing a value
func TestRotation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var refs []int64
		for range 3 {
			refs = append(refs, h.put(vault.Value{Kind: "person.identity", Text: idNumber, Searchable: true}))
		}
		wantCode(t, h.Rotate(t.Context(), auth.Actor{Account: 1}), "vault.rotate")
		if err := h.Rotate(t.Context(), auth.System); err != nil {
			t.Fatal(err)
		}
		if n, err := h.Reseal(t.Context()); err != nil || n != 3 {
			t.Fatalf("re-sealed %d, %v", n, err)
		}
		if err := h.keys.Retire(); err != nil {
			t.Fatal(err)
		}
		for _, ref := range refs {
			if plain, err := h.get(auth.System, ref, "test"); err != nil || plain != idNumber {
				t.Fatalf("%q, %v", plain, err)
			}
		}
		if len(h.find("person.identity", idNumber)) != 3 {
			t.Fatal("rotation broke the search")
		}
	})
}
