package care

import (
	"context"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Homes tells who lives where; estate fills it.
type Homes interface {
	// Owners counts the people who own a unit now.
	Owners(ctx context.Context, tx *store.Tx, project int64) (int, error)
	// Listed are the customers of a register of the estate ("vips", "segments")
	// that stand in it now; Word is their segment.
	Listed(ctx context.Context, tx *store.Tx, project int64, register string) ([]Customer, error)
	// Some are owners of one part of the estate, another part each day.
	Some(ctx context.Context, tx *store.Tx, project int64, day time.Time) ([]Customer, error)
	// Homes are the units somebody holds, in the order of the doors.
	Homes(ctx context.Context, tx *store.Tx, project int64) ([]Home, error)
	// Customer is a person of the project; errs.NotFound.
	Customer(ctx context.Context, tx *store.Tx, project, person int64) (Customer, error)
}

// Customer is a person with the unit they are met in.
type Customer struct {
	Person, Unit int64
	Name, Phone  string
	Plate        string // "3栋1单元-1502"
	Word         string // segment of a register
}

// Why says by which rule a customer is proposed for a visit.
type Why string

// The rules by which visits are proposed, in this order.
const (
	WhyDissatisfied Why = "dissatisfied" // a follow-up or a rating said so of late (visit.unhappy)
	WhyVIP          Why = "vip"          // a key customer (EST-07)
	WhySegment      Why = "segment"      // needs care, or is to be won back (EST-08)
	WhyUnvisited    Why = "unvisited"    // nobody was there within a year
)

// Candidate is a customer proposed for a visit.
type Candidate struct {
	Customer
	Why  Why
	Last time.Time // of the last visit, zero: none within a year
}

// Target is how many visits the profile asks for (DSK-16).
type Target struct {
	Each string // "1 day", "1 year"; "" when the profile asks for none
	From time.Time
	Need int // customers in that span
	Done int // different customers visited in it
}

// Visits is the plan: open visits, who is proposed, and how far the target is.
type Visits struct {
	Open       []casefile.Case
	Candidates []Candidate
	Target     Target
	Confirmed  int // of this year, confirmed by the customer
	Late       int // of this year, answered later than promised
}

const (
	mostProposed  = 20
	mostOfRule    = 8
	visitStep     = "plan"
	visitDoneMark = "visited"
	signature     = "confirmed"
)

// Visits reads the plan of visits (DSK-16).
func (s *Service) Visits(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64) (Visits, error) {
	var v Visits
	if err := allow(actor, PermVisit, project); err != nil {
		return v, err
	}
	open, err := s.cases.ListIn(ctx, tx, actor, casefile.Filter{Project: project, Procedure: "visit", Status: "open", Order: "due", Limit: 100, NoTotal: true})
	if err != nil {
		return v, err
	}
	v.Open = open.Cases
	now := tx.Now()
	if v.Target, err = s.target(ctx, tx, project, now); err != nil {
		return v, err
	}
	last, counted := map[int64]time.Time{}, map[int64]bool{}
	err = s.cases.Each(ctx, tx, auth.System, casefile.Filter{Project: project, Procedure: "visit", From: now.AddDate(-1, 0, 0)}, func(c casefile.Case) error {
		if c.State.Status == engine.Open { // on the way: not proposed a second time
			last[c.Customer] = now
		}
		if at, ok := made(c); ok {
			if _, signed := c.State.Fields[signature]; signed {
				v.Confirmed++
			}
			last[c.Customer] = at
			if !at.Before(v.Target.From) {
				counted[c.Customer] = true
			}
		}
		for _, k := range c.Clocks {
			if k.Name == "answered" && k.Run == engine.RunLate {
				v.Late++
			}
		}
		return nil
	})
	if err != nil {
		return v, err
	}
	v.Target.Done = len(counted)
	v.Candidates, err = s.candidates(ctx, tx, project, now, last)
	return v, err
}

// made is when a visit was made whose record stands: the customer signed, or did
// not and a second of the staff vouched for it; false before that.
func made(c casefile.Case) (time.Time, bool) {
	for _, k := range c.Clocks {
		if k.Name == visitDoneMark && !k.Stopped.IsZero() && c.State.Visits["confirm"] > 0 {
			return k.Stopped, true
		}
	}
	return time.Time{}, false
}

// target reads visit.share: {owners: 10 %, each: 1 year} or {customers: 1, each: 1 day}.
func (s *Service) target(ctx context.Context, tx *store.Tx, project int64, now time.Time) (Target, error) {
	stamp, err := s.book.Stamp(project, "visit")
	if err != nil {
		return Target{}, err
	}
	t := Target{}
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, calendar.Zone)
	if t.Each, err = stamp.Figures.Word("visit.share.each", nil); err != nil {
		return Target{From: day}, nil //nolint:nilerr // the profile asks for no visits
	}
	if t.From = day; t.Each == "1 year" {
		t.From = time.Date(now.Year(), 1, 1, 0, 0, 0, 0, calendar.Zone)
	}
	if n, err := stamp.Figures.Number("visit.share.customers", nil); err == nil && t.Each == "1 day" {
		t.Need = int(n)
		return t, nil
	}
	share, err := stamp.Figures.Share("visit.share.owners", nil)
	if err != nil {
		return t, nil //nolint:nilerr // a span without a share asks for nothing
	}
	owners, err := s.homes.Owners(ctx, tx, project)
	t.Need = int((int64(owners)*int64(share*ofTenThousand+0.5) + ofTenThousand - 1) / ofTenThousand)
	return t, err
}

