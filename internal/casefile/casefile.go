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
	Channel   string // phone, visit, letter, fax, courier, email, message, resident, patrol, department, own (the centre began it)
	Subject   string // first words, at most 60 runes
	Words     string // as the customer said it
	Unit      int64  // 0: none
	Building  int64  // of the unit, 0: none
	Plate     string // of the unit when it was set: "3栋1单元-1502"
	Place     string // words for a common part
	Customer  int64  // estate person, 0: unknown
	Caller    string // name as given
	Phone     string // as given, digits
	DefHash   string
	Figures   string // hash of the stamped figures
	Calendar  string // hash of the stamped calendar
	Parent    int64  // the case it came from (rework, spawned), 0
	MergedTo  int64
	Changed   time.Time // of the last event
	State     engine.State
	Clocks    []engine.ClockState
	Again     bool // the answer to a key used before: nothing was done this time
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
	At        time.Time // zero: now; history and imported messages bring their own (system only)

	// Received is when a matter of an earlier day reached the house, as letters
	// taken in later do: its clocks run from then, not from At. Zero: with At.
	// System only.
	Received time.Time `json:",omitzero"`

	// By is who took the matter in when the system writes it down for somebody:
	// history, imports, residents without an account. Ignored for persons.
	By engine.Actor

	asked []byte // digest of the request, when it was made before the transaction
}

// Doing is one command to a case. Command.Actor is who is acting; only the
// system may name somebody else there (history, imports).
type Doing struct {
	Case    int64
	Version int       // what the person saw; 0: not checked. Another version is a Conflict that tells what changed
	Key     string    // idempotency key
	At      time.Time // zero: now; system only
	engine.Command
}

// View is everything the page of one case shows.
type View struct {
	Case       Case
	Def        *procedure.Definition
	Figures    *procedure.Figures
	Options    []engine.Option
	Events     []engine.Event
	Related    []Related
	Filed      []Filed
	Names      map[int64]string // accounts named anywhere on the page
	MergedTo   string           // number of the case that goes on in its place, "" when none
	MayEnd     bool             // the actor may cancel it; the first contact may, too
	MayJump    bool             // the actor may move it by hand
	MayReopen  bool
	MayCorrect bool // the actor may correct an answer
	MayErase   bool // what people said may be erased on request
	Erased     bool // what people said was erased
}

// Relation says how another case belongs to this one.
type Relation string

// The relations.
const (
	Parent Relation = "parent" // this case came from it
	Child  Relation = "child"  // it came from this case: rework, spawned
	Linked Relation = "linked"
	Merged Relation = "merged" // it was merged into this one
)

// Related is another case with how it belongs to this one.
type Related struct {
	Relation Relation
	Case
}

// Filed is a record in the folder of a unit.
type Filed struct {
	ID     int64
	Unit   int64 // 0: the project's own folder
	Case   int64
	Number string // of the case
	Record string // "complaint_record"
	At     time.Time
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

var _ Cases = (*Service)(nil)

// Filter selects cases; zero values select all. Lists are newest first, or by
// due time.
type Filter struct {
	Project   int64
	Procedure string
	Status    string // open, closed …; "" any
	Clock     string // late, today (due by midnight, late included), due (by midnight, not late yet), later (not today, or none runs), waiting (paused), running (not late)
	Turn      *Turn  // whose present step it is, see TurnOf
	Assignee  int64
	Owner     int64
	Team      string
	Step      string
	Channel   string
	Unit      int64
	Customer  int64
	Building  int64
	From, To  time.Time // opened between, To excluded
	Text      string
	Fields    map[string]string // indexed fields; needs Procedure
	Order     string            // "new" (default), "due" (open cases only, soonest first)
	After     string            // keyset cursor of the page before
	Limit     int               // 50 when 0, 200 at most
	NoTotal   bool              // do not count: later pages, boards
	CountTo   int               // how far Total counts; 10 000 when 0
}

// Page is one page of a list.
type Page struct {
	Cases []Case
	Next  string           // cursor, "" at the end
	Total int              // exact to Filter.CountTo
	More  bool             // there are more than Total: "10 000+"
	Names map[int64]string // owners and assignees
}
