package casefile

import (
	"context"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// Case is one matter as lists show it.
type Case struct {
	ID        int64
	Project   int64
	Procedure string // "repair"
	Number    string // "WX-2611-0251"
	Channel   string // phone, visit, letter, fax, courier, email, resident, patrol, department
	Subject   string // first words, at most 60 runes
	Words     string // as the customer said it
	Unit      int64  // 0: none
	Place     string // words for a common part
	Customer  int64  // estate person, 0: unknown
	Caller    string // name as given
	Phone     string // as given, digits
	DefHash   string
	Figures   string // hash of the stamped figures
	Calendar  string // hash of the stamped calendar
	Parent    int64  // the case it came from (rework, spawned), 0
	MergedTo  int64
	State     engine.State
	Clocks    []engine.ClockState
}

// Opening is what it takes to open a case.
type Opening struct {
	Project   int64
	Procedure string
	Channel   string
	Unit      int64
	Place     string
	Customer  int64
	Caller    string
	Phone     string
	Words     string
	Subject   string // "" takes the first words
	Fields    map[string]any
	Owner     int64 // 0: the actor
	Parent    int64
	Key       string    // idempotency key; the same key gives the same case
	At        time.Time // zero: now; history and imported messages bring their own
}

// Doing is one command to a case.
type Doing struct {
	Case    int64
	Version int    // what the person saw; 0: not checked. Another version is a Conflict that tells what changed
	Key     string // idempotency key
	engine.Command
}

// View is everything the page of one case shows.
type View struct {
	Case    Case
	Def     *procedure.Definition
	Options []engine.Option
	Events  []engine.Event
	Related []Case
}

// Cases is what other rooms and pages use of this package. All methods check
// the actor's permission in the project; errors are errs kinds Invalid,
// Forbidden, NotFound, Conflict, Unavailable.
type Cases interface {
	Open(ctx context.Context, actor auth.Actor, in Opening) (Case, error)
	OpenIn(ctx context.Context, tx *store.Tx, actor auth.Actor, in Opening) (Case, error)
	Do(ctx context.Context, actor auth.Actor, in Doing) (Case, error)
	DoIn(ctx context.Context, tx *store.Tx, actor auth.Actor, in Doing) (Case, error)
	View(ctx context.Context, actor auth.Actor, project int64, number string) (View, error)
	List(ctx context.Context, actor auth.Actor, f Filter) (Page, error)
}

// Filter selects cases; zero values select all. Lists are newest first, or by
// due time.
type Filter struct {
	Project   int64
	Procedure string
	Status    string // open, closed …; "" any
	Clock     string // late, today, waiting …
	Assignee  int64
	Owner     int64
	Team      string
	Unit      int64
	Customer  int64
	Building  int64
	From, To  time.Time // opened between
	Text      string
	Fields    map[string]string // indexed fields
	Order     string            // "new", "due"
	After     string            // keyset cursor of the page before
	Limit     int               // 50 when 0, 200 at most
}

// Page is one page of a list.
type Page struct {
	Cases []Case
	Next  string // cursor, "" at the end
	Total int    // exact to 10 000
	More  bool   // Total reached its limit: "10 000+"
}
