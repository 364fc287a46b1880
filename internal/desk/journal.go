package desk

import (
	"context"
	"time"

	"guanjia/internal/store"
)

// Records are the desk's own records of a shift (DSK-08): the journal is read
// from them, never written beside them.
type Records struct {
	Calls    []Call    // rung in it
	Promises []Promise // made, kept or missed in it
	Alarms   []Alarm   // raised or taken over in it
	Entries  []Entry   // that belong to it
}

// maxRecords bounds each list of a journal.
const maxRecords = 2000

// Records reads what happened at the desk from (inclusive) to (exclusive) in
// four statements.
func (s *Service) Records(ctx context.Context, tx *store.Tx, project int64, from, to time.Time) (r Records, err error) {
	a, b := store.Micros(from), store.Micros(to)
	if r.Calls, err = store.All(ctx, tx, scanCall, "SELECT "+callColumns+` FROM desk_call
		WHERE project_id = ? AND ring_at >= ? AND ring_at < ? ORDER BY ring_at, id LIMIT ?`, project, a, b, maxRecords); err != nil {
		return r, err
	}
	if r.Promises, err = store.All(ctx, tx, scanPromise, "SELECT "+promiseColumns+` FROM desk_promise
		WHERE project_id = ? AND (made_at >= ? AND made_at < ? OR kept_at >= ? AND kept_at < ? OR due >= ? AND due < ?)
		ORDER BY made_at, id LIMIT ?`, project, a, b, a, b, a, b, maxRecords); err != nil {
		return r, err
	}
	if r.Alarms, err = store.All(ctx, tx, scanAlarm, "SELECT "+alarmColumns+` FROM desk_alarm
		WHERE project_id = ? AND raised_at >= ? AND raised_at < ? ORDER BY raised_at, id LIMIT ?`, project, a, b, maxRecords); err != nil {
		return r, err
	}
	r.Entries, err = store.All(ctx, tx, scanEntry, "SELECT "+entryColumns+` FROM desk_entry
		WHERE project_id = ? AND about_at >= ? AND about_at < ? ORDER BY about_at, id LIMIT ?`, project, a, b, maxRecords)
	return r, err
}

// Missed reports whether the promise was not kept when it fell due.
func (p Promise) Missed(now time.Time) bool {
	return !p.Due.After(now) && (p.KeptAt.IsZero() || p.KeptAt.After(p.Due))
}
