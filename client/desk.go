package client

import (
	"context"
	"net/url"
	"time"
)

// Intake is what the desk's form sends off: a case, and in the same breath its
// dispatch, a promise and the end of the call it came by.
type Intake struct {
	Kind     string         `json:"kind"`
	Channel  string         `json:"channel"`
	Words    string         `json:"words"`
	Unit     string         `json:"unit,omitempty"`
	Place    string         `json:"place,omitempty"`
	Person   string         `json:"person,omitempty"`
	Caller   string         `json:"caller,omitempty"`
	Phone    string         `json:"phone,omitempty"`
	Fields   map[string]any `json:"fields,omitempty"`
	Rework   string         `json:"rework,omitempty"`
	Call     string         `json:"call,omitempty"`
	Send     bool           `json:"send,omitempty"`
	Team     string         `json:"team,omitempty"`
	Assignee string         `json:"assignee,omitempty"`
	Promise  string         `json:"promise,omitempty"`
	By       *time.Time     `json:"by,omitempty"`
}

// CallPage is one page of calls, newest first.
type CallPage struct {
	Calls []Call `json:"calls"`
	Next  string `json:"next,omitempty"`
}

// CallDay is one day of the hotline (DSK-02).
type CallDay struct {
	Day      string `json:"day"`
	Calls    int    `json:"calls"`
	InThree  int    `json:"in_three"`
	Answered int    `json:"answered"`
	Missed   int    `json:"missed"`
	Promised int    `json:"promised"`
	Kept     int    `json:"kept"`
}

// Settling says what became of a call.
type Settling struct {
	Outcome string `json:"outcome"`
	Note    string `json:"note,omitempty"`
	Case    string `json:"case,omitempty"`
}

// Naming says who is behind a call.
type Naming struct {
	Person string `json:"person"`
	Unit   string `json:"unit"`
}

// Promise is a word given to a customer with a time (DSK-06).
type Promise struct {
	ID     string     `json:"id"`
	Case   string     `json:"case"`
	Unit   string     `json:"unit"`
	Person string     `json:"person"`
	Words  string     `json:"words"`
	Due    time.Time  `json:"due"`
	Owner  string     `json:"owner"`
	MadeAt time.Time  `json:"made_at"`
	KeptAt *time.Time `json:"kept_at,omitempty"`
	Result string     `json:"result,omitempty"`
}

// NewPromise is a promise to be made; one about a case belongs to it.
type NewPromise struct {
	Case   string    `json:"case,omitempty"`
	Unit   string    `json:"unit,omitempty"`
	Person string    `json:"person,omitempty"`
	Words  string    `json:"words"`
	Due    time.Time `json:"due"`
}

// Alarm is words of danger that nobody has taken over yet.
type Alarm struct {
	ID       string    `json:"id"`
	Danger   string    `json:"danger"`
	Words    string    `json:"words"`
	Unit     string    `json:"unit"`
	Case     string    `json:"case"`
	RaisedAt time.Time `json:"raised_at"`
}

