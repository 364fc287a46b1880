package casefile

import (
	"context"

	"guanjia/internal/store"
)

// OpenOf counts the open cases of each procedure in a project; project 0 is
// the whole company. For rooms that ask themselves who may see it.
func (s *Service) OpenOf(ctx context.Context, tx *store.Tx, project int64) (map[string]int, error) {
	type count struct {
		procedure string
		cases     int
	}
	scan := func(scan store.Scan) (count, error) {
		var c count
		err := scan(&c.procedure, &c.cases)
		return c, err
	}
	var list []count
	var err error
	if project == 0 {
		list, err = store.All(ctx, tx, scan, "SELECT procedure, count(*) FROM casefile_case WHERE status = 'open' GROUP BY procedure")
	} else {
		list, err = store.All(ctx, tx, scan, "SELECT procedure, count(*) FROM casefile_case WHERE project_id = ? AND status = 'open' GROUP BY procedure", project)
	}
	out := make(map[string]int, len(list))
	for _, c := range list {
		out[c.procedure] = c.cases
	}
	return out, err
}

// Any reports whether a project has any case, open or ended.
func (s *Service) Any(ctx context.Context, tx *store.Tx, project int64) (bool, error) {
	found, err := store.All(ctx, tx, store.Value[int64], "SELECT id FROM casefile_case WHERE project_id = ? ORDER BY opened_at LIMIT 1", project)
	return len(found) > 0, err
}
