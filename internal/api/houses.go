package api

import (
	"context"
	"net/http"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/desk"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Project is a served estate.
type Project struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Profile string `json:"profile"`
}

// Unit is one house. Area is in hundredths of a square metre.
type Unit struct {
	ID          ID     `json:"id"`
	Code        string `json:"code"`
	Plate       string `json:"plate"`
	Room        string `json:"room"`
	Floor       int    `json:"floor"`
	Building    ID     `json:"building"`
	Area        int64  `json:"area"`
	Use         string `json:"use"`
	State       string `json:"state"`
	HandedOver  string `json:"handed_over,omitempty"`
	Entrance    ID     `json:"entrance"`
	Layout      string `json:"layout,omitempty"`
	Orientation string `json:"orientation,omitempty"`
	Condition   string `json:"condition,omitempty"`
	Note        string `json:"note,omitempty"`
	Version     int64  `json:"version"`
	Holders     []Hold `json:"holders"`
}

// Hold is who holds a unit in which capacity; days are inclusive.
type Hold struct {
	ID       ID     `json:"id"`
	Unit     ID     `json:"unit"`
	Person   ID     `json:"person"`
	Name     string `json:"name"`
	Capacity string `json:"capacity"`
	Residing bool   `json:"residing"`
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"`
}

// UnitPage is one page of units.
type UnitPage struct {
	Units []Unit `json:"units"`
	Next  string `json:"next,omitempty"`
	Total int    `json:"total"`
}

// Person is a customer; numbers are masked.
type Person struct {
	ID      ID      `json:"id"`
	Kind    string  `json:"kind"`
	Name    string  `json:"name"`
	Wishes  string  `json:"wishes,omitempty"`
	Note    string  `json:"note,omitempty"`
	Version int64   `json:"version"`
	Phones  []Phone `json:"phones"`
	Holds   []Hold  `json:"holds"`
}

// Phone is a masked number.
type Phone struct {
	Number   string     `json:"number"`
	Label    string     `json:"label,omitempty"`
	Verified *time.Time `json:"verified,omitempty"`
}

// PersonPage is one page of people.
type PersonPage struct {
	People []Person `json:"people"`
	Next   string   `json:"next,omitempty"`
	Total  int      `json:"total"`
}

// NewHold lets a person hold a unit from a day on.
type NewHold struct {
	Person   ID     `json:"person"`
	Capacity string `json:"capacity"`
	Relation string `json:"relation,omitempty"`
	Behind   ID     `json:"behind,omitempty"`
	Residing bool   `json:"residing,omitempty"`
	From     string `json:"from"`
}

// EndHold says the last day on which a person held a unit.
type EndHold struct {
	Last   string `json:"last"`
	Reason string `json:"reason"`
}

// Caller is somebody who may be behind a number.
type Caller struct {
	Person   ID     `json:"person"`
	Name     string `json:"name"`
	Capacity string `json:"capacity"`
	Unit     ID     `json:"unit"`
	Plate    string `json:"plate"`
	Room     string `json:"room"`
	Verified bool   `json:"verified"`
}

// Hit is something found.
type Hit struct {
	Kind  string `json:"kind"`
	ID    ID     `json:"id"`
	Title string `json:"title"`
	Sub   string `json:"sub"`
	Path  string `json:"path"`
	Exact bool   `json:"exact"`
}

// Confirm is what came of asking a unit about its directory entry (EST-04).
type Confirm struct {
	Changed   bool   `json:"changed"`
	Unreached bool   `json:"unreached,omitempty"` // nobody was reached: no confirmation
	Note      string `json:"note,omitempty"`
}

// Entry is a unit in the directory of a month.
type Entry struct {
	Unit
	Month     string     `json:"month"`
	Confirmed *time.Time `json:"confirmed,omitempty"`
	Changed   bool       `json:"changed"`
	Unreached bool       `json:"unreached"`
	Note      string     `json:"note,omitempty"`
}

// EntryPage is one page of the directory with its progress.
type EntryPage struct {
	Month     string  `json:"month"`
	Due       string  `json:"due"`
	Units     int     `json:"units"`
	Confirmed int     `json:"confirmed"`
	Changed   int     `json:"changed"`
	Unreached int     `json:"unreached"`
	Issues    []Issue `json:"issues"`
	Entries   []Entry `json:"entries"`
	Next      string  `json:"next,omitempty"`
}

type idIn struct {
	ID int64 `path:"id"`
}

type unitsIn struct {
	Text     string `query:"text"`
	Building int64  `query:"building"`
	State    string `query:"state"`
	Use      string `query:"use"`
	After    string `query:"after"`
	Limit    int    `query:"limit"`
}

type peopleIn struct {
	Text     string `query:"text"`
	Kind     string `query:"kind"`
	Capacity string `query:"capacity"`
	After    string `query:"after"`
	Limit    int    `query:"limit"`
}

type occupyIn struct {
	ID   int64 `path:"id"`
	Body NewHold
}

type endIn struct {
	ID   int64 `path:"id"`
	Body EndHold
}

