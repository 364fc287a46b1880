package casefile

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"

	"guanjia/internal/engine"
	"guanjia/internal/store"
)

// eventHead is the part of an event that is chained in clear: it holds no
// words of people.
type eventHead struct {
	Seq     int              `json:"seq"`
	Kind    engine.EventKind `json:"kind"`
	At      int64            `json:"at"`
	Actor   int64            `json:"actor"`
	Step    string           `json:"step,omitempty"`
	Outcome string           `json:"outcome,omitempty"`
	Go      string           `json:"go,omitempty"`
	Names   []string         `json:"names,omitempty"`
}

// eventBody holds names, answers and words. Only its salted digest is chained,
// so that erasing a person's words leaves the chain verifiable.
type eventBody struct {
	Name   string         `json:"name,omitempty"`
	Roles  []string       `json:"roles,omitempty"`
	Fields map[string]any `json:"fields,omitempty"`
	Facts  map[string]any `json:"facts,omitempty"`
	Data   map[string]any `json:"data,omitempty"`
}

// eventRow is an event as it is stored.
type eventRow struct {
	seq                      int
	command                  int64
	kind, head, body         string
	at, actor                int64
	salt, digest, prev, hash []byte
}

// genesis stands before the first event of every chain.
var genesis = make([]byte, sha256.Size)

// seal puts e at the end of the chain whose last hash is prev.
func seal(caseID, command int64, e engine.Event, prev []byte) (eventRow, error) {
	r := eventRow{seq: e.Seq, command: command, kind: string(e.Kind), at: store.Micros(e.At), actor: e.Actor.ID, prev: prev, salt: make([]byte, 16)}
	if _, err := rand.Read(r.salt); err != nil {
		return r, err
	}
	var err error
	if r.head, err = encode(eventHead{
		Seq: e.Seq, Kind: e.Kind, At: r.at, Actor: e.Actor.ID,
		Step: e.Step, Outcome: e.Outcome, Go: e.Go, Names: e.Names,
	}); err != nil {
		return r, err
	}
	if r.body, err = encode(eventBody{Name: e.Actor.Name, Roles: e.Actor.Roles, Fields: e.Fields, Facts: e.Facts, Data: e.Data}); err != nil {
		return r, err
	}
	r.digest = bodyDigest(r.salt, r.body)
	r.hash = chainHash(caseID, prev, r.head, r.digest)
	return r, nil
}

func bodyDigest(salt []byte, body string) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(body))
	return h.Sum(nil)
}

func chainHash(caseID int64, prev []byte, head string, digest []byte) []byte {
	h := sha256.New()
	h.Write(prev)
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(caseID)) //nolint:gosec // identifiers are positive
	h.Write(n[:])
	h.Write([]byte(head))
	h.Write(digest)
	return h.Sum(nil)
}

// intact reports whether r follows prev and nothing of it was changed. An
// erased body keeps only its digest.
func (r eventRow) intact(caseID int64, prev []byte) bool {
	if !bytes.Equal(r.prev, prev) || !bytes.Equal(r.hash, chainHash(caseID, prev, r.head, r.digest)) {
		return false
	}
	return r.erased() || bytes.Equal(r.digest, bodyDigest(r.salt, r.body))
}

func (r eventRow) erased() bool { return r.body == "" && len(r.salt) == 0 }

// event is r as the engine reads it.
func (r eventRow) event() (engine.Event, error) {
	var h eventHead
	if err := decode(r.head, &h); err != nil {
		return engine.Event{}, err
	}
	var b eventBody
	if !r.erased() {
		if err := decode(r.body, &b); err != nil {
			return engine.Event{}, err
		}
	}
	return engine.Event{
		Seq: h.Seq, Kind: h.Kind, At: store.Time(h.At),
		Actor: engine.Actor{ID: h.Actor, Name: b.Name, Roles: b.Roles},
		Step:  h.Step, Outcome: h.Outcome, Go: h.Go, Names: h.Names,
		Fields: canonOrNil(b.Fields), Facts: canonOrNil(b.Facts), Data: canonOrNil(b.Data),
	}, nil
}

func canonOrNil(m map[string]any) map[string]any {
	if len(m) == 0 {
		return nil
	}
	return canonMap(m)
}

const eventColumns = "seq, command_id, kind, at, actor_id, head, body, salt, digest, prev, hash"

func scanEvent(scan store.Scan) (eventRow, error) {
	var r eventRow
	err := scan(&r.seq, &r.command, &r.kind, &r.at, &r.actor, &r.head, &r.body, &r.salt, &r.digest, &r.prev, &r.hash)
	return r, err
}

func readEventRows(ctx context.Context, tx *store.Tx, caseID int64) ([]eventRow, error) {
	return store.All(ctx, tx, scanEvent, "SELECT "+eventColumns+" FROM casefile_event WHERE case_id = ? ORDER BY seq", caseID)
}

func readEvents(ctx context.Context, tx *store.Tx, caseID int64) ([]engine.Event, error) {
	return store.All(ctx, tx, func(scan store.Scan) (engine.Event, error) {
		r, err := scanEvent(scan)
		if err != nil {
			return engine.Event{}, err
		}
		return r.event()
	}, "SELECT "+eventColumns+" FROM casefile_event WHERE case_id = ? ORDER BY seq", caseID)
}

// appendEvents seals events onto the chain and writes them in one statement.
// It returns them, and the new head.
func appendEvents(ctx context.Context, tx *store.Tx, project, caseID, command int64, head []byte, events []engine.Event) ([]engine.Event, []byte, error) {
	args := make([]any, 0, 13*len(events))
	out := make([]engine.Event, 0, len(events))
	for _, e := range events {
		r, err := seal(caseID, command, e, head)
		if err != nil {
			return nil, nil, err
		}
		head = r.hash
		e.At = store.Time(r.at)
		out = append(out, e)
		args = append(args, project, caseID, r.seq, r.command, r.kind, r.at, r.actor, r.head, r.body, r.salt, r.digest, r.prev, r.hash)
	}
	_, err := tx.Exec(ctx, insertRows("casefile_event (project_id, case_id, "+eventColumns+")", 13, len(events)), args...)
	return out, head, err
}

// insertRows is an INSERT of n rows with only placeholders for values.
func insertRows(into string, columns, n int) string {
	row := "(" + store.Marks(columns) + ")"
	return "INSERT INTO " + into + " VALUES " + row + strings.Repeat(", "+row, n-1)
}

// number gives events their place in the log and what the engine leaves to us.
func number(events []engine.Event, version int, at time.Time, actor engine.Actor) {
	for i := range events {
		e := &events[i]
		e.Seq = version + i + 1
		if e.At.IsZero() {
			e.At = at
		}
		if e.Actor.ID == 0 && e.Actor.Name == "" {
			e.Actor = actor
		}
	}
}
