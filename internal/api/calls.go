package api

import (
	"context"
	"net/http"
	"time"

	"guanjia/internal/desk"
)

// Signal is one message of the telephone system about a call.
type Signal struct {
	Event     string     `json:"event"`
	Call      string     `json:"call"`
	Direction string     `json:"direction,omitempty"`
	From      string     `json:"from,omitempty"`
	Line      string     `json:"line,omitempty"`
	Agent     ID         `json:"agent,omitempty"`
	At        *time.Time `json:"at,omitempty"`
}

// Call is a call as it stands; its number is masked.
type Call struct {
	ID       ID         `json:"id"`
	Call     string     `json:"call"`
	State    string     `json:"state"`
	Number   string     `json:"number"`
	Line     string     `json:"line"`
	Rings    int        `json:"rings"`
	RingAt   time.Time  `json:"ring_at"`
	Answered *time.Time `json:"answered_at,omitempty"`
	Ended    *time.Time `json:"ended_at,omitempty"`
	Person   ID         `json:"person"`
	Unit     ID         `json:"unit"`
	Case     ID         `json:"case"`
	Outcome  string     `json:"outcome"`
}

type signalIn struct {
	Body Signal
}

func (s *Service) callOperations() []operation {
	return []operation{
		call("signalCall", http.MethodPost, inProject+"/calls", desk.PermConnect, "calls",
			"Tell of a call: ring, answer, hold, resume, hang_up; repeated and late signals do no harm", http.StatusOK, s.signal),
	}
}

func (s *Service) signal(ctx context.Context, in signalIn) (Call, error) {
	b := in.Body
	sig := desk.Signal{Event: b.Event, Call: b.Call, Direction: b.Direction, From: b.From, Line: b.Line, Agent: int64(b.Agent)}
	if b.At != nil {
		sig.At = *b.At
	}
	c, err := s.desk.Connect(ctx, actorOf(ctx), projectOf(ctx), sig)
	return callOf(c), err
}
