package work

import (
	"cmp"
	"slices"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
)

// Job is one order on a technician's day.
type Job struct {
	Case       casefile.Case
	Stage      Stage
	From, To   time.Time
	Planned    bool // From and To are what was promised, not what happened
	Late       bool
	ArrivedAt  time.Time
	FinishedAt time.Time
}

// Pile is how much is open in one building.
type Pile struct {
	Building   int64
	Open, Late int
}

// Board is the orders of a project as dispatching sees them (REP-13).
type Board struct {
	Waiting []casefile.Case // nobody has them: soonest due first
	Lanes   map[int64][]Job // by account, in the order of their time
	Piles   []Pile          // most late, then most open, first; Building 0: common parts without one
	Longest []casefile.Case // late ones, the longest delayed first
	Open    int
	Late    int
	Working int
	Done    int // finished today
	Taken   int // taken in today
}

// usual is how long a job is drawn while nobody knows better.
const usual = time.Hour

// BoardOf arranges orders: open ones, and those of the last days that were
// finished today. stepOf names the step a case stands at.
func BoardOf(cases []casefile.Case, now time.Time, stepOf func(casefile.Case) *procedure.Step) Board {
	b := Board{Lanes: map[int64][]Job{}}
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	piles := map[int64]*Pile{}
	seen := map[int64]bool{}
	for _, c := range cases {
		if seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		stage := StageOf(c, stepOf(c))
		finished := Stopped(c, "finish")
		if !c.State.OpenedAt.Before(midnight) {
			b.Taken++
		}
		if !finished.IsZero() && !finished.Before(midnight) {
			b.Done++
		}
		if stage == Ended || stage == Finished {
			if c.State.Assignee != 0 && !finished.Before(midnight) {
				b.Lanes[c.State.Assignee] = append(b.Lanes[c.State.Assignee], jobOf(c, stage, now))
			}
			continue
		}
		b.Open++
		p := piles[c.Building]
		if p == nil {
			p = &Pile{Building: c.Building}
			piles[c.Building] = p
		}
		p.Open++
		if due, ok := Due(c); ok && due.Before(now) {
			b.Late++
			p.Late++
			b.Longest = append(b.Longest, c)
		}
		if stage == Waiting || c.State.Assignee == 0 {
			b.Waiting = append(b.Waiting, c)
			continue
		}
		if stage == AtWork {
			b.Working++
		}
		b.Lanes[c.State.Assignee] = append(b.Lanes[c.State.Assignee], jobOf(c, stage, now))
	}
	for _, p := range piles {
		b.Piles = append(b.Piles, *p)
	}
	slices.SortFunc(b.Piles, func(x, y Pile) int {
		return cmp.Or(cmp.Compare(y.Late, x.Late), cmp.Compare(y.Open, x.Open), cmp.Compare(x.Building, y.Building))
	})
	byDue := func(x, y casefile.Case) int {
		dx, okx := Due(x)
		dy, oky := Due(y)
		if okx != oky {
			if okx {
				return -1
			}
			return 1
		}
		return cmp.Or(dx.Compare(dy), cmp.Compare(x.ID, y.ID))
	}
	slices.SortFunc(b.Waiting, byDue)
	slices.SortFunc(b.Longest, byDue)
	for _, jobs := range b.Lanes {
		slices.SortFunc(jobs, func(x, y Job) int { return cmp.Or(x.From.Compare(y.From), cmp.Compare(x.Case.ID, y.Case.ID)) })
	}
	return b
}

// jobOf places an order in time: from arriving to finishing where that has
// happened, by what was promised where not.
func jobOf(c casefile.Case, stage Stage, now time.Time) Job {
	j := Job{Case: c, Stage: stage, ArrivedAt: Stopped(c, "arrive"), FinishedAt: Stopped(c, "finish")}
	due, running := Due(c)
	j.Late = running && due.Before(now) && c.State.Status == engine.Open && stage != Finished
	switch {
	case !j.FinishedAt.IsZero():
		j.From, j.To = j.ArrivedAt, j.FinishedAt
		if j.From.IsZero() || j.To.Sub(j.From) > 12*time.Hour {
			j.From = j.To.Add(-usual)
		}
	case !j.ArrivedAt.IsZero():
		j.From, j.To = j.ArrivedAt, now.Add(usual/2)
	default:
		j.Planned = true
		j.From = now
		if k, ok := Clock(c, "arrive"); ok && k.Run == "running" && k.Due.After(now) {
			j.From = k.Due
		} else if running && due.After(now) {
			j.From = due
		}
		if p := c.State.Pause; p != nil && p.Until.After(now) {
			j.From = p.Until
		}
		j.To = j.From.Add(usual)
	}
	return j
}