func (s *Service) candidates(ctx context.Context, tx *store.Tx, project int64, now time.Time, last map[int64]time.Time) ([]Candidate, error) {
	var list []Candidate
	stamp, err := s.book.Stamp(project, "visit")
	if err != nil {
		return nil, err
	}
	back := func(figure string) (since time.Time, ok bool) {
		l, err := stamp.Figures.Limit(figure, nil)
		if err != nil {
			return now, false
		}
		return l.Shift(now, -1)
	}
	seen, by := map[int64]bool{}, map[Why]int{}
	propose := func(c Customer, why Why) {
		// A profile that says nothing keeps nobody from being proposed again.
		since, rests := back("visit.again." + string(why))
		if c.Person == 0 || by[why] == mostOfRule || seen[c.Person] || len(list) >= mostProposed || rests && last[c.Person].After(since) {
			return
		}
		seen[c.Person] = true
		by[why]++
		list = append(list, Candidate{Customer: c, Why: why, Last: last[c.Person]})
	}
	var unhappy []Customer
	late, _ := back("visit.unhappy")
	err = s.cases.Each(ctx, tx, auth.System, casefile.Filter{Project: project, From: late}, func(c casefile.Case) error {
		rating, rated := c.State.Fields["rating"].(int64)
		worse := followed[c.Procedure]
		if worse != "" && c.State.Visits[worse] > 0 && c.State.Visits[followStep] > 0 || rated && rating <= 2 {
			unhappy = append(unhappy, Customer{Person: c.Customer, Unit: c.Unit, Name: c.Caller, Plate: c.Plate})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(unhappy) { // the latest first
		propose(c, WhyDissatisfied)
	}
	vips, err := s.homes.Listed(ctx, tx, project, "vips")
	if err != nil {
		return nil, err
	}
	for _, c := range vips {
		propose(c, WhyVIP)
	}
	segments, err := s.homes.Listed(ctx, tx, project, "segments")
	if err != nil {
		return nil, err
	}
	for _, c := range segments {
		if c.Word == "care" || c.Word == "mending" || c.Word == "problem" {
			propose(c, WhySegment)
		}
	}
	some, err := s.homes.Some(ctx, tx, project, now)
	for _, c := range some {
		propose(c, WhyUnvisited)
	}
	return list, err
}

// Visiting is a visit to be planned.
type Visiting struct {
	Project, Person, Unit int64
	Purpose               string
	Key                   string
}

// PlanVisit opens a visit: it stands at the appointment, for nobody comes
// unannounced (DSK-16). Errors: Invalid without purpose, NotFound for an
// unknown customer, those of casefile.
func (s *Service) PlanVisit(ctx context.Context, actor auth.Actor, in Visiting) (casefile.Case, error) {
	var c casefile.Case
	if err := allow(actor, PermVisit, in.Project); err != nil {
		return c, err
	}
	if in.Purpose = text.Clean(in.Purpose); in.Purpose == "" {
		return c, errs.New(errs.Invalid, "care.visit.purpose", "写明为什么走访，没有保存。", "Say what the visit is for; nothing was saved.").Field("purpose", "required", "写明走访目的", "say what it is for")
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		who, err := s.homes.Customer(ctx, tx, in.Project, in.Person)
		if err != nil {
			return err
		}
		vips, err := s.homes.Listed(ctx, tx, in.Project, "vips")
		if err != nil {
			return err
		}
		fields := map[string]any{"purpose": in.Purpose, "vip": slices.ContainsFunc(vips, func(v Customer) bool { return v.Person == in.Person })}
		c, err = s.cases.OpenIn(ctx, tx, actor, casefile.Opening{
			Project: in.Project, Procedure: "visit", Channel: "own", Unit: in.Unit, Customer: in.Person, Caller: who.Name, Phone: who.Phone,
			Subject: in.Purpose, Fields: fields, Key: in.Key, // the purpose is the centre's; the customer has said nothing yet
		})
		if err != nil || c.State.Step != visitStep {
			return err
		}
		c, err = s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: c.ID, Command: engine.Command{Kind: engine.EvDone, Step: visitStep, Fields: fields}})
		return err
	})
	return c, err
}
