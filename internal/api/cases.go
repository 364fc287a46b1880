package api

import (
	"context"
	"net/http"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/phone"
	"guanjia/internal/text"
)

// Case is one matter as lists give it. Phones are masked.
type Case struct {
	ID        ID         `json:"id"`
	Number    string     `json:"number"`
	Procedure string     `json:"procedure"`
	Channel   string     `json:"channel"`
	Subject   string     `json:"subject"`
	Words     string     `json:"words"`
	Unit      ID         `json:"unit"`
	Plate     string     `json:"plate"`
	Place     string     `json:"place"`
	Customer  ID         `json:"customer"`
	Caller    string     `json:"caller"`
	Phone     string     `json:"phone"`
	Status    string     `json:"status"`
	Step      string     `json:"step"`
	Owner     ID         `json:"owner"`
	Assignee  ID         `json:"assignee"`
	Team      string     `json:"team"`
	Paused    bool       `json:"paused"`
	Version   int        `json:"version"`
	OpenedAt  time.Time  `json:"opened_at"`
	ChangedAt time.Time  `json:"changed_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	Clocks    []Clock    `json:"clocks"`
}

// Clock is one time limit of a case.
type Clock struct {
	Name  string     `json:"name"`
	Title string     `json:"title"`
	State string     `json:"state"`
	Due   *time.Time `json:"due,omitempty"`
	Limit string     `json:"limit"`
}

// Event is one entry of the log of a case.
type Event struct {
	Seq     int            `json:"seq"`
	Kind    string         `json:"kind"`
	At      time.Time      `json:"at"`
	By      ID             `json:"by"`
	Name    string         `json:"name"`
	Title   string         `json:"title"`
	Step    string         `json:"step,omitempty"`
	Outcome string         `json:"outcome,omitempty"`
	Fields  map[string]any `json:"fields,omitempty"`
	Data    map[string]any `json:"data,omitempty"`
}

// Option is something that can be done with a case, or why it cannot.
type Option struct {
	Kind     string   `json:"kind"`
	Step     string   `json:"step,omitempty"`
	Outcomes []string `json:"outcomes,omitempty"`
	May      bool     `json:"may"`
	Why      string   `json:"why,omitempty"`
	Missing  []string `json:"missing,omitempty"`
}

// Relation is another case that belongs to one.
type Relation struct {
	Relation string `json:"relation"`
	Number   string `json:"number"`
	Subject  string `json:"subject"`
	Status   string `json:"status"`
}

// CaseView is a case with everything that its page shows.
type CaseView struct {
	Case
	Fields     map[string]any `json:"fields"`
	Options    []Option       `json:"options"`
	Events     []Event        `json:"events"`
	Related    []Relation     `json:"related"`
	MergedInto string         `json:"merged_into,omitempty"`
	Names      map[ID]string  `json:"names"`
}

// CasePage is one page of a list.
type CasePage struct {
	Cases []Case        `json:"cases"`
	Next  string        `json:"next,omitempty"`
	Total int           `json:"total,omitempty"`
	More  bool          `json:"more,omitempty"`
	Names map[ID]string `json:"names"`
}

// NewCase is what it takes to open a case.
type NewCase struct {
	Procedure string         `json:"procedure"`
	Channel   string         `json:"channel"`
	Words     string         `json:"words"`
	Subject   string         `json:"subject,omitempty"`
	Unit      ID             `json:"unit,omitempty"`
	Place     string         `json:"place,omitempty"`
	Customer  ID             `json:"customer,omitempty"`
	Caller    string         `json:"caller,omitempty"`
	Phone     string         `json:"phone,omitempty"`
	Fields    map[string]any `json:"fields,omitempty"`
	Parent    ID             `json:"parent,omitempty"`
}

// Opened is a case just taken in. Dangers is what its words speak of: it rings
// at the desk already; the script is for whoever is talking to the customer.
type Opened struct {
	Case
	Dangers []Danger `json:"dangers"`
}

// Do does the step that a case stands at.
type Do struct {
	Version  int            `json:"version,omitempty"`
	Step     string         `json:"step"`
	Outcome  string         `json:"outcome"`
	Fields   map[string]any `json:"fields,omitempty"`
	Assignee ID             `json:"assignee,omitempty"`
	Team     string         `json:"team,omitempty"`
}

// Act is something done with a case besides its steps. Which members count
// depends on the action; the others stay empty.
type Act struct {
	Version  int        `json:"version,omitempty"`
	Text     string     `json:"text,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	By       string     `json:"by,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	Assignee ID         `json:"assignee,omitempty"`
	Team     string     `json:"team,omitempty"`
	Step     string     `json:"step,omitempty"`
	Unit     *ID        `json:"unit,omitempty"`     // absent: stays, "0": none
	Customer *ID        `json:"customer,omitempty"` // absent: stays, "0": none

	Fields map[string]any `json:"fields,omitempty"` // of a correction; null takes an answer away
}

