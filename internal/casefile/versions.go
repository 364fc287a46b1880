package casefile

import (
	"context"
	"time"

	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// Version is one published version of a procedure: the first kept is number 1.
type Version struct {
	Number int
	Hash   string
	Since  time.Time // when the database first kept it
	Open   int64     // open cases of the project that finish under it
}

// VersionsIn lists the versions of a procedure that the database keeps, the
// oldest first, with the open cases of project under each.
func (s *Service) VersionsIn(ctx context.Context, tx *store.Tx, project int64, procedure string) ([]Version, error) {
	n := 0
	return store.All(ctx, tx, func(scan store.Scan) (Version, error) {
		n++
		v := Version{Number: n}
		var since int64
		err := scan(&v.Hash, &since, &v.Open)
		v.Since = store.Time(since)
		return v, err
	}, `SELECT d.hash, d.saved_at, (SELECT count(*) FROM casefile_case c WHERE c.project_id = ? AND c.procedure = d.name AND c.def_hash = d.hash AND c.status = 'open')
		FROM casefile_document d WHERE d.sort = 'definition' AND d.name = ? ORDER BY d.saved_at, d.hash`, project, procedure)
}

// DefinitionIn reads a version that the database keeps; errs.NotFound for one
// it does not.
func (s *Service) DefinitionIn(ctx context.Context, tx *store.Tx, hash string) (*procedure.Definition, error) {
	return s.docs.definition(ctx, tx, hash)
}
