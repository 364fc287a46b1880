package care

import (
	"context"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/store"
)

// Called is one customer rung back: a line of the register (DSK-15, REC-21).
type Called struct {
	casefile.Case
	At      time.Time
	By      string // who rang
	Way     string // call, visit; "" where nobody said
	Outcome string // satisfied, dissatisfied
	Rating  int64  // by the customer, 0: none
	Words   string // of the customer
}

// notReached is the outcome of a call nobody answered: it is tried again.
const notReached = "not_reached"

// Called lists the customers who were rung back in the month of a day, in
// whichever kind of case, in the order of the calls (DSK-15). A case that was
// rung back twice has two lines; words put right later stand as put right.
func (s *Service) Called(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, month time.Time) ([]Called, error) {
	if err := allow(actor, PermFollow, project); err != nil {
		return nil, err
	}
	from := monthOf(month)
	to := from.AddDate(0, 1, 0)
	cases := map[int64]casefile.Case{}
	var ids []int64
	err := s.cases.Each(ctx, tx, actor, casefile.Filter{Project: project, From: from.AddDate(0, -lookBack, 0), To: to}, func(c casefile.Case) error {
		if followed[c.Procedure] != "" && c.State.Visits[followStep] > 0 && !c.Changed.Before(from) {
			cases[c.ID], ids = c, append(ids, c.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	done, err := s.cases.DoneSince(ctx, tx, ids, followStep, from)
	if err != nil {
		return nil, err
	}
	var out []Called
	for _, id := range ids {
		list := slices.DeleteFunc(done[id], func(e engine.Event) bool { return e.Outcome == notReached })
		for i, e := range list {
			if e.At.Before(to) {
				out = append(out, called(cases[id], e, i == len(list)-1))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Called) int { return a.At.Compare(b.At) })
	return out, nil
}

// called is a call as its event has it; the answers of the last call of a case
// are those it has now.
func called(c casefile.Case, e engine.Event, last bool) Called {
	out := Called{Case: c, At: e.At, By: e.Actor.Name, Outcome: e.Outcome, Words: firstText(e.Fields, "followed", "opinion")}
	if out.Way = firstText(e.Data, "by"); out.Way == "" {
		out.Way = firstText(e.Fields, "way")
	}
	if last {
		out.Words = firstText(c.State.Fields, "followed", "opinion")
		out.Rating, _ = c.State.Fields["rating"].(int64)
	} else {
		out.Rating, _ = e.Fields["rating"].(int64)
	}
	return out
}
