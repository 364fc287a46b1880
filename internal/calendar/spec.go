package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Spec is a calendar as data: what handbook/calendars holds, what a case is
// stamped with, and what the calendar page edits.
type Spec struct {
	Name       string            `json:"name"`
	Source     string            `json:"source,omitempty"`
	Published  []int             `json:"published"`            // years whose holidays have been announced
	Holidays   map[string]string `json:"holidays"`             // date → name: no working day
	Workdays   map[string]string `json:"workdays"`             // date → name: a rest day worked instead (调休)
	Fixed      map[string]string `json:"fixed,omitempty"`      // "10-01" → name: holidays of years not yet published
	Hours      OpenHours         `json:"hours,omitzero"`       // business hours; empty: the whole working day
	Exceptions []Exception       `json:"exceptions,omitempty"` // the project's own days, over everything else
}

// OpenHours are the business hours. A day without a window is closed.
type OpenHours struct {
	Workday []Window            `json:"workday,omitempty"`
	Restday []Window            `json:"restday,omitempty"`
	Week    map[string][]Window `json:"week,omitempty"` // "sat" → its own hours, where the day was not moved
}

// IsZero reports whether no hours are given.
func (h OpenHours) IsZero() bool {
	return len(h.Workday) == 0 && len(h.Restday) == 0 && len(h.Week) == 0
}

// Exception is one dated change by the project: a day closed, or a day worked.
type Exception struct {
	Date    string   `json:"date"` // 2026-10-08
	Name    string   `json:"name,omitempty"`
	Working bool     `json:"working"`
	Hours   []Window `json:"hours,omitempty"` // only with Working; empty: the usual ones
}

// Overrides are what one project changes of the published calendar.
type Overrides struct {
	Hours      *OpenHours  `json:"hours,omitempty"` // nil: as published
	Exceptions []Exception `json:"exceptions,omitempty"`
}

// Load reads a calendar file, usually calendars/cn.json of the handbook.
func Load(fsys fs.FS, name string) (*Calendar, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("reading the calendar: %w", err)
	}
	return Parse(data)
}

// Parse reads a calendar from JSON; unknown words are refused.
func Parse(data []byte) (*Calendar, error) {
	var s Spec
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return nil, fmt.Errorf("reading the calendar: %w", err)
	}
	return New(s)
}

// New builds a calendar from its data. It refuses dates that do not exist, a day
// that is both holiday and working day, overlapping hours, and a week in which
// nothing is ever open.
func New(s Spec) (*Calendar, error) {
	c := &Calendar{spec: s, days: map[int]day{}, fixed: map[int]string{}, published: map[int]bool{}}
	for _, y := range s.Published {
		c.published[y] = true
	}
	if err := c.addDays(s); err != nil {
		return nil, err
	}
	if err := c.addHours(s.Hours); err != nil {
		return nil, err
	}
	if err := c.addExceptions(s.Exceptions); err != nil {
		return nil, err
	}
	slices.SortFunc(c.spec.Exceptions, func(a, b Exception) int { return strings.Compare(a.Date, b.Date) })
	data, err := json.Marshal(c.spec)
	if err != nil {
		return nil, fmt.Errorf("writing the calendar: %w", err)
	}
	sum := sha256.Sum256(data)
	c.json, c.Hash = data, hex.EncodeToString(sum[:])
	return c, nil
}

// With is the calendar with a project's own hours and days over it.
func (c *Calendar) With(o Overrides) (*Calendar, error) {
	s := c.Spec()
	if o.Hours != nil {
		s.Hours = *o.Hours
	}
	for _, e := range o.Exceptions {
		s.Exceptions = slices.DeleteFunc(s.Exceptions, func(old Exception) bool { return old.Date == e.Date })
		s.Exceptions = append(s.Exceptions, e)
	}
	return New(s)
}

// Spec is the calendar's data; changing the copy's lists does not change c.
func (c *Calendar) Spec() Spec {
	s := c.spec
	s.Exceptions = slices.Clone(s.Exceptions)
	return s
}

// JSON is the calendar's canonical form; Parse gives back an equal calendar.
func (c *Calendar) JSON() []byte { return slices.Clone(c.json) }

func (c *Calendar) addDays(s Spec) error {
	for date, name := range s.Holidays {
		d, err := parseDay(date)
		if err != nil {
			return err
		}
		c.days[d] = day{sort: dayHoliday, name: name}
	}
	for date, name := range s.Workdays {
		d, err := parseDay(date)
		if err != nil {
			return err
		}
		if c.days[d].sort != dayPlain {
			return fmt.Errorf("calendar %s: %s is both a holiday and a working day", s.Name, date)
		}
		c.days[d] = day{sort: dayMoved, name: name}
	}
	for md, name := range s.Fixed {
		t, err := time.Parse("2006-01-02", "2000-"+md)
		if err != nil {
			return fmt.Errorf("calendar %s: %q is no day of the year", s.Name, md)
		}
		c.fixed[int(t.Month())*100+t.Day()] = name
	}
	return nil
}

var weekdays = map[string]time.Weekday{"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}

func (c *Calendar) addHours(h OpenHours) (err error) {
	c.hasHours = !h.IsZero()
	if c.workday, err = sortWindows(h.Workday); err != nil {
		return err
	}
	if c.restday, err = sortWindows(h.Restday); err != nil {
		return err
	}
	open := len(c.workday) + len(c.restday)
	for name, ws := range h.Week {
		wd, ok := weekdays[name]
		if !ok {
			return fmt.Errorf("%q is no weekday; use mon tue wed thu fri sat sun", name)
		}
		if c.week[wd], err = sortWindows(ws); err != nil {
			return err
		}
		c.hasWeek[wd] = true
		open += len(ws)
	}
	if c.hasHours && open == 0 {
		return fmt.Errorf("the business hours leave every day closed")
	}
	return nil
}

func (c *Calendar) addExceptions(list []Exception) error {
	seen := map[string]bool{}
	for _, e := range list {
		d, err := parseDay(e.Date)
		if err != nil {
			return err
		}
		if seen[e.Date] {
			return fmt.Errorf("the day %s is changed twice", e.Date)
		}
		seen[e.Date] = true
		ws, err := sortWindows(e.Hours)
		if err != nil {
			return err
		}
		if !e.Working && len(ws) > 0 {
			return fmt.Errorf("the day %s is closed and has hours", e.Date)
		}
		sort := dayClosed
		if e.Working {
			sort = dayOpened
		}
		c.days[d] = day{sort: sort, name: e.Name, hours: ws}
	}
	return nil
}
