package casefile

import (
	"context"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// View is what the page of one case shows, in at most six statements. A case
// outside the person's sight is errs.NotFound, as if it did not exist.
func (s *Service) View(ctx context.Context, actor auth.Actor, project int64, number string) (View, error) {
	var v View
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		v, err = s.ViewIn(ctx, tx, actor, project, number)
		return err
	})
	return v, err
}

// ViewIn is View in a snapshot of the caller.
func (s *Service) ViewIn(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, number string) (View, error) {
	var v View
	if !actor.May(PermView, project) && !actor.May(PermWork, project) {
		return v, forbidden(PermView)
	}
	c, err := store.One(ctx, tx, scanCase, "SELECT "+caseColumns+" FROM casefile_case WHERE project_id = ? AND number = ?", project, text.Clean(number))
	if err != nil {
		return v, orNotFound(err)
	}
	env, err := s.env(ctx, tx, c)
	if err != nil {
		return v, err
	}
	if !sees(actor, c) && !turn(actor, env.Def, c) {
		return v, notFound()
	}
	if v.Events, err = readEvents(ctx, tx, c.ID); err != nil {
		return v, err
	}
	v.Case, v.Def, v.Figures = s.recompute(c, env, v.Events), env.Def, env.Figures
	if v.Erased = Erased(v.Events); v.Erased { // what is left cannot be folded: what was kept is shown
		v.Case = c
		if err := s.dress(ctx, tx, &v.Case); err != nil {
			return v, err
		}
	}
	v.Options = engine.Options(env, v.Case.State, engineActor(actor, project, engine.Actor{}))
	if err := s.related(ctx, tx, &v); err != nil {
		return v, err
	}
	if v.Filed, err = store.All(ctx, tx, scanFiled, "SELECT "+filedColumns+
		" FROM casefile_filed f JOIN casefile_case c ON c.id = f.case_id WHERE f.case_id = ? ORDER BY f.at, f.id", c.ID); err != nil {
		return v, err
	}
	cases := []Case{v.Case}
	for _, r := range v.Related {
		cases = append(cases, r.Case)
	}
	v.Names, err = s.names(ctx, tx, accountsOf(cases, v.Events))
	v.MayErase = !v.Erased && v.Case.State.Status != engine.Open && actor.May(PermErase, project)
	may := func(kind engine.EventKind) bool {
		return actor.May(permissionFor(actor, env.Def, c, engine.Command{Kind: kind}), project)
	}
	v.MayEnd, v.MayJump, v.MayReopen = may(engine.EvCancel), may(engine.EvJump), may(engine.EvReopen) && !v.Erased
	v.MayCorrect = may(engine.EvAmend) && slices.ContainsFunc(v.Options, func(o engine.Option) bool { return o.Kind == engine.EvAmend && o.May })
	return v, err
}

// mostRelated bounds the other cases shown beside one.
const mostRelated = 50

// related reads the parent, what came of the case, linked and merged ones, and
// the case that goes on in its place, in one statement.
func (s *Service) related(ctx context.Context, tx *store.Tx, v *View) error {
	id := v.Case.ID
	list, err := store.All(ctx, tx, func(scan store.Scan) (Related, error) {
		var r Related
		c, err := scanCase(func(dest ...any) error { return scan(append(dest, &r.Relation)...) })
		r.Case = c
		return r, err
	}, "SELECT "+caseColumns+`, relation FROM casefile_case c JOIN (
			SELECT parent_id AS other, 'parent' AS relation FROM casefile_case WHERE id = ? AND parent_id <> 0
			UNION ALL SELECT merged_to, 'into' FROM casefile_case WHERE id = ? AND merged_to <> 0
			UNION ALL SELECT id, 'child' FROM casefile_case WHERE parent_id = ? AND parent_id <> 0
			UNION ALL SELECT id, 'merged' FROM casefile_case WHERE merged_to = ? AND merged_to <> 0
			UNION ALL SELECT other_id, 'linked' FROM casefile_link WHERE case_id = ?
			UNION ALL SELECT case_id, 'linked' FROM casefile_link WHERE other_id = ?
		) AS r ON r.other = c.id ORDER BY c.opened_at DESC, c.id DESC LIMIT ?`, id, id, id, id, id, id, mostRelated)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.Relation == "into" {
			v.MergedTo = r.Number
			continue
		}
		if err := s.dress(ctx, tx, &r.Case); err != nil {
			return err
		}
		v.Related = append(v.Related, r)
	}
	return nil
}

// ByID reads a case for a room that holds its id and has asked for its own
// permission: a call's case, the case behind a resident's signed link.
func (s *Service) ByID(ctx context.Context, tx *store.Tx, id int64) (Case, error) {
	c, err := caseByID(ctx, tx, id)
	if err != nil {
		return c, err
	}
	return c, s.dress(ctx, tx, &c)
}

// Events reads the log of a case for such a room.
func (s *Service) Events(ctx context.Context, tx *store.Tx, id int64) ([]engine.Event, error) {
	return readEvents(ctx, tx, id)
}

// Versions are the definition, figures and calendar that a case is pinned to.
func (s *Service) Versions(ctx context.Context, tx *store.Tx, c Case) (engine.Env, error) {
	return s.env(ctx, tx, c)
}

// DoneSince reads the steps of that name done in the given cases since an
// instant, by case and in their order: in one statement for many cases.
func (s *Service) DoneSince(ctx context.Context, tx *store.Tx, ids []int64, step string, since time.Time) (map[int64][]engine.Event, error) {
	type row struct {
		id int64
		eventRow
	}
	out := map[int64][]engine.Event{}
	for list := range slices.Chunk(ids, 500) {
		rows, err := store.All(ctx, tx, func(scan store.Scan) (x row, err error) {
			x.eventRow, err = scanEvent(func(dest ...any) error { return scan(append([]any{&x.id}, dest...)...) })
			return x, err
		}, "SELECT case_id, "+eventColumns+" FROM casefile_event WHERE kind = 'done' AND at >= ? AND case_id IN ("+store.Marks(len(list))+") ORDER BY case_id, seq",
			append([]any{store.Micros(since)}, anys(list)...)...)
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			e, err := x.event()
			if err != nil {
				return nil, err
			}
			if e.Step == step {
				out[x.id] = append(out[x.id], e)
			}
		}
	}
	return out, nil
}
