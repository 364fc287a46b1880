package notice

import (
	"context"

	"guanjia/internal/store"
)

// Forget takes the words, numbers and customers out of the notices of a case
// whose words are erased (LAW-03); that somebody was told, and when, stays.
func (s *Service) Forget(ctx context.Context, tx *store.Tx, project, caseID int64) error {
	_, err := tx.Exec(ctx, "UPDATE notice_notice SET text_zh = '已删除', text_en = 'Erased', phone = '', customer_id = 0 WHERE project_id = ? AND case_id = ?", project, caseID)
	return err
}
