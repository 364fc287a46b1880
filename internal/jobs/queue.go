package jobs

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this room.
func Migrations() store.Migrations {
	sub := store.Folder(migrations)
	return store.Migrations{Room: "jobs", FS: sub}
}

// Queue takes jobs in and wakes the runners of this process. Its zero value is
// ready.
type Queue struct {
	mu      sync.Mutex
	runners []chan struct{}
}

// Enqueue puts e into tx and wakes the runners right after the commit. When a
// waiting job has the same kind and Unique key, that one stays, at the earlier
// of both times.
func (q *Queue) Enqueue(ctx context.Context, tx *store.Tx, e Enqueue) error {
	if e.Kind == "" {
		return fmt.Errorf("jobs: a job without a kind")
	}
	args, err := json.Marshal(e.Args)
	if err != nil {
		return fmt.Errorf("jobs: encoding the arguments of %s: %w", e.Kind, err)
	}
	due := e.RunAt
	if due.IsZero() {
		due = tx.Now()
	}
	now := store.Micros(tx.Now())
	if err := insert(ctx, tx, row{
		id: tx.NewID(), kind: e.Kind, args: string(args), unique: e.Unique,
		due: store.Micros(due), created: now,
	}); err != nil {
		return err
	}
	tx.AfterCommit(q.Wake)
	return nil
}

// Wake makes the runners of this process look for due jobs now.
func (q *Queue) Wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, ch := range q.runners {
		select {
		case ch <- struct{}{}:
		default: // a wake-up is already waiting
		}
	}
}

func (q *Queue) listen() (wake <-chan struct{}, leave func()) {
	ch := make(chan struct{}, 1)
	q.mu.Lock()
	q.runners = append(q.runners, ch)
	q.mu.Unlock()
	return ch, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		for i, c := range q.runners {
			if c == ch {
				q.runners = append(q.runners[:i], q.runners[i+1:]...)
				return
			}
		}
	}
}

// Failed is a job that was set aside.
type Failed struct {
	ID      int64
	Kind    string
	Args    []byte
	Attempt int
	Since   time.Time // when it was enqueued
	Error   string
}

// Counts is the state of the queue for the administrator's page and metrics.
type Counts struct {
	Waiting, Running, Failed int64
	Oldest                   time.Time // due time of the job that waits longest, zero when none waits
}

// Count reads the state of the queue.
func (q *Queue) Count(ctx context.Context, db *store.DB) (Counts, error) {
	var c Counts
	err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.All(ctx, tx, func(scan store.Scan) (struct{}, error) {
			var state string
			var n, first int64
			err := scan(&state, &n, &first)
			switch state {
			case stateWaiting:
				c.Waiting, c.Oldest = n, store.Time(first)
			case stateRunning:
				c.Running = n
			case stateFailed:
				c.Failed = n
			}
			return struct{}{}, err
		}, "SELECT state, count(*), min(due_at) FROM jobs_job GROUP BY state")
		return err
	})
	return c, err
}

// ListFailed lists the jobs that were set aside, the newest first, at most limit.
func (q *Queue) ListFailed(ctx context.Context, db *store.DB, limit int) ([]Failed, error) {
	var list []Failed
	err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = store.All(ctx, tx, func(scan store.Scan) (Failed, error) {
			var f Failed
			var args string
			var created int64
			err := scan(&f.ID, &f.Kind, &args, &f.Attempt, &created, &f.Error)
			f.Args, f.Since = []byte(args), store.Time(created)
			return f, err
		}, "SELECT id, kind, args, attempt, created_at, last_error FROM jobs_job WHERE state = 'failed' ORDER BY id DESC LIMIT ?", limit)
		return err
	})
	return list, err
}

// Retry puts a failed job back in line with its attempts forgotten;
// errs.NotFound when it is not there.
func (q *Queue) Retry(ctx context.Context, tx *store.Tx, id int64) error {
	n, err := tx.Exec(ctx, "UPDATE jobs_job SET state = 'waiting', attempt = 0, due_at = ?, unique_key = '' WHERE id = ? AND state = 'failed'",
		store.Micros(tx.Now()), id)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.NotFound, "jobs.not_failed", "这个任务不在失败列表里，可能已经重新开始。", "This job is not among the failed ones; it may have been restarted.")
	}
	tx.AfterCommit(q.Wake)
	return nil
}
