package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"guanjia/internal/store"
)

// Options are the settings of a Runner; zero values take the defaults.
type Options struct {
	Workers int           // jobs at the same time; 4
	Lease   time.Duration // how long a job of a dead worker waits to be taken again; 1 minute
	Grace   time.Duration // how long running jobs may finish when the runner stops; 10 s
	Poll    time.Duration // longest rest between two looks, for jobs that other nodes enqueued; 1 s
	Log     *slog.Logger
}

// Runner does jobs until it is stopped.
type Runner struct {
	db    *store.DB
	queue *Queue
	specs map[string]Spec
	opts  Options
}

// NewRunner makes a runner for the given kinds. A doubled or nameless kind is
// an error.
func NewRunner(db *store.DB, queue *Queue, specs []Spec, opts Options) (*Runner, error) {
	setDefault(&opts.Workers, 4)
	setDefault(&opts.Lease, time.Minute)
	setDefault(&opts.Grace, 10*time.Second)
	setDefault(&opts.Poll, time.Second)
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	r := &Runner{db: db, queue: queue, specs: map[string]Spec{}, opts: opts}
	for _, s := range specs {
		if s.Kind == "" || s.Work == nil {
			return nil, fmt.Errorf("jobs: kind %q has no name or no work", s.Kind)
		}
		if _, taken := r.specs[s.Kind]; taken {
			return nil, fmt.Errorf("jobs: kind %q is registered twice", s.Kind)
		}
		setDefault(&s.Attempts, 20)
		setDefault(&s.Timeout, 5*time.Minute)
		r.specs[s.Kind] = s
	}
	return r, nil
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Run does jobs until ctx ends, then lets those in hand finish for the grace
// time and puts back the rest. Trouble of the database is logged and waited out.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.Recover(ctx); err != nil {
		return err
	}
	wake, leave := r.queue.listen()
	defer leave()
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()

	var busy sync.WaitGroup
	slots := make(chan struct{}, r.opts.Workers)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		rest := r.opts.Poll
		free := r.opts.Workers - len(slots)
		if free > 0 {
			taken, next, err := r.take(ctx, free)
			if err != nil && ctx.Err() == nil {
				r.opts.Log.Warn("jobs: looking for work", "error", err)
			}
			for _, j := range taken {
				slots <- struct{}{}
				busy.Go(func() {
					defer func() { <-slots; r.queue.Wake() }()
					r.do(work, j)
				})
			}
			if len(taken) > 0 {
				rest = 0
			} else if next > 0 {
				rest = min(rest, max(next, time.Millisecond))
			}
		}
		timer.Reset(rest)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
	}

	done := make(chan struct{})
	go func() { busy.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(r.opts.Grace):
		stopWork()
		<-done
	}
	return nil
}

// RunDue does every job that is due now, one after another, those that they
// enqueue included, and returns how many it did. Scenarios, the writing of
// history and tests move the clock and call it instead of Run.
func (r *Runner) RunDue(ctx context.Context) (int, error) {
	n := 0
	for {
		taken, _, err := r.take(ctx, 1)
		if err != nil {
			return n, err
		}
		if len(taken) == 0 {
			return n, ctx.Err()
		}
		for _, j := range taken {
			r.do(ctx, j)
			n++
		}
	}
}

// Recover gives back, on SQLite, the jobs that a killed process left running:
// nobody else can be working on them. On PostgreSQL their leases run out.
func (r *Runner) Recover(ctx context.Context) error {
	if r.db.Dialect() != store.SQLite {
		return nil
	}
	return r.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE jobs_job SET due_at = ? WHERE state = 'running'", store.Micros(tx.Now()))
		return err
	})
}

// take claims up to n due jobs. When nothing is due it writes nothing and
// tells how long until something is (0: unknown).
func (r *Runner) take(ctx context.Context, n int) (taken []row, next time.Duration, err error) {
	if err := r.schedule(ctx); err != nil {
		return nil, 0, err
	}
	err = r.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		due, err := nextDue(ctx, tx)
		if due != 0 {
			next = store.Time(due).Sub(tx.Now())
		}
		return err
	})
	if err != nil || next > 0 {
		return nil, next, err
	}
	err = r.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		now := tx.Now()
		taken, err = claim(ctx, tx, store.Micros(now.Add(r.opts.Lease)), store.Micros(now), n)
		return err
	})
	return taken, 0, err
}

// do works on one taken job and writes the result.
func (r *Runner) do(ctx context.Context, j row) {
	spec, known := r.specs[j.kind]
	var err error
	if known {
		err = r.work(ctx, spec, j)
	} else {
		// A newer node may have enqueued it; it waits for one that knows it.
		err = fmt.Errorf("no room does %q", j.kind)
		spec.Attempts = j.attempt + 1
	}
	stopped := ctx.Err() != nil
	// The result must be written even when the runner is being stopped.
	ctx = context.WithoutCancel(ctx)
	werr := r.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		wait, snooze := snoozed(err)
		switch {
		case err == nil:
			return finish(ctx, tx, j)
		case snooze:
			return putBack(ctx, tx, j, store.Micros(tx.Now().Add(wait)), j.attempt-1, "")
		case stopped: // interrupted, not failed
			return putBack(ctx, tx, j, store.Micros(tx.Now()), j.attempt-1, clip(err))
		case cancelled(err) || j.attempt >= spec.Attempts:
			return setAside(ctx, tx, j, clip(err))
		default:
			return putBack(ctx, tx, j, store.Micros(tx.Now().Add(Wait(j.attempt))), j.attempt, clip(err))
		}
	})
	if _, snooze := snoozed(err); err != nil && !snooze && !stopped {
		r.opts.Log.Warn("jobs: work failed", "kind", j.kind, "job", j.id, "attempt", j.attempt, "error", err)
	}
	if werr != nil { // the lease runs out and the job runs again
		r.opts.Log.Error("jobs: writing the result", "kind", j.kind, "job", j.id, "error", werr)
	}
}

func (r *Runner) work(ctx context.Context, spec Spec, j row) (err error) {
	ctx, cancel := context.WithTimeout(ctx, spec.Timeout)
	defer cancel()
	stop := r.keepLease(ctx, cancel, j)
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return spec.Work(ctx, Job{ID: j.id, Kind: j.kind, Args: []byte(j.args), Attempt: j.attempt})
}

// keepLease renews the lease while the work goes on. When the job was taken by
// another node meanwhile, the work here is cancelled.
func (r *Runner) keepLease(ctx context.Context, lost context.CancelFunc, j row) (stop func()) {
	quit, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(r.opts.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				mine := true
				err := r.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
					mine, err = renew(ctx, tx, j, store.Micros(tx.Now().Add(r.opts.Lease)))
					return err
				})
				if err == nil && !mine {
					lost()
				}
			}
		}
	}()
	return func() { close(quit); <-stopped }
}

// clip makes an error text fit to be stored on both databases.
func clip(err error) string {
	s := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "")
	if r := []rune(s); len(r) > 2000 {
		s = string(r[:2000]) + "…"
	}
	return s
}
