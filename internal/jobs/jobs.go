package jobs

import (
	"context"
	"time"

	"guanjia/internal/store"
)

// Spec is one kind of job a room can do.
type Spec struct {
	Kind  string        // room.noun.verb: "casefile.clock.fire"
	Every time.Duration // 0: only when enqueued; else also this often
	Work  func(ctx context.Context, job Job) error

	// Attempts is how often a failing job is tried before it is set aside as
	// failed; 20 when 0.
	Attempts int
	// Timeout bounds one attempt in machine time; 5 minutes when 0.
	Timeout time.Duration
}

// Job is one piece of work.
type Job struct {
	ID      int64
	Kind    string
	Args    []byte // JSON
	Attempt int    // from 1
}

// Enqueue is one job to be done after the transaction it is enqueued in.
type Enqueue struct {
	Kind   string
	Args   any       // encoded as JSON
	RunAt  time.Time // zero: now
	Unique string    // at most one waiting job per kind and key; "": no limit
}

// Enqueuer puts a job into the transaction: it exists exactly when tx commits.
type Enqueuer interface {
	Enqueue(ctx context.Context, tx *store.Tx, e Enqueue) error
}
