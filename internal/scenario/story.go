package scenario

import (
	"fmt"
	"time"

	"guanjia/internal/text"
)

// Story is one scenario file, read and checked for form.
type Story struct {
	File    string
	Title   text.Both
	Rules   []string // "REP-04.2", or "REP-04" for all clauses carried now
	Profile string
	Given   []Given
	Acts    []Act
	Files   map[string][]byte // further sections, by name
}

// GivenKind is the sort of a given thing.
type GivenKind string

// What can be given.
const (
	GivenUnit   GivenKind = "unit"
	GivenPerson GivenKind = "person"
	GivenStaff  GivenKind = "staff"
	GivenFigure GivenKind = "figure" // Name is a path, Value as a profile would write it
	GivenFact   GivenKind = "fact"   // Name is a declared fact, Value what it reads
)

// Given is one thing that exists before the story begins.
type Given struct {
	Kind  GivenKind
	Name  string
	Value string // figure and fact
	Args  Answers
	Line  int
}

// Answer is name=value as written: the runner turns Value into the type of the
// field, argument or column it meets.
type Answer struct{ Name, Value string }

// Answers keep the order they were written in.
type Answers []Answer

// Get is the value called name, "" when it is not there.
func (a Answers) Get(name string) string {
	for _, x := range a {
		if x.Name == name {
			return x.Value
		}
	}
	return ""
}

// Act is one sentence: somebody did something at a moment. A sentence in which
// nobody acts has the Verb Passed.
type Act struct {
	At     time.Time
	Who    string // a given person or account, System or Nobody; "" when time passed
	Verb   Verb
	Step   string   // Did: the step, "" when only the outcome is told; Moved: where to
	Result string   // outcome of the step; "" for a form told as "did STEP"
	Case   string   // the case meant, without @; "" for the one spoken of last
	As     string   // Took: the name the case gets
	Into   string   // Merged: the case that stays
	Object string   // Took: procedure · Opened, Posted, Called: path · Imported: file · Ran: action · Heard: event · Informed: customer
	Method string   // Called: GET, POST …
	From   string   // Took: the unit
	Of     string   // Took: the customer
	By     string   // Took: the channel
	Names  []string // Brought: papers
	Words  string   // what was said, noted, or the reason
	Fields Answers
	Expect []Part
	Line   int
}

// System and Nobody act without an account.
const (
	System = "system"
	Nobody = "nobody"
)

// Verb is what a sentence does.
type Verb string

// The verbs. A step told by its outcome alone ("陈刚 accepted") is Did with
// Result set and Step empty.
const (
	Passed    Verb = "passed" // time passed
	Did       Verb = "did"
	Took      Verb = "took"
	Noted     Verb = "noted"
	Informed  Verb = "informed"
	Promised  Verb = "promised"
	Paused    Verb = "paused"
	Resumed   Verb = "resumed"
	Assigned  Verb = "assigned"
	Handed    Verb = "handed"
	Corrected Verb = "corrected"
	Brought   Verb = "brought"
	Moved     Verb = "moved"
	Cancelled Verb = "cancelled"
	Reopened  Verb = "reopened"
	Merged    Verb = "merged"
	Heard     Verb = "heard"
	Opened    Verb = "opened"
	Posted    Verb = "posted"
	Called    Verb = "called"
	Imported  Verb = "imported"
	Ran       Verb = "ran"
)

// Part is one thing that must be so after a sentence.
type Part struct {
	Case   string // without @; "" for the case spoken of
	Not    bool
	Word   string    // step, open, owner, clock, told … as in the README
	Name   string    // step, field, clock, target, record, table …
	Value  string    // field: the value · clock: the state · figure: met, missed, unknown · filed: the room · about of told · PROCEDURE's name of spawned
	At     time.Time // clock due, told at; zero: not asked
	Limit  string    // clock limit, as stamped
	Count  int       // how often; -1: at least once
	Names  []string  // missing
	Words  string    // page, refused; figure: the target as it is shown
	Fields Answers   // ran, record
	Line   int
}

// Error is what is wrong with a scenario file, with its place.
type Error struct {
	File string
	Line int
	Text string
}

// Error is "file:line: text".
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }
