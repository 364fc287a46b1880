package jobs

import (
	"context"

	"guanjia/internal/store"
)

const (
	stateWaiting = "waiting"
	stateRunning = "running"
	stateFailed  = "failed"
)

type row struct {
	id           int64
	kind, args   string
	unique       string
	due, created int64
	attempt      int
	claim        int64
}

func insert(ctx context.Context, tx *store.Tx, r row) error {
	_, err := tx.Exec(ctx, `INSERT INTO jobs_job (id, kind, args, unique_key, state, due_at, attempt, claim, created_at, last_error)
		VALUES (?, ?, ?, ?, 'waiting', ?, 0, 0, ?, '')
		ON CONFLICT (kind, unique_key) WHERE state = 'waiting' AND unique_key <> ''
		DO UPDATE SET due_at = CASE WHEN excluded.due_at < jobs_job.due_at THEN excluded.due_at ELSE jobs_job.due_at END`,
		r.id, r.kind, r.args, r.unique, r.due, r.created)
	return err
}

// claimSQL takes the jobs that are due in one statement. PostgreSQL passes
// over rows that another node is taking; SQLite has one writer.
const (
	claimSQLite = `UPDATE jobs_job SET state = 'running', due_at = ?, attempt = attempt + 1, claim = claim + 1
		WHERE id IN (SELECT id FROM jobs_job WHERE state IN ('waiting', 'running') AND due_at <= ? ORDER BY due_at, id LIMIT ?)
		RETURNING id, kind, args, unique_key, attempt, claim`
	claimPostgres = `WITH picked AS MATERIALIZED (
			SELECT id FROM jobs_job WHERE state IN ('waiting', 'running') AND due_at <= ? ORDER BY due_at, id LIMIT ? FOR UPDATE SKIP LOCKED)
		UPDATE jobs_job SET state = 'running', due_at = ?, attempt = attempt + 1, claim = claim + 1
		FROM picked WHERE jobs_job.id = picked.id
		RETURNING jobs_job.id, kind, args, unique_key, attempt, claim`
)

func claim(ctx context.Context, tx *store.Tx, leaseEnd, now int64, n int) ([]row, error) {
	scan := func(scan store.Scan) (row, error) {
		var r row
		err := scan(&r.id, &r.kind, &r.args, &r.unique, &r.attempt, &r.claim)
		return r, err
	}
	if tx.Dialect() == store.Postgres { // the picking stands first in the text
		return store.All(ctx, tx, scan, claimPostgres, now, n, leaseEnd)
	}
	return store.All(ctx, tx, scan, claimSQLite, leaseEnd, now, n)
}

func finish(ctx context.Context, tx *store.Tx, r row) error {
	_, err := tx.Exec(ctx, "DELETE FROM jobs_job WHERE id = ? AND claim = ?", r.id, r.claim)
	return err
}

// putBack returns a taken job to the line. When a job with its unique key is
// already waiting, that one will do the work and this one goes.
func putBack(ctx context.Context, tx *store.Tx, r row, due int64, attempt int, lastError string) error {
	n, err := tx.Exec(ctx, `UPDATE jobs_job SET state = 'waiting', due_at = ?, attempt = ?, last_error = ?
		WHERE id = ? AND claim = ? AND (unique_key = '' OR NOT EXISTS (
			SELECT 1 FROM jobs_job o WHERE o.state = 'waiting' AND o.kind = jobs_job.kind AND o.unique_key = jobs_job.unique_key))`,
		due, attempt, lastError, r.id, r.claim)
	if err != nil || n == 1 {
		return err
	}
	return finish(ctx, tx, r)
}

func setAside(ctx context.Context, tx *store.Tx, r row, lastError string) error {
	_, err := tx.Exec(ctx, "UPDATE jobs_job SET state = 'failed', last_error = ? WHERE id = ? AND claim = ?", lastError, r.id, r.claim)
	return err
}

func renew(ctx context.Context, tx *store.Tx, r row, leaseEnd int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE jobs_job SET due_at = ? WHERE id = ? AND claim = ? AND state = 'running'", leaseEnd, r.id, r.claim)
	return n == 1, err
}

// nextDue is when the next job is due; 0 when none is there.
func nextDue(ctx context.Context, tx *store.Tx) (int64, error) {
	return store.One(ctx, tx, store.Value[int64],
		`SELECT coalesce(min(due_at), 0) FROM jobs_job WHERE state IN ('waiting', 'running')`)
}
