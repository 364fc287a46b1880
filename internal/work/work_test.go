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

// inHand is what everybody has in hand, by building; 0 is anywhere.
type inHand map[int64]map[int64]int

func (l inHand) InHand(context.Context, *store.Tx, int64) (map[int64]int, error) { return l[0], nil }

func (l inHand) InHandAt(_ context.Context, _ *store.Tx, _, building int64) (map[int64]int, error) {
	return l[building], nil
}

type trail struct{ looks []int64 }

func (t *trail) Looked(_ context.Context, _ *store.Tx, actor auth.Actor, _, caseID int64) error {
	t.looks = append(t.looks, actor.Account, caseID)
	return nil
}

func each(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Parallel()
	mod := work.New(nil, nil, nil).Module()
	storetest.Each(t, []store.Migrations{{Room: mod.Name, FS: mod.Migrations}}, func(t *testing.T, db *store.DB, _ *calendar.Manual) { fn(t, db) })
}

// proves REP-13: the rule proposes by skill, load and building.
func TestProposeBySkillLoadAndBuilding(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		s := work.New(db, inHand{0: {1: 3, 2: 1, 4: 2}, 30: {4: 1}, 31: {1: 3}}, nil)
		for account, trades := range map[int64][]string{1: {"plumbing"}, 2: {"plumbing", "electric", "plumbing"}, 3: {"carpentry"}, 4: {"plumbing"}} {
			if err := s.SetTrades(ctx, auth.System, 7, account, trades); err != nil {
				t.Fatal(err)
			}
		}
		for name, c := range map[string]struct {
			project, building int64
			trade             string
			want              []work.Proposal
		}{
			"the least in hand first":               {7, 0, "plumbing", []work.Proposal{{Account: 2, InHand: 1}, {Account: 4, InHand: 2}, {Account: 1, InHand: 3}}},
			"who is in the building already":        {7, 30, "plumbing", []work.Proposal{{Account: 4, InHand: 2, Near: true}, {Account: 2, InHand: 1}, {Account: 1, InHand: 3}}},
			"being near does not outweigh two more": {7, 31, "plumbing", []work.Proposal{{Account: 2, InHand: 1}, {Account: 1, InHand: 3, Near: true}, {Account: 4, InHand: 2}}},
			"one of a trade":                        {7, 30, "carpentry", []work.Proposal{{Account: 3}}},
			"nobody of a trade":                     {7, 30, "lift", nil},
			"another project's technicians":         {8, 30, "plumbing", nil},
		} {
			err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
				got, err := s.ProposeAt(ctx, tx, c.project, c.trade, c.building)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s:\n%s", name, diff)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.SetTrades(ctx, auth.Actor{Account: 9, Login: "x"}, 7, 1, nil); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a stranger changed trades: %v", err)
		}
	})
}

// A look at a customer's number is on the trail once for a person and a case.
func TestALookIsRecordedOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		tr := &trail{}
		s := work.New(db, inHand{}, tr)
		he, luo := auth.Actor{Account: 1}, auth.Actor{Account: 2}
		for _, look := range []struct {
			who  auth.Actor
			work int64
		}{{he, 50}, {he, 50}, {luo, 50}, {he, 51}, {he, 50}} {
			if err := s.Seen(ctx, look.who, 7, look.work); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]int64{1, 50, 2, 50, 1, 51}, tr.looks); diff != "" {
			t.Error(diff)
		}
	})
}
