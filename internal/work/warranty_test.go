package work_test

import (
	"context"
	"testing"
	"time"

	"guanjia/handbook"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/module"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
	"guanjia/internal/work"
)

// proves REP-01: by element and date of handover, to the day.
func TestWarrantyByElementAndDate(t *testing.T) {
	t.Parallel()
	h, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	cal, err := calendar.Load(handbook.FS, "calendars/cn.json")
	if err != nil {
		t.Fatal(err)
	}
	stamp := func(int64, string) (casefile.Stamp, error) {
		return casefile.Stamp{Figures: h.Profiles["residential"], Calendar: cal}, nil
	}
	day := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for name, c := range map[string]struct {
		handed   string
		reported time.Time
		fields   map[string]any
		unit     int64
		want     any
	}{
		"pipes in the second year":         {"2024-11-20", day("2026-10-01 09:00"), map[string]any{"element": "pipes"}, 1, true},
		"pipes on the last day":            {"2024-11-20", day("2026-11-20 23:00"), map[string]any{"element": "pipes"}, 1, true},
		"pipes the day after":              {"2024-11-20", day("2026-11-21 00:30"), map[string]any{"element": "pipes"}, 1, false},
		"waterproofing in the fourth year": {"2022-12-01", day("2026-11-20 09:00"), map[string]any{"element": "waterproof"}, 1, true},
		"lamps after half a year":          {"2026-05-01", day("2026-11-20 09:00"), map[string]any{"element": "lights"}, 1, false},
		"no element said":                  {"2024-11-20", day("2026-10-01 09:00"), nil, 1, nil},
		"a common part":                    {"2024-11-20", day("2026-10-01 09:00"), map[string]any{"element": "pipes", "part": "common"}, 1, nil},
		"no unit":                          {"2024-11-20", day("2026-10-01 09:00"), map[string]any{"element": "pipes"}, 0, nil},
		"not handed over":                  {"", day("2026-10-01 09:00"), map[string]any{"element": "pipes"}, 1, nil},
		"another element: a year":          {"2024-11-20", day("2026-10-01 09:00"), map[string]any{"element": "moon"}, 1, false},
		"reported now":                     {"2024-11-20", time.Time{}, map[string]any{"element": "pipes"}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.OpenSQLite(t, calendar.NewManual(storetest.Start), nil)
			fact := work.WarrantyFact(stamp, func(context.Context, *store.Tx, module.FactInput) (work.Handover, error) {
				return work.Handover{Day: c.handed, Reported: c.reported}, nil
			})
			err := db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				got, err := fact.Read(ctx, tx, module.FactInput{Project: 7, Unit: c.unit, Fields: c.fields})
				if got != c.want {
					t.Errorf("%v, want %v", got, c.want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
	gone := work.WarrantyFact(stamp, func(context.Context, *store.Tx, module.FactInput) (work.Handover, error) {
		return work.Handover{}, errs.New(errs.NotFound, "x", "x", "x")
	})
	if v, err := gone.Read(context.Background(), nil, module.FactInput{Unit: 1, Fields: map[string]any{"element": "pipes"}}); v != nil || err != nil {
		t.Errorf("an unknown unit: %v %v", v, err)
	}
}
