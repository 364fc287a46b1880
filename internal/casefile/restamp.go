package casefile

import (
	"context"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Shift is what another calendar does to one limit of one case.
type Shift struct {
	Case   int64
	Number string
	Clock  string
	Was    time.Time
	Is     time.Time
}

// mostShifts bounds a preview; the count goes on.
const mostShifts = 500

// Restamping is what a new calendar does to the open cases of a project.
type Restamping struct {
	Cases  int     // whose calendar changes
	Moved  int     // limits that fall due at another time
	Shifts []Shift // the first of them
}

// PreviewRestamp tells what stamping the open cases with the calendar now in
// force would change. It changes nothing.
func (s *Service) PreviewRestamp(ctx context.Context, actor auth.Actor, project int64) (Restamping, error) {
	return s.restamp(ctx, actor, project, false)
}

// Restamp stamps the open cases of a project with the calendar now in force,
// when a year is published or corrected. Each case is a short transaction of
// its own and its log says so; one that changed meanwhile is stamped as it is
// then. It may be repeated: what has the calendar already stays as it is.
func (s *Service) Restamp(ctx context.Context, actor auth.Actor, project int64) (Restamping, error) {
	return s.restamp(ctx, actor, project, true)
}

func (s *Service) restamp(ctx context.Context, actor auth.Actor, project int64, write bool) (Restamping, error) {
	var r Restamping
	if !actor.May(PermRestamp, project) {
		return r, forbidden(PermRestamp)
	}
	var old []stampedBy
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		old, err = s.outdated(ctx, tx, project)
		return err
	})
	if err != nil {
		return r, err
	}
	for _, o := range old {
		if err := s.restampThose(ctx, project, o, write, &r); err != nil {
			return r, err
		}
	}
	return r, ctx.Err()
}

// stampedBy are the open cases of a procedure that count by one calendar.
type stampedBy struct{ procedure, calendar string }

// outdated lists what counts by another calendar than the one in force. As
// long as no calendar changed that is nothing, and one statement says so.
func (s *Service) outdated(ctx context.Context, tx *store.Tx, project int64) ([]stampedBy, error) {
	all, err := store.All(ctx, tx, func(scan store.Scan) (stampedBy, error) {
		var o stampedBy
		err := scan(&o.procedure, &o.calendar)
		return o, err
	}, "SELECT DISTINCT procedure, calendar_hash FROM casefile_case WHERE project_id = ? AND status = 'open' ORDER BY procedure, calendar_hash", project)
	if err != nil {
		return nil, err
	}
	var old []stampedBy
	for _, o := range all {
		stamp, err := s.cfg.Handbook.Stamp(project, o.procedure)
		if errs.KindOf(err) == errs.NotFound { // the procedure is no longer in force: its cases end as they began
			continue
		}
		if err != nil {
			return nil, err
		}
		if stamp.Calendar.Hash != o.calendar {
			old = append(old, o)
		}
	}
	return old, nil
}

func (s *Service) restampThose(ctx context.Context, project int64, o stampedBy, write bool, r *Restamping) error {
	after := int64(0)
	for ctx.Err() == nil {
		var ids []int64
		err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			ids, err = store.All(ctx, tx, store.Value[int64], `SELECT id FROM casefile_case WHERE project_id = ? AND status = 'open'
				AND procedure = ? AND calendar_hash = ? AND id > ? ORDER BY id LIMIT ?`, project, o.procedure, o.calendar, after, verifyChunk)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			after = id
			run := s.db.Read
			if write {
				run = s.db.Write
			}
			if err := run(ctx, func(ctx context.Context, tx *store.Tx) error { return s.restampCase(ctx, tx, id, write, r) }); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func (s *Service) restampCase(ctx context.Context, tx *store.Tx, id int64, write bool, r *Restamping) error {
	kept, err := lockCase(ctx, tx, id)
	if err != nil {
		return err
	}
	c := kept.Case
	stamp, err := s.cfg.Handbook.Stamp(c.Project, c.Procedure)
	if errs.KindOf(err) == errs.NotFound { // the procedure is no longer in force: its cases end as they began
		return nil
	}
	if err != nil || stamp.Calendar.Hash == c.Calendar || c.State.Status != engine.Open {
		return err
	}
	env, err := s.env(ctx, tx, c)
	if err != nil {
		return err
	}
	events, err := readEvents(ctx, tx, id)
	if err != nil {
		return err
	}
	env.Calendar = stamp.Calendar
	r.Cases++
	moved := s.recompute(c, env, events)
	was := map[string]time.Time{}
	for _, k := range c.Clocks {
		was[k.Name] = k.Due
	}
	for _, k := range moved.Clocks {
		if before, ok := was[k.Name]; ok && !before.Equal(k.Due) {
			r.Moved++
			if len(r.Shifts) < mostShifts {
				r.Shifts = append(r.Shifts, Shift{Case: id, Number: c.Number, Clock: k.Name, Was: before, Is: k.Due})
			}
		}
	}
	if !write {
		return nil
	}
	if err := s.docs.save(ctx, tx, stamp); err != nil {
		return err
	}
	if env.Now, err = when(tx, auth.System, time.Time{}, c.Changed); err != nil {
		return err
	}
	by := engineActor(auth.System, c.Project, engine.Actor{})
	decision, err := engine.Decide(env, engine.Fold(env.Def, events), events, engine.Command{Kind: engine.EvNote, Actor: by, Data: map[string]any{
		"text": "日历更新，时限按新日历重算。", "calendar": stamp.Calendar.Hash,
	}})
	if err != nil {
		return err
	}
	kept.Calendar = stamp.Calendar.Hash
	_, err = s.record(ctx, tx, change{actor: auth.System, by: by, env: env, kept: kept, before: events, command: tx.NewID(), decision: decision})
	return err
}
