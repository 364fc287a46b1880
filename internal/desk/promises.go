package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Promise makes a promise to a customer (DSK-06). One that belongs to a case
// is also an event of the case, so that its clock runs there.
func (s *Service) Promise(ctx context.Context, actor auth.Actor, p Promise) (Promise, error) {
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = s.PromiseIn(ctx, tx, actor, p)
		return err
	})
	return p, err
}

// PromiseIn is Promise inside a transaction.
func (s *Service) PromiseIn(ctx context.Context, tx *store.Tx, actor auth.Actor, p Promise) (Promise, error) {
	if err := allow(actor, PermDesk, p.Project); err != nil {
		return p, err
	}
	p.Words = text.Clean(p.Words)
	var f errs.Fields
	if p.Words == "" {
		f.Add("words", "required", "写明答应了客户什么", "say what was promised")
	} else if len([]rune(p.Words)) > 500 {
		f.Add("words", "too_long", "最多 500 字", "at most 500 characters")
	}
	if !p.Due.After(tx.Now()) {
		f.Add("due", "past", "答应的时间要在现在之后", "the promised time must lie ahead")
	}
	if err := f.Err("desk.promise.invalid"); err != nil {
		return p, err
	}
	p.ID, p.MadeBy, p.MadeAt = tx.NewID(), actor.Account, tx.Now()
	if p.Owner == 0 {
		p.Owner = actor.Account
	}
	if err := s.insertPromise(ctx, tx, p); err != nil {
		return p, err
	}
	if p.Case != 0 {
		_, err := s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: p.Case, Command: engine.Command{
			Kind: engine.EvPromise, Data: map[string]any{"text": p.Words, "due": p.Due.Format(time.RFC3339)},
		}})
		return p, err // the case's own log has it
	}
	return p, s.Done(ctx, tx, actor, p.Project, "desk.promise", "make", p.ID, nil)
}

func (s *Service) insertPromise(ctx context.Context, tx *store.Tx, p Promise) error {
	s.tell(tx, p.Project, "promises")
	_, err := tx.Exec(ctx, "INSERT INTO desk_promise ("+promiseColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '')",
		p.Project, p.ID, p.Case, p.Unit, p.Person, p.Words, store.Micros(p.Due), p.MadeBy, store.Micros(p.MadeAt), p.Owner)
	return err
}

// followPromises keeps the desk's promises as the case has them: one made on
// the case's page is the desk's, too; one is kept when the customer was told,
// on whichever page, was reached at the follow-up, or the case is closed.
func (s *Service) followPromises(ctx context.Context, tx *store.Tx, ch casefile.Change) error {
	c := ch.Case
	for _, e := range ch.Events {
		if due, err := time.Parse(time.RFC3339, fmt.Sprint(e.Data["due"])); e.Kind == engine.EvPromise && err == nil {
			if err := s.promisedInCase(ctx, tx, c, e, due); err != nil {
				return err
			}
		}
		if !spokenTo(e) {
			continue
		}
		said, _ := e.Data["text"].(string)
		if said == "" {
			said = text.T(ctx, "事项里已答复", "answered in the case")
		}
		n, err := tx.Exec(ctx, "UPDATE desk_promise SET kept_at = ?, kept_by = ?, result = ? WHERE project_id = ? AND case_id = ? AND kept_at = 0",
			store.Micros(e.At), max(e.Actor.ID, 0), text.Cut(said, 1000), c.Project, c.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			s.tell(tx, c.Project, "promises")
		}
	}
	return nil
}

// spokenTo reports whether the customer got their word by an event.
func spokenTo(e engine.Event) bool {
	return slices.ContainsFunc(e.Names, func(n string) bool { return n == engine.Told || n == "followed" || n == "closed" })
}

func (s *Service) promisedInCase(ctx context.Context, tx *store.Tx, c casefile.Case, e engine.Event, due time.Time) error {
	words, _ := e.Data["text"].(string)
	n, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM desk_promise WHERE case_id = ? AND due = ? AND words = ? AND kept_at = 0", c.ID, store.Micros(due), words)
	if err != nil || n > 0 {
		return err
	}
	owner := c.State.Owner
	if owner == 0 {
		owner = e.Actor.ID
	}
	return s.insertPromise(ctx, tx, Promise{
		Project: c.Project, ID: tx.NewID(), Case: c.ID, Unit: c.Unit, Person: c.Customer, Words: words, Due: due, MadeBy: e.Actor.ID, MadeAt: e.At, Owner: owner,
	})
}

