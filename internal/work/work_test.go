package work_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
	"guanjia/internal/work"
)

type inHand map[int64]int

func (l inHand) InHand(context.Context, *store.Tx, int64) (map[int64]int, error) { return l, nil }

// proves REP-13: the rule proposes by skill and load.
func TestProposeBySkillThenLoad(t *testing.T) {
	t.Parallel()
	mod := work.New(nil, nil).Module()
	storetest.Each(t, []store.Migrations{{Room: mod.Name, FS: mod.Migrations}}, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		ctx := context.Background()
		s := work.New(db, inHand{1: 3, 2: 1})
		for account, trades := range map[int64][]string{1: {"plumbing"}, 2: {"plumbing", "electric", "plumbing"}, 3: {"carpentry"}} {
			if err := s.SetTrades(ctx, auth.System, 7, account, trades); err != nil {
				t.Fatal(err)
			}
		}
		err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			got, err := s.Propose(ctx, tx, 7, "plumbing")
			if diff := cmp.Diff([]work.Proposal{{Account: 2, InHand: 1}, {Account: 1, InHand: 3}}, got); diff != "" {
				t.Error(diff)
			}
			if none, _ := s.Propose(ctx, tx, 8, "plumbing"); len(none) != 0 {
				t.Errorf("another project's technicians: %v", none)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetTrades(ctx, auth.Actor{Account: 9, Login: "x"}, 7, 1, nil); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a stranger changed trades: %v", err)
		}
	})
}
