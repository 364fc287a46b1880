package notice

import (
	"context"
	"time"

	"guanjia/internal/store"
	"guanjia/internal/text"
)

// maxBetween bounds Between.
const maxBetween = 500

// Between lists the notices to roles of a project from (inclusive) to
// (exclusive), oldest first, for a journal of the day: what was put before
// somebody. The caller has asked for its own permission.
func (s *Service) Between(ctx context.Context, tx *store.Tx, project int64, from, to time.Time) ([]Notice, error) {
	return store.All(ctx, tx, func(scan store.Scan) (Notice, error) {
		n := Notice{Project: project}
		var zh, en string
		var at int64
		err := scan(&n.ID, &n.Role, &n.Case, &n.Link, &zh, &en, &at)
		n.Text, n.At = text.B(zh, en), store.Time(at)
		return n, err
	}, `SELECT id, role, case_id, link, text_zh, text_en, at FROM notice_notice
		WHERE project_id = ? AND role <> '' AND at >= ? AND at < ? ORDER BY at, id LIMIT ?`, project, store.Micros(from), store.Micros(to), maxBetween)
}
