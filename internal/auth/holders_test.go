package auth_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/store"
)

// HoldersOf finds whom Holders finds, role after role, everybody once.
func TestHoldersOfSeveralRoles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		both := h.add("both", auth.Grant{Project: 7, Role: "desk"}, auth.Grant{Project: 7, Role: "lead"})
		h.add("elsewhere", auth.Grant{Project: 8, Role: "desk"})
		everywhere := h.add("everywhere", auth.Grant{Role: "lead"})
		err := h.db.Read(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			var want []int64
			for _, role := range []string{"lead", "desk"} {
				list, err := h.Holders(ctx, tx, 7, role)
				if err != nil {
					return err
				}
				for _, p := range list {
					if p.Account != both.ID || role == "lead" {
						want = append(want, p.Account)
					}
				}
			}
			list, err := h.HoldersOf(ctx, tx, 7, "lead", "desk")
			var got []int64
			for _, p := range list {
				got = append(got, p.Account)
			}
			if diff := cmp.Diff(want, got); diff != "" || len(got) != 2 {
				t.Errorf("%v (both %d, everywhere %d)\n%s", got, both.ID, everywhere.ID, diff)
			}
			none, err2 := h.HoldersOf(ctx, tx, 7)
			if len(none) != 0 || err2 != nil {
				t.Errorf("of no role: %v, %v", none, err2)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
