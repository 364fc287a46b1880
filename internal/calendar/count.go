package calendar

import (
	"iter"
	"slices"
	"time"
)

// Span is a stretch of time, From inclusive, To exclusive.
type Span struct{ From, To time.Time }

// horizonDays ends every search for open time: New refuses calendars that
// never open, so that only a project closing for decades could reach it.
const horizonDays = 20 * 366

// open yields the merged stretches of business hours from t on; without hours
// these are the whole working days.
func (c *Calendar) open(t time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(a, b time.Time) bool) {
		cursor, first := t, dayOf(t)-1 // a window of the day before may reach into this one
		for d := first; d < first+horizonDays; d++ {
			midnight := dayStart(d)
			for _, w := range c.windows(d) {
				a, b := midnight.Add(time.Duration(w.From)*time.Minute), midnight.Add(time.Duration(w.To)*time.Minute)
				if a.Before(cursor) {
					a = cursor
				}
				if !a.Before(b) {
					continue
				}
				cursor = b
				if !yield(a, b) {
					return
				}
			}
		}
	}
}

// counted yields the stretches that count from t on: open time or all time,
// without the pauses.
func (c *Calendar) counted(t time.Time, working bool, pauses []Span) iter.Seq2[time.Time, time.Time] {
	return func(yield func(a, b time.Time) bool) {
		stretches := func(yield func(a, b time.Time) bool) { yield(t, t.AddDate(400, 0, 0)) }
		if working {
			stretches = c.open(t)
		}
		for a, b := range stretches {
			for _, p := range pauses {
				if !p.To.After(a) {
					continue
				}
				if !p.From.Before(b) {
					break
				}
				if a.Before(p.From) && !yield(a, p.From) {
					return
				}
				a = p.To
				if !a.Before(b) {
					break
				}
			}
			if a.Before(b) && !yield(a, b) {
				return
			}
		}
	}
}

// advance is the earliest instant from t on by which amount has been counted.
func (c *Calendar) advance(t time.Time, amount time.Duration, working bool, pauses []Span) time.Time {
	if amount <= 0 {
		return t
	}
	end := t
	for a, b := range c.counted(t, working, pauses) {
		if left := b.Sub(a); left >= amount {
			return a.Add(amount)
		} else {
			amount -= left
		}
		end = b
	}
	return end
}

// between is how much is counted from a to b.
func (c *Calendar) between(from, to time.Time, working bool, pauses []Span) time.Duration {
	var sum time.Duration
	for a, b := range c.counted(from, working, pauses) {
		if !a.Before(to) {
			break
		}
		if b.After(to) {
			b = to
		}
		sum += b.Sub(a)
		if !b.Before(to) {
			break
		}
	}
	return sum
}

// mergeSpans orders pauses and joins those that touch; empty ones vanish.
func mergeSpans(spans []Span) []Span {
	in := slices.DeleteFunc(slices.Clone(spans), func(s Span) bool { return !s.From.Before(s.To) })
	slices.SortFunc(in, func(a, b Span) int { return a.From.Compare(b.From) })
	var out []Span
	for _, s := range in {
		if n := len(out); n > 0 && !s.From.After(out[n-1].To) {
			if s.To.After(out[n-1].To) {
				out[n-1].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}
