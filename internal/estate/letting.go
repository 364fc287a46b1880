package estate

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/store"
)

// follow carries what an entry of a register means for its unit (EST-14): who
// registers a letting makes the unit let, whose tenant has left makes it vacant.
func (s *Service) follow(ctx context.Context, tx *store.Tx, actor auth.Actor, e Entry, action string) error {
	if e.Register != lettings.Name || e.Unit == 0 {
		return nil
	}
	switch action {
	case "created":
		return s.putState(ctx, tx, actor, e, StateLet)
	case "end":
		n, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM estate_entry WHERE project_id = ? AND register = ? AND unit_id = ? AND id <> ? AND state <> 'ended'",
			e.Project, e.Register, e.Unit, e.ID)
		if err != nil || n > 0 {
			return err // let to somebody else still
		}
		return s.putState(ctx, tx, actor, e, StateVacant)
	}
	return nil
}

// putState changes the state of the entry's unit, with its history.
func (s *Service) putState(ctx context.Context, tx *store.Tx, actor auth.Actor, e Entry, state string) error {
	u, err := s.Unit(ctx, tx, e.Project, e.Unit)
	if err != nil || u.State == state {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE estate_unit SET state = ?, version = version + 1, updated_at = ? WHERE project_id = ? AND id = ?",
		state, store.Micros(tx.Now()), e.Project, e.Unit); err != nil {
		return err
	}
	old := u.State
	u.State = state
	u.Version++
	if err := s.changeState(ctx, tx, actor, u, lettings.Title.ZH+" "+e.Label); err != nil {
		return err
	}
	log := changeLog{project: u.Project, entity: "unit", id: u.ID, unit: u.ID}
	log.note("state", old, state)
	return s.keep(ctx, tx, actor, &log)
}
