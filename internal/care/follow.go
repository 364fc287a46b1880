package care

import (
	"context"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// The step and the clock that every procedure with a follow-up has.
const (
	followStep  = "follow"
	followClock = "follow_up"
)

// followed are the procedures with a follow-up, with the step a dissatisfied
// customer leads to.
var followed = map[string]string{"repair": "report", "complaint": "again", "follow_up": "report"}

// FollowUp is one customer to ring back.
type FollowUp struct {
	casefile.Case
	Clock  engine.ClockState // of the follow-up
	Did    string            // what was done about it
	Rating int64             // given at the signature, 0: none
	Said   string            // the customer's last words about it
	Tries  int               // not reached so far
}

// FollowUps is the call list with the counts of the month.
type FollowUps struct {
	List  []FollowUp
	Total int
	Month FollowCounts
}

// FollowCounts says how follow-ups went in a span of time (DSK-18).
type FollowCounts struct {
	Done, InTime, Satisfied, Dissatisfied, LeftOut int
}

// Share is the part of those finished that were rung back, in percent; false
// when nothing was finished.
func (c FollowCounts) Share() (float64, bool) {
	if c.Done+c.LeftOut == 0 {
		return 0, false
	}
	return 100 * float64(c.Done) / float64(c.Done+c.LeftOut), true
}

// FollowUps lists the cases standing at their follow-up, soonest due first
// (DSK-15, CMP-12), at most 200.
func (s *Service) FollowUps(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64) (FollowUps, error) {
	var out FollowUps
	if err := allow(actor, PermFollow, project); err != nil {
		return out, err
	}
	page, err := s.cases.ListIn(ctx, tx, actor, casefile.Filter{Project: project, Step: followStep, Status: "open", Order: "due", Limit: 200})
	if err != nil {
		return out, err
	}
	out.Total = page.Total
	for _, c := range page.Cases {
		if followed[c.Procedure] != "" {
			out.List = append(out.List, followUp(c))
		}
	}
	slices.SortStableFunc(out.List, func(a, b FollowUp) int { return dueOf(a).Compare(dueOf(b)) })
	month := monthOf(tx.Now())
	out.Month, err = s.followCounts(ctx, tx, project, month, month.AddDate(0, 1, 0))
	return out, err
}

func dueOf(f FollowUp) time.Time {
	if f.Clock.Due.IsZero() {
		return f.State.OpenedAt.AddDate(1, 0, 0) // without a limit: behind all others
	}
	return f.Clock.Due
}

func followUp(c casefile.Case) FollowUp {
	f := FollowUp{Case: c, Tries: max(c.State.Visits[followStep]-1-c.State.Visits[followed[c.Procedure]], 0)}
	for _, k := range c.Clocks {
		if k.Name == followClock {
			f.Clock = k
		}
	}
	f.Did = firstText(c.State.Fields, "did", "answer", "about_case")
	f.Rating, _ = c.State.Fields["rating"].(int64)
	if f.Said = firstText(c.State.Fields, "followed", "opinion", "heard"); f.Said == "" {
		f.Said = c.Words
	}
	return f
}

func firstText(fields map[string]any, names ...string) string {
	for _, n := range names {
		if s, _ := fields[n].(string); s != "" {
			return s
		}
	}
	return ""
}

// lookBack is how long before a month a case may have been opened whose
// follow-up falls into it.
const lookBack = 3 // months

// followCounts counts the follow-ups done in [from, to).
func (s *Service) followCounts(ctx context.Context, tx *store.Tx, project int64, from, to time.Time) (FollowCounts, error) {
	var n FollowCounts
	out, err := s.leftOutIn(ctx, tx, project, from)
	if err != nil {
		return n, err
	}
	n.LeftOut = out
	err = s.cases.Each(ctx, tx, auth.System, casefile.Filter{Project: project, From: from.AddDate(0, -lookBack, 0), To: to}, func(c casefile.Case) error {
		n.add(c, from, to)
		return nil
	})
	return n, err
}

// leftOutIn is how many the draw left out in the month of from.
func (s *Service) leftOutIn(ctx context.Context, tx *store.Tx, project int64, from time.Time) (int, error) {
	n, err := store.One(ctx, tx, store.Value[int64], "SELECT coalesce(sum(left_out), 0) FROM care_tally WHERE project_id = ? AND month = ?", project, from.Format(monthForm))
	return int(n), err
}

func (n *FollowCounts) add(c casefile.Case, from, to time.Time) {
	worse := followed[c.Procedure]
	if worse == "" || c.State.Visits[followStep] == 0 {
		return
	}
	for _, k := range c.Clocks {
		if k.Name != followClock || k.Stopped.Before(from) || !k.Stopped.Before(to) {
			continue
		}
		n.Done++
		if k.Run == engine.RunMet {
			n.InTime++
		}
		if c.State.Visits[worse] > 0 {
			n.Dissatisfied++
		} else {
			n.Satisfied++
		}
	}
}

// Ring is how a customer was rung back.
type Ring struct {
	Project int64
	Number  string // of the case
	Version int    // what the person saw; 0: not checked
	Outcome string // satisfied, dissatisfied, not_reached
	By      string // call, visit
	Fields  map[string]any
	Key     string
}

// RingBack does the follow-up step of a case in place. Errors: those of
// casefile.Do; Conflict when the case no longer stands at its follow-up.
func (s *Service) RingBack(ctx context.Context, actor auth.Actor, in Ring) (casefile.Case, error) {
	var c casefile.Case
	if err := allow(actor, PermFollow, in.Project); err != nil {
		return c, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, err := s.cases.ViewIn(ctx, tx, actor, in.Project, in.Number)
		if err != nil {
			return err
		}
		if v.Case.State.Step != followStep {
			return errs.New(errs.Conflict, "care.follow_up.gone", "这件事已经不在回访这一步，别人刚办过。没有保存，请看它的经过。",
				"This case no longer waits for its follow-up; somebody has just done it. Nothing was saved; look at its file.")
		}
		data := map[string]any{}
		if in.By == "call" || in.By == "visit" {
			data["by"] = in.By
		}
		c, err = s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: v.Case.ID, Version: in.Version, Key: in.Key, Command: engine.Command{
			Kind: engine.EvDone, Step: followStep, Outcome: in.Outcome, Fields: in.Fields, Data: data,
		}})
		return err
	})
	return c, err
}

// View is one case of the call list, for its form.
func (s *Service) View(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, number string) (casefile.View, error) {
	if err := allow(actor, PermFollow, project); err != nil {
		return casefile.View{}, err
	}
	return s.cases.ViewIn(ctx, tx, actor, project, number)
}
