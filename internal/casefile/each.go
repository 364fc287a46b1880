package casefile

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/store"
)

// Each hands over every case of the filter, oldest first, in one statement,
// one after the other: counts of a month need not hold them all. Limit, Order
// and After of the filter are not looked at. An error of fn ends it.
func (s *Service) Each(ctx context.Context, tx *store.Tx, actor auth.Actor, f Filter, fn func(Case) error) (err error) {
	f.Order = ""
	q, err := s.query(ctx, tx, actor, f)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "SELECT "+caseColumns+" FROM casefile_case c WHERE "+q.where()+" ORDER BY c.opened_at, c.id", q.args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		c, err := scanCase(rows.Scan)
		if err != nil {
			return err
		}
		if err := fn(c); err != nil {
			return err
		}
	}
	return rows.Err()
}
