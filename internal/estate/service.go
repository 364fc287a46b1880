package estate

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/search"
	"guanjia/internal/store"
)

// Vault keeps identity and passport numbers encrypted (LAW-03); app wires it.
type Vault interface {
	// Keep stores value and returns where it lies.
	Keep(ctx context.Context, tx *store.Tx, project int64, kind, value string) (ref int64, err error)
	// Reveal is the value kept at ref.
	Reveal(ctx context.Context, tx *store.Tx, ref int64) (string, error)
	// Digest is the keyed digest of value, for equality look-ups.
	Digest(kind, value string) string
	// Erase makes the value at ref unreadable for good.
	Erase(ctx context.Context, tx *store.Tx, ref int64) error
}

// Look is a sight of personal data that is otherwise masked (PLT-02, PLT-05).
type Look struct {
	Project int64
	Actor   auth.Actor
	Entity  string // person, unit, register
	ID      int64
	Field   string // phone, identity, export, LookErase
	Reason  string
}

// LookErase is the field of a Look that erases a person.
const LookErase = "erase"

// Changed is a change of the estate for the sealed trail: what was done to what,
// never a personal value. Before and after stand in the room's own history.
type Changed struct {
	Project int64
	Actor   auth.Actor
	Entity  string // unit, building, person, register …
	ID      int64
	Verb    string // create, change, confirm …
	Data    map[string]any
}

// Auditor records changes, and looks at secret data; app wires it to the audit room.
type Auditor interface {
	Looked(ctx context.Context, tx *store.Tx, look Look) error
	Changed(ctx context.Context, tx *store.Tx, change Changed) error
}

// Spans reads a span of time out of the figures in force in a project
// ("segment.stay"); the zero Limit where its profile has none.
type Spans func(project int64, figure string) calendar.Limit

// Numbers reads a whole number out of the figures in force in a project
// ("directory.day"); 0 where its profile has none.
type Numbers func(project int64, figure string) int

// Service reads and changes the estate. Methods with an actor check its rights
// in the project; those with only a tx are for rooms that did.
type Service struct {
	db    *store.DB
	index *search.Index
	vault Vault
	audit Auditor
	spans Spans
	count Numbers
}

// New makes the service over db.
func New(db *store.DB, index *search.Index, vault Vault, audit Auditor) *Service {
	return &Service{db: db, index: index, vault: vault, audit: audit}
}

// GoBy lets the service read its figures from the handbook; without it nothing
// falls due, no rule proposes a segment, and no contact is missed. Call it
// before use.
func (s *Service) GoBy(spans Spans, numbers Numbers) { s.spans, s.count = spans, numbers }

// number is the figure's whole number; 0 where nothing says one.
func (s *Service) number(project int64, figure string) int {
	if s.count == nil {
		return 0
	}
	return s.count(project, figure)
}

// span is the figure's span of time; zero where nothing says one.
func (s *Service) span(project int64, figure string) calendar.Limit {
	if s.spans == nil || figure == "" {
		return calendar.Limit{}
	}
	return s.spans(project, figure)
}
