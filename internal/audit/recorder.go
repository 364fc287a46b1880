package audit

import (
	"context"

	"guanjia/internal/store"
)

// Trail takes entries; Service is the one of the house.
type Trail interface {
	Record(ctx context.Context, tx *store.Tx, e Entry) error
}

// Recorder is what a room embeds that records its changes. A room that stands
// alone in its own tests has no trail, and records nothing.
type Recorder struct{ trail Trail }

// RecordBy sets where the room records; call it before use.
func (r *Recorder) RecordBy(trail Trail) { r.trail = trail }

// Record adds e to the trail in the transaction of the change.
func (r *Recorder) Record(ctx context.Context, tx *store.Tx, e Entry) error {
	if r.trail == nil {
		return nil
	}
	return r.trail.Record(ctx, tx, e)
}
