package care

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/messages"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Topics finds what repeats in words; messages.Rules does.
type Topics interface {
	TopicsAt(list []messages.Message, placeOf func(messages.Message) string, least int) []messages.Topic
}

// Names tells what accounts are called.
type Names interface {
	Names(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]string, error)
}

// Month is what happened in one month: what came in and what became of it.
type Month struct {
	From, To time.Time // To excluded
	All      Tally
	Kinds    []Line // by procedure
	Trades   []Line // by trade, of repairs
	Places   []Line // by building
	Causes   []Line // by cause
	People   []PersonLine
	Days     []Day
	Follow   FollowCounts
	Figures  []Figure
	Repeated []Repeat // within Often.Within up to the end of the month, or now
	Often    Often

	repairs, reworks, urgent, urgentInTime                   int
	complaints, handled, answeredFor, toCompany, toAuthority int
}

// Day is what came in and was closed on one day.
type Day struct {
	Date          time.Time
	Taken, Closed int

	valid int // complaints taken in that were found valid
}

// Often is what the profile calls repeated (complaint.repeated): from so many
// customers within this span. A zero span: nothing is looked for.
type Often struct {
	Times  int
	Within calendar.Limit
}

func oftenOf(f *procedure.Figures) Often {
	n, err1 := f.Number("complaint.repeated.times", nil)
	l, err2 := f.Limit("complaint.repeated.within", nil)
	if err1 != nil || err2 != nil || n < 1 {
		return Often{}
	}
	return Often{int(n), l}
}

// Repeat is a problem of one sort in one building that came from as many
// customers as the profile calls often.
type Repeat struct {
	Building string
	Sort     text.Both // fault of a repair, kind of a complaint; else the kind its words point to
	Count    int
	People   int
	From, To time.Time
	Words    []string
}

// Count counts one month (DSK-18, DSK-19, REP-11, CMP-13) in four statements;
// the month that runs also says how visits, the survey and the year's
// complaints stand, in one statement each. Any moment of the month names it.
func (s *Service) Count(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, month time.Time) (Month, error) {
	m := Month{From: monthOf(month)}
	m.To = m.From.AddDate(0, 1, 0)
	if err := allow(actor, PermFigures, project); err != nil {
		return m, err
	}
	out, err := s.leftOutIn(ctx, tx, project, m.From)
	if err != nil {
		return m, err
	}
	m.Follow.LeftOut = out
	end := m.To
	if now := tx.Now(); now.Before(end) {
		end = now
	}
	stamp, err := s.book.Stamp(project, "repair")
	if err != nil {
		return m, err
	}
	m.Often = oftenOf(stamp.Figures)
	since, look := m.Often.Within.Shift(end, -1)
	c := counter{m: &m, since: since, end: end, kinds: lines{}, trades: lines{}, places: lines{}, causes: lines{}, people: map[int64]*Tally{}}
	for d := m.From; d.Before(m.To); d = d.AddDate(0, 0, 1) {
		m.Days = append(m.Days, Day{Date: d})
	}
	err = s.cases.Each(ctx, tx, auth.System, casefile.Filter{Project: project, From: m.From.AddDate(0, -lookBack, 0), To: m.To}, func(k casefile.Case) error {
		c.add(k)
		return nil
	})
	if err != nil {
		return m, err
	}
	m.Kinds, m.Trades, m.Places, m.Causes = c.kinds.sorted(), c.trades.sorted(), c.places.sorted(), c.causes.sorted()
	if m.People, err = s.peopleOf(ctx, tx, c.people); err != nil {
		return m, err
	}
	standing := Standing{Month: m}
	if now := tx.Now(); now.Before(m.To) {
		if err := s.standing(ctx, tx, project, stamp, now, &standing); err != nil {
			return m, err
		}
	}
	m.Figures = Measure(standing, stamp.Figures, tx.Now())
	if s.topics != nil && look {
		for _, t := range s.topics.TopicsAt(c.said, func(x messages.Message) string { return c.where[x.ID] }, m.Often.Times) {
			m.Repeated = append(m.Repeated, repeatOf(t, stamp.Figures))
		}
	}
	return m, nil
}

func (s *Service) peopleOf(ctx context.Context, tx *store.Tx, tallies map[int64]*Tally) ([]PersonLine, error) {
	ids := slices.Sorted(maps.Keys(tallies))
	names := map[int64]string{}
	if s.names != nil && len(ids) > 0 {
		var err error
		if names, err = s.names.Names(ctx, tx, ids); err != nil {
			return nil, err
		}
	}
	list := make([]PersonLine, 0, len(ids))
	for _, id := range ids {
		list = append(list, PersonLine{Account: id, Name: names[id], Tally: *tallies[id]})
	}
	slices.SortStableFunc(list, func(a, b PersonLine) int { return cmp.Compare(b.Taken, a.Taken) })
	return list, nil
}