// Keep records that the customer was told, and what (DSK-06, CMP-07). A
// promise already kept is a Conflict that says by whom it was kept.
func (s *Service) Keep(ctx context.Context, actor auth.Actor, project, id int64, result string) error {
	if err := allow(actor, PermDesk, project); err != nil {
		return err
	}
	result = text.Cut(text.Clean(result), 1000)
	if result == "" {
		return errs.New(errs.Invalid, "desk.promise.result", "写下告诉了客户什么。", "Write down what the customer was told.").
			Field("result", "required", "写下告诉了客户什么", "write down what the customer was told")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := store.One(ctx, tx, scanPromise, "SELECT "+promiseColumns+
			" FROM desk_promise WHERE project_id = ? AND id = ?"+tx.Lock(), project, id)
		if err != nil {
			return err
		}
		if !p.KeptAt.IsZero() {
			return errs.Newf(errs.Conflict, "desk.promise.kept", "这条承诺 %s 已经兑现：%s", "This promise was kept at %s: %s",
				p.KeptAt.Format("01-02 15:04"), p.Result)
		}
		if p.Case != 0 {
			_, err := s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: p.Case, Command: engine.Command{
				Kind: engine.EvTold, Data: map[string]any{"text": result, "by": "call"},
			}})
			if err != nil {
				return err
			}
		}
		s.tell(tx, project, "promises")
		_, err = tx.Exec(ctx, "UPDATE desk_promise SET kept_at = ?, kept_by = ?, result = ? WHERE project_id = ? AND id = ?",
			store.Micros(tx.Now()), actor.Account, result, project, id)
		if err != nil || p.Case != 0 { // the case's own log has it
			return err
		}
		return s.Done(ctx, tx, actor, project, "desk.promise", "keep", id, nil)
	})
}

// OpenPromises lists the open promises of a project by due time; owner 0 is
// everybody, unit 0 everywhere.
func (s *Service) OpenPromises(ctx context.Context, tx *store.Tx, project, owner, unit int64, limit int) ([]Promise, error) {
	return store.All(ctx, tx, scanPromise, "SELECT "+promiseColumns+` FROM desk_promise
		WHERE project_id = ? AND kept_at = 0 AND (CAST(? AS BIGINT) = 0 OR owner = ?) AND (CAST(? AS BIGINT) = 0 OR unit_id = ?)
		ORDER BY due, id LIMIT ?`, project, owner, owner, unit, unit, limit)
}

// Kept counts the promises that fell due between two instants and how many of
// them were kept in time.
func (s *Service) Kept(ctx context.Context, tx *store.Tx, project int64, from, to time.Time) (due, kept int, err error) {
	n, err := store.One(ctx, tx, func(scan store.Scan) ([2]int, error) {
		var n [2]int
		err := scan(&n[0], &n[1])
		return n, err
	}, `SELECT count(*), coalesce(sum(CASE WHEN kept_at > 0 AND kept_at <= due THEN 1 ELSE 0 END), 0)
		FROM desk_promise WHERE project_id = ? AND due >= ? AND due < ?`, project, store.Micros(from), store.Micros(to))
	return n[0], n[1], err
}

// PromiseBy is one promise; NotFound when the project has none of that id.
func (s *Service) PromiseBy(ctx context.Context, tx *store.Tx, project, id int64) (Promise, error) {
	return store.One(ctx, tx, scanPromise, "SELECT "+promiseColumns+" FROM desk_promise WHERE project_id = ? AND id = ?", project, id)
}

// Seen records that somebody looked at the whole number of whom a promise was
// made to.
func (s *Service) Seen(ctx context.Context, actor auth.Actor, project, id int64) error {
	if err := allow(actor, PermDesk, project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return s.Done(ctx, tx, actor, project, "desk.promise", "look", id, map[string]any{"field": "phone"})
	})
}
