package calendar

import (
	"testing"
	"time"
)

func TestShift(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		limit, day string
		n          int
		want       string
	}{
		{"7 days", "2026-11-27", 1, "2026-12-04"},
		{"1 month", "2026-01-31", 1, "2026-02-28"},
		{"1 month", "2026-12-31", 1, "2027-01-31"},
		{"5 years", "2028-02-29", -1, "2023-02-28"}, // here since 1 March: not five years yet
		{"60 years", "2026-11-20", -1, "1966-11-20"},
		{"48 hours", "2026-11-20", -1, "2026-11-18"},
		{"1440 minutes", "2026-11-20", 1, "2026-11-21"},
		{"3 working days", "2026-11-20", 1, ""},
		{"same day", "2026-11-20", 1, ""},
	} {
		day, err := time.Parse(time.DateOnly, row.day)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := limit(t, row.limit).Shift(day, row.n)
		if ok != (row.want != "") || ok && got.Format(time.DateOnly) != row.want {
			t.Errorf("%s from %s: %s, %t", row.limit, row.day, got.Format(time.DateOnly), ok)
		}
	}
	for s, want := range map[string]string{"5 years": "5 年 / 5 years", "12 months": "1 年 / 1 year", "18 months": "18 个月 / 18 months"} {
		if b := limit(t, s).Words(); b.ZH+" / "+b.EN != want {
			t.Errorf("%s: %s / %s", s, b.ZH, b.EN)
		}
	}
}
