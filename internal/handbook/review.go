package handbook

import (
	"context"
	"io/fs"
	"slices"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// ReviewConfig is what Review stands on.
type ReviewConfig struct {
	DB    *store.DB
	Trail *audit.Service
	// Names tells what the accounts are called.
	Names func(ctx context.Context, ids []int64) (map[int64]string, error)
	// Reviewers lists the accounts that may review in the project (0: the company).
	Reviewers func(ctx context.Context, tx *store.Tx, project int64) ([]int64, error)
	// Preview says what a change would do.
	Preview func(ctx context.Context, c Change) (Preview, error)
	// Tell rings for an account about a change of its project.
	Tell func(ctx context.Context, tx *store.Tx, account int64, c Change, words text.Both) error
	// Approved is called after an approval, to put in force what is due.
	Approved func(ctx context.Context) error
}

// Review keeps the changes of the handbook and who looked at them (PLT-06).
type Review struct{ cfg ReviewConfig }

// NewReview makes it.
func NewReview(cfg ReviewConfig) *Review { return &Review{cfg} }

func (v *Review) record(ctx context.Context, tx *store.Tx, actor auth.Actor, verb string, c Change, data map[string]any) error {
	if data == nil {
		data = map[string]any{}
	}
	data["sort"] = string(c.Sort)
	if c.Sort == OfHandbook {
		data["was"], data["becomes"] = c.Before, c.After
	}
	return v.cfg.Trail.Record(ctx, tx, audit.Entry{Actor: actor, Project: c.Project, Action: "handbook.change." + verb, Subject: "handbook.change", ID: c.ID, Data: data})
}

// Propose takes in a change of a project's own settings, to be looked at by
// somebody else. Errors: Conflict when one waits already.
func (v *Review) Propose(ctx context.Context, actor auth.Actor, project int64, before, after, reason string) (Change, error) {
	c := Change{Project: project, Sort: OfProject, Before: before, After: after, Reason: text.Cut(text.Clean(reason), 500), State: Waiting, By: actor.Account}
	err := v.cfg.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		open, err := undecided(ctx, tx, project, OfProject)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			return changeWaits()
		}
		c.ID, c.At = tx.NewID(), tx.Now()
		if err := insertChange(ctx, tx, c); err != nil {
			return err
		}
		able, err := v.cfg.Reviewers(ctx, tx, project)
		if err != nil {
			return err
		}
		for _, account := range able {
			if account == actor.Account {
				continue
			}
			if err := v.cfg.Tell(ctx, tx, account, c, text.B("有一项数值改动等您复核", "A change of figures waits for your review")); err != nil {
				return err
			}
		}
		return v.record(ctx, tx, actor, "propose", c, nil)
	})
	return c, err
}

// Waits is the change of a project's settings that is not yet in force; its
// ID is 0 when there is none.
func (v *Review) Waits(ctx context.Context, project int64) (Change, error) {
	var c Change
	err := v.cfg.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		open, err := undecided(ctx, tx, project, OfProject)
		if len(open) > 0 {
			c = open[0]
		}
		return err
	})
	return c, err
}

// Arrived notes which handbook the program or its folder brings. The first
// one is in force at once, for there is nothing it could disturb; so is one
// that must be (the kept one no longer fits the program). Any other waits for
// its review while the kept one goes on.
func (v *Review) Arrived(ctx context.Context, book *procedure.Handbook, fsys fs.FS, must bool) error {
	return v.cfg.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		now, err := hashInForce(ctx, tx)
		if err != nil {
			return err
		}
		open, err := store.All(ctx, tx, scanChange, "SELECT "+changeColumns+" FROM handbook_change WHERE project_id = 0 AND sort = 'handbook' AND state IN ('waiting', 'approved', 'refused') ORDER BY id")
		if err != nil {
			return err
		}
		for _, c := range open {
			if c.After == book.Hash && c.Before == now && now != book.Hash && !must {
				return nil // known
			}
			if _, err := tx.Exec(ctx, "UPDATE handbook_change SET state = 'past' WHERE id = ?", c.ID); err != nil {
				return err
			}
		}
		if now == book.Hash {
			return nil
		}
		source, err := pack(fsys)
		if err != nil {
			return err
		}
		if err := saveVersion(ctx, tx, book.Hash, source); err != nil {
			return err
		}
		c := Change{ID: tx.NewID(), Sort: OfHandbook, Before: now, After: book.Hash, At: tx.Now(), State: Waiting}
		if now != "" && !must {
			if err := insertChange(ctx, tx, c); err != nil {
				return err
			}
			return v.record(ctx, tx, auth.System, "propose", c, nil)
		}
		c.State, c.From = Approved, tx.Now()
		if err := insertChange(ctx, tx, c); err != nil {
			return err
		}
		if _, err = settle(ctx, tx, c); err != nil {
			return err
		}
		return v.record(ctx, tx, auth.System, "begin", c, nil)
	})
}

// alone reports whether nobody but the proposer could review c.
func (v *Review) alone(ctx context.Context, tx *store.Tx, c Change) (bool, error) {
	able, err := v.cfg.Reviewers(ctx, tx, c.Project)
	return !slices.ContainsFunc(able, func(id int64) bool { return id != c.By }), err
}

