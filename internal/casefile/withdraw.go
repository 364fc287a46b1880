package casefile

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/store"
)

// WithdrawIn cancels a case that nobody has touched since it was opened, with
// the reason; false leaves one that somebody has, or that has ended, as it is.
// The timer's levels and steps and what came with a file touch nothing; a word, an answer, a merge or a
// link does. by is who withdraws when the system does it for somebody. Errors:
// NotFound, Forbidden, Invalid without a reason.
func (s *Service) WithdrawIn(ctx context.Context, tx *store.Tx, actor auth.Actor, id int64, by engine.Actor, reason string) (bool, error) {
	kept, err := lockCase(ctx, tx, id)
	if err != nil || kept.State.Status != engine.Open {
		return false, err
	}
	events, err := readEventRows(ctx, tx, id)
	if err != nil {
		return false, err
	}
	for _, r := range events {
		timer := r.actor == 0 && (r.kind == string(engine.EvLevel) || r.kind == string(engine.EvDone) || r.kind == string(engine.EvPaper))
		if r.command != events[0].command && !timer {
			return false, nil
		}
	}
	linked, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM casefile_link WHERE case_id = ? OR other_id = ?", id, id)
	if err != nil || linked > 0 {
		return false, err
	}
	_, err = s.doOn(ctx, tx, actor, kept, Doing{Case: id, Command: engine.Command{Kind: engine.EvCancel, Actor: by, Data: map[string]any{"reason": reason}}})
	return err == nil, err
}
