package estate

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"guanjia/internal/auth"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Part is a section of the unit page as another room draws it.
type Part struct {
	Title text.Both
	Note  string          // quiet, right in the heading
	Body  templ.Component // nil: the section is left out
}

// Column is one of the three columns of the unit page.
type Column string

// The columns: people and things left, money and cases in the middle, papers,
// visits and neighbours right.
const (
	Left   Column = "left"
	Middle Column = "middle"
	Right  Column = "right"
)

// UnitPart is a section that another room adds to the unit page (EST-13).
type UnitPart struct {
	Name   string // room.noun
	Column Column
	Place  int    // order in the column; this room's own parts stand at 10, 20 …
	Right  string // permission to see it
	Load   func(ctx context.Context, tx *store.Tx, project, unit int64) (Part, error)
}

// UnitAction is a button in the head of the unit page: new case, letter …
type UnitAction struct {
	Title   text.Both
	Icon    string
	Key     string
	Primary bool
	Right   string
	Path    func(project string, unit int64) string
}

// File is everything the unit page shows.
type File struct {
	Unit      Unit
	History   []Occupancy // everybody who ever held it, owners first
	People    map[int64]Person
	Phones    map[int64][]Phone
	Emergency []Emergency
	Wanted    Wanted // how many of them the profile asks for
	States    []StateSpan
	Changes   []Change
	Entries   []Entry      // of the registers
	Confirmed Confirmation // of the directory, the last
	Above     Unit
	Below     Unit
	Parts     map[Column][]Part
	Day       string
}

// Now lists who holds the unit today.
func (f File) Now() []Occupancy {
	return slices.DeleteFunc(slices.Clone(f.History), func(o Occupancy) bool { return !o.Now(f.Day) })
}

// Before lists who held it before today.
func (f File) Before() []Occupancy {
	return slices.DeleteFunc(slices.Clone(f.History), func(o Occupancy) bool { return o.Now(f.Day) })
}

// UnitFile reads a unit's whole file on one snapshot. Errors: Forbidden, NotFound.
func (s *Service) UnitFile(ctx context.Context, actor auth.Actor, project, id int64, parts []UnitPart) (File, error) {
	f := File{Parts: map[Column][]Part{}}
	if err := need(actor, PermView, project); err != nil {
		return f, err
	}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		f.Day = today(tx)
		if f.Unit, err = s.Unit(ctx, tx, project, id); err != nil {
			return err
		}
		if f.History, err = s.UnitHistory(ctx, tx, project, id); err != nil {
			return err
		}
		var people []int64
		for _, o := range f.Now() {
			people = append(people, o.Person)
		}
		people = unique(people)
		if f.People, err = s.PeopleByID(ctx, tx, project, people); err != nil {
			return err
		}
		if f.Phones, err = s.phonesOf(ctx, tx, project, people); err != nil {
			return err
		}
		if f.Emergency, err = s.EmergencyFor(ctx, tx, project, id); err != nil {
			return err
		}
		f.Wanted = s.wanted(project)
		if f.States, err = s.UnitStates(ctx, tx, project, id); err != nil {
			return err
		}
		if f.Changes, err = s.UnitChanges(ctx, tx, project, id, 8); err != nil {
			return err
		}
		if f.Entries, err = s.UnitEntries(ctx, tx, project, id); err != nil {
			return err
		}
		if f.Confirmed, err = s.UnitConfirmed(ctx, tx, project, id); err != nil {
			return err
		}
		if f.Above, f.Below, err = s.Neighbours(ctx, tx, f.Unit); err != nil {
			return err
		}
		for _, p := range parts {
			if p.Right != "" && !actor.May(p.Right, project) {
				continue
			}
			part, err := p.Load(ctx, tx, project, id)
			if err != nil {
				return err
			}
			if part.Body != nil {
				f.Parts[p.Column] = append(f.Parts[p.Column], part)
			}
		}
		return nil
	})
	return f, err
}
