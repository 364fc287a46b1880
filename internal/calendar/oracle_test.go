package calendar

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// oracle counts minute by minute from the published yearly files, knowing
// nothing of the calendar's code but its data types.
type oracle struct {
	holidays, workdays map[string]bool
	published          map[int]bool
	hours              []Window // of a working day
	closed, worked     map[string]bool
}

func newOracle(t testing.TB) *oracle {
	t.Helper()
	o := &oracle{map[string]bool{}, map[string]bool{}, map[int]bool{}, nil, map[string]bool{}, map[string]bool{}}
	for year := 2004; ; year++ {
		data, err := os.ReadFile(fmt.Sprintf("../../third_party/chinese-days/years/%d.json", year))
		if err != nil {
			break
		}
		var y struct{ Holidays, Workdays map[string]string }
		if err := json.Unmarshal(data, &y); err != nil {
			t.Fatal(err)
		}
		for d := range y.Holidays {
			o.holidays[d] = true
		}
		for d := range y.Workdays {
			o.workdays[d] = true
		}
		o.published[year] = true
	}
	return o
}

func (o *oracle) working(date time.Time) bool {
	switch s := date.Format(time.DateOnly); {
	case o.closed[s]:
		return false
	case o.worked[s], o.workdays[s]:
		return true
	case o.holidays[s]:
		return false
	}
	if !o.published[date.Year()] {
		switch date.Format("01-02") {
		case "01-01", "05-01", "05-02", "10-01", "10-02", "10-03":
			return false
		}
	}
	return date.Weekday() != time.Saturday && date.Weekday() != time.Sunday
}

// open reports whether the minute that begins at t is in business hours.
func (o *oracle) open(t time.Time) bool {
	for back := range 2 { // a night shift may have begun the day before
		day := time.Date(t.Year(), t.Month(), t.Day()-back, 0, 0, 0, 0, Zone)
		if !o.working(day) {
			continue
		}
		m := int(t.Sub(day) / time.Minute)
		if len(o.hours) == 0 && back == 0 {
			return true
		}
		for _, w := range o.hours {
			if m >= w.From && m < w.To {
				return true
			}
		}
	}
	return false
}

func paused(t time.Time, pauses []Span) bool {
	for _, p := range pauses {
		if !t.Before(p.From) && t.Before(p.To) {
			return true
		}
	}
	return false
}

func (o *oracle) due(start time.Time, l Limit, pauses []Span) time.Time {
	counts := func(t time.Time) bool { return !paused(t, pauses) }
	n := l.N
	switch l.Unit {
	case Hours:
		n *= 60
	case WorkingMinutes, WorkingHours:
		if l.Unit == WorkingHours {
			n *= 60
		}
		counts = func(t time.Time) bool { return !paused(t, pauses) && o.open(t) }
	case Days, WorkingDays, StatutoryDays, SameDay:
		return o.dueDays(start, l, pauses)
	}
	t := start
	for ; n > 0; t = t.Add(time.Minute) {
		if counts(t) {
			n--
		}
	}
	return t
}

// end is the close of business of a day, or its midnight.
func (o *oracle) end(day time.Time) time.Time {
	midnight := day.AddDate(0, 0, 1)
	if len(o.hours) > 0 && o.working(day) {
		if last := day.Add(time.Duration(o.hours[len(o.hours)-1].To) * time.Minute); last.Before(midnight) {
			return last
		}
	}
	return midnight
}

func (o *oracle) dueDays(start time.Time, l Limit, pauses []Span) time.Time {
	day := time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, Zone)
	counts := func(d time.Time) bool { return l.Unit != WorkingDays || o.working(d) }
	standsStill := func(d time.Time) bool { // the minute before the day's end is paused
		e := o.end(d)
		return paused(e.Add(-time.Minute), pauses)
	}
	left := l.N
	if counts(day) && standsStill(day) {
		left++
	}
	for left > 0 {
		day = day.AddDate(0, 0, 1)
		if counts(day) && !standsStill(day) {
			left--
		}
	}
	for l.Unit == StatutoryDays && (!o.workdays[day.Format(time.DateOnly)] && (o.holidays[day.Format(time.DateOnly)] || o.restByWeekday(day)) || standsStill(day)) {
		day = day.AddDate(0, 0, 1)
	}
	if e := o.end(day); e.After(start) {
		return e
	}
	return day.AddDate(0, 0, 1)
}