type callersIn struct {
	Number string `query:"number"`
}

type searchIn struct {
	Q     string `query:"q"`
	Kind  string `query:"kind"`
	Limit int    `query:"limit"`
}

type directoryIn struct {
	Month    string `query:"month"`
	Show     string `query:"show"`
	Building int64  `query:"building"`
	Text     string `query:"text"`
	After    string `query:"after"`
	Limit    int    `query:"limit"`
}

type confirmIn struct {
	ID   int64 `path:"id"`
	Body Confirm
}

func (s *Service) houseOperations() []operation {
	return []operation{
		call("listProjects", http.MethodGet, prefix+"/projects", auth.LoggedIn, "estate", "The projects you may enter", http.StatusOK, s.projects),
		call("search", http.MethodGet, inProject+"/search", auth.LoggedIn, "estate", "Find cases, units and people by anything known of them", http.StatusOK, s.search),
		call("listUnits", http.MethodGet, inProject+"/units", estate.PermView, "estate", "List units with who holds them", http.StatusOK, s.units),
		call("getUnit", http.MethodGet, inProject+"/units/{id}", estate.PermView, "estate", "One unit with who holds it", http.StatusOK, s.unit),
		call("occupyUnit", http.MethodPost, inProject+"/units/{id}/occupancies", estate.PermPerson, "estate", "Let a person hold a unit", http.StatusCreated, s.occupy),
		call("endOccupancy", http.MethodPost, inProject+"/occupancies/{id}/end", estate.PermPerson, "estate", "End an occupancy", http.StatusNoContent, s.endOccupancy),
		call("listPeople", http.MethodGet, inProject+"/people", estate.PermView, "estate", "List people, numbers masked", http.StatusOK, s.people),
		call("getPerson", http.MethodGet, inProject+"/people/{id}", estate.PermView, "estate", "One person, numbers masked", http.StatusOK, s.person),
		call("findCallers", http.MethodGet, inProject+"/callers", desk.PermDesk, "estate", "Who may be behind a number", http.StatusOK, s.callers),
		call("listDirectory", http.MethodGet, inProject+"/directory", estate.PermView, "estate", "The directory of a month with its progress", http.StatusOK, s.directory),
		call("confirmEntry", http.MethodPost, inProject+"/units/{id}/confirm", estate.PermDirectory, "estate", "Record that a unit's entry was asked about this month", http.StatusNoContent, s.confirm),
		call("revertEntry", http.MethodPost, inProject+"/units/{id}/confirm/revert", estate.PermDirectory, "estate", "Take back what was recorded of a unit's entry this month", http.StatusNoContent, s.unconfirm),
	}
}

func (s *Service) projects(ctx context.Context, _ struct{}) ([]Project, error) {
	list, err := s.estate.ListFor(ctx, actorOf(ctx))
	out := make([]Project, 0, len(list))
	for _, p := range list {
		out = append(out, Project{Code: p.Code, Name: p.Name, Profile: p.Profile})
	}
	return out, err
}

func (s *Service) search(ctx context.Context, in searchIn) ([]Hit, error) {
	groups, err := s.opt.Finder.Find(ctx, actorOf(ctx), projectOf(ctx), in.Q, in.Kind, in.Limit)
	out := []Hit{}
	for _, g := range groups {
		for _, h := range g.Hits {
			out = append(out, Hit{Kind: h.Kind, ID: ID(h.ID), Title: h.Title, Sub: h.Sub, Path: h.URL, Exact: h.Exact})
		}
	}
	return out, err
}

func (s *Service) units(ctx context.Context, in unitsIn) (UnitPage, error) {
	var p estate.UnitPage
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = s.estate.ListUnits(ctx, tx, estate.UnitFilter{
			Project: projectOf(ctx), Text: in.Text, Building: in.Building, State: in.State, Use: in.Use, After: in.After, Limit: in.Limit,
		})
		return err
	})
	out := UnitPage{Units: make([]Unit, 0, len(p.Rows)), Next: p.Next, Total: p.Total}
	for _, r := range p.Rows {
		out.Units = append(out.Units, unitOf(r.Unit, r.Holders))
	}
	return out, err
}

func (s *Service) unit(ctx context.Context, in idIn) (Unit, error) {
	var out Unit
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		u, err := s.estate.Unit(ctx, tx, projectOf(ctx), in.ID)
		if err != nil {
			return err
		}
		holds, err := s.estate.WhoHolds(ctx, tx, projectOf(ctx), []int64{u.ID})
		out = unitOf(u, holds[u.ID])
		return err
	})
	return out, err
}

func (s *Service) occupy(ctx context.Context, in occupyIn) (Hold, error) {
	b := in.Body
	o, err := s.estate.Occupy(ctx, actorOf(ctx), estate.Occupancy{
		Project: projectOf(ctx), Unit: in.ID, Person: int64(b.Person), Capacity: b.Capacity, Relation: b.Relation, Behind: int64(b.Behind),
		Residing: b.Residing, From: b.From,
	})
	return holdOf(o), err
}

