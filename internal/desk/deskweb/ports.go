package deskweb

import (
	"context"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/work"
)

// Homes finds units and people and tells what the desk should know of them;
// app fills it from estate.
type Homes interface {
	// Find reads what was typed: a room in any form, a name, part of a phone.
	Find(ctx context.Context, tx *store.Tx, project int64, typed string) ([]desk.Contact, error)
	// Home is the unit and the person as the desk shows them; either id may be 0.
	Home(ctx context.Context, tx *store.Tx, project, unit, person int64) (Home, error)
	// Plates and names of many units and people at once; unknown ones are absent.
	Plates(ctx context.Context, tx *store.Tx, project int64, units []int64) (map[int64]Plate, error)
	People(ctx context.Context, tx *store.Tx, project int64, people []int64) (map[int64]string, error)
}

// Plate is where a unit is, as its door says.
type Plate struct {
	Building, Room, Href string
}

// Home is who and where, beside the intake.
type Home struct {
	Unit     int64
	Building string
	Room     string
	Href     string // the unit's whole file
	Person   int64
	Name     string
	About    string // "业主 · 68 岁 · 住满 7 年"
	Phone    string // digits; masked when shown
	Wish     string // "说慢些，要紧的话复述一遍"
	People   []HomePerson
}

// HomePerson is somebody else of the unit.
type HomePerson struct {
	Name, Role string
}

// Suggester reads the customer's words: which kind, which trade, and whether
// they speak of danger. Rules and words are handbook data.
type Suggester interface {
	Suggest(words string) Suggestion
}

// Suggestion is what the words point to, and because of which words.
type Suggestion struct {
	Kind    string
	Fields  map[string]string // fault, trade, grade …
	Because []string
	Dangers []Danger
}

// Danger is a word of danger with what to say and whom to call.
type Danger struct {
	Name   string
	Title  text.Both
	Words  []string
	Script text.Both
	Number string // emergency number
}

// Matters is what the desk needs of casefile.
type Matters interface {
	// Kind is what a case of that kind begins under in the project: definition,
	// figures, calendar.
	Kind(project int64, kind string) (casefile.Stamp, error)
	// Of lists the open cases of a unit, newest first, and those closed since.
	Of(ctx context.Context, tx *store.Tx, project, unit int64, closedSince time.Time, limit int) ([]casefile.Case, error)
	// Some reads cases by id at once; unknown ones are absent.
	Some(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]casefile.Case, error)
}

// Proposer says who should be sent.
type Proposer interface {
	Propose(ctx context.Context, tx *store.Tx, project int64, trade string) ([]work.Proposal, error)
}

// Names finds what accounts are called.
type Names interface {
	Accounts(ctx context.Context, ids []int64) (map[int64]string, error)
}
