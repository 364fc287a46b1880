package house

import (
	"fmt"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/coverage"
	"guanjia/internal/engine"
	"guanjia/internal/store"
)

// Take implements coverage.Stage.
func (s *Stage) Take(who string, t coverage.Taking) (int64, error) {
	actor, err := s.actor(who)
	if err != nil {
		return 0, err
	}
	in := casefile.Opening{
		Project: s.b.Project.ID, Procedure: t.Procedure, Channel: t.Channel, Unit: s.units[t.Unit], Customer: s.people[t.Person], Caller: t.Person,
		Place: t.Place, Words: t.Words, Parent: t.Parent, Fields: t.Fields,
	}
	if actor.Account <= 0 { // what comes in by itself belongs to the desk that is there
		for _, g := range s.given {
			if id, ok := s.Account(g.Name); ok {
				in.Owner = id
				break
			}
		}
	}
	c, err := s.b.Cases.Open(s.ctx, actor, in)
	if err != nil {
		return 0, err
	}
	s.know(c)
	s.plates[c.ID] = t.Unit
	return c.ID, nil
}

func (s *Stage) know(c casefile.Case) {
	if _, ok := s.numbers[c.ID]; !ok {
		s.numbers[c.ID] = c.Number
		s.order = append(s.order, c.ID)
	}
}

// Do implements coverage.Stage.
func (s *Stage) Do(who string, id int64, cmd engine.Command) error {
	actor, err := s.actor(who)
	if err != nil {
		return err
	}
	if _, err := s.b.Cases.Do(s.ctx, actor, casefile.Doing{Case: id, Command: cmd}); err != nil {
		return err
	}
	_, err = s.Children(id)
	return err
}

// Merge implements coverage.Stage.
func (s *Stage) Merge(who string, from, into int64) error {
	actor, err := s.actor(who)
	if err != nil {
		return err
	}
	_, err = s.b.Cases.Merge(s.ctx, actor, casefile.Merging{From: from, Into: into, Reason: "同一件事"})
	return err
}

// Children implements coverage.Stage.
func (s *Stage) Children(id int64) ([]int64, error) {
	v, err := s.b.Cases.View(s.ctx, auth.System, s.b.Project.ID, s.numbers[id])
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, r := range v.Related {
		if r.Relation == casefile.Child {
			s.know(r.Case)
			s.plates[r.ID] = s.plates[id]
			out = append(out, r.ID)
		}
	}
	return out, nil
}

// Case implements coverage.Stage: everything is read back from the database,
// and what is cached there must be what the log says.
func (s *Stage) Case(id int64) (coverage.Snapshot, error) {
	number, ok := s.numbers[id]
	if !ok {
		return coverage.Snapshot{}, fmt.Errorf("there is no case %d", id)
	}
	v, err := s.b.Cases.View(s.ctx, auth.System, s.b.Project.ID, number)
	if err != nil {
		return coverage.Snapshot{}, err
	}
	stamp, err := s.b.Stamp(s.b.Project.ID, v.Case.Procedure)
	if err != nil {
		return coverage.Snapshot{}, err
	}
	out := coverage.Snapshot{ID: id, Number: number, Procedure: v.Case.Procedure, Unit: s.plates[id], State: v.Case.State, Events: v.Events}
	out.Env = engine.Env{Def: v.Def, Figures: v.Figures, Calendar: stamp.Calendar, Now: s.setting.Clock.Now()}
	if v.Erased { // what is left of the log folds to nothing
		return out, nil
	}
	if logged := engine.Fold(v.Def, v.Events); logged.Step != v.Case.State.Step || logged.Status != v.Case.State.Status || logged.Owner != v.Case.State.Owner {
		return out, fmt.Errorf("case %s: the database says step %q, the log %q", number, v.Case.State.Step, logged.Step)
	}
	for _, f := range v.Filed {
		filing := coverage.Filing{Record: f.Record}
		if f.Unit != 0 {
			filing.Unit = s.nameOf(s.units, f.Unit)
		}
		out.Filed = append(out.Filed, filing)
	}
	effects := engine.Follows(out.Env, v.Events)
	for i, list := range effects {
		state := engine.Fold(v.Def, v.Events[:i+1])
		for _, fx := range list {
			switch fx.Kind {
			case engine.FxTell:
				out.Notices = append(out.Notices, coverage.NoticeOf(fx, state, v.Events[i].At))
			case engine.FxAction, engine.FxSpawn:
				out.Ran = append(out.Ran, coverage.Ran{Action: fx.Action, Args: fx.Args})
			}
		}
	}
	return out, s.notified(id, out.Notices)
}

// notified checks that what was to be told to accounts and roles lies in the bell.
func (s *Stage) notified(id int64, notices []coverage.Notice) error {
	for _, n := range notices {
		role := n.To
		if n.Account > 0 {
			role = ""
		}
		if n.To == "customer" || n.Account == 0 && (n.To == "owner" || n.To == "assignee") {
			continue // reached outside, or nobody has it yet
		}
		query := "SELECT count(*) FROM notice_notice WHERE project_id = ? AND case_id = ? AND at = ? AND account_id = ? AND role = ?"
		if role != "" && s.setting.Book.Role(role) == nil { // a department or a trade: somebody's role hears it, not its own name
			query = "SELECT count(*) FROM notice_notice WHERE project_id = ? AND case_id = ? AND at = ? AND account_id = ? AND role NOT IN ('', ?)"
		}
		count, err := s.count(query, s.b.Project.ID, id, store.Micros(n.At), max(n.Account, 0), role)
		if err != nil {
			return err
		}
		if count == 0 {
			return fmt.Errorf("nobody's bell has what %s should be told about %s at %s", n.To, n.About, n.At.Format(time.DateTime))
		}
	}
	return nil
}

func (s *Stage) nameOf(names map[string]int64, id int64) string {
	for name, n := range names {
		if n == id {
			return name
		}
	}
	return ""
}