func (s *Service) endOccupancy(ctx context.Context, in endIn) (nothing, error) {
	return nothing{}, s.estate.EndOccupancy(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Last, in.Body.Reason)
}

func (s *Service) people(ctx context.Context, in peopleIn) (PersonPage, error) {
	var p estate.PersonPage
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = s.estate.ListPeople(ctx, tx, estate.PersonFilter{
			Project: projectOf(ctx), Text: in.Text, Kind: in.Kind, Capacity: in.Capacity, After: in.After, Limit: in.Limit,
		})
		return err
	})
	out := PersonPage{People: make([]Person, 0, len(p.Rows)), Next: p.Next, Total: p.Total}
	for _, r := range p.Rows {
		out.People = append(out.People, personOf(r.Person, r.Holds))
	}
	return out, err
}

func (s *Service) person(ctx context.Context, in idIn) (Person, error) {
	var out Person
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := s.estate.Person(ctx, tx, projectOf(ctx), in.ID)
		if err != nil {
			return err
		}
		holds, err := s.estate.PersonHistory(ctx, tx, projectOf(ctx), in.ID)
		out = personOf(p, holds)
		return err
	})
	return out, err
}

func (s *Service) callers(ctx context.Context, in callersIn) ([]Caller, error) {
	out := []Caller{}
	if text.Digits(in.Number) == "" {
		return out, errs.New(errs.Invalid, "api.number", "要有电话号码。", "A number is needed.").Field("number", "required", "填电话号码", "give a number")
	}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err := s.estate.Callers(ctx, tx, projectOf(ctx), in.Number)
		for _, c := range found {
			out = append(out, Caller{Person: ID(c.Person), Name: c.Name, Capacity: c.Capacity, Unit: ID(c.Unit), Plate: c.Plate, Room: c.Room, Verified: c.Verified})
		}
		return err
	})
	return out, err
}

func (s *Service) directory(ctx context.Context, in directoryIn) (EntryPage, error) {
	limit := in.Limit
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	var d estate.Directory
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		d, err = s.estate.DirectoryOf(ctx, tx, estate.DirectoryFilter{
			Project: projectOf(ctx), Month: in.Month, Show: in.Show, Building: in.Building, Text: in.Text, After: in.After, Limit: limit,
		})
		return err
	})
	out := EntryPage{Month: d.Month, Due: d.Due, Units: d.Units, Confirmed: d.Confirmed, Changed: d.Changed, Unreached: d.Unreached, Entries: make([]Entry, 0, len(d.Rows)), Next: d.Next, Issues: []Issue{}}
	for _, i := range d.Issues {
		out.Issues = append(out.Issues, issueOf(i))
	}
	for _, r := range d.Rows {
		e := Entry{Unit: unitOf(r.Unit, r.Holders), Month: d.Month, Changed: r.Confirm.Changed, Unreached: r.Confirm.Missed, Note: r.Confirm.Note}
		if !e.Unreached {
			e.Confirmed = when(r.Confirm.At)
		}
		out.Entries = append(out.Entries, e)
	}
	return out, err
}

func (s *Service) confirm(ctx context.Context, in confirmIn) (nothing, error) {
	if in.Body.Unreached {
		return nothing{}, s.estate.NotReached(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Note)
	}
	return nothing{}, s.estate.Confirm(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Changed, in.Body.Note)
}

func (s *Service) unconfirm(ctx context.Context, in idIn) (nothing, error) {
	return nothing{}, s.estate.TakeBack(ctx, actorOf(ctx), projectOf(ctx), in.ID)
}

func unitOf(u estate.Unit, holders []estate.Occupancy) Unit {
	return Unit{
		ID: ID(u.ID), Code: u.Code, Plate: u.Plate, Room: u.Room, Floor: u.Floor, Building: ID(u.Building), Area: int64(u.Area), Use: u.Use, State: u.State,
		HandedOver: u.HandedOver, Entrance: ID(u.Entrance), Layout: u.Layout, Orientation: u.Orientation, Condition: u.Condition, Note: u.Note,
		Version: u.Version, Holders: holdsOf(holders),
	}
}

func personOf(p estate.Person, holds []estate.Occupancy) Person {
	out := Person{ID: ID(p.ID), Kind: p.Kind, Name: p.Name, Wishes: p.Wishes, Note: p.Note, Version: p.Version, Phones: make([]Phone, 0, len(p.Phones)), Holds: holdsOf(holds)}
	for _, n := range p.Phones {
		out.Phones = append(out.Phones, Phone{Number: n.Number.Masked(), Label: n.Label, Verified: when(n.Verified)})
	}
	return out
}

func holdsOf(list []estate.Occupancy) []Hold {
	out := make([]Hold, 0, len(list))
	for _, o := range list {
		out = append(out, holdOf(o))
	}
	return out
}

func holdOf(o estate.Occupancy) Hold {
	return Hold{ID: ID(o.ID), Unit: ID(o.Unit), Person: ID(o.Person), Name: o.Name, Capacity: o.Capacity, Residing: o.Residing, From: o.From, To: o.To}
}
