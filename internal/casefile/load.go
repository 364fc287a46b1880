package casefile

import (
	"context"

	"guanjia/internal/store"
)

// InHand counts the open cases whose work is with each account of a project.
// Accounts with none are absent.
func (s *Service) InHand(ctx context.Context, tx *store.Tx, project int64) (map[int64]int, error) {
	type pair struct {
		account int64
		n       int
	}
	list, err := store.All(ctx, tx, func(scan store.Scan) (p pair, err error) {
		err = scan(&p.account, &p.n)
		return p, err
	}, "SELECT assignee_id, count(*) FROM casefile_case WHERE project_id = ? AND status = 'open' AND assignee_id <> 0 GROUP BY assignee_id", project)
	out := make(map[int64]int, len(list))
	for _, p := range list {
		out[p.account] = p.n
	}
	return out, err
}
