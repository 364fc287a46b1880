package desk

import (
	"context"
	"time"

	"guanjia/internal/store"
)

// DayTally is one day of the desk: calls, and promises that fell due (DSK-02).
type DayTally struct {
	Day time.Time // midnight
	Tally
	Waited   time.Duration // from first ring to answer, of the calls answered
	Talked   time.Duration
	Promised int // promises that fell due
	Kept     int // of them in time
}

// AnswerRate is the share of calls answered, 0 to 1; ok is false without calls.
func (t Tally) AnswerRate() (share float64, ok bool) {
	if t.Calls == 0 {
		return 0, false
	}
	return float64(t.Answered) / float64(t.Calls), true
}

// RingRate is the share of calls answered within the rings of the figures.
func (t Tally) RingRate() (share float64, ok bool) {
	if t.Calls == 0 {
		return 0, false
	}
	return float64(t.InThree) / float64(t.Calls), true
}

// Add sums two tallies.
func (d DayTally) Add(o DayTally) DayTally {
	d.Calls, d.InThree, d.Answered, d.Missed = d.Calls+o.Calls, d.InThree+o.InThree, d.Answered+o.Answered, d.Missed+o.Missed
	d.Waited, d.Talked, d.Promised, d.Kept = d.Waited+o.Waited, d.Talked+o.Talked, d.Promised+o.Promised, d.Kept+o.Kept
	return d
}

// maxDays bounds a tally: a year and a day.
const maxDays = 367

// Days tallies every day from (a midnight) to (excluded) in two statements.
// rings is how many rings count as quickly answered.
func (s *Service) Days(ctx context.Context, tx *store.Tx, project int64, from, to time.Time, rings int) ([]DayTally, error) {
	var days []DayTally
	at := map[string]int{}
	for day := from; day.Before(to) && len(days) < maxDays; day = day.AddDate(0, 0, 1) {
		at[day.Format(time.DateOnly)] = len(days)
		days = append(days, DayTally{Day: day})
	}
	calls, err := store.All(ctx, tx, scanCall, "SELECT "+callColumns+` FROM desk_call
		WHERE project_id = ? AND direction = 'in' AND ring_at >= ? AND ring_at < ?`, project, store.Micros(from), store.Micros(to))
	if err != nil {
		return nil, err
	}
	for _, c := range calls {
		i, ok := at[c.RingAt.In(from.Location()).Format(time.DateOnly)]
		if !ok {
			continue
		}
		d := &days[i]
		d.Calls++
		if c.State == Missed {
			d.Missed++
		}
		if c.AnsweredAt.IsZero() {
			continue
		}
		d.Answered++
		d.Waited += c.AnsweredAt.Sub(c.RingAt)
		d.Talked += c.Length(tx.Now())
		if c.Rings <= rings {
			d.InThree++
		}
	}
	promises, err := store.All(ctx, tx, scanPromise, "SELECT "+promiseColumns+
		" FROM desk_promise WHERE project_id = ? AND due >= ? AND due < ?", project, store.Micros(from), store.Micros(to))
	for _, p := range promises {
		if i, ok := at[p.Due.In(from.Location()).Format(time.DateOnly)]; ok {
			days[i].Promised++
			if p.Kept() {
				days[i].Kept++
			}
		}
	}
	return days, err
}
