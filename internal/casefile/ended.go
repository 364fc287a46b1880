package casefile

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/store"
)

// mostEnded bounds what EndedIn gives.
const mostEnded = 500

// EndedIn lists the cases of f.Project that ended from f.From to f.To
// (excluded), the latest first, at most 500. f.Status narrows it to closed,
// cancelled or merged ones; the rest of f does not count.
func (s *Service) EndedIn(ctx context.Context, tx *store.Tx, actor auth.Actor, f Filter) ([]Case, error) {
	if !actor.May(PermView, f.Project) {
		return nil, forbidden(PermView)
	}
	list, err := store.All(ctx, tx, scanCase, "SELECT "+caseColumns+` FROM casefile_case c
		WHERE c.project_id = ? AND c.ended_at >= ? AND c.ended_at < ? AND c.ended_at > 0 AND (CAST(? AS TEXT) = '' OR c.status = ?)
		ORDER BY c.ended_at DESC, c.id DESC LIMIT ?`,
		f.Project, store.Micros(f.From), store.Micros(f.To), f.Status, f.Status, mostEnded)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := s.dress(ctx, tx, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}
