package desk

import (
	"strings"
	"time"

	"guanjia/internal/calendar"
)

// Shift is a window of the day in which one crew sits at the desk (DSK-08).
type Shift struct {
	Words    string // as the figures write it: "23:00-07:00"
	From, To time.Time
}

// Night reports whether the shift goes over midnight.
func (s Shift) Night() bool {
	return s.From.In(calendar.Zone).YearDay() != s.To.Add(-time.Microsecond).In(calendar.Zone).YearDay()
}

// Holds reports whether t lies in the shift.
func (s Shift) Holds(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// Shifts are the shifts that begin on a day, from the windows of the figures;
// what is no window is left out.
func Shifts(day time.Time, windows []string) []Shift {
	var list []Shift
	for _, w := range windows {
		from, to, ok := strings.Cut(w, "-")
		a, okA := onDay(day, from)
		b, okB := onDay(day, to)
		if !ok || !okA || !okB {
			continue
		}
		if !b.After(a) {
			b = b.AddDate(0, 0, 1)
		}
		list = append(list, Shift{Words: w, From: a, To: b})
	}
	return list
}

func onDay(day time.Time, clock string) (time.Time, bool) {
	day = day.In(calendar.Zone)
	if clock == "24:00" {
		return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, calendar.Zone), true
	}
	t, err := time.Parse("15:04", clock)
	return time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), 0, 0, calendar.Zone), err == nil
}