// may is nil when actor may decide c. Four eyes: not one's own, unless nobody
// else could.
func (v *Review) may(ctx context.Context, tx *store.Tx, actor auth.Actor, c Change) error {
	if !actor.May(PermReview, c.Project) {
		return errs.New(errs.Forbidden, "handbook.change.forbidden", "您没有复核这项改动的权限。", "You may not review this change.")
	}
	if !c.open() {
		return decidedAlready()
	}
	if c.By == actor.Account {
		alone, err := v.alone(ctx, tx, c)
		if err != nil {
			return err
		}
		if !alone {
			return ownChange()
		}
	}
	return nil
}

// Approve lets a change take effect from a day on (zero: at once). Errors:
// Forbidden, Conflict (decided already), Invalid (the checker refuses it).
func (v *Review) Approve(ctx context.Context, actor auth.Actor, id int64, from time.Time, note string) error {
	c, err := v.Change(ctx, id)
	if err != nil {
		return err
	}
	if today := v.cfg.DB.Clock().Now().In(calendar.Zone).Format(time.DateOnly); !from.IsZero() && from.In(calendar.Zone).Format(time.DateOnly) < today {
		var f errs.Fields
		f.Add("from", "past", "这一天已经过了；写今天或以后的日子，或留空表示马上", "that day has passed; write today or a later day, or leave it empty for at once")
		return f.Err("handbook.change.from")
	}
	seen, err := v.cfg.Preview(ctx, c)
	if err != nil {
		return err
	}
	if seen.Refused() {
		return checkerRefuses()
	}
	err = v.decide(ctx, actor, id, "approve", func(tx *store.Tx, c *Change) {
		c.State, c.From, c.Note = Approved, from, note
		if from.Before(tx.Now()) {
			c.From = tx.Now()
		}
	})
	if err != nil {
		return err
	}
	return v.cfg.Approved(ctx)
}

// Refuse sends a change back with a reason. Errors: as Approve, and Invalid
// without a reason.
func (v *Review) Refuse(ctx context.Context, actor auth.Actor, id int64, note string) error {
	if text.Clean(note) == "" {
		var f errs.Fields
		f.Add("note", "required", "写明为什么退回，提出的人才知道怎么改", "say why, so that who proposed it knows what to mend")
		return f.Err("handbook.change.note")
	}
	return v.decide(ctx, actor, id, "refuse", func(_ *store.Tx, c *Change) { c.State, c.Note = Refused, note })
}

// Withdraw takes back a change of one's own that still waits. Errors:
// Forbidden (somebody else's), Conflict (decided already).
func (v *Review) Withdraw(ctx context.Context, actor auth.Actor, id int64) error {
	return v.cfg.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := changeByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !actor.May(PermView, c.Project) || c.By == 0 || c.By != actor.Account {
			return notYours()
		}
		if c.State != Waiting {
			return decidedAlready()
		}
		if _, err := tx.Exec(ctx, "UPDATE handbook_change SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?",
			string(Withdrawn), actor.Account, store.Micros(tx.Now()), c.ID); err != nil {
			return err
		}
		return v.record(ctx, tx, actor, "withdraw", c, nil)
	})
}

func (v *Review) decide(ctx context.Context, actor auth.Actor, id int64, verb string, set func(tx *store.Tx, c *Change)) error {
	return v.cfg.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := changeByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := v.may(ctx, tx, actor, c); err != nil {
			return err
		}
		set(tx, &c)
		c.Decided, c.DecidedAt, c.Note = actor.Account, tx.Now(), text.Cut(text.Clean(c.Note), 500)
		if _, err := tx.Exec(ctx, "UPDATE handbook_change SET state = ?, decided_by = ?, decided_at = ?, note = ?, from_at = ? WHERE id = ?",
			string(c.State), c.Decided, store.Micros(c.DecidedAt), c.Note, store.Micros(c.From), c.ID); err != nil {
			return err
		}
		data := map[string]any{"proposed_by": c.By}
		if c.State == Approved {
			data["from"] = c.From.In(calendar.Zone).Format(time.RFC3339)
			data["own"] = c.By == actor.Account
		}
		if c.Project != 0 && c.By != 0 && c.By != actor.Account {
			words := text.B("您提的数值改动退回了："+c.Note, "Your change of figures was sent back: "+c.Note)
			if c.State == Approved {
				words = text.B("您提的数值改动通过了", "Your change of figures was approved")
			}
			if err := v.cfg.Tell(ctx, tx, c.By, c, words); err != nil {
				return err
			}
		}
		return v.record(ctx, tx, actor, verb, c, data)
	})
}

// Change is one change. Errors: NotFound.
func (v *Review) Change(ctx context.Context, id int64) (Change, error) {
	var c Change
	err := v.cfg.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = changeByID(ctx, tx, id)
		return err
	})
	return c, err
}

// Newest is the number of the company's last change, 0 when there is none.
func (v *Review) Newest(ctx context.Context) (id int64, err error) {
	err = v.cfg.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := changesOf(ctx, tx, 0)
		if len(list) > 0 {
			id = list[0].ID
		}
		return err
	})
	return id, err
}

// Due lists the approved changes whose day has come.
func (v *Review) Due(ctx context.Context) (list []Change, err error) {
	err = v.cfg.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err = due(ctx, tx, tx.Now())
		return err
	})
	return list, err
}

// Settle notes that a change is in force.
func (v *Review) Settle(ctx context.Context, c Change) error {
	return v.cfg.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		won, err := settle(ctx, tx, c)
		if err != nil || !won {
			return err
		}
		return v.record(ctx, tx, auth.System, "begin", c, nil)
	})
}