// counter counts cases as they come by.
type counter struct {
	m                             *Month
	since, end                    time.Time // of what repeats
	kinds, trades, places, causes lines
	people                        map[int64]*Tally
	said                          []messages.Message
	where                         map[string]string
}

func (c *counter) add(k casefile.Case) {
	m := c.m
	m.Follow.add(k, m.From, m.To)
	if k.State.Status == engine.Closed && !k.State.EndedAt.Before(m.From) && k.State.EndedAt.Before(m.To) {
		m.Days[k.State.EndedAt.In(calendar.Zone).Day()-1].Closed++
	}
	c.hear(k)
	if k.State.OpenedAt.Before(m.From) || k.State.Status == engine.Cancelled || k.State.Status == engine.Merged {
		return
	}
	m.Days[k.State.OpenedAt.In(calendar.Zone).Day()-1].Taken++
	m.All.add(k)
	c.kinds.add(k.Procedure, k)
	c.places.add(buildingOf(k), k)
	cause, _ := k.State.Fields["cause"].(string)
	c.causes.add(cause, k)
	c.person(k.State.Owner, k)
	if k.State.Assignee != k.State.Owner {
		c.person(k.State.Assignee, k)
	}
	switch k.Procedure {
	case "repair":
		c.repair(k)
	case "complaint":
		to, _ := k.State.Fields["turned_to"].(string)
		m.complain(Complaint{
			Day: k.State.OpenedAt.In(calendar.Zone).Day(), To: to, Valid: k.State.Fields["valid"] == true,
			Closed: k.State.Status == engine.Closed, Followed: k.State.Visits[followStep] > 0,
		})
	}
}

// person counts a case for who answers for it and for who does the work.
func (c *counter) person(id int64, k casefile.Case) {
	if id <= 0 {
		return
	}
	if c.people[id] == nil {
		c.people[id] = &Tally{}
	}
	c.people[id].add(k)
}

func (c *counter) repair(k casefile.Case) {
	trade, _ := k.State.Fields["trade"].(string)
	c.trades.add(trade, k)
	c.m.repairs++
	if k.State.Fields["rework"] == true {
		c.m.reworks++
	}
	if k.State.Fields["grade"] == "urgent" || k.State.Fields["fault"] == "leak" {
		for _, x := range k.Clocks {
			if x.Name == "arrive" && !firstStop(x).IsZero() {
				c.m.urgent++
				if !x.WasLate && (x.Run == engine.RunMet || !x.First.IsZero()) {
					c.m.urgentInTime++
				}
			}
		}
	}
}

// hear keeps the words of a recent case, to find what repeats.
func (c *counter) hear(k casefile.Case) {
	if k.Words == "" || k.State.OpenedAt.Before(c.since) || k.State.OpenedAt.After(c.end) || k.State.Status == engine.Merged {
		return
	}
	id := strconv.FormatInt(k.ID, 10)
	who := k.Customer
	if who == 0 {
		who = k.ID // unknown callers are taken as different people
	}
	if c.where == nil {
		c.where = map[string]string{}
	}
	c.where[id] = placeOf(k)
	c.said = append(c.said, messages.Message{ID: id, User: strconv.FormatInt(who, 10), Text: k.Words, At: k.State.OpenedAt})
}

// sorts is the answer that says of which sort a case is, and the list of its words.
var sorts = map[string][2]string{"repair": {"fault", "repair.faults"}, "complaint": {"kind", "complaint.kinds"}}

// placeOf is the building of a case and, behind a bar each, the list and the
// word of its sort: only the same sort in one building repeats.
func placeOf(k casefile.Case) string {
	building := buildingOf(k)
	word, _ := k.State.Fields[sorts[k.Procedure][0]].(string)
	if building == "" || word == "" {
		return building
	}
	return building + "|" + sorts[k.Procedure][1] + "|" + word
}

func repeatOf(t messages.Topic, f *procedure.Figures) Repeat {
	r := Repeat{Building: t.Place, Sort: t.Kind.Title, Count: t.Count, People: t.People, From: t.From, To: t.To, Words: t.Words}
	parts := strings.Split(t.Place, "|")
	if len(parts) != 3 {
		return r
	}
	r.Building = parts[0]
	if choices, err := f.Choices(parts[1], nil); err == nil {
		for _, c := range choices {
			if c.Name == parts[2] {
				r.Sort = c.Title
			}
		}
	}
	return r
}

// buildingOf is the building of a case as people call it: "3栋" of
// "3栋1单元-1502"; of a common part its words up to the building.
func buildingOf(k casefile.Case) string {
	door, _, _ := strings.Cut(k.Plate, "-")
	if door == "" {
		door = k.Place
	}
	for _, end := range []string{"栋", "号楼", "座", "幢"} {
		if name, _, ok := strings.Cut(door, end); ok {
			return name + end
		}
	}
	if k.Plate == "" {
		return ""
	}
	return door
}
