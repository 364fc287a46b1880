package casefile

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Merging makes one case go on in another's place.
type Merging struct {
	From, Into int64
	Version    int // of From, as the person saw it; 0: not checked
	Reason     string
	Key        string
}

// Merge ends From and lets Into go on: its page leads there, its opening time
// counts there. Both must be open and of one project.
func (s *Service) Merge(ctx context.Context, actor auth.Actor, in Merging) (Case, error) {
	var c Case
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = s.MergeIn(ctx, tx, actor, in)
		return err
	})
	return c, err
}

// MergeIn is Merge in tx; it returns the case that goes on.
func (s *Service) MergeIn(ctx context.Context, tx *store.Tx, actor auth.Actor, in Merging) (Case, error) {
	from, into, err := lockBoth(ctx, tx, in.From, in.Into)
	if err != nil {
		return Case{}, err
	}
	if !actor.May(PermMerge, from.Project) {
		return Case{}, forbidden(PermMerge)
	}
	switch {
	case in.From == in.Into:
		return Case{}, errs.New(errs.Invalid, "casefile.merge.self", "不能把一个事项并入它自己。", "A case cannot be merged into itself.")
	case from.Project != into.Project:
		return Case{}, notFound()
	case from.MergedTo == in.Into:
		return into.Case, nil // done before
	case into.State.Status != engine.Open:
		return Case{}, errs.New(errs.Conflict, "casefile.merge.ended", "要并入的事项已经结束，没有改动。请并入一个未结的事项。", "The case to merge into has ended; nothing was changed. Choose one that is open.")
	}
	from.MergedTo = in.Into
	if _, err := s.doOn(ctx, tx, actor, from, Doing{
		Case: in.From, Version: in.Version, Key: in.Key,
		Command: engine.Command{Kind: engine.EvMerge, Data: map[string]any{"into": in.Into, "number": into.Number, "reason": in.Reason}},
	}); err != nil {
		return Case{}, err
	}
	return s.doOn(ctx, tx, actor, into, Doing{Case: in.Into, Command: engine.Command{Kind: engine.EvMerge, Data: map[string]any{
		"from": in.From, "number": from.Number, "opened_at": from.State.Reached(), "reason": in.Reason,
	}}})
}

// Unmerge takes a merged case up again as a case of its own.
func (s *Service) Unmerge(ctx context.Context, actor auth.Actor, id int64, version int, reason string) (Case, error) {
	var c Case
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		kept, err := lockCase(ctx, tx, id)
		if err != nil {
			return err
		}
		if !actor.May(PermMerge, kept.Project) {
			return forbidden(PermMerge)
		}
		if kept.MergedTo == 0 {
			return errs.New(errs.Conflict, "casefile.unmerge", "这个事项没有并入别的事项，没有改动。", "This case was not merged; nothing was changed.")
		}
		into, err := caseByID(ctx, tx, kept.MergedTo)
		if err != nil {
			return err
		}
		kept.MergedTo = 0
		c, err = s.doOn(ctx, tx, actor, kept, Doing{Case: id, Version: version, Command: engine.Command{
			Kind: engine.EvReopen, Data: map[string]any{"reason": reason, "unmerged": into.Number},
		}})
		return err
	})
	return c, err
}

// lockBoth locks two cases in the order of their ids, so that two people who
// merge crosswise wait for each other instead of dying.
func lockBoth(ctx context.Context, tx *store.Tx, a, b int64) (first, second keptCase, err error) {
	if a <= b {
		if first, err = lockCase(ctx, tx, a); err != nil {
			return first, second, err
		}
		second, err = lockCase(ctx, tx, b)
		return first, second, err
	}
	if second, err = lockCase(ctx, tx, b); err != nil {
		return first, second, err
	}
	first, err = lockCase(ctx, tx, a)
	return first, second, err
}

// Link ties two cases together; linking twice changes nothing.
func (s *Service) Link(ctx context.Context, actor auth.Actor, a, b int64) error {
	return s.linked(ctx, actor, a, b, func(ctx context.Context, tx *store.Tx, project, low, high int64) error {
		n, err := tx.Exec(ctx, `INSERT INTO casefile_link (project_id, case_id, other_id, account_id, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (case_id, other_id) DO NOTHING`, project, low, high, actor.Account, store.Micros(tx.Now()))
		if err != nil || n == 0 {
			return err
		}
		return s.recordLink(ctx, tx, actor, project, low, high, "link")
	})
}

// Unlink unties them.
func (s *Service) Unlink(ctx context.Context, actor auth.Actor, a, b int64) error {
	return s.linked(ctx, actor, a, b, func(ctx context.Context, tx *store.Tx, project, low, high int64) error {
		n, err := tx.Exec(ctx, "DELETE FROM casefile_link WHERE case_id = ? AND other_id = ?", low, high)
		if err != nil || n == 0 {
			return err
		}
		return s.recordLink(ctx, tx, actor, project, low, high, "unlink")
	})
}

func (s *Service) recordLink(ctx context.Context, tx *store.Tx, actor auth.Actor, project, low, high int64, verb string) error {
	return s.Done(ctx, tx, actor, project, "casefile.case", verb, low, map[string]any{"case": high})
}

func (s *Service) linked(ctx context.Context, actor auth.Actor, a, b int64, fn func(ctx context.Context, tx *store.Tx, project, low, high int64) error) error {
	if a == b {
		return errs.New(errs.Invalid, "casefile.link.self", "不能关联它自己。", "A case cannot be linked to itself.")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		one, err := caseByID(ctx, tx, a)
		if err != nil {
			return err
		}
		two, err := caseByID(ctx, tx, b)
		if err != nil {
			return err
		}
		if one.Project != two.Project {
			return notFound()
		}
		if !actor.May(PermMerge, one.Project) {
			return forbidden(PermMerge)
		}
		return fn(ctx, tx, one.Project, min(a, b), max(a, b))
	})
}
