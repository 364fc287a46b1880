package estate

import (
	"context"

	"guanjia/internal/store"
)

// CountOwners is how many people own a unit of the project now.
func (s *Service) CountOwners(ctx context.Context, tx *store.Tx, project int64) (int, error) {
	day := today(tx)
	n, err := store.One(ctx, tx, store.Value[int64], `SELECT count(DISTINCT o.person_id) FROM estate_live_occupancy o
		WHERE o.project_id = ? AND o.capacity = ? AND o.from_date <= ? AND (o.to_date = '' OR o.to_date >= ?)`, project, Owner, day, day)
	return int(n), err
}
