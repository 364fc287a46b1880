package desk

import (
	"context"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Signal is one message of the telephone system about a call: the body of the
// CTI webhook and what the simulator sends.
type Signal struct {
	Event     string    `json:"event"`     // ring, answer, hold, resume, hang_up
	Call      string    `json:"call"`      // the telephone system's name of the call
	Direction string    `json:"direction"` // in (default), out
	From      string    `json:"from"`
	Line      string    `json:"line"`
	Agent     int64     `json:"agent"` // account; 0: the actor when a person answers on screen
	At        time.Time `json:"at"`    // zero: now
}

// Signals of a call, in the order they may come.
const (
	EventRing   = "ring"
	EventAnswer = "answer"
	EventHold   = "hold"
	EventResume = "resume"
	EventHangUp = "hang_up"
)

// Connect takes in one signal (DSK-02, DSK-12). Signals may be repeated or
// come late: a call never goes back from ended, and a repeated one changes
// nothing.
func (s *Service) Connect(ctx context.Context, actor auth.Actor, project int64, sig Signal) (Call, error) {
	if !actor.May(PermConnect, project) && !actor.May(PermDesk, project) {
		return Call{}, allow(actor, PermConnect, project)
	}
	if err := sig.check(); err != nil {
		return Call{}, err
	}
	var call Call
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if sig.At.IsZero() {
			sig.At = tx.Now()
		}
		call, err = store.One(ctx, tx, scanCall,
			"SELECT "+callColumns+" FROM desk_call WHERE project_id = ? AND external = ?"+tx.Lock(), project, sig.Call)
		switch {
		case errs.KindOf(err) == errs.NotFound:
			return s.ring(ctx, tx, project, sig, &call)
		case err != nil:
			return err
		}
		if !call.apply(sig) {
			return nil
		}
		s.tell(tx, project, "calls")
		return saveCall(ctx, tx, call)
	})
	return call, err
}

func (sig Signal) check() error {
	var f errs.Fields
	if !slices.Contains([]string{EventRing, EventAnswer, EventHold, EventResume, EventHangUp}, sig.Event) {
		f.Add("event", "unknown", "没有这种信号", "no such event; one of ring, answer, hold, resume, hang_up")
	}
	if sig.Call == "" || len(sig.Call) > 100 {
		f.Add("call", "required", "要有通话编号，100 字以内", "the call's identifier is needed, at most 100 bytes")
	}
	if len(sig.From) > 40 || len(sig.Line) > 40 {
		f.Add("from", "too_long", "号码太长", "the number is too long")
	}
	return f.Err("desk.signal.invalid")
}

// ring records the first signal of a call and finds the caller: one exact
// match opens the unit, several are left to the agent to choose from.
func (s *Service) ring(ctx context.Context, tx *store.Tx, project int64, sig Signal, call *Call) error {
	*call = Call{
		Project: project, ID: tx.NewID(), External: sig.Call, Direction: "in", Line: text.Clean(sig.Line),
		Number: text.Digits(sig.From), State: Ringing, RingAt: sig.At,
	}
	if sig.Direction == "out" {
		call.Direction = "out"
	}
	if call.Number != "" {
		found, err := s.dir.Callers(ctx, tx, project, call.Number)
		if err != nil {
			return err
		}
		if len(found) == 1 {
			call.Person, call.Unit = found[0].Person, found[0].Unit
		}
	}
	if sig.Event != EventRing {
		call.apply(sig)
	}
	s.tell(tx, project, "calls")
	_, err := tx.Exec(ctx, "INSERT INTO desk_call ("+callColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		call.Project, call.ID, call.External, call.Direction, call.Line, call.Number, string(call.State),
		store.Micros(call.RingAt), store.Micros(call.AnsweredAt), store.Micros(call.EndedAt),
		call.Rings, call.Agent, call.Person, call.Unit, call.Case, call.Outcome, call.Note)
	return err
}

// apply moves the call by a signal and reports whether anything changed.
func (c *Call) apply(sig Signal) bool {
	before := *c
	switch {
	case c.State == Ended || c.State == Missed:
	case sig.Event == EventAnswer && c.State == Ringing:
		c.State, c.AnsweredAt, c.Agent = Talking, sig.At, sig.Agent
		c.Rings = rings(c.RingAt, sig.At)
	case sig.Event == EventHold && c.State == Talking:
		c.State = Held
	case sig.Event == EventResume && c.State == Held:
		c.State = Talking
	case sig.Event == EventHangUp && c.State == Ringing:
		c.State, c.EndedAt = Missed, sig.At
		c.Rings = rings(c.RingAt, sig.At)
	case sig.Event == EventHangUp:
		c.State, c.EndedAt = Ended, sig.At
	}
	return before != *c
}

func rings(from, to time.Time) int {
	if to.Before(from) {
		return 0
	}
	return int(to.Sub(from)/RingTime) + 1
}

func saveCall(ctx context.Context, tx *store.Tx, c Call) error {
	_, err := tx.Exec(ctx, `UPDATE desk_call SET state = ?, answered_at = ?, ended_at = ?, rings = ?, agent = ?,
		person_id = ?, unit_id = ?, case_id = ?, outcome = ?, note = ? WHERE project_id = ? AND id = ?`,
		string(c.State), store.Micros(c.AnsweredAt), store.Micros(c.EndedAt), c.Rings, c.Agent,
		c.Person, c.Unit, c.Case, c.Outcome, c.Note, c.Project, c.ID)
	return err
}

