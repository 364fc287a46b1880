package estate_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/search"
	"guanjia/internal/store"
)

func (h *house) building(id int64) (b estate.Building) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx *store.Tx) (err error) {
		b, err = h.Building(ctx, tx, h.project, id)
		return err
	})
	return b
}

// told are the changes of a record as who, field, before, after.
func (h *house) told(entity string, id int64) (got [][4]string) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx *store.Tx) error {
		list, err := h.Changes(ctx, tx, h.project, entity, id, 50)
		for _, c := range list {
			if !c.At.Equal(h.clock.Now()) {
				h.t.Errorf("%s changed at %s, not now", c.Field, c.At)
			}
			got = append(got, [4]string{c.Actor, c.Field, c.Before, c.After})
		}
		return err
	})
	return got
}

// proves EST-16: a building and its entrances keep their making and their
// changes; plates, codes and the search follow their names.
func TestSaveBuildingKeepsChanges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx, me := context.Background(), clerk(h.project, estate.PermEdit)
		one, two, bare := h.unit("3栋", "1单元", "1502"), h.unit("3栋", "2单元", "1502"), h.unit("3栋", "", "B101")
		other := h.unit("5栋", "1单元", "101")
		b := h.building(one.Building)
		if b.Name != "3栋" || b.Units != 3 || len(b.Entrances) != 2 {
			t.Fatalf("building %+v", b)
		}
		seen := b
		b.Name, b.Floors, b.Year, b.Note = "三号楼", 33, 2008, "外墙 2021 年翻新"
		b.Entrances = []estate.Entrance{{ID: b.Entrances[1].ID, Name: "1单元"}, {ID: b.Entrances[0].ID, Name: "2单元"}} // changed with each other
		if _, err := h.SaveBuilding(ctx, me, b); err != nil {
			t.Fatal(err)
		}
		want := [][4]string{
			{"林晓", "entrance", "2单元", "1单元"}, {"林晓", "entrance", "1单元", "2单元"}, {"林晓", "note", "", "外墙 2021 年翻新"}, {"林晓", "year", "", "2008"}, {"林晓", "floors", "", "33"},
			{"林晓", "name", "3栋", "三号楼"}, {"系统", "entrance", "", "2单元"}, {"系统", "entrance", "", "1单元"}, {"系统", "created", "", "3栋"},
		}
		if diff := cmp.Diff(want, h.told("building", b.ID)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([4]string{"林晓", "plate", "3栋1单元", "三号楼2单元"}, h.told("unit", one.ID)[0]); diff != "" {
			t.Error(diff)
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			found, err := h.UnitsByID(ctx, tx, h.project, []int64{one.ID, two.ID, bare.ID, other.ID})
			for id, want := range map[int64]string{one.ID: "三号楼2单元-1502", two.ID: "三号楼1单元-1502", bare.ID: "三号楼-B101", other.ID: "5栋1单元-101"} {
				if found[id].Title() != want {
					t.Errorf("the plate is %s, want %s", found[id].Title(), want)
				}
			}
			hits, err2 := search.New().Find(ctx, tx, h.project, found[one.ID].Code, []string{estate.KindUnit}, 5)
			if err2 != nil || len(hits) == 0 || hits[0].ID != one.ID || hits[0].Title != "三号楼2单元-1502" {
				t.Errorf("%s finds %+v, %v", found[one.ID].Code, hits, err2)
			}
			return err
		})
		// a unit made later has the building's name, however it is typed
		if later := h.unit("三号楼", "1单元", "1602"); later.Building != b.ID || later.Plate != "三号楼1单元" {
			t.Errorf("a later unit stands at %+v", later)
		}

		_, err := h.SaveBuilding(ctx, me, seen)
		wantCode(t, err, "estate.version.stale")
		wantField(t, err, "name")
		now := h.building(b.ID)
		now.Name = "五栋"
		_, err = h.SaveBuilding(ctx, me, now)
		wantCode(t, err, "estate.building.taken")
		wantField(t, err, "name")
		if got := h.building(b.ID); got.Name != "三号楼" || got.Version != now.Version {
			t.Errorf("a refused change was kept: %+v", got)
		}
		now.Name, now.Floors, now.Year, now.Note = " ", -1, 88, strings.Repeat("长", 2001)
		now.Entrances[0].Name, now.Entrances[1].Name = "一单元", "1单元"
		_, err = h.SaveBuilding(ctx, me, now)
		for _, field := range []string{"name", "floors", "year", "note", "entrances[1].name"} {
			wantField(t, err, field)
		}
		now = h.building(b.ID)
		now.Entrances = now.Entrances[:1]
		_, err = h.SaveBuilding(ctx, me, now)
		wantCode(t, err, "estate.version.stale")
		if _, err := h.SaveBuilding(ctx, clerk(h.project, estate.PermView), h.building(b.ID)); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("without the right: %v", err)
		}
		now = h.building(b.ID)
		now.Project++
		if _, err := h.SaveBuilding(ctx, clerk(h.project+1, estate.PermEdit), now); errs.KindOf(err) != errs.NotFound {
			t.Errorf("from another project: %v", err)
		}
	})
}

