package calendar

import "time"

// Due is when limit ends that began at start, with the clock standing still in
// the pauses (in any order, overlapping or not).
//
// Minutes and hours run from the minute; working minutes and hours only while
// the place is open. Days exclude the starting day and end at 24:00 or at the
// close of business (Civil Code 201); working days are those of the calendar;
// statutory days that would end on a holiday or rest day end on the next
// working day (Civil Code 203). A pause moves a limit in days by each counting
// day whose end lies in it, so that a pause over a weekend moves no working day.
func (c *Calendar) Due(start time.Time, limit Limit, pauses []Span) time.Time {
	pauses, start = mergeSpans(pauses), start.In(Zone)
	first := dayOf(start)
	switch limit.Unit {
	case Minutes, WorkingMinutes:
		return c.advance(start, time.Duration(limit.N)*time.Minute, limit.runsOpen(), pauses)
	case Hours, WorkingHours:
		return c.advance(start, time.Duration(limit.N)*time.Hour, limit.runsOpen(), pauses)
	case AtTime:
		return nextShowing(start, limit.N, pauses)
	case SameDay:
		if d := c.moved(first, first, everyDay, pauses); d > first || c.dayEnd(d).After(start) {
			return c.dayEnd(d)
		}
		return dayStart(first + 1) // begun after closing: the day itself is still not over
	case Days:
		return c.dayEnd(c.moved(first, first+limit.N, everyDay, pauses))
	case Months:
		return c.dayEnd(c.moved(first, monthsLater(first, limit.N), everyDay, pauses))
	case StatutoryDays:
		d := c.moved(first, first+limit.N, everyDay, pauses)
		for c.restsByLaw(d) || endsIn(c.dayEnd(d), pauses) {
			d++
		}
		return c.dayEnd(d)
	case WorkingDays:
		last := first
		for range limit.N {
			last = nextDay(last, c.working)
		}
		return c.dayEnd(c.moved(first, last, c.working, pauses))
	}
	return start
}

// DueAfter is when offset ends that is counted from a due time, as in
// "due + 1 day": a due at 24:00 belongs to the day that ends there.
func (c *Calendar) DueAfter(due time.Time, offset Limit, pauses []Span) time.Time {
	switch offset.Unit {
	case Minutes, Hours, WorkingMinutes, WorkingHours, AtTime:
		return c.Due(due, offset, pauses)
	default:
		return c.Due(due.Add(-time.Microsecond), offset, pauses)
	}
}

// Elapsed is how much of limit's kind of time has run from start to now: open
// time for limits in working time, all time for the others, pauses left out.
func (c *Calendar) Elapsed(start, now time.Time, limit Limit, pauses []Span) time.Duration {
	return c.between(start.In(Zone), now.In(Zone), limit.runsOpen(), mergeSpans(pauses))
}

// At is the instant by which share of the time from start to due has run, in
// limit's kind of time: 0.8 for a level at 80 %.
func (c *Calendar) At(start, due time.Time, limit Limit, share float64, pauses []Span) time.Time {
	pauses, start = mergeSpans(pauses), start.In(Zone)
	total := c.between(start, due, limit.runsOpen(), pauses)
	return c.advance(start, time.Duration(float64(total)*share).Truncate(time.Microsecond), limit.runsOpen(), pauses)
}

// runsOpen reports whether the limit counts open time only.
func (l Limit) runsOpen() bool {
	return l.Unit == WorkingMinutes || l.Unit == WorkingHours || l.Unit == WorkingDays
}

// moved is the day a limit ends on that would end on last: one counting day
// later for each counting day from first on whose end lies in a pause.
func (c *Calendar) moved(first, last int, counts func(int) bool, pauses []Span) int {
	if len(pauses) == 0 {
		return last
	}
	days := 0
	for d := first; d <= last; d++ {
		if counts(d) && endsIn(c.dayEnd(d), pauses) {
			days++
		}
	}
	for days > 0 {
		last = nextDay(last, counts)
		if !endsIn(c.dayEnd(last), pauses) {
			days--
		}
	}
	return last
}

func everyDay(int) bool { return true }

func nextDay(d int, counts func(int) bool) int {
	for d++; !counts(d); d++ {
	}
	return d
}

// endsIn reports whether an end lies in a pause. An end at which a pause begins
// came first; one at which it ends was paused until the last.
func endsIn(t time.Time, pauses []Span) bool {
	for _, p := range pauses {
		if t.After(p.From) && !t.After(p.To) {
			return true
		}
	}
	return false
}

// monthsLater is the same day of a later month, or its last day where the month
// is shorter (Civil Code 202).
func monthsLater(d, months int) int {
	y, m, dd := dayStart(d).Date()
	last := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, Zone)
	if dd < last.Day() {
		return dayOf(last) - last.Day() + dd
	}
	return dayOf(last)
}

// nextShowing is the next time after t at which the clock shows minute and is not paused.
func nextShowing(t time.Time, minute int, pauses []Span) time.Time {
	for d := dayOf(t) - 1; ; d++ {
		at := dayStart(d).Add(time.Duration(minute) * time.Minute)
		if at.After(t) && !endsIn(at, pauses) {
			return at
		}
	}
}
