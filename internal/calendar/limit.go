package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/text"
)

// Unit is what a limit is counted in.
type Unit string

// The units of a limit. Minutes and hours run from the minute; days exclude
// the starting day and end at 24:00 or at close of business (Civil Code 201).
const (
	Minutes        Unit = "minutes"
	Hours          Unit = "hours"
	Days           Unit = "days"
	WorkingDays    Unit = "working days"
	WorkingMinutes Unit = "working minutes" // while the place is open
	WorkingHours   Unit = "working hours"
	StatutoryDays  Unit = "statutory days" // days that do not end on a day of rest (Civil Code 203)
	Months         Unit = "months"
	SameDay        Unit = "same day" // N is 0: the end of the day it starts on
	AtTime         Unit = "at"       // N is minutes after midnight: the next time the clock shows it
)

// Limit is a span of handbook time as a profile writes it.
type Limit struct {
	N     int
	Unit  Unit
	After string // event it counts from instead of the clock's own, "" for none
}

// maxLimit keeps a mistyped figure from meaning centuries.
const maxLimit = 100_000

var units = map[string]struct {
	unit Unit
	each int
}{
	"minute": {Minutes, 1}, "minutes": {Minutes, 1}, "hour": {Hours, 1}, "hours": {Hours, 1},
	"day": {Days, 1}, "days": {Days, 1}, "week": {Days, 7}, "weeks": {Days, 7},
	"month": {Months, 1}, "months": {Months, 1}, "year": {Months, 12}, "years": {Months, 12},
	"working minute": {WorkingMinutes, 1}, "working minutes": {WorkingMinutes, 1},
	"working hour": {WorkingHours, 1}, "working hours": {WorkingHours, 1},
	"working day": {WorkingDays, 1}, "working days": {WorkingDays, 1},
	"statutory day": {StatutoryDays, 1}, "statutory days": {StatutoryDays, 1},
}

// ParseLimit reads "15 minutes", "8 hours", "2 days", "3 working days",
// "4 working hours", "10 statutory days",
// "1 week", "2 years", "same day", "at 18:00", each with an optional
// " after event". A week is seven days and a year twelve months.
func ParseLimit(s string) (Limit, error) {
	words := strings.Fields(s)
	var l Limit
	if n := len(words); n > 2 && words[n-2] == "after" {
		if !isName(words[n-1]) {
			return Limit{}, fmt.Errorf("limit %q: %q is not the name of an event", s, words[n-1])
		}
		l.After = words[n-1]
		words = words[:n-2]
	}
	switch {
	case len(words) == 2 && words[0] == "same" && words[1] == "day":
		l.Unit = SameDay
		return l, nil
	case len(words) == 2 && words[0] == "at":
		minutes, err := parseHour(words[1])
		if err != nil {
			return Limit{}, fmt.Errorf("limit %q: %w", s, err)
		}
		l.Unit, l.N = AtTime, minutes
		return l, nil
	case len(words) == 2 || len(words) == 3:
		u, ok := units[strings.Join(words[1:], " ")]
		if !ok {
			return Limit{}, fmt.Errorf("limit %q: unknown unit %q", s, strings.Join(words[1:], " "))
		}
		n, err := parseCount(words[0])
		if err != nil {
			return Limit{}, fmt.Errorf("limit %q: %w", s, err)
		}
		l.Unit, l.N = u.unit, n*u.each
		return l, nil
	}
	return Limit{}, fmt.Errorf("limit %q: want a number and a unit, such as \"3 working days\", \"same day\" or \"at 18:00\"", s)
}

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxLimit {
		return 0, fmt.Errorf("%q is not a count from 1 to %d", s, maxLimit)
	}
	return n, nil
}

func parseHour(s string) (int, error) {
	h, m, ok := strings.Cut(s, ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || len(m) != 2 || hour < 0 || minute < 0 || minute > 59 || hour*60+minute > 24*60 {
		return 0, fmt.Errorf("%q is not a time of day", s)
	}
	return hour*60 + minute, nil
}

func isName(s string) bool {
	for i, r := range s {
		if r >= 'a' && r <= 'z' || i > 0 && (r >= '0' && r <= '9' || r == '_') {
			continue
		}
		return false
	}
	return s != ""
}

// IsZero reports whether l is no limit at all.
func (l Limit) IsZero() bool { return l.Unit == "" }

// Shift moves day by n times l, a span of minutes, hours, days or months (years are months):
// back when n is negative. The last day of a shorter month stands for one that
// it does not have. ok is false for a span counted in anything else.
func (l Limit) Shift(day time.Time, n int) (moved time.Time, ok bool) {
	switch l.Unit {
	case Minutes:
		return day.Add(time.Duration(n*l.N) * time.Minute), true
	case Hours:
		return day.Add(time.Duration(n*l.N) * time.Hour), true
	case Days:
		return day.AddDate(0, 0, n*l.N), true
	case Months:
		first := day.AddDate(0, 0, 1-day.Day()).AddDate(0, n*l.N, 0)
		last := first.AddDate(0, 1, -1).Day()
		return first.AddDate(0, 0, min(day.Day(), last)-1), true
	default:
		return day, false
	}
}

// String is the limit as ParseLimit reads it; it is what a case is stamped with.
func (l Limit) String() string {
	var s string
	switch l.Unit {
	case "":
		return ""
	case SameDay:
		s = "same day"
	case AtTime:
		s = fmt.Sprintf("at %02d:%02d", l.N/60, l.N%60)
	default:
		u := string(l.Unit)
		if l.N == 1 {
			u = strings.TrimSuffix(u, "s")
		}
		s = fmt.Sprintf("%d %s", l.N, u)
	}
	if l.After != "" {
		s += " after " + l.After
	}
	return s
}

// Words is the limit as people read it, without the event it counts from.
func (l Limit) Words() text.Both {
	l.After = ""
	var zh string
	switch l.Unit {
	case Minutes:
		zh = fmt.Sprintf("%d 分钟", l.N)
	case Hours:
		zh = fmt.Sprintf("%d 小时", l.N)
	case Days:
		zh = fmt.Sprintf("%d 天", l.N)
	case WorkingDays:
		zh = fmt.Sprintf("%d 个工作日", l.N)
	case WorkingMinutes:
		zh = fmt.Sprintf("%d 分钟（工作时间）", l.N)
	case WorkingHours:
		zh = fmt.Sprintf("%d 小时（工作时间）", l.N)
	case StatutoryDays:
		zh = fmt.Sprintf("%d 日（遇休息日顺延）", l.N)
	case Months:
		zh = fmt.Sprintf("%d 个月", l.N)
		if n := l.N / 12; n > 0 && l.N%12 == 0 {
			return text.B(fmt.Sprintf("%d 年", n), strings.TrimSuffix(fmt.Sprintf("%d years", n), map[bool]string{true: "s"}[n == 1]))
		}
	case SameDay:
		zh = "当天"
	case AtTime:
		zh = fmt.Sprintf("%02d:%02d 前", l.N/60, l.N%60)
	}
	return text.B(zh, l.String())
}
