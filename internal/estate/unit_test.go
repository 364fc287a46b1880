package estate_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
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

// proves EST-01: one room stands once; its fields are checked at the field.
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
		h.read(func(ctx context.Context, tx *store.Tx) error {
			list, err := h.UnitChanges(ctx, tx, h.project, u.ID, 10)
			if err != nil {
				return err
			}
			var got [][4]string
			for _, c := range list {
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
