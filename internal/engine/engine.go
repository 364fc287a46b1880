package engine

import (
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Env is everything a decision may read besides the case: stamped when the
// case began (definition, figures, calendar) or read in the transaction and
// recorded with the event (facts).
type Env struct {
	Def      *procedure.Definition
	Figures  *procedure.Figures
	Calendar *calendar.Calendar
	Now      time.Time
	Facts    map[string]any
}

// Actor is who gives a command: an account and the roles held in the project.
type Actor struct {
	ID    int64 // account; 0 for the system, -1 for a resident without account
	Name  string
	Roles []string
}

// Status of a case.
type Status string

// The statuses.
const (
	Open      Status = "open"
	Closed    Status = "closed"
	Cancelled Status = "cancelled"
	Merged    Status = "merged"
)

// State is a case as its events have left it. Fold rebuilds it. Lists read it
// from JSON by the page: what is nothing is left out there.
type State struct {
	Status   Status           `json:",omitzero"`
	Step     string           `json:",omitzero"` // current step, "" when it has ended
	Since    time.Time        `json:",omitzero"`
	OpenedAt time.Time        `json:",omitzero"`
	Received time.Time        `json:",omitzero"` // when it reached the house, where that was after OpenedAt: an old letter taken in later
	EndedAt  time.Time        `json:",omitzero"`
	Fields   map[string]any   `json:",omitempty"`
	Facts    map[string]any   `json:",omitempty"` // declared facts as last read and recorded
	Papers   map[string]bool  `json:",omitempty"` // papers brought, by name
	Owner    int64            `json:",omitzero"`  // first contact: answers to the customer until closed (DSK-05)
	Offered  int64            `json:",omitzero"`  // account asked to take the case over, 0: nobody; the owner stays until it accepts
	Assignee int64            `json:",omitzero"`  // account the work is with, 0: nobody yet
	Team     string           `json:",omitzero"`  // trade, department or role the work is with
	Pause    *Pause           `json:",omitzero"`
	Pauses   int              `json:",omitzero"`  // how often the case was paused
	Visits   map[string]int   `json:",omitempty"` // how often each step was entered
	DoneBy   map[string]int64 `json:",omitempty"` // who did each step last
	AskedBy  map[string]int64 `json:",omitempty"` // who gave each money answer last: may not approve it
	Reopened int              `json:",omitzero"`
	Jumps    int              `json:",omitzero"` // how often a supervisor moved it by hand: many are a bad definition
	Version  int              `json:",omitzero"` // number of events

	// Stale are the required answers of the current step that were given when it
	// was done before: they stay until they are given anew, and must be. Only
	// Fold knows them; a state read from storage has none.
	Stale map[string]bool `json:"-"`
}

// Reached is when the matter reached the house: nobody can be late before
// that. It is OpenedAt but for letters that were taken in after they were written.
func (s State) Reached() time.Time { return s.notBefore(s.OpenedAt) }

// notBefore is t, at the earliest when the matter reached the house.
func (s State) notBefore(t time.Time) time.Time {
	if t.Before(s.Received) {
		return s.Received
	}
	return t
}

// Pause is why a case stands still.
type Pause struct {
	Reason  string // a word of the figures' pause_reasons
	Note    string
	Since   time.Time
	Until   time.Time // expected end
	WaitFor string    // customer, parts, contractor, weather …
}

// Event is one entry of a case's log. Append-only.
type Event struct {
	Seq     int
	Kind    EventKind
	At      time.Time
	Actor   Actor
	Step    string         // step it happened in
	Outcome string         // of a done step
	Go      string         // step entered after it, "" none
	Names   []string       // business events: opened, told_customer, arrived …
	Fields  map[string]any // answers given
	Facts   map[string]any // facts read
	Data    map[string]any // note text, assignee, pause, promise …
}

// EventKind is the sort of an event.
type EventKind string

// The sorts of events.
const (
	EvOpened   EventKind = "opened"
	EvDone     EventKind = "done"    // a step was done; Data: account and team it goes to, takes (the account that took the work by doing it)
	EvNote     EventKind = "note"    // a word for the file; Data: text, customer_sees
	EvTold     EventKind = "told"    // the customer was told; Data: text, by
	EvPromise  EventKind = "promise" // Data: text, due
	EvPause    EventKind = "pause"
	EvResume   EventKind = "resume"
	EvAssign   EventKind = "assign" // Data: account, team
	EvOwner    EventKind = "owner"  // ownership handed on and accepted
	EvAmend    EventKind = "amend"  // fields corrected
	EvAbout    EventKind = "about"  // which unit and whose case it is was set or corrected; Data: unit, customer, and what stood before
	EvPaper    EventKind = "paper"  // a paper was brought; Data: name, attachment
	EvJump     EventKind = "jump"   // a supervisor moved the case by hand, with a reason
	EvCancel   EventKind = "cancel"
	EvReopen   EventKind = "reopen"
	EvMerge    EventKind = "merge"
	EvLevel    EventKind = "level"    // a clock's level fired; Data: clock, level, to
	EvExternal EventKind = "external" // an event of another room; Data: name
)

// Command is what somebody wants to happen.
type Command struct {
	Kind    EventKind // what to record; EvDone for doing the current step
	Actor   Actor
	Step    string // EvDone: the step meant; must be the current one
	Outcome string
	Fields  map[string]any
	Data    map[string]any
}

// Decision is what follows from a command: events to append, the state after
// them, and effects to carry out in the same transaction.
type Decision struct {
	Events  []Event
	State   State
	Effects []Effect
}

// EffectKind is the sort of an effect.
type EffectKind string

// The sorts of effects.
const (
	FxTell   EffectKind = "tell"   // message: To, Text
	FxAction EffectKind = "action" // Action with Args
	FxFile   EffectKind = "file"   // Record for the unit's folder
	FxSpawn  EffectKind = "spawn"  // another case: Args procedure, fields
)

// Effect is one consequence outside the case itself.
type Effect struct {
	Kind   EffectKind
	To     string // role, owner, assignee, customer, or account:ID
	Step   string
	Text   text.Both
	Action string
	Record string
	Args   map[string]any
}

// Option is something a person could do now, possible or not.
type Option struct {
	Kind     EventKind // EvDone for the current step, which comes first
	Step     string
	Outcomes []string
	May      bool      // this person's roles allow it
	Missing  []Missing // what must come first
	Why      text.Both // why it cannot be done, when it cannot
}

// Missing is one thing that is not there yet.
type Missing struct {
	Kind  string // field, paper, money, signature
	Name  string
	Title text.Both
}

// ClockState is where one clock of a case stands.
type ClockState struct {
	Name         string // a step's own limit has the step's name
	Title        text.Both
	Run          string // running, paused, met, late (stopped after due), off
	Started      time.Time
	Due          time.Time
	Stopped      time.Time
	First        time.Time // when it stopped the first time; zero unless a reopening made it begin anew (CMP-12)
	WasLate      bool      // a run before the present one was late
	Used         float64   // share of the limit used, 1 = due
	Limit        string    // as stamped: "3 days"
	Provisional  bool      // due in a year whose holidays are not announced yet
	NextLevel    int       // the level that fires next, -1 for none
	NextAt       time.Time // when
	CustomerSees bool
	Rules        []string
}
