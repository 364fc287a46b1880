package jobs

import (
	"context"
	"maps"
	"slices"
	"time"

	"guanjia/internal/store"
)

// schedule enqueues the periodic kinds whose time has come. The row of the
// schedule decides between nodes: one of them moves it on and enqueues.
func (r *Runner) schedule(ctx context.Context) error {
	var due []Spec
	err := r.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		next, err := scheduled(ctx, tx)
		if err != nil {
			return err
		}
		for _, kind := range slices.Sorted(maps.Keys(r.specs)) {
			spec := r.specs[kind]
			if spec.Every > 0 && isDue(next, spec, tx.Now()) {
				due = append(due, spec)
			}
		}
		return nil
	})
	if err != nil || len(due) == 0 {
		return err
	}
	return r.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, spec := range due {
			if err := r.moveOn(ctx, tx, spec); err != nil {
				return err
			}
		}
		return nil
	})
}

func scheduled(ctx context.Context, tx *store.Tx) (map[string]time.Time, error) {
	next := map[string]time.Time{}
	_, err := store.All(ctx, tx, func(scan store.Scan) (struct{}, error) {
		var kind string
		var at int64
		err := scan(&kind, &at)
		next[kind] = store.Time(at)
		return struct{}{}, err
	}, "SELECT kind, next_at FROM jobs_schedule")
	return next, err
}

// isDue also holds when the next time is further away than the interval: the
// clock was set back, and the work must not wait for it to catch up.
func isDue(next map[string]time.Time, spec Spec, now time.Time) bool {
	at, ok := next[spec.Kind]
	return !ok || !at.After(now) || at.After(now.Add(spec.Every))
}

func (r *Runner) moveOn(ctx context.Context, tx *store.Tx, spec Spec) error {
	now, next := store.Micros(tx.Now()), store.Micros(tx.Now().Add(spec.Every))
	n, err := tx.Exec(ctx, `INSERT INTO jobs_schedule (kind, next_at) VALUES (?, ?)
		ON CONFLICT (kind) DO UPDATE SET next_at = excluded.next_at
		WHERE jobs_schedule.next_at <= ? OR jobs_schedule.next_at > excluded.next_at`, spec.Kind, next, now)
	if err != nil || n == 0 {
		return err
	}
	return r.queue.Enqueue(ctx, tx, Enqueue{Kind: spec.Kind, Unique: "every"})
}
