package estate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/search"
	"guanjia/internal/store"
)

// proves EST-01, EST-13: a unit is found in any form its room is typed.
func TestUnitsByRoom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.unit("3栋", "1单元", "1502")
		h.unit("3栋", "2单元", "1502")
		h.unit("31栋", "1单元", "502")
		h.unit("A座", "", "801")
		for typed, want := range map[string][]string{
			"3-1-1502": {"3栋1单元-1502"}, "3栋1单元1502": {"3栋1单元-1502"}, "３栋２单元—１５０２室": {"3栋2单元-1502"},
			"3栋1502": {"3栋2单元-1502", "3栋1单元-1502"}, "31-1-502": {"31栋1单元-502"}, "31502": {"31栋1单元-502", "3栋2单元-1502", "3栋1单元-1502"},
			"a801": {"A座-801"}, "9-9-999": nil, "": nil,
		} {
			if diff := cmp.Diff(want, h.byRoom(typed)); diff != "" {
				t.Errorf("%s: %s", typed, diff)
			}
		}
	})
}

// proves EST-01: a unit stands on its floor, in its entrance, in its building;
// a building in its project.
func TestUnitHasItsPlace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		a, b, c := h.unit("3栋", "1单元", "1502"), h.unit("3栋", "2单元", "1502"), h.unit("4栋", "", "1502")
		if a.Building != b.Building || a.Building == c.Building || a.Entrance == b.Entrance || a.Entrance == 0 || c.Entrance != 0 {
			t.Errorf("places: %+v %+v %+v", a, b, c)
		}
		other, err := h.CreateProject(context.Background(), auth.System, estate.Project{Code: "yunting", Name: "云庭", Profile: "residential"})
		if err != nil {
			t.Fatal(err)
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			for project, want := range map[int64][]string{h.project: {"3栋 2", "4栋 1"}, other.ID: nil} {
				list, err := h.Buildings(ctx, tx, project)
				var got []string
				for _, x := range list {
					got = append(got, fmt.Sprint(x.Name, " ", x.Units))
				}
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					t.Error(diff, err)
				}
			}
			rows, err := h.House(ctx, tx, h.project, a.Building)
			var got []string
			for _, x := range rows {
				got = append(got, fmt.Sprint(x.Title(), " ", x.Floor))
			}
			if diff := cmp.Diff([]string{"3栋1单元-1502 15", "3栋2单元-1502 15"}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}

// proves EST-13: what people say leads to the unit: its room, a name, its
// pinyin, any part of a phone, a plate, a company.
func TestFoundByWhatPeopleSay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		home, office := h.unit("3栋", "1单元", "1502"), h.unit("A座", "", "801")
		h.unit("9栋", "", "901") // nobody says anything of it
		h.occupy(home, h.person("周慧兰", "13812346621"), estate.Owner, "2019-06-28", "")
		company, err := h.CreatePerson(context.Background(), auth.System, h.project, estate.Person{Kind: estate.Company, Name: "恒通贸易有限公司"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		h.occupy(office, company, estate.Tenant, "2024-01-01", "")
		h.enter("vehicles", "label", "浙A·D58Q6", "person", "周慧兰", "sort", "car", "unit", "3-1-1502")
		for q, want := range map[string]string{
			"31502": home.Title(), "周慧兰": home.Title(), "zhl": home.Title(), "2346": home.Title(), "6621": home.Title(), "d58q6": home.Title(),
			"恒通贸易": office.Title(), "htmy": office.Title(),
		} {
			h.read(func(ctx context.Context, tx *store.Tx) error {
				hits, err := search.New().Find(ctx, tx, h.project, q, nil, 0)
				if !slices.ContainsFunc(hits, func(x search.Hit) bool { return strings.Contains(x.Title+" "+x.Sub, want) }) {
					t.Errorf("%s does not lead to %s: %+v", q, want, hits)
				}
				return err
			})
		}
	})
}

func codes(list estate.Choices) (out []string) {
	for _, c := range list {
		out = append(out, c.Code)
	}
	return out
}