// Settle closes the record of a call with what became of it; every ended call
// needs an outcome, and one that became a case names it.
func (s *Service) Settle(ctx context.Context, actor auth.Actor, project, id int64, outcome, note string, caseID int64) error {
	if err := allow(actor, PermDesk, project); err != nil {
		return err
	}
	if !slices.Contains(Outcomes, outcome) {
		return errs.New(errs.Invalid, "desk.call.outcome", "请选这通电话的结果。", "Choose what became of this call.")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.settle(ctx, tx, project, id, outcome, text.Cut(text.Clean(note), 500), caseID); err != nil {
			return err
		}
		return s.Done(ctx, tx, actor, project, "desk.call", "settle", id, map[string]any{"case": caseID})
	})
}

func (s *Service) settle(ctx context.Context, tx *store.Tx, project, id int64, outcome, note string, caseID int64) error {
	n, err := tx.Exec(ctx, "UPDATE desk_call SET outcome = ?, note = ?, case_id = ? WHERE project_id = ? AND id = ?",
		outcome, note, caseID, project, id)
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "desk.call.unknown", "没有这通电话的记录。", "There is no record of this call.")
	}
	s.tell(tx, project, "calls")
	return err
}

// Name says who the caller is when the number did not.
func (s *Service) Name(ctx context.Context, actor auth.Actor, project, id, person, unit int64) error {
	if err := allow(actor, PermDesk, project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE desk_call SET person_id = ?, unit_id = ? WHERE project_id = ? AND id = ?", person, unit, project, id)
		if err != nil {
			return err
		}
		s.tell(tx, project, "calls")
		return s.Done(ctx, tx, actor, project, "desk.call", "name", id, map[string]any{"person": person, "unit": unit})
	})
}

// Calls lists the newest calls of a project, at most limit.
func (s *Service) Calls(ctx context.Context, tx *store.Tx, project int64, limit int) ([]Call, error) {
	return store.All(ctx, tx, scanCall, "SELECT "+callColumns+` FROM desk_call
		WHERE project_id = ? ORDER BY ring_at DESC, id DESC LIMIT ?`, project, limit)
}

// CallMark is a place in the list of calls, newest first; zero is its beginning.
type CallMark struct {
	At time.Time
	ID int64
}

// CallsBefore lists the calls behind a mark, newest first, at most limit.
func (s *Service) CallsBefore(ctx context.Context, tx *store.Tx, project int64, mark CallMark, limit int) ([]Call, error) {
	if mark.At.IsZero() {
		return s.Calls(ctx, tx, project, limit)
	}
	at := store.Micros(mark.At)
	return store.All(ctx, tx, scanCall, "SELECT "+callColumns+` FROM desk_call
		WHERE project_id = ? AND ring_at <= ? AND (ring_at < ? OR id < ?) ORDER BY ring_at DESC, id DESC LIMIT ?`, project, at, at, mark.ID, limit)
}

// Current is the call an agent is in, or the oldest one still ringing; ok is
// false when the line is quiet.
func (s *Service) Current(ctx context.Context, tx *store.Tx, project, agent int64) (c Call, ok bool, err error) {
	list, err := store.All(ctx, tx, scanCall, "SELECT "+callColumns+` FROM desk_call
		WHERE project_id = ? AND (agent = ? AND state IN ('talking', 'held') OR agent = 0 AND state = 'ringing')
		ORDER BY agent DESC, ring_at, id LIMIT 1`, project, agent)
	if err != nil || len(list) == 0 {
		return Call{}, false, err
	}
	return list[0], true, nil
}

// Call is one call of a project; ok is false when there is none.
func (s *Service) Call(ctx context.Context, tx *store.Tx, project, id int64) (c Call, ok bool, err error) {
	list, err := store.All(ctx, tx, scanCall, "SELECT "+callColumns+" FROM desk_call WHERE project_id = ? AND id = ?", project, id)
	if err != nil || len(list) == 0 {
		return Call{}, false, err
	}
	return list[0], true, nil
}

// Callers lists who may be behind a number (see Directory).
func (s *Service) Callers(ctx context.Context, tx *store.Tx, project int64, number string) ([]Contact, error) {
	if number == "" {
		return nil, nil
	}
	return s.dir.Callers(ctx, tx, project, number)
}

// Tally counts the calls rung between two instants (DSK-02, DSK-19).
type Tally struct {
	Calls    int // incoming
	InThree  int // answered within three rings
	Answered int
	Missed   int
}

// Count tallies the incoming calls rung from (inclusive) to (exclusive).
func (s *Service) Count(ctx context.Context, tx *store.Tx, project int64, from, to time.Time) (Tally, error) {
	return store.One(ctx, tx, func(scan store.Scan) (Tally, error) {
		var t Tally
		err := scan(&t.Calls, &t.InThree, &t.Answered, &t.Missed)
		return t, err
	}, `SELECT count(*),
		coalesce(sum(CASE WHEN answered_at > 0 AND rings <= 3 THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN answered_at > 0 THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN state = 'missed' THEN 1 ELSE 0 END), 0)
		FROM desk_call WHERE project_id = ? AND direction = 'in' AND ring_at >= ? AND ring_at < ?`,
		project, store.Micros(from), store.Micros(to))
}
