package desk

import (
	"context"

	"guanjia/internal/store"
)

// Forget takes what the desk knows of people out of its calls, promises,
// alarms and journal entries about a case whose words are erased (LAW-03);
// that they happened, and when, stays.
func (s *Service) Forget(ctx context.Context, tx *store.Tx, project, caseID int64) error {
	for _, sql := range []string{
		"UPDATE desk_call SET number = '', person_id = 0, note = '' WHERE project_id = ? AND case_id = ?",
		"UPDATE desk_promise SET person_id = 0, words = '', result = '' WHERE project_id = ? AND case_id = ?",
		"UPDATE desk_alarm SET words = '' WHERE project_id = ? AND case_id = ?",
		"UPDATE desk_entry SET words = '' WHERE project_id = ? AND case_id = ?",
	} {
		if _, err := tx.Exec(ctx, sql, project, caseID); err != nil {
			return err
		}
	}
	return nil
}