// Erase says why the words of a case go.
type Erase struct {
	Version int    `json:"version,omitempty"`
	Reason  string `json:"reason"`
}

// MergeInto names the case that goes on.
type MergeInto struct {
	Version int    `json:"version,omitempty"`
	Into    string `json:"into"`
	Reason  string `json:"reason"`
}

type openIn struct {
	Key  string `header:"Idempotency-Key"`
	Body NewCase
}

type numberIn struct {
	Number string `path:"number"`
}

type listIn struct {
	Procedure string    `query:"procedure"`
	Status    string    `query:"status"`
	Clock     string    `query:"clock"`
	Step      string    `query:"step"`
	Team      string    `query:"team"`
	Channel   string    `query:"channel"`
	Assignee  int64     `query:"assignee"`
	Owner     int64     `query:"owner"`
	Unit      int64     `query:"unit"`
	Customer  int64     `query:"customer"`
	Building  int64     `query:"building"`
	From      time.Time `query:"from"`
	To        time.Time `query:"to"`
	Text      string    `query:"text"`
	Order     string    `query:"order"`
	After     string    `query:"after"`
	Limit     int       `query:"limit"`
	Count     bool      `query:"count"`
}

type doIn struct {
	Number string `path:"number"`
	Key    string `header:"Idempotency-Key"`
	Body   Do
}

type actIn struct {
	Number string `path:"number"`
	Key    string `header:"Idempotency-Key"`
	Body   Act
}

type mergeIn struct {
	Number string `path:"number"`
	Key    string `header:"Idempotency-Key"`
	Body   MergeInto
}

type eraseIn struct {
	Number string `path:"number"`
	Body   Erase
}

func (s *Service) caseOperations() []operation {
	const cases, one = inProject + "/cases", inProject + "/cases/{number}"
	ops := []operation{
		call("openCase", http.MethodPost, cases, casefile.PermOpen, "cases", "Take a matter in", http.StatusCreated, s.open),
		call("listCases", http.MethodGet, cases, casefile.PermWork, "cases", "List cases, newest first or by due time, page by page", http.StatusOK, s.list),
		call("listFollowUps", http.MethodGet, inProject+"/follow-ups", casefile.PermWork, "cases", "List the cases whose customer is to be rung back", http.StatusOK, s.followUps),
		call("getCase", http.MethodGet, one, casefile.PermWork, "cases", "One case with its log and what can be done now", http.StatusOK, s.view),
		call("listEvents", http.MethodGet, one+"/events", casefile.PermWork, "cases", "The log of a case", http.StatusOK, s.events),
		call("doStep", http.MethodPost, one+"/do", casefile.PermWork, "cases", "Do the step a case stands at", http.StatusOK, s.do),
		call("mergeCase", http.MethodPost, one+"/merge", casefile.PermMerge, "cases", "Let another case go on in place of this one", http.StatusOK, s.merge),
		call("eraseCase", http.MethodPost, one+"/erase", casefile.PermErase, "cases", "Erase what people said in an ended case (reason: who asked and on what basis)", http.StatusOK, s.erase),
	}
	for _, a := range actions {
		act := a
		ops = append(ops, call(a.operation, http.MethodPost, one+"/"+a.word, casefile.PermWork, "cases", a.summary, http.StatusOK,
			func(ctx context.Context, in actIn) (Case, error) { return s.act(ctx, act, in) }))
	}
	return ops
}

func (s *Service) open(ctx context.Context, in openIn) (Opened, error) {
	b := in.Body
	c, err := s.cases.Open(ctx, actorOf(ctx), casefile.Opening{
		Project: projectOf(ctx), Procedure: b.Procedure, Channel: b.Channel, Words: b.Words, Subject: b.Subject, Unit: int64(b.Unit), Place: b.Place,
		Customer: int64(b.Customer), Caller: b.Caller, Phone: b.Phone, Fields: b.Fields, Parent: int64(b.Parent), Key: in.Key,
	})
	if err != nil {
		return Opened{}, err
	}
	return Opened{Case: caseOf(ctx, c), Dangers: append([]Danger{}, s.opt.Dangers(ctx, b.Words)...)}, nil
}

