package letters

import (
	"context"
	"fmt"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/messages"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Merge lets the later letters of a group of near-duplicates go on in the case
// of the first. Errors: Forbidden, NotFound, Conflict.
func (s *Service) Merge(ctx context.Context, actor auth.Actor, project, file, group int64) (int, error) {
	_, list, err := s.Read(ctx, actor, project, file)
	if err != nil {
		return 0, err
	}
	var first Letter
	merged := 0
	byAge(list)
	for _, l := range list {
		switch {
		case l.Alike != group || group == 0:
			continue
		case l.Case == 0:
			return 0, errs.New(errs.Conflict, "letters.merge.early", "先立案，再合并；没有改动。", "Open the cases first, then merge; nothing was changed.")
		case l.Merged:
			continue
		case first.ID == 0:
			first = l
			continue
		}
		if _, err := s.cases.Merge(ctx, actor, casefile.Merging{From: l.Case, Into: first.Case, Reason: text.T(ctx, "来信内容几乎相同", "nearly the same letter"), Key: fmt.Sprintf("letter-merge:%d", l.ID)}); err != nil {
			return merged, err
		}
		if err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE letters_letter SET merged = 1 WHERE project_id = ? AND id = ?", project, l.ID)
			return err
		}); err != nil {
			return merged, err
		}
		merged++
	}
	if first.ID == 0 {
		return 0, errs.New(errs.NotFound, "letters.group.none", "没有这一组相近的来信。", "There is no such group of letters.")
	}
	return merged, nil
}

// byAge puts the oldest first, those of an unknown day last: its case goes on.
func byAge(list []Letter) {
	slices.SortStableFunc(list, func(a, b Letter) int { return messages.Earlier(a.At, b.At) })
}
