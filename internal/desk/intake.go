package desk

import (
	"context"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// MaxWords bounds what a customer's words may be, in characters.
const MaxWords = 10000

// Intake is what the desk sends off: who, where, what was said, and whether it
// goes out to a trade at once.
type Intake struct {
	Project  int64
	Call     int64 // the call it came by, 0: none
	Kind     string
	Channel  string
	Unit     int64
	Place    string
	Person   int64
	Caller   string
	Phone    string
	Words    string
	Fields   map[string]any
	Rework   int64 // the closed case it comes back from, 0: none
	Send     bool  // dispatch in the same breath
	Team     string
	Assignee int64
	Promise  string    // a word given along the way
	By       time.Time // when that is due; zero: no promise
	Key      string    // idempotency: the same key never makes two cases
}

func (in *Intake) check() error {
	in.Words, in.Caller, in.Place = text.Clean(in.Words), text.Clean(in.Caller), text.Clean(in.Place)
	in.Phone, in.Promise = text.Digits(in.Phone), text.Clean(in.Promise)
	var f errs.Fields
	if in.Kind == "" {
		f.Add("kind", "required", "选一个类型", "choose a kind")
	}
	if in.Words == "" {
		f.Add("words", "required", "写下客户原话", "write down what the customer said")
	} else if n := len([]rune(in.Words)); n > MaxWords {
		f.Add("words", "too_long", "最多 10,000 字，多出的请分一条记", "at most 10,000 characters; put the rest into a second case")
	}
	if len([]rune(in.Caller)) > 80 {
		f.Add("caller", "too_long", "姓名太长", "the name is too long")
	}
	if in.Promise != "" && in.By.IsZero() || in.Promise == "" && !in.By.IsZero() {
		f.Add("by", "pair", "承诺要写明什么事、几点前", "a promise says what and until when")
	}
	return f.Err("desk.intake.invalid")
}

// checkPromise says what is wrong with the promise at the intake's own fields.
func (in *Intake) checkPromise(now time.Time) error {
	var f errs.Fields
	if len([]rune(in.Promise)) > 500 {
		f.Add("promise", "too_long", "最多 500 字", "at most 500 characters")
	}
	if !in.By.After(now) {
		f.Add("by", "past", "这个时间已经过了，写一个还没到的时间", "this time is past; enter one that lies ahead")
	}
	return f.Err("desk.intake.invalid")
}

// Take takes a matter in (DSK-01, DSK-03): one transaction opens the case, sends
// it out when asked, makes the promise, closes the call's record and drops the
// draft. Whoever takes it in owns it (DSK-05).
func (s *Service) Take(ctx context.Context, actor auth.Actor, in Intake) (casefile.Case, error) {
	if err := allow(actor, PermDesk, in.Project); err != nil {
		return casefile.Case{}, err
	}
	if err := in.check(); err != nil {
		return casefile.Case{}, err
	}
	var c casefile.Case
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = s.cases.OpenIn(ctx, tx, actor, casefile.Opening{
			Project: in.Project, Procedure: in.Kind, Channel: in.Channel, Unit: in.Unit, Place: in.Place, Customer: in.Person,
			Caller: in.Caller, Phone: in.Phone, Words: in.Words, Fields: in.Fields, Parent: in.Rework, Key: in.Key,
		})
		if err != nil {
			return err
		}
		if c.Again { // sent once more after its answer was lost: all of it was done the first time
			return dropDraft(ctx, tx, in.Project, actor.Account, in.Key, "")
		}
		if in.Send {
			if c, err = s.send(ctx, tx, actor, in, c); err != nil {
				return err
			}
		}
		if in.Promise != "" {
			if err = in.checkPromise(tx.Now()); err != nil {
				return err
			}
			if _, err = s.PromiseIn(ctx, tx, actor, Promise{
				Project: in.Project, Case: c.ID, Unit: in.Unit, Person: in.Person, Words: in.Promise, Due: in.By,
			}); err != nil {
				return err
			}
		}
		if in.Call != 0 {
			if err = s.settle(ctx, tx, in.Project, in.Call, "case", "", c.ID); err != nil {
				return err
			}
		}
		s.tell(tx, in.Project, "case")
		return dropDraft(ctx, tx, in.Project, actor.Account, in.Key, "")
	})
	return c, err
}

// send does the dispatch step when the case stands there; a case that wants
// something else first stays where it is and says so on its page.
func (s *Service) send(ctx context.Context, tx *store.Tx, actor auth.Actor, in Intake, c casefile.Case) (casefile.Case, error) {
	if c.State.Step != "dispatch" || c.State.Status != engine.Open {
		return c, nil
	}
	data := map[string]any{}
	if in.Assignee != 0 {
		data["account"] = in.Assignee
	}
	if in.Team != "" {
		data["team"] = in.Team
	}
	return s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: c.ID, Command: engine.Command{
		Kind: engine.EvDone, Step: "dispatch", Outcome: "sent", Data: data,
	}})
}

// Kinds lists what the desk may open, in the order of their keys.
var Kinds = []string{"repair", "complaint", "enquiry", "visit"}

// Knows reports whether kind is one the desk opens.
func Knows(kind string) bool { return slices.Contains(Kinds, kind) }
