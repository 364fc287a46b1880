package casefile

import (
	"context"
	"slices"

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

// ByIDs reads cases by id in one statement; unknown ones are absent.
func (s *Service) ByIDs(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]Case, error) {
	out := map[int64]Case{}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == 0 })
	if len(ids) == 0 {
		return out, nil
	}
	list, err := store.All(ctx, tx, scanCase, "SELECT "+caseColumns+" FROM casefile_case WHERE id IN ("+store.Marks(len(ids))+")", anys(ids)...)
	for _, c := range list {
		out[c.ID] = c
	}
	return out, err
}

// InHandAt is InHand for the cases in one building.
func (s *Service) InHandAt(ctx context.Context, tx *store.Tx, project, building int64) (map[int64]int, error) {
	list, err := store.All(ctx, tx, store.Value[int64], `SELECT assignee_id FROM casefile_case
		WHERE project_id = ? AND building_id = ? AND building_id <> 0 AND status = 'open' AND assignee_id <> 0`, project, building)
	out := map[int64]int{}
	for _, account := range list {
		out[account]++
	}
	return out, err
}
