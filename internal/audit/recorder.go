package audit

import (
	"context"

	"guanjia/internal/auth"
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

// Done adds that actor did verb ("make") to a subject of a room
// ("resident.link"); the action is called after both.
func (r *Recorder) Done(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, subject, verb string, id int64, data map[string]any) error {
	return r.Record(ctx, tx, Entry{Actor: actor, Project: project, Action: subject + "." + verb, Subject: subject, ID: id, Data: data})
}
