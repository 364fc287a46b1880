package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Case is one matter. Identifiers are text; phones are masked.
type Case struct {
	ID        string     `json:"id"`
	Number    string     `json:"number"`
	Procedure string     `json:"procedure"`
	Channel   string     `json:"channel"`
	Subject   string     `json:"subject"`
	Words     string     `json:"words"`
	Unit      string     `json:"unit"` // "0": none
	Plate     string     `json:"plate"`
	Place     string     `json:"place"`
	Customer  string     `json:"customer"`
	Caller    string     `json:"caller"`
	Phone     string     `json:"phone"`
	Status    string     `json:"status"` // open, closed, cancelled, merged
	Step      string     `json:"step"`
	Owner     string     `json:"owner"`
	Assignee  string     `json:"assignee"`
	Team      string     `json:"team"`
	Paused    bool       `json:"paused"`
	Version   int        `json:"version"`
	OpenedAt  time.Time  `json:"opened_at"`
	ChangedAt time.Time  `json:"changed_at"`
	EndedAt   *time.Time `json:"ended_at"`
	Clocks    []Clock    `json:"clocks"`
}

// Clock is one time limit.
type Clock struct {
	Name  string     `json:"name"`
	Title string     `json:"title"`
	State string     `json:"state"` // running, paused, met, late
	Due   *time.Time `json:"due"`
	Limit string     `json:"limit"`
}

// Event is one entry of the log.
type Event struct {
	Seq     int            `json:"seq"`
	Kind    string         `json:"kind"`
	At      time.Time      `json:"at"`
	By      string         `json:"by"`
	Name    string         `json:"name"`
	Title   string         `json:"title"`
	Step    string         `json:"step"`
	Outcome string         `json:"outcome"`
	Fields  map[string]any `json:"fields"`
	Data    map[string]any `json:"data"`
}

// Option is what can be done, or why it cannot.
type Option struct {
	Kind     string   `json:"kind"`
	Step     string   `json:"step"`
	Outcomes []string `json:"outcomes"`
	May      bool     `json:"may"`
	Why      string   `json:"why"`
	Missing  []string `json:"missing"`
}

// Relation is another case that belongs to one.
type Relation struct {
	Relation string `json:"relation"`
	Number   string `json:"number"`
	Subject  string `json:"subject"`
	Status   string `json:"status"`
}

// CaseView is a case with its answers, log and options.
type CaseView struct {
	Case
	Fields     map[string]any    `json:"fields"`
	Options    []Option          `json:"options"`
	Events     []Event           `json:"events"`
	Related    []Relation        `json:"related"`
	MergedInto string            `json:"merged_into"`
	Names      map[string]string `json:"names"`
}

// CasePage is one page of a list.
type CasePage struct {
	Cases []Case            `json:"cases"`
	Next  string            `json:"next"`
	Total int               `json:"total"` // when Filter.Count
	More  bool              `json:"more"`  // Total reached its limit
	Names map[string]string `json:"names"`
}

// NewCase is what it takes to open a case.
type NewCase struct {
	Procedure string         `json:"procedure"` // "repair"
	Channel   string         `json:"channel"`   // "phone"
	Words     string         `json:"words"`
	Subject   string         `json:"subject,omitempty"`
	Unit      string         `json:"unit,omitempty"`
	Place     string         `json:"place,omitempty"`
	Customer  string         `json:"customer,omitempty"`
	Caller    string         `json:"caller,omitempty"`
	Phone     string         `json:"phone,omitempty"`
	Fields    map[string]any `json:"fields,omitempty"`
	Parent    string         `json:"parent,omitempty"`
}

// Danger is what words of danger speak of, with what to say to the customer.
type Danger struct {
	Name   string `json:"name"` // gas, fire, trapped, injury …
	Title  string `json:"title"`
	Script string `json:"script"`
	Number string `json:"number"` // emergency number
}

// Opened is a case just taken in. When Dangers is not empty the desk's alarm
// rings already.
type Opened struct {
	Case
	Dangers []Danger `json:"dangers"`
}

// Step does the step that a case stands at. Version 0 is not checked.
type Step struct {
	Version  int            `json:"version,omitempty"`
	Step     string         `json:"step"`
	Outcome  string         `json:"outcome"`
	Fields   map[string]any `json:"fields,omitempty"`
	Assignee string         `json:"assignee,omitempty"`
	Team     string         `json:"team,omitempty"`
}

// Act is something done besides the steps; see docs/api.md for what counts.
type Act struct {
	Version  int        `json:"version,omitempty"`
	Text     string     `json:"text,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	By       string     `json:"by,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	Assignee string     `json:"assignee,omitempty"`
	Team     string     `json:"team,omitempty"`
	Step     string     `json:"step,omitempty"`
	Unit     string     `json:"unit,omitempty"`     // "": stays, "0": none
	Customer string     `json:"customer,omitempty"` // "": stays, "0": none

	Fields map[string]any `json:"fields,omitempty"` // of a correction; nil takes an answer away
}

// Filter selects cases; zero values select all.
type Filter struct {
	Procedure, Status, Clock, Step, Team, Channel string
	Assignee, Owner, Unit, Customer, Building     string
	From, To                                      time.Time
	Text, Order, After                            string
	Limit                                         int
	Count                                         bool
}

