package coverage

import (
	"errors"
	"time"

	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// Stage is a fresh project in which one story is played. Errors of the errs
// kinds are refusals a story may expect; any other error ends the story.
type Stage interface {
	// Given puts one thing into the project, before anything happens.
	Given(g scenario.Given) error
	// Advance lets time pass: the timer does everything due until then, each
	// thing at its own moment.
	Advance(until time.Time) error
	// Take opens a case for who and returns its id.
	Take(who string, t Taking) (int64, error)
	// Do gives a command to a case; the stage fills in who it is.
	Do(who string, id int64, cmd engine.Command) error
	// Merge makes from a part of into.
	Merge(who string, from, into int64) error
	// Definition is the procedure new cases begin under.
	Definition(procedure string) (*procedure.Definition, error)
	// Case is the case as it stands.
	Case(id int64) (Snapshot, error)
	// Children are the cases that came of the case, oldest first.
	Children(id int64) ([]int64, error)
	// Account is the account of a given member of staff, false for others.
	Account(name string) (int64, bool)
	// Actor is who the engine takes somebody for.
	Actor(name string) (engine.Actor, error)
	// Close gives back what the stage holds.
	Close() error
}

// Pages is a Stage with pages and an API.
type Pages interface {
	// Ask sends a request as who ("nobody": without log-in) and returns status
	// and body; form is nil for a request without one.
	Ask(who, method, path string, form scenario.Answers, api bool) (status int, body string, err error)
}

// Rooms is a Stage with the tables, actions and importers of the rooms.
type Rooms interface {
	Import(who, file string, content []byte, args scenario.Answers) error
	RunAction(who, action string, args scenario.Answers) error
	// Records counts rows of a table; names of units and people stand for ids.
	Records(table string, match scenario.Answers) (int, error)
}

// Measures is a Stage that measures the project against the targets of its
// profile, with the same code the pages show them by.
type Measures interface {
	Figures() ([]Measured, error)
}

// Measured is one figure of a project against its target.
type Measured struct {
	Name       string
	Target     string // as it is shown: "≤ 2 %"
	Now        string
	Known, Met bool
}

// ErrNotHere says that a stage has no such thing, so that the story cannot be
// played on it. It is no failure of the rule.
var ErrNotHere = errors.New("this stage has no pages or rooms")

// Taking is what is said when a case is opened.
type Taking struct {
	Procedure string
	Channel   string
	Unit      string // plate, "" for none
	Person    string // "" for unknown
	Place     string
	Words     string
	Parent    int64
	Fields    map[string]any
}

// Snapshot is a case with everything an expectation can ask.
type Snapshot struct {
	ID        int64
	Number    string
	Procedure string
	Unit      string
	Env       engine.Env // at the stage's present
	State     engine.State
	Events    []engine.Event
	Notices   []Notice
	Filed     []Filing
	Ran       []Ran
}

// Notice is one message that went out about a case.
type Notice struct {
	To      string // as the procedure names it: role, owner, assignee, customer, account:7
	Account int64  // whom it reached, where that is one account
	About   string // the clock whose level fired, or the step
	At      time.Time
}

// Filing is a record in a unit's folder.
type Filing struct{ Record, Unit string }

// Ran is one run of a room's action.
type Ran struct {
	Action string
	Args   map[string]any
}
