package casefile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
)

const (
	fireKind   = "casefile.clock.fire"
	fireEvery  = 15 * time.Second
	fillKind   = "casefile.search.fill"
	fillEvery  = time.Minute
	sweepKind  = "casefile.key.sweep"
	sweepEvery = 24 * time.Hour
)

// Fire lets everything happen whose time has come: levels of clocks, waits that
// are over. It returns how many cases it touched. A case that cannot go on
// does not hold up the others; its error is returned with the rest.
func (s *Service) Fire(ctx context.Context) (int, error) {
	n := 0
	var failed []error
	var after dueCase
	for ctx.Err() == nil {
		var page []dueCase
		err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			page, err = dueCases(ctx, tx, after, store.Micros(tx.Now()))
			return err
		})
		if err != nil {
			return n, err
		}
		if len(page) == 0 {
			return n, errors.Join(failed...)
		}
		for i, d := range page {
			after = d
			if i > 0 && page[i-1].id == d.id {
				continue
			}
			did, err := s.fireCase(ctx, d.id)
			if err != nil {
				failed = append(failed, fmt.Errorf("case %d: %w", d.id, err))
			}
			if did {
				n++
			}
		}
	}
	return n, ctx.Err()
}

func (s *Service) fire(ctx context.Context, _ jobs.Job) error {
	_, err := s.Fire(ctx)
	return err
}

type dueCase struct{ at, id int64 }

func dueCases(ctx context.Context, tx *store.Tx, after dueCase, now int64) ([]dueCase, error) {
	return store.All(ctx, tx, func(scan store.Scan) (dueCase, error) {
		var d dueCase
		err := scan(&d.at, &d.id)
		return d, err
	}, `SELECT next_at, case_id FROM casefile_clock WHERE next_at > 0 AND next_at <= ? AND (next_at > ? OR next_at = ? AND case_id > ?)
		ORDER BY next_at, case_id LIMIT 200`, now, after.at, after.at, after.id)
}

// mostTimed bounds what may happen to one case in one turn of the timer.
const mostTimed = 50

// fireCase asks the engine again what is due, under the lock: a level that
// another node fired, or that an answer moved, is not due any more. Each thing
// is a transaction of its own, so that a ringing phone never waits.
func (s *Service) fireCase(ctx context.Context, id int64) (did bool, err error) {
	for range mostTimed {
		more := false
		err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			kept, err := lockCase(ctx, tx, id)
			if err != nil {
				return err
			}
			env, err := s.env(ctx, tx, kept.Case)
			if err != nil {
				return err
			}
			events, err := readEvents(ctx, tx, id)
			if err != nil {
				return err
			}
			if env.Now, err = when(tx, auth.System, time.Time{}, kept.Changed); err != nil {
				return err
			}
			state := engine.Fold(env.Def, events)
			due := engine.Timed(env, state, events)
			if len(due) == 0 {
				return nil
			}
			more = true
			_, err = s.doOn(ctx, tx, auth.System, kept, Doing{Case: id, Command: due[0]})
			return err
		})
		if err != nil || !more {
			return did, err
		}
		did = true
	}
	return did, errs.New(errs.Internal, "casefile.timer.endless", "时限一直在触发，停不下来。", "The timer finds ever more to do.")
}

// sweep forgets idempotency keys that nobody will use again.
func (s *Service) sweep(ctx context.Context, _ jobs.Job) error {
	for {
		var n int64
		err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			n, err = tx.Exec(ctx, `DELETE FROM casefile_key WHERE (project_id, account_id, key) IN
				(SELECT project_id, account_id, key FROM casefile_key WHERE at < ? LIMIT 500)`, store.Micros(tx.Now().Add(-keysLast)))
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
