package calendar

import (
	"os"
	"testing"
	"time"
)

func china(t testing.TB) *Calendar {
	t.Helper()
	c, err := Load(os.DirFS("../../handbook"), "calendars/cn.json")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func with(t testing.TB, c *Calendar, o Overrides) *Calendar {
	t.Helper()
	out, err := c.With(o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func hours(t testing.TB, workday ...string) Overrides {
	t.Helper()
	h := &OpenHours{}
	for _, s := range workday {
		w, err := ParseWindow(s)
		if err != nil {
			t.Fatal(err)
		}
		h.Workday = append(h.Workday, w)
	}
	return Overrides{Hours: h}
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	plus := 0
	if len(s) == 16 && s[11:] == "24:00" {
		s, plus = s[:11]+"00:00", 1
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", s, Zone)
	if err != nil {
		t.Fatal(err)
	}
	return v.AddDate(0, 0, plus)
}

func limit(t testing.TB, s string) Limit {
	t.Helper()
	l, err := ParseLimit(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// proves CMP-03, DSK-15: figures in minutes, hours, days, working days.
func TestDue(t *testing.T) {
	t.Parallel()
	round := china(t)
	office := with(t, round, hours(t, "09:00-17:00"))
	lunch := with(t, round, hours(t, "09:00-12:00", "13:30-18:00"))
	night := with(t, round, hours(t, "22:00-06:00"))
	closed := with(t, round, Overrides{Exceptions: []Exception{{Date: "2026-11-23", Name: "停电"}, {Date: "2026-11-21", Working: true}}})
	for name, x := range map[string]struct {
		cal                 *Calendar
		start, limit, until string
		pauses              []string // from, to, from, to …
	}{
		"minutes run through the night":              {round, "2026-11-20 23:50", "15 minutes", "2026-11-21 00:05", nil},
		"hours run through holidays":                 {round, "2026-10-01 10:00", "8 hours", "2026-10-01 18:00", nil},
		"open hours end at closing":                  {office, "2026-11-20 16:30", "1 working hour", "2026-11-23 09:30", nil},
		"an end at closing stays on its day":         {office, "2026-11-20 16:30", "30 working minutes", "2026-11-20 17:00", nil},
		"before a made-up Sunday":                    {office, "2026-09-19 16:30", "1 working hour", "2026-09-20 10:00", nil},
		"lunch does not count":                       {lunch, "2026-11-20 11:30", "1 working hour", "2026-11-20 14:00", nil},
		"begun in the lunch break":                   {lunch, "2026-11-20 12:30", "1 working hour", "2026-11-20 14:30", nil},
		"a night shift across midnight":              {night, "2026-11-19 23:00", "3 working hours", "2026-11-20 02:00", nil},
		"a night shift into a rest day":              {night, "2026-11-20 23:00", "8 working hours", "2026-11-23 23:00", nil},
		"days exclude the first":                     {round, "2026-09-30 09:20", "2 days", "2026-10-02 24:00", nil},
		"days end at the close of business":          {office, "2026-11-17 10:00", "2 days", "2026-11-19 17:00", nil},
		"a last day that is closed ends at midnight": {office, "2026-11-20 10:00", "1 day", "2026-11-21 24:00", nil},
		"a week is seven days":                       {round, "2026-11-20 10:42", "1 week", "2026-11-27 24:00", nil},
		"working days step over the golden week":     {round, "2026-09-30 09:00", "3 working days", "2026-10-10 24:00", nil},
		"working days count the made-up Saturday":    {round, "2026-10-09 09:00", "1 working day", "2026-10-10 24:00", nil},
		"working days from a rest day":               {round, "2026-11-21 09:00", "1 working day", "2026-11-23 24:00", nil},
		"a project's own closed day":                 {closed, "2026-11-21 09:00", "1 working day", "2026-11-24 24:00", nil},
		"a project's own working Saturday":           {closed, "2026-11-20 09:00", "1 working day", "2026-11-21 24:00", nil},
		"statutory days roll past the holiday":       {round, "2026-09-21 09:00", "10 statutory days", "2026-10-08 24:00", nil},
		"statutory days roll past the weekend":       {round, "2026-11-11 09:00", "10 statutory days", "2026-11-23 24:00", nil},
		"statutory days stay on a made-up day":       {round, "2026-10-07 09:00", "3 statutory days", "2026-10-10 24:00", nil},
		"a project's day off moves no statutory end": {closed, "2026-11-13 09:00", "10 statutory days", "2026-11-23 24:00", nil},
		"plain days end on the holiday":              {round, "2026-09-21 09:00", "10 days", "2026-10-01 24:00", nil},
		"same day":                                   {round, "2026-11-20 10:42", "same day", "2026-11-20 24:00", nil},
		"same day before closing":                    {office, "2026-11-20 10:42", "same day", "2026-11-20 17:00", nil},
		"same day after closing":                     {office, "2026-11-20 19:00", "same day", "2026-11-20 24:00", nil},
		"at a time later today":                      {round, "2026-11-20 10:42", "at 18:00", "2026-11-20 18:00", nil},
		"at a time already past":                     {round, "2026-11-20 18:00", "at 18:00", "2026-11-21 18:00", nil},
		"at the end of the day":                      {round, "2026-11-20 10:42", "at 24:00", "2026-11-20 24:00", nil},
		"a month ends on the same day":               {round, "2026-11-20 10:42", "1 month", "2026-12-20 24:00", nil},
		"a month to a shorter one":                   {round, "2027-01-31 10:00", "1 month", "2027-02-28 24:00", nil},
		"a year over the leap day":                   {round, "2024-02-29 10:00", "1 year", "2025-02-28 24:00", nil},
		"a pause moves hours":                        {round, "2026-11-20 10:00", "8 hours", "2026-11-20 20:00", []string{"2026-11-20 12:00", "2026-11-20 14:00"}},
		"pauses that overlap count once":             {round, "2026-11-20 10:00", "8 hours", "2026-11-20 20:00", []string{"2026-11-20 13:00", "2026-11-20 14:00", "2026-11-20 12:00", "2026-11-20 13:30"}},
		"a pause over the weekend moves open hours by the open part": {office, "2026-11-20 16:00", "2 working hours", "2026-11-23 11:30",
			[]string{"2026-11-20 16:30", "2026-11-23 10:00"}},
		"a pause over the weekend moves no working day": {round, "2026-11-20 10:00", "2 working days", "2026-11-24 24:00", []string{"2026-11-21 00:00", "2026-11-22 24:00"}},
		"a pause over a night moves a day":              {round, "2026-11-16 10:00", "2 days", "2026-11-19 24:00", []string{"2026-11-17 20:00", "2026-11-18 08:00"}},
		"a pause within a day moves no day":             {round, "2026-11-16 10:00", "2 days", "2026-11-18 24:00", []string{"2026-11-17 08:00", "2026-11-17 20:00"}},
		"a pause before the start moves nothing":        {round, "2026-11-20 10:00", "8 hours", "2026-11-20 18:00", []string{"2026-11-20 08:00", "2026-11-20 10:00"}},
		"a pause from the due on moves nothing":         {round, "2026-11-20 10:00", "8 hours", "2026-11-20 18:00", []string{"2026-11-20 18:00", "2026-11-20 19:00"}},
		"a pause over the same day":                     {round, "2026-11-20 10:00", "same day", "2026-11-22 24:00", []string{"2026-11-20 12:00", "2026-11-22 09:00"}},
		"a pause over the time of day":                  {round, "2026-11-20 10:00", "at 18:00", "2026-11-21 18:00", []string{"2026-11-20 17:00", "2026-11-20 19:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var pauses []Span
			for i := 0; i < len(x.pauses); i += 2 {
				pauses = append(pauses, Span{at(t, x.pauses[i]), at(t, x.pauses[i+1])})
			}
			if got, want := x.cal.Due(at(t, x.start), limit(t, x.limit), pauses), at(t, x.until); !got.Equal(want) {
				t.Errorf("due %s, want %s", got.Format("2006-01-02 15:04 Mon"), want.Format("2006-01-02 15:04 Mon"))
			}
		})
	}
}

func TestDueAfterBelongsToTheDayThatEnds(t *testing.T) {
	t.Parallel()
	c := china(t)
	for offset, want := range map[string]string{"1 day": "2026-10-03 24:00", "2 hours": "2026-10-03 02:00", "1 working day": "2026-10-08 24:00"} {
		if got := c.DueAfter(at(t, "2026-10-02 24:00"), limit(t, offset), nil); !got.Equal(at(t, want)) {
			t.Errorf("due + %s = %s, want %s", offset, got, want)
		}
	}
}

// A warning at a share of a limit in open hours falls into open hours.
func TestAtCountsTheLimitsOwnTime(t *testing.T) {
	t.Parallel()
	office := with(t, china(t), hours(t, "08:00-18:00"))
	l := limit(t, "4 working hours")
	start := at(t, "2026-11-19 17:00")
	due := office.Due(start, l, nil)
	if got, want := office.At(start, due, l, 0.75, nil), at(t, "2026-11-20 10:00"); !got.Equal(want) {
		t.Errorf("75 %% at %s, want %s", got, want)
	}
	if got := office.Elapsed(start, at(t, "2026-11-20 09:00"), l, nil); got != 2*time.Hour {
		t.Errorf("elapsed %s, want 2h", got)
	}
}