func (f Filter) query() url.Values {
	q := url.Values{}
	for name, v := range map[string]string{
		"procedure": f.Procedure, "status": f.Status, "clock": f.Clock, "step": f.Step, "team": f.Team, "channel": f.Channel, "assignee": f.Assignee,
		"owner": f.Owner, "unit": f.Unit, "customer": f.Customer, "building": f.Building, "text": f.Text, "order": f.Order, "after": f.After,
	} {
		set(q, name, v)
	}
	for name, t := range map[string]time.Time{"from": f.From, "to": f.To} {
		if !t.IsZero() {
			q.Set(name, t.Format(time.RFC3339))
		}
	}
	number(q, "limit", f.Limit)
	if f.Count {
		q.Set("count", "true")
	}
	return q
}

func set(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

func number(q url.Values, name string, n int) {
	if n != 0 {
		q.Set(name, strconv.Itoa(n))
	}
}

func (c *Client) one(n string) string { return c.in("/cases/" + url.PathEscape(n)) }

// OpenCase takes a matter in. The same key gives the same case.
func (c *Client) OpenCase(ctx context.Context, key string, in NewCase) (Opened, error) {
	return post[Opened](ctx, c, c.in("/cases"), key, in)
}

// Cases is one page of a list.
func (c *Client) Cases(ctx context.Context, f Filter) (CasePage, error) {
	return get[CasePage](ctx, c, c.in("/cases"), f.query())
}

// AllCases runs through every page of a list. It ends at the first error.
func (c *Client) AllCases(ctx context.Context, f Filter) iter.Seq2[Case, error] {
	return func(yield func(Case, error) bool) {
		for {
			p, err := c.Cases(ctx, f)
			if err != nil {
				yield(Case{}, err)
				return
			}
			for _, x := range p.Cases {
				if !yield(x, nil) {
					return
				}
			}
			if f.After = p.Next; f.After == "" {
				return
			}
		}
	}
}

// FollowUps lists the cases whose customer is to be rung back, soonest first.
func (c *Client) FollowUps(ctx context.Context, after string, limit int) (CasePage, error) {
	q := url.Values{}
	set(q, "after", after)
	number(q, "limit", limit)
	return get[CasePage](ctx, c, c.in("/follow-ups"), q)
}

// Case is one case with everything about it.
func (c *Client) Case(ctx context.Context, n string) (CaseView, error) {
	return get[CaseView](ctx, c, c.one(n), nil)
}

// Events is the log of a case.
func (c *Client) Events(ctx context.Context, n string) ([]Event, error) {
	return get[[]Event](ctx, c, c.one(n)+"/events", nil)
}

// Do does the step a case stands at.
func (c *Client) Do(ctx context.Context, n, key string, in Step) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/do", key, in)
}

// Note adds a note (Text).
func (c *Client) Note(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/note", key, in)
}

// Told records that the customer was told (Text, By).
func (c *Client) Told(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/told", key, in)
}

// Promise promises the customer something (Text, Until).
func (c *Client) Promise(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/promise", key, in)
}

// Pause pauses (Reason, Text, Until).
func (c *Client) Pause(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/pause", key, in)
}

// Resume goes on after a pause (Reason).
func (c *Client) Resume(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/resume", key, in)
}

// Assign gives the work to somebody (Assignee or Team, Reason).
func (c *Client) Assign(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/assign", key, in)
}

// About sets or corrects which unit a case is of and whose it is (Unit,
// Customer; Reason where something stood there).
func (c *Client) About(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/about", key, in)
}

// Correct corrects answers that were given (Fields, Reason).
func (c *Client) Correct(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/amend", key, in)
}

// Move moves to a step by hand (Step, Reason).
func (c *Client) Move(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/jump", key, in)
}

// Cancel ends a case without doing it (Reason).
func (c *Client) Cancel(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/cancel", key, in)
}

// Reopen opens an ended case again (Reason).
func (c *Client) Reopen(ctx context.Context, n, key string, in Act) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/reopen", key, in)
}

// Merge lets the case into go on in place of n.
func (c *Client) Merge(ctx context.Context, n, key, into, reason string) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/merge", key, map[string]string{"into": into, "reason": reason})
}

// Erase takes what people said out of an ended case, for good; reason says who
// asked and on what basis.
func (c *Client) Erase(ctx context.Context, n, key, reason string) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/erase", key, map[string]string{"reason": reason})
}

// Signal is one message of a telephone system about a call.
type Signal struct {
	Event     string     `json:"event"` // ring, answer, hold, resume, hang_up
	Call      string     `json:"call"`
	Direction string     `json:"direction,omitempty"` // in, out
	From      string     `json:"from,omitempty"`
	Line      string     `json:"line,omitempty"`
	Agent     string     `json:"agent,omitempty"`
	At        *time.Time `json:"at,omitempty"`
}

// Call is a call as it stands.
type Call struct {
	ID       string     `json:"id"`
	Call     string     `json:"call"`
	State    string     `json:"state"`
	Number   string     `json:"number"`
	Line     string     `json:"line"`
	Rings    int        `json:"rings"`
	RingAt   time.Time  `json:"ring_at"`
	Answered *time.Time `json:"answered_at"`
	Ended    *time.Time `json:"ended_at"`
	Person   string     `json:"person"`
	Unit     string     `json:"unit"`
	Case     string     `json:"case"`
	Outcome  string     `json:"outcome"`
}

// SignalCall tells of a call.
func (c *Client) SignalCall(ctx context.Context, in Signal) (Call, error) {
	return post[Call](ctx, c, c.in("/calls"), "", in)
}

// Project is a served estate.
type Project struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Profile string `json:"profile"`
}

// Projects lists what the token may enter.
func (c *Client) Projects(ctx context.Context) ([]Project, error) {
	var out []Project
	err := c.call(ctx, http.MethodGet, "/api/v1/projects", "", nil, &out)
	return out, err
}
