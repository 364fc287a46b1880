package desk

import (
	"time"

	"guanjia/internal/store"
)

// CallState is where a call stands.
type CallState string

// The states of a call.
const (
	Ringing CallState = "ringing"
	Talking CallState = "talking"
	Held    CallState = "held"
	Ended   CallState = "ended"
	Missed  CallState = "missed"
)

// RingTime is the length of one ring and its pause; whole rings are counted
// for the three-rings figure (DSK-02).
const RingTime = 5 * time.Second

// Call is one call of the hotline (DSK-02): it stays on record whether or not
// a case came of it.
type Call struct {
	Project    int64
	ID         int64
	External   string
	Direction  string
	Line       string
	Number     string // digits; masked on screens
	State      CallState
	RingAt     time.Time
	AnsweredAt time.Time
	EndedAt    time.Time
	Rings      int
	Agent      int64
	Person     int64
	Unit       int64
	Case       int64
	Outcome    string
	Note       string
}

// Outcomes of a call: an ended call is closed with one of them.
var Outcomes = []string{"case", "answered", "call_back", "wrong_number", "no_word"}

// Length is how long the parties talked, 0 when they did not.
func (c Call) Length(now time.Time) time.Duration {
	switch {
	case c.AnsweredAt.IsZero():
		return 0
	case c.EndedAt.IsZero():
		return now.Sub(c.AnsweredAt)
	}
	return c.EndedAt.Sub(c.AnsweredAt)
}

const callColumns = `project_id, id, external, direction, line, number, state, ring_at, answered_at, ended_at,
	rings, agent, person_id, unit_id, case_id, outcome, note`

func scanCall(scan store.Scan) (Call, error) {
	var c Call
	var ring, answered, ended int64
	err := scan(&c.Project, &c.ID, &c.External, &c.Direction, &c.Line, &c.Number, &c.State, &ring, &answered, &ended,
		&c.Rings, &c.Agent, &c.Person, &c.Unit, &c.Case, &c.Outcome, &c.Note)
	c.RingAt, c.AnsweredAt, c.EndedAt = store.Time(ring), store.Time(answered), store.Time(ended)
	return c, err
}
