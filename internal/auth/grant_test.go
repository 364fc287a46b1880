package auth_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// unique is a word no account is called yet.
func (h *house) unique() string { return strconv.FormatInt(h.db.NewID(), 36) }

// proves PLT-02: rights by role and project, deny by default, nobody gives
// away more than they hold
func TestGrants(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		wang := h.add("wangli")
		h.add("lead", auth.Grant{Project: 7, Role: "lead"})
		h.add("boss", auth.Grant{Role: "admin"})
		lead := h.resolve(h.enter("lead", from("10.0.0.2")).Token)
		token := h.enter("wangli", from("10.0.0.1")).Token
		me := h.resolve(token)

		wantCode(t, h.Grant(t.Context(), me, wang.ID, auth.Grant{Role: "admin"}), "auth.right.missing")
		wantCode(t, h.Grant(t.Context(), lead, wang.ID, auth.Grant{Project: 8, Role: "desk"}), "auth.right.missing")
		wantCode(t, h.Grant(t.Context(), lead, wang.ID, auth.Grant{Role: "desk"}), "auth.right.missing")
		wantCode(t, h.Grant(t.Context(), lead, wang.ID, auth.Grant{Project: 7, Role: "cashier"}), "auth.grant.more")
		wantCode(t, h.Grant(t.Context(), lead, wang.ID, auth.Grant{Project: 7, Role: "king"}), "auth.role.unknown")
		wantCode(t, h.SetActive(t.Context(), lead, wang.ID, false), "auth.right.missing")
		_, err := h.IssueLink(t.Context(), lead, wang.ID)
		wantCode(t, err, "auth.right.missing")
		_, err = h.CreateAccount(t.Context(), lead, auth.NewAccount{Login: "neu", Name: "新"})
		wantCode(t, err, "auth.right.missing")
		_, err = h.Accounts(t.Context(), lead, 0, "", 50)
		wantCode(t, err, "auth.right.missing")

		if err := h.Grant(t.Context(), lead, wang.ID, auth.Grant{Project: 7, Role: "desk"}); err != nil {
			t.Fatal(err)
		}
		if !h.resolve(token).May("desk.call.take", 7) {
			t.Fatal("a granted role does not hold at once")
		}
		if list, err := h.Accounts(t.Context(), lead, 7, "", 50); err != nil || len(list) != 2 {
			t.Fatalf("accounts of the project: %+v, %v", list, err)
		}
		if err := h.Revoke(t.Context(), lead, wang.ID, auth.Grant{Project: 7, Role: "desk"}); err != nil {
			t.Fatal(err)
		}
		if h.resolve(token).May("desk.call.take", 7) {
			t.Fatal("a revoked role still holds")
		}
		_, err = h.Account(t.Context(), lead, wang.ID)
		wantCode(t, err, "auth.account.none")
		if h.trail.count("auth.grant.give") != 3 || h.trail.count("auth.grant.take") != 1 {
			t.Fatalf("the trail misses a grant: %+v", h.trail.list)
		}
	})
}

// proves PLT-01: the company is never left without an administrator
func TestLastAdministrator(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		boss := h.add("boss", auth.Grant{Role: "admin"})
		wantCode(t, h.Revoke(t.Context(), auth.System, boss.ID, auth.Grant{Role: "admin"}), "auth.admin.last")
		wantCode(t, h.SetActive(t.Context(), auth.System, boss.ID, false), "auth.admin.last")
		h.resolve(h.enter("boss", from("10.0.0.1")).Token)
	})
}

