package estate_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"guanjia/internal/store"
)

// proves EST-14: a registered letting makes the unit let, its end makes it vacant.
func TestLettingChangesTheUnit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.unit("3栋", "1单元", "1502")
		e := h.enter("lettings", "label", "2026-017", "unit", "3-1-1502", "person", "周慧兰", "tenant", "薛雨梅", "since", "2026-11-10", "use", "residence")
		state := func() (states []string) {
			err := h.db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				u, err := h.Unit(ctx, tx, h.project, e.Unit)
				if err != nil {
					return err
				}
				spans, err := h.UnitStates(ctx, tx, h.project, e.Unit)
				for _, s := range spans {
					states = append(states, s.State)
				}
				if len(states) == 0 || states[0] != u.State {
					t.Errorf("the unit is %s, its history says %v", u.State, states)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return states
		}
		if s := state(); s[0] != "let" {
			t.Errorf("after the letting: %v", s)
		}
		f := h.front(everything...)
		f.post(fmt.Sprintf("/registers/lettings/%d/move", e.ID), http.StatusSeeOther, form("move", "end", "version", "1"))
		if s := state(); s[0] != "vacant" || s[1] != "let" {
			t.Errorf("after its end: %v", s)
		}
	})
}

// proves EST-19: the sorts of sign that are nowhere are listed.
func TestMissingSigns(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.enter("signs", "label", "BS-1", "sort", "plan", "place", "主出入口")
		f := h.front(everything...)
		if body := f.get("/registers/signs", "还缺：路标"); strings.Contains(body, "还缺：主出入口平面图") {
			t.Error("the plan that stands is called missing")
		}
	})
}
