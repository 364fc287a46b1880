package calendar

import (
	"fmt"
	"time"
)

// Calendar is the working days and hours a project counts by. Immutable;
// Hash names its content, and a case is stamped with it.
type Calendar struct {
	Hash string

	spec      Spec
	json      []byte
	days      map[int]day // days that differ from their weekday
	fixed     map[int]string
	published map[int]bool
	hasHours  bool
	workday   []Window
	restday   []Window
	week      [7][]Window
	hasWeek   [7]bool
}

// day is what is special about a date.
type day struct {
	sort  daySort
	name  string
	hours []Window
}

type daySort int8

const (
	dayPlain   daySort = iota
	dayHoliday         // statutory, or a weekday taken off for one
	dayMoved           // a weekend day worked instead
	dayClosed          // the project's own
	dayOpened          // the project's own
)

// Days are counted from 1970-01-01 in Zone, which has no summer time.
const zoneSeconds = 8 * 60 * 60

func dayOf(t time.Time) int {
	s := t.Unix() + zoneSeconds
	if s < 0 {
		s -= 86399
	}
	return int(s / 86400)
}

func dayStart(d int) time.Time { return time.Unix(int64(d)*86400-zoneSeconds, 0).In(Zone) }

func weekdayOf(d int) time.Weekday { return time.Weekday(((d+4)%7 + 7) % 7) }

func parseDay(date string) (int, error) {
	t, err := time.ParseInLocation(time.DateOnly, date, Zone)
	if err != nil {
		return 0, fmt.Errorf("%q is no date", date)
	}
	return dayOf(t), nil
}

// IsWorkingDay reports whether the day of t is worked: project exceptions
// first, then made-up days and holidays as announced, then the weekday. Years
// not yet announced know the holidays with a fixed date only (see Provisional).
func (c *Calendar) IsWorkingDay(t time.Time) bool { return c.working(dayOf(t)) }

func (c *Calendar) working(d int) bool {
	if x, ok := c.days[d]; ok {
		return x.sort == dayMoved || x.sort == dayOpened
	}
	wd := weekdayOf(d)
	if wd == time.Saturday || wd == time.Sunday {
		return false
	}
	_, fixed := c.fixedHoliday(d)
	return !fixed
}

// restsByLaw is for statutory limits: what a project opens or closes for itself
// moves no statutory end.
func (c *Calendar) restsByLaw(d int) bool {
	switch date := dayStart(d).Format(time.DateOnly); {
	case c.spec.Holidays[date] != "":
		return true
	case c.spec.Workdays[date] != "":
		return false
	}
	wd := weekdayOf(d)
	if wd == time.Saturday || wd == time.Sunday {
		return true
	}
	_, fixed := c.fixedHoliday(d)
	return fixed
}

func (c *Calendar) fixedHoliday(d int) (string, bool) {
	if len(c.fixed) == 0 {
		return "", false
	}
	y, m, dd := dayStart(d).Date()
	if c.published[y] {
		return "", false
	}
	name, ok := c.fixed[int(m)*100+dd]
	return name, ok
}

// DayName is what the day of t is called: a holiday, a made-up working day, a
// project's own day; "" for an ordinary day.
func (c *Calendar) DayName(t time.Time) string {
	d := dayOf(t)
	if x, ok := c.days[d]; ok {
		return x.name
	}
	name, _ := c.fixedHoliday(d)
	return name
}

// Provisional reports whether t lies in a year whose holidays have not been
// announced: a due time there may move when they are.
func (c *Calendar) Provisional(t time.Time) bool { return !c.published[t.In(Zone).Year()] }

// windows are the open hours that begin on day d.
func (c *Calendar) windows(d int) []Window {
	x, special := c.days[d]
	switch {
	case x.sort == dayClosed:
		return nil
	case x.sort == dayOpened && len(x.hours) > 0:
		return x.hours
	case !c.hasHours:
		if c.working(d) {
			return wholeDay
		}
		return nil
	}
	if wd := weekdayOf(d); !special && c.hasWeek[wd] {
		if _, fixed := c.fixedHoliday(d); !fixed {
			return c.week[wd]
		}
	}
	if c.working(d) {
		return c.workday
	}
	return c.restday
}

var wholeDay = []Window{{0, dayMinutes}}

// dayEnd is when day d ends for limits in days: 24:00, or the close of
// business where there are hours and the place opens that day.
func (c *Calendar) dayEnd(d int) time.Time {
	if c.hasHours || c.days[d].hours != nil {
		if ws := c.windows(d); len(ws) > 0 {
			return dayStart(d).Add(time.Duration(min(ws[len(ws)-1].To, dayMinutes)) * time.Minute)
		}
	}
	return dayStart(d + 1)
}

// IsOpen reports whether t lies in business hours.
func (c *Calendar) IsOpen(t time.Time) bool { return c.NextOpen(t).Equal(t) }

// NextOpen is the first instant from t on that lies in business hours.
func (c *Calendar) NextOpen(t time.Time) time.Time {
	for a := range c.open(t) {
		return a
	}
	return t
}