// proves EST-16: names that would make two units one are refused.
func TestBuildingNamesKeepUnitsApart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		one := h.unit("3栋", "1单元", "1502")
		bare := h.unit("7栋", "", "1502")
		b := h.building(bare.Building)
		b.Name = "3-1" // its 1502 would be 3-1-1502 as well
		_, err := h.SaveBuilding(context.Background(), auth.System, b)
		wantCode(t, err, "estate.building.taken")
		wantField(t, err, "name")
		h.read(func(ctx context.Context, tx *store.Tx) error {
			found, err := h.UnitsByID(ctx, tx, h.project, []int64{one.ID, bare.ID})
			if found[one.ID].Code != "3-1-1502" || found[bare.ID].Code != "7-1502" {
				t.Errorf("codes %s and %s", found[one.ID].Code, found[bare.ID].Code)
			}
			return err
		})
	})
}

// proves EST-16: the page of a building, from its form to its changes.
func TestBuildingPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		u := h.unit("3栋", "1单元", "1502")
		h.unit("5栋", "", "101")
		f := h.front(everything...)
		path := fmt.Sprintf("/buildings/%d/edit", u.Building)
		f.get("/houses", "修改楼栋", path)
		f.get(path, "3栋", "1单元", "新建 3栋")
		b := h.building(u.Building)
		sent := func(version int64, name string) string {
			w := f.send("POST", path, form("version", fmt.Sprint(version), "name", name, "floors", "３３", "year", "", "entrances[0].id", fmt.Sprint(b.Entrances[0].ID), "entrances[0].name", "东门"))
			return fmt.Sprint(w.Code) + w.Body.String()
		}
		if got := sent(b.Version, "五栋"); !strings.HasPrefix(got, fmt.Sprint(http.StatusConflict)) || !strings.Contains(got, "和另一栋楼分不开") || !strings.Contains(got, "东门") {
			t.Errorf("another building's name: %.2000s", got)
		}
		if got := sent(b.Version, ""); !strings.HasPrefix(got, fmt.Sprint(http.StatusUnprocessableEntity)) || !strings.Contains(got, "填写楼栋名称") {
			t.Errorf("no name: %.2000s", got)
		}
		if got := sent(b.Version, "梅苑"); !strings.HasPrefix(got, fmt.Sprint(http.StatusSeeOther)) {
			t.Errorf("saving: %.2000s", got)
		}
		if got := sent(b.Version, "兰苑"); !strings.HasPrefix(got, fmt.Sprint(http.StatusConflict)) || !strings.Contains(got, "现在是：梅苑（") || !strings.Contains(got, "兰苑") {
			t.Errorf("a stale form: %.2000s", got)
		}
		f.get(path, "名称 3栋 → 梅苑", "单元门 1单元 → 东门", "层数 33")
		f.get(fmt.Sprintf("/units/%d", u.ID), "梅苑东门")
		if w := h.front(estate.PermView).send("GET", path, nil); w.Code != http.StatusForbidden {
			t.Errorf("without the right: %d", w.Code)
		}
	})
}