// JournalEntry is a free entry of the desk's journal (DSK-08).
type JournalEntry struct {
	ID    string    `json:"id"`
	Sort  string    `json:"sort"`
	About time.Time `json:"about"`
	Of    string    `json:"of"`
	Unit  string    `json:"unit"`
	Case  string    `json:"case"`
	Words string    `json:"words"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// NewEntry is an entry to be written: note, item, correction or done.
type NewEntry struct {
	Sort  string     `json:"sort"`
	Words string     `json:"words"`
	About *time.Time `json:"about,omitempty"`
	Of    string     `json:"of,omitempty"`
	Unit  string     `json:"unit,omitempty"`
}

// Journal is what the desk recorded between two instants.
type Journal struct {
	Entries  []JournalEntry `json:"entries"`
	Calls    []Call         `json:"calls"`
	Promises []Promise      `json:"promises"`
	Alarms   []Alarm        `json:"alarms"`
}

// Joining adds what somebody says to a case that is there.
type Joining struct {
	Words string `json:"words"`
	Call  string `json:"call,omitempty"`
}

// TakeIn takes a matter in as the desk does.
func (c *Client) TakeIn(ctx context.Context, key string, in Intake) (Opened, error) {
	return post[Opened](ctx, c, c.in("/intakes"), key, in)
}

// Join adds what the customer says now to a case that is there.
func (c *Client) Join(ctx context.Context, n, key string, in Joining) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/join", key, in)
}

// Calls is one page of calls, newest first.
func (c *Client) Calls(ctx context.Context, after string, limit int) (CallPage, error) {
	q := url.Values{}
	set(q, "after", after)
	number(q, "limit", limit)
	return get[CallPage](ctx, c, c.in("/calls"), q)
}

func span(from, to time.Time) url.Values {
	q := url.Values{}
	for name, t := range map[string]time.Time{"from": from, "to": to} {
		if !t.IsZero() {
			q.Set(name, t.Format(time.RFC3339))
		}
	}
	return q
}

// CallDays counts calls and promises by day, a year at most.
func (c *Client) CallDays(ctx context.Context, from, to time.Time) ([]CallDay, error) {
	return get[[]CallDay](ctx, c, c.in("/calls/days"), span(from, to))
}

// SettleCall says what became of a call.
func (c *Client) SettleCall(ctx context.Context, id string, in Settling) error {
	return c.do(ctx, "POST", c.in("/calls/"+url.PathEscape(id)+"/settle"), "", in)
}

// NameCaller says who is calling.
func (c *Client) NameCaller(ctx context.Context, id, person, unit string) error {
	return c.do(ctx, "POST", c.in("/calls/"+url.PathEscape(id)+"/caller"), "", Naming{Person: person, Unit: unit})
}

// Promises lists open promises of an owner and of a unit; "" is all.
func (c *Client) Promises(ctx context.Context, owner, unit string) ([]Promise, error) {
	q := url.Values{}
	set(q, "owner", owner)
	set(q, "unit", unit)
	return get[[]Promise](ctx, c, c.in("/promises"), q)
}

// MakePromise promises a customer something.
func (c *Client) MakePromise(ctx context.Context, key string, in NewPromise) (Promise, error) {
	return post[Promise](ctx, c, c.in("/promises"), key, in)
}

// KeepPromise records what the customer was told.
func (c *Client) KeepPromise(ctx context.Context, id, result string) error {
	return c.do(ctx, "POST", c.in("/promises/"+url.PathEscape(id)+"/keep"), "", map[string]string{"result": result})
}

// Alarms lists words of danger that nobody has taken over yet.
func (c *Client) Alarms(ctx context.Context) ([]Alarm, error) {
	return get[[]Alarm](ctx, c, c.in("/alarms"), nil)
}

// Journal is what the desk recorded; zero times are the last 24 hours.
func (c *Client) Journal(ctx context.Context, from, to time.Time) (Journal, error) {
	return get[Journal](ctx, c, c.in("/journal"), span(from, to))
}

// WriteEntry writes into the journal.
func (c *Client) WriteEntry(ctx context.Context, key string, in NewEntry) (JournalEntry, error) {
	return post[JournalEntry](ctx, c, c.in("/journal"), key, in)
}

// OpenCaseOfEntry makes a case of an item of the journal.
func (c *Client) OpenCaseOfEntry(ctx context.Context, id, key, kind string) (Case, error) {
	return post[Case](ctx, c, c.in("/journal/"+url.PathEscape(id)+"/case"), key, map[string]string{"kind": kind})
}

// Duplicates groups open cases that are probably one matter.
func (c *Client) Duplicates(ctx context.Context) ([][]Case, error) {
	return get[[][]Case](ctx, c, c.in("/duplicates"), nil)
}

// Unmerge takes a merging back within 30 days.
func (c *Client) Unmerge(ctx context.Context, n, key string) (Case, error) {
	return post[Case](ctx, c, c.one(n)+"/unmerge", key, nil)
}