// proves EST-01: one room stands once; its fields are checked at the field; of
// uses and states there are those of the rule and no others.
func TestUnitIsUniqueAndChecked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		h.unit("3栋", "1单元", "1502")
		_, err := h.CreateUnit(ctx, auth.System, h.project, newUnit("3栋", "1单元", "1502"))
		wantCode(t, err, "estate.unit.taken")
		bad := newUnit("", "", "")
		bad.Use, bad.State, bad.Area, bad.HandedOver = "castle", "haunted", -1, "2019-13-01"
		bad.BuildingName = "4栋"
		_, err = h.CreateUnit(ctx, auth.System, h.project, bad)
		for _, field := range []string{"room", "use", "state", "area", "handed_over"} {
			wantField(t, err, field)
		}
		bad = newUnit("", "", "101")
		_, err = h.CreateUnit(ctx, auth.System, h.project, bad)
		wantField(t, err, "building")
		uses, states := codes(estate.Uses), codes(estate.States)
		if diff := cmp.Diff([]string{"residence", "office", "shop", "parking", "storage"}, uses); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"unsold", "vacant", "owner_occupied", "let", "fit_out", "custody"}, states); diff != "" {
			t.Error(diff)
		}
		for i, state := range states {
			in := newUnit("6栋", "", fmt.Sprint(101+i))
			in.State, in.Use, in.Area = state, uses[i%len(uses)], estate.Area(8950+i)
			u, err := h.CreateUnit(ctx, auth.System, h.project, in)
			if err != nil {
				t.Fatal(err)
			}
			h.read(func(ctx context.Context, tx *store.Tx) error {
				got, err := h.Unit(ctx, tx, h.project, u.ID)
				if got.State != in.State || got.Use != in.Use || got.Area != in.Area {
					t.Errorf("kept %s %s %s of %+v", got.State, got.Use, got.Area, in)
				}
				return err
			})
		}
		_, err = h.CreateUnit(ctx, clerk(h.project, estate.PermView), h.project, newUnit("5栋", "", "101"))
		if errs.KindOf(err) != errs.Forbidden {
			t.Errorf("without the right: %v", err)
		}
	})
}

// proves EST-16: who, when, before, after; EST-01: states keep their spans.
func TestSaveUnitKeepsChanges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx, me := context.Background(), clerk(h.project, estate.PermEdit)
		u := h.unit("3栋", "1单元", "1502")
		seen := u
		u.State, u.Area, u.Layout = estate.StateLet, 11900, "三室两厅"
		if _, err := h.SaveUnit(ctx, me, u, "业主来电"); err != nil {
			t.Fatal(err)
		}
		_, err := h.SaveUnit(ctx, me, seen, "")
		wantCode(t, err, "estate.version.stale")
		seen.HandedOver = "2099-01-01"
		_, err = h.SaveUnit(ctx, me, seen, "")
		wantField(t, err, "handed_over") // nobody took over a unit on a day to come
		h.read(func(ctx context.Context, tx *store.Tx) error {
			list, err := h.UnitChanges(ctx, tx, h.project, u.ID, 10)
			if err != nil {
				return err
			}
			var got [][4]string
			for _, c := range list {
				if !c.At.Equal(h.clock.Now()) {
					t.Errorf("%s changed at %s, not now", c.Field, c.At)
				}
				got = append(got, [4]string{c.Actor, c.Field, c.Before, c.After})
			}
			want := [][4]string{{"林晓", "state", "vacant", "let"}, {"林晓", "layout", "", "三室两厅"}, {"林晓", "area", "118.62", "119.00"}, {"系统", "created", "", "3栋1单元-1502"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			spans, err := h.UnitStates(ctx, tx, h.project, u.ID)
			wantSpans := []estate.StateSpan{{State: "let", From: "2026-11-20", Reason: "业主来电"}, {State: "vacant", From: "2019-06-28", To: "2026-11-20"}}
			if diff := cmp.Diff(wantSpans, spans); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}

func TestParseArea(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"118.62": "118.62", "89.5": "89.50", "89.50㎡": "89.50", "１２０": "120.00", "1,180.5 平方米": "1180.50", "89.500": "89.50"} {
		if a, ok := estate.ParseArea(in); !ok || a.String() != want {
			t.Errorf("%s: %s %v", in, a, ok)
		}
	}
	for _, in := range []string{"", "-1", "八十九", "1e5", "89.555", "99999999"} {
		if a, ok := estate.ParseArea(in); ok {
			t.Errorf("%s read as %s", in, a)
		}
	}
}

func TestProject(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		p, err := h.ByCode(ctx, "jinxiu")
		if err != nil || p.ID != h.project || p.Name != "锦绣华庭" || p.Profile != "residential" {
			t.Errorf("%+v %v", p, err)
		}
		_, err = h.ByCode(ctx, "'; DROP TABLE estate_project --")
		if errs.KindOf(err) != errs.NotFound {
			t.Errorf("unknown code: %v", err)
		}
		_, err = h.CreateProject(ctx, auth.System, estate.Project{Code: "jinxiu", Name: "又一个", Profile: "residential"})
		wantCode(t, err, "estate.project.taken")
		_, err = h.CreateProject(ctx, auth.System, estate.Project{Code: "Jin Xiu", Settings: []byte("[]")})
		for _, field := range []string{"code", "name", "profile", "settings"} {
			wantField(t, err, field)
		}
		list, err := h.Projects(ctx, clerk(h.project))
		if err != nil || len(list) != 1 {
			t.Errorf("own projects: %v %v", list, err)
		}
		if list, _ := h.Projects(ctx, clerk(h.project+1)); len(list) != 0 {
			t.Errorf("projects of others: %v", list)
		}
	})
}