// proves PLT-01: two administrators who disable each other at one moment
func TestAdministratorsDisableEachOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for range 5 {
			a, b := h.add("a"+h.unique(), auth.Grant{Role: "admin"}), h.add("b"+h.unique(), auth.Grant{Role: "admin"})
			var wg sync.WaitGroup
			for _, id := range []int64{a.ID, b.ID} {
				wg.Go(func() {
					if err := h.SetActive(t.Context(), auth.System, id, false); err != nil && errs.CodeOf(err) != "auth.admin.last" && errs.KindOf(err) != errs.Conflict {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			left := 0
			for _, id := range []int64{a.ID, b.ID} {
				acc, err := h.Account(t.Context(), auth.System, id)
				if err != nil {
					t.Fatal(err)
				}
				if acc.Active {
					left++
				}
			}
			if left == 0 {
				t.Fatal("no administrator is left")
			}
			for _, id := range []int64{a.ID, b.ID} { // the next round starts without them
				if err := h.db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.Exec(ctx, "UPDATE auth_account SET active = 0 WHERE id = ?", id)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// proves PLT-01: sensitive changes ask for the password again
func TestReauthentication(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		wang := h.add("wangli")
		h.add("boss", auth.Grant{Role: "admin"})
		boss := h.resolve(h.enter("boss", from("10.0.0.1")).Token)
		h.clock.Add(16 * time.Minute)
		wantCode(t, h.Grant(t.Context(), boss, wang.ID, auth.Grant{Project: 7, Role: "desk"}), auth.CodeConfirm)
		_, err := h.IssueLink(t.Context(), boss, wang.ID)
		wantCode(t, err, auth.CodeConfirm)
		_, err = h.Confirm(t.Context(), boss, "wrong-password")
		wantCode(t, err, "auth.password.wrong")
		if _, err := h.Confirm(t.Context(), boss, good); err != nil {
			t.Fatal(err)
		}
		if err := h.Grant(t.Context(), boss, wang.ID, auth.Grant{Project: 7, Role: "desk"}); err != nil {
			t.Fatal(err)
		}
	})
}

// proves PLT-01: first start by one-time link, no default password
func TestFirstSetup(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		old, needed, err := h.FirstSetup(t.Context())
		if err != nil || !needed {
			t.Fatal(needed, err)
		}
		token, _, err := h.FirstSetup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.FindLink(t.Context(), old)
		wantCode(t, err, "auth.link.gone")
		_, err = h.UseLink(t.Context(), token, auth.Redeem{Login: "x y", Name: "", Password: good}, from("10.0.0.1"))
		wantCode(t, err, "auth.account.invalid")
		_, err = h.UseLink(t.Context(), token, auth.Redeem{Login: "boss", Name: "陈经理", Password: "password"}, from("10.0.0.1"))
		wantCode(t, err, "auth.password.invalid")
		out, err := h.UseLink(t.Context(), token, auth.Redeem{Login: "boss", Name: "陈经理", Password: good}, from("10.0.0.1"))
		if err != nil {
			t.Fatal(err)
		}
		boss := h.resolve(out.Token)
		if !boss.May(auth.PermManage, 0) {
			t.Fatal("the first account does not administrate")
		}
		_, err = h.UseLink(t.Context(), token, auth.Redeem{Login: "evil", Name: "坏", Password: good}, from("10.0.0.2"))
		wantCode(t, err, "auth.link.gone")
		if _, needed, err = h.FirstSetup(t.Context()); needed || err != nil {
			t.Fatal("set-up is offered twice", err)
		}

		made, err := h.CreateAccount(t.Context(), boss, auth.NewAccount{Login: "neu", Name: "新"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Login(t.Context(), "neu", "", from("10.0.0.3"))
		wantCode(t, err, "auth.login.wrong")
		invite, err := h.IssueLink(t.Context(), boss, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if out, err = h.UseLink(t.Context(), invite, auth.Redeem{Password: good}, from("10.0.0.3")); err != nil {
			t.Fatal(err)
		}
		if h.resolve(out.Token).Login != "neu" {
			t.Fatal("the link led to another account")
		}
		late, err := h.IssueLink(t.Context(), boss, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Add(73 * time.Hour)
		_, err = h.FindLink(t.Context(), late)
		wantCode(t, err, "auth.link.gone")
	})
}
