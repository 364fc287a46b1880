package estate

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/store"
)

// reindexChunk is how many units or people one transaction puts into the index.
const reindexChunk = 300

// Reindex puts every published unit and person into the search index anew:
// after a restore, whose archive leaves the index out.
func (s *Service) Reindex(ctx context.Context) error {
	projects, err := s.Projects(ctx, auth.System)
	if err != nil {
		return err
	}
	for _, p := range projects {
		if err := s.reindex(ctx, p.ID, "estate_live_unit", s.indexUnits); err != nil {
			return err
		}
		if err := s.reindex(ctx, p.ID, "estate_live_person", s.indexPeople); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) reindex(ctx context.Context, project int64, view string, put func(context.Context, *store.Tx, int64, []int64) error) error {
	for after := int64(0); ; {
		var ids []int64
		err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			ids, err = store.All(ctx, tx, store.Value[int64],
				"SELECT id FROM "+view+" WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?", project, after, reindexChunk)
			if err != nil || len(ids) == 0 {
				return err
			}
			return put(ctx, tx, project, ids)
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
	}
}