func (o *oracle) restByWeekday(d time.Time) bool {
	plain := oracle{published: o.published}
	return !plain.working(d)
}

// Every limit ends at the minute the slow oracle finds, 2024 to 2035, with
// swapped days, lunch breaks, night shifts, project days and pauses.
// proves PLT-07.
func TestDueEqualsTheOracle(t *testing.T) {
	t.Parallel()
	base, slow := china(t), newOracle(t)
	rapid.Check(t, func(t *rapid.T) {
		cal, o := drawCalendar(t, base, *slow)
		first := time.Date(2024, 1, 1, 0, 0, 0, 0, Zone)
		start := first.Add(time.Duration(rapid.IntRange(0, 12*365*24*60).Draw(t, "start")) * time.Minute)
		unit := rapid.SampledFrom([]Unit{Minutes, Hours, WorkingMinutes, WorkingHours, Days, WorkingDays, StatutoryDays, SameDay}).Draw(t, "unit")
		l := Limit{Unit: unit, N: rapid.IntRange(1, 12).Draw(t, "n")}
		if unit == Minutes || unit == WorkingMinutes {
			l.N = rapid.IntRange(1, 900).Draw(t, "minutes")
		}
		if unit == SameDay {
			l.N = 0
		}
		var pauses []Span
		for range rapid.IntRange(0, 3).Draw(t, "pauses") {
			from := start.Add(time.Duration(rapid.IntRange(-600, 6000).Draw(t, "from")) * time.Minute)
			pauses = append(pauses, Span{from, from.Add(time.Duration(rapid.IntRange(1, 4000).Draw(t, "length")) * time.Minute)})
		}
		got, want := cal.Due(start, l, pauses), o.due(start, l, pauses)
		if !got.Equal(want) {
			t.Fatalf("%s from %s, pauses %v: %s, oracle %s", l, start, pauses, got, want)
		}
		if sum := cal.Elapsed(start, got, l, pauses); unit == WorkingMinutes && sum != time.Duration(l.N)*time.Minute {
			t.Fatalf("elapsed until due is %s, limit %s", sum, l)
		}
		if half := cal.At(start, got, l, 0.5, pauses); half.Before(start) || half.After(got) {
			t.Fatalf("half of the limit lies at %s, outside %s to %s", half, start, got)
		}
	})
}

func drawCalendar(t *rapid.T, base *Calendar, o oracle) (*Calendar, *oracle) {
	hours := rapid.SampledFrom([][]Window{nil, {{540, 1020}}, {{540, 720}, {810, 1080}}, {{1320, 1800}}, {{0, 1440}}, {{360, 600}, {600, 840}, {1200, 1500}}}).Draw(t, "hours")
	o.hours, o.closed, o.worked = hours, map[string]bool{}, map[string]bool{}
	over := Overrides{Hours: &OpenHours{Workday: hours}}
	for range rapid.IntRange(0, 2).Draw(t, "exceptions") {
		date := time.Date(2024, 1, rapid.IntRange(1, 12*365).Draw(t, "date"), 0, 0, 0, 0, Zone).Format(time.DateOnly)
		if o.closed[date] || o.worked[date] {
			continue
		}
		working := rapid.Bool().Draw(t, "working")
		o.closed[date], o.worked[date] = !working, working
		over.Exceptions = append(over.Exceptions, Exception{Date: date, Working: working})
	}
	cal, err := base.With(over)
	if err != nil {
		t.Fatal(err)
	}
	return cal, &o
}