func (s *Service) list(ctx context.Context, in listIn) (CasePage, error) {
	p, err := s.cases.List(ctx, actorOf(ctx), casefile.Filter{
		Project: projectOf(ctx), Procedure: in.Procedure, Status: in.Status, Clock: in.Clock, Assignee: in.Assignee, Owner: in.Owner, Team: in.Team,
		Step: in.Step, Channel: in.Channel, Unit: in.Unit, Customer: in.Customer, Building: in.Building, From: in.From, To: in.To, Text: in.Text,
		Order: in.Order, After: in.After, Limit: in.Limit, NoTotal: !in.Count,
	})
	out := CasePage{Cases: make([]Case, 0, len(p.Cases)), Next: p.Next, Total: p.Total, More: p.More, Names: names(p.Names)}
	for _, c := range p.Cases {
		out.Cases = append(out.Cases, caseOf(ctx, c))
	}
	return out, err
}

type followUpsIn struct {
	After string `query:"after"`
	Limit int    `query:"limit"`
}

func (s *Service) followUps(ctx context.Context, in followUpsIn) (CasePage, error) {
	return s.list(ctx, listIn{Status: "open", Step: followStep, Order: "due", After: in.After, Limit: in.Limit})
}

// followStep is what the handbook calls the step of ringing back.
const followStep = "follow"

func (s *Service) view(ctx context.Context, in numberIn) (CaseView, error) {
	v, err := s.cases.View(ctx, actorOf(ctx), projectOf(ctx), in.Number)
	if err != nil {
		return CaseView{}, err
	}
	lang := text.LangOf(ctx)
	out := CaseView{
		Case: caseOf(ctx, v.Case), Fields: v.Case.State.Fields, MergedInto: v.MergedTo, Names: names(v.Names),
		Options: []Option{}, Related: []Relation{}, Events: eventsOf(ctx, v),
	}
	if out.Fields == nil {
		out.Fields = map[string]any{}
	}
	for _, o := range v.Options {
		opt := Option{Kind: string(o.Kind), Step: o.Step, Outcomes: o.Outcomes, May: o.May, Why: o.Why.In(lang)}
		for _, m := range o.Missing {
			opt.Missing = append(opt.Missing, m.Name)
		}
		out.Options = append(out.Options, opt)
	}
	for _, r := range v.Related {
		out.Related = append(out.Related, Relation{Relation: string(r.Relation), Number: r.Number, Subject: r.Subject, Status: string(r.State.Status)})
	}
	return out, nil
}

func (s *Service) events(ctx context.Context, in numberIn) ([]Event, error) {
	v, err := s.cases.View(ctx, actorOf(ctx), projectOf(ctx), in.Number)
	return eventsOf(ctx, v), err
}

// find reads the id of a case by its number, for those who may see it.
func (s *Service) find(ctx context.Context, number string) (int64, error) {
	v, err := s.cases.View(ctx, actorOf(ctx), projectOf(ctx), number)
	return v.Case.ID, err
}

func caseOf(ctx context.Context, c casefile.Case) Case {
	lang := text.LangOf(ctx)
	out := Case{
		ID: ID(c.ID), Number: c.Number, Procedure: c.Procedure, Channel: c.Channel, Subject: c.Subject, Words: c.Words, Unit: ID(c.Unit), Plate: c.Plate,
		Place: c.Place, Customer: ID(c.Customer), Caller: c.Caller, Phone: phone.Mask(c.Phone), Status: string(c.State.Status), Step: c.State.Step,
		Owner: ID(c.State.Owner), Assignee: ID(c.State.Assignee), Team: c.State.Team, Paused: c.State.Pause != nil, Version: c.State.Version,
		OpenedAt: c.State.OpenedAt, ChangedAt: c.Changed, EndedAt: when(c.State.EndedAt), Clocks: []Clock{},
	}
	for _, k := range c.Clocks {
		if k.Run != engine.RunOff {
			out.Clocks = append(out.Clocks, Clock{Name: k.Name, Title: k.Title.In(lang), State: k.Run, Due: when(k.Due), Limit: k.Limit})
		}
	}
	return out
}

func eventsOf(ctx context.Context, v casefile.View) []Event {
	list := make([]Event, 0, len(v.Events))
	for _, e := range v.Events {
		list = append(list, Event{
			Seq: e.Seq, Kind: string(e.Kind), At: e.At, By: ID(e.Actor.ID), Name: e.Actor.Name, Title: v.Describe(e).In(text.LangOf(ctx)),
			Step: e.Step, Outcome: e.Outcome, Fields: e.Fields, Data: e.Data,
		})
	}
	return list
}

func names(m map[int64]string) map[ID]string {
	out := make(map[ID]string, len(m))
	for id, name := range m {
		out[ID(id)] = name
	}
	return out
}
