package estate_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/search"
	"guanjia/internal/store"
)

func fillBatch(t testing.TB, h *house, n int) estate.Batch {
	t.Helper()
	ctx := context.Background()
	b, err := h.OpenBatch(ctx, auth.System, h.project, "期初数据", "opening.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	var rows estate.BatchRows
	for i := range n {
		u := newUnit(fmt.Sprintf("%d栋", i%9+1), "1单元", fmt.Sprint(100+i))
		u.ID = h.NewID()
		p := estate.NewPerson{Person: estate.Person{ID: h.NewID(), Name: "业主" + string(rune('一'+i)), IDKind: "identity_card"}, IDNumber: "11010519491231002X", Phones: []estate.NewPhone{{Number: fmt.Sprintf("139%08d", i), Verified: true}}}
		rows.Units, rows.People = append(rows.Units, u), append(rows.People, p)
		rows.Occupancies = append(rows.Occupancies, estate.Occupancy{Unit: u.ID, Person: p.ID, Capacity: estate.Owner, From: "2019-06-28"})
	}
	if err := h.AddToBatch(ctx, auth.System, b, rows); err != nil {
		t.Fatal(err)
	}
	return b
}

func (h *house) count(table string) int64 {
	h.t.Helper()
	var n int64
	h.read(func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM "+table)
		return err
	})
	return n
}

// proves EST-17: one batch, seen by nobody until one flip, taken back whole.
func TestBatchIsPublishedAndTakenBackWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		h.unit("9栋", "2单元", "901")
		b := fillBatch(t, h, 60)
		if got := h.byRoom("1-1-100"); got != nil {
			t.Errorf("seen before it is published: %v", got)
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			calls, err := h.Callers(ctx, tx, h.project, "13900000000")
			hits, e := search.New().Find(ctx, tx, h.project, "业主", nil, 0)
			if len(calls)+len(hits) != 0 || e != nil {
				t.Errorf("a hidden person is found: %v %v %v", calls, hits, e)
			}
			return err
		})
		if err := h.PublishBatch(ctx, auth.System, b); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"1栋1单元-100"}, h.byRoom("1-1-100")); diff != "" {
			t.Error(diff)
		}
		wantCode(t, h.PublishBatch(ctx, auth.System, b), "estate.batch.state")
		if err := h.RevertBatch(ctx, auth.System, b, "传错了文件"); err != nil {
			t.Fatal(err)
		}
		if got := h.byRoom("1-1-100"); got != nil {
			t.Errorf("found after it was taken back: %v", got)
		}
		left := map[string]int64{}
		for _, table := range []string{"estate_unit", "estate_person", "estate_phone", "estate_occupancy", "estate_unit_state", "estate_building", "estate_entrance", "search_doc", "search_hidden"} {
			left[table] = h.count(table)
		}
		want := map[string]int64{"estate_unit": 1, "estate_person": 0, "estate_phone": 0, "estate_occupancy": 0, "estate_unit_state": 1, "estate_building": 1, "estate_entrance": 1, "search_doc": 1, "search_hidden": 0}
		if diff := cmp.Diff(want, left); diff != "" {
			t.Error(diff)
		}
		if len(h.vault.kept) != 0 {
			t.Errorf("identity numbers left in the vault: %d", len(h.vault.kept))
		}
		if err := h.RevertBatch(ctx, auth.System, b, "传错了文件"); err != nil {
			t.Errorf("a second time: %v", err)
		}
		list, err := h.Batches(ctx, auth.System, h.project)
		if err != nil || len(list) != 1 || list[0].State != estate.BatchReverted || list[0].Rows != 180 {
			t.Errorf("%+v %v", list, err)
		}
	})
}

// proves EST-17: what was built on is not taken away.
func TestBatchInUseStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		b := fillBatch(t, h, 3)
		if err := h.PublishBatch(ctx, auth.System, b); err != nil {
			t.Fatal(err)
		}
		inUse := func(_ context.Context, _ *store.Tx, _ int64, units, people []int64) (int, error) {
			if len(units) != 3 || len(people) != 3 {
				t.Errorf("asked about %d units, %d people", len(units), len(people))
			}
			return 1, nil
		}
		wantCode(t, h.RevertBatch(ctx, auth.System, b, "传错了文件", inUse), "estate.batch.used")
		h.read(func(ctx context.Context, tx *store.Tx) error {
			units, err := h.UnitsByRoom(ctx, tx, h.project, "1-1-100")
			if err != nil || len(units) != 1 {
				t.Fatalf("%v %v", units, err)
			}
			return nil
		})
		wantCode(t, h.RevertBatch(ctx, clerk(h.project), b, "传错了文件"), "estate.forbidden")
	})
}

// A chunk with a room that is there already changes nothing.
func TestFaultyChunkChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		h.unit("1栋", "1单元", "101")
		b, err := h.OpenBatch(ctx, auth.System, h.project, "期初", "x.xlsx")
		if err != nil {
			t.Fatal(err)
		}
		err = h.AddToBatch(ctx, auth.System, b, estate.BatchRows{Units: []estate.NewUnit{newUnit("2栋", "", "201"), newUnit("1栋", "1单元", "101")}})
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("%v", err)
		}
		if n := h.count("estate_unit"); n != 1 {
			t.Errorf("%d units", n)
		}
		if n := h.count("estate_building"); n != 1 {
			t.Errorf("%d buildings", n)
		}
	})
}
