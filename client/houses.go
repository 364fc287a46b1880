package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Unit is one house. Area is in hundredths of a square metre.
type Unit struct {
	ID          string `json:"id"`
	Code        string `json:"code"`
	Plate       string `json:"plate"`
	Room        string `json:"room"`
	Floor       int    `json:"floor"`
	Building    string `json:"building"`
	Area        int64  `json:"area"`
	Use         string `json:"use"`
	State       string `json:"state"`
	HandedOver  string `json:"handed_over"`
	Entrance    string `json:"entrance"`
	Layout      string `json:"layout"`
	Orientation string `json:"orientation"`
	Condition   string `json:"condition"`
	Note        string `json:"note"`
	Version     int64  `json:"version"`
	Holders     []Hold `json:"holders"`
}

// Hold is who holds a unit in which capacity; days are inclusive.
type Hold struct {
	ID       string `json:"id"`
	Unit     string `json:"unit"`
	Person   string `json:"person"`
	Name     string `json:"name"`
	Capacity string `json:"capacity"`
	Residing bool   `json:"residing"`
	From     string `json:"from"`
	To       string `json:"to"`
}

// UnitPage is one page of units.
type UnitPage struct {
	Units []Unit `json:"units"`
	Next  string `json:"next"`
	Total int    `json:"total"`
}

// Person is a customer; numbers are masked.
type Person struct {
	ID      string  `json:"id"`
	Kind    string  `json:"kind"`
	Name    string  `json:"name"`
	Wishes  string  `json:"wishes"`
	Note    string  `json:"note"`
	Version int64   `json:"version"`
	Phones  []Phone `json:"phones"`
	Holds   []Hold  `json:"holds"`
}

// Phone is a masked number.
type Phone struct {
	Number   string     `json:"number"`
	Label    string     `json:"label"`
	Verified *time.Time `json:"verified"`
}

// PersonPage is one page of people.
type PersonPage struct {
	People []Person `json:"people"`
	Next   string   `json:"next"`
	Total  int      `json:"total"`
}

// NewHold lets a person hold a unit from a day on.
type NewHold struct {
	Person   string `json:"person"`
	Capacity string `json:"capacity"`
	Relation string `json:"relation,omitempty"`
	Behind   string `json:"behind,omitempty"`
	Residing bool   `json:"residing,omitempty"`
	From     string `json:"from"`
}

// Caller is somebody who may be behind a number.
type Caller struct {
	Person   string `json:"person"`
	Name     string `json:"name"`
	Capacity string `json:"capacity"`
	Unit     string `json:"unit"`
	Plate    string `json:"plate"`
	Room     string `json:"room"`
	Verified bool   `json:"verified"`
}

// Hit is something found.
type Hit struct {
	Kind  string `json:"kind"` // case, unit, person
	ID    string `json:"id"`
	Title string `json:"title"`
	Sub   string `json:"sub"`
	Path  string `json:"path"`
	Exact bool   `json:"exact"`
}

// Entry is a unit in the directory of a month.
type Entry struct {
	Unit
	Month     string     `json:"month"`
	Confirmed *time.Time `json:"confirmed"`
	Changed   bool       `json:"changed"`
	Unreached bool       `json:"unreached"`
	Note      string     `json:"note"`
}

// EntryPage is one page of the directory with its progress.
type EntryPage struct {
	Month     string  `json:"month"`
	Due       string  `json:"due"`
	Units     int     `json:"units"`
	Confirmed int     `json:"confirmed"`
	Changed   int     `json:"changed"`
	Unreached int     `json:"unreached"`
	Issues    []Issue `json:"issues"`
	Entries   []Entry `json:"entries"`
	Next      string  `json:"next"`
}

// Search finds cases, units and people by anything known of them; kind "" is all.
func (c *Client) Search(ctx context.Context, q, kind string, limit int) ([]Hit, error) {
	query := url.Values{"q": {q}}
	set(query, "kind", kind)
	number(query, "limit", limit)
	return get[[]Hit](ctx, c, c.in("/search"), query)
}

// Units is one page of units; text "" is all.
func (c *Client) Units(ctx context.Context, text, after string, limit int) (UnitPage, error) {
	query := url.Values{}
	set(query, "text", text)
	set(query, "after", after)
	number(query, "limit", limit)
	return get[UnitPage](ctx, c, c.in("/units"), query)
}

// Unit is one unit with who holds it.
func (c *Client) Unit(ctx context.Context, id string) (Unit, error) {
	return get[Unit](ctx, c, c.in("/units/"+url.PathEscape(id)), nil)
}

// Occupy lets a person hold a unit.
func (c *Client) Occupy(ctx context.Context, unit string, in NewHold) (Hold, error) {
	return post[Hold](ctx, c, c.in("/units/"+url.PathEscape(unit)+"/occupancies"), "", in)
}

// EndOccupancy says the last day (ISO) on which a person held a unit.
func (c *Client) EndOccupancy(ctx context.Context, id, last, reason string) error {
	return c.call(ctx, http.MethodPost, c.in("/occupancies/"+url.PathEscape(id)+"/end"), "", map[string]string{"last": last, "reason": reason}, nil)
}

// People is one page of people; text "" is all.
func (c *Client) People(ctx context.Context, text, after string, limit int) (PersonPage, error) {
	query := url.Values{}
	set(query, "text", text)
	set(query, "after", after)
	number(query, "limit", limit)
	return get[PersonPage](ctx, c, c.in("/people"), query)
}

// Person is one person with what they held and hold.
func (c *Client) Person(ctx context.Context, id string) (Person, error) {
	return get[Person](ctx, c, c.in("/people/"+url.PathEscape(id)), nil)
}

// Callers lists who may be behind a number.
func (c *Client) Callers(ctx context.Context, phone string) ([]Caller, error) {
	return get[[]Caller](ctx, c, c.in("/callers"), url.Values{"number": {phone}})
}

// Directory is one page of the directory; month "" is the current one.
func (c *Client) Directory(ctx context.Context, month, show, after string) (EntryPage, error) {
	query := url.Values{}
	set(query, "month", month)
	set(query, "show", show)
	set(query, "after", after)
	return get[EntryPage](ctx, c, c.in("/directory"), query)
}

// Confirm records that a unit was asked about its entry this month.
func (c *Client) Confirm(ctx context.Context, unit string, changed bool, note string) error {
	return c.call(ctx, http.MethodPost, c.in("/units/"+url.PathEscape(unit)+"/confirm"), "", map[string]any{"changed": changed, "note": note}, nil)
}

// NotReached records that nobody could be reached at a unit this month: it is
// not confirmed.
func (c *Client) NotReached(ctx context.Context, unit, note string) error {
	return c.call(ctx, http.MethodPost, c.in("/units/"+url.PathEscape(unit)+"/confirm"), "", map[string]any{"changed": false, "unreached": true, "note": note}, nil)
}

// RevertEntry takes back what was recorded of a unit's entry this month.
func (c *Client) RevertEntry(ctx context.Context, unit string) error {
	return c.do(ctx, "POST", c.in("/units/"+url.PathEscape(unit)+"/confirm/revert"), "", nil)
}
