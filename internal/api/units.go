package api

import (
	"context"
	"net/http"
	"time"

	"guanjia/internal/estate"
	"guanjia/internal/phone"
	"guanjia/internal/store"
)

// Building is one building; floors and year are 0 when they are not known.
type Building struct {
	ID      ID     `json:"id"`
	Code    string `json:"code"`
	Name    string `json:"name"`
	Floors  int    `json:"floors"`
	Year    int    `json:"year"`
	Note    string `json:"note,omitempty"`
	Version int64  `json:"version"`
	Units   int    `json:"units"`
}

// BuildingView is a building with its entrances in their order.
type BuildingView struct {
	Building
	Entrances []Entrance `json:"entrances"`
}

// Entrance is a door of a building by its name, as it stands on the plates.
type Entrance struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// BuildingChange is what is to change of a building; what is absent stays.
// Version is the one that was seen; entrances are all of them.
type BuildingChange struct {
	Version   int64       `json:"version"`
	Name      *string     `json:"name,omitempty"`
	Floors    *int        `json:"floors,omitempty"`
	Year      *int        `json:"year,omitempty"`
	Note      *string     `json:"note,omitempty"`
	Entrances *[]Entrance `json:"entrances,omitempty"`
}

// NewUnit is a unit to be made: building and entrance by name, made when they
// are not there yet. Area is in hundredths of a square metre.
type NewUnit struct {
	Building    string `json:"building"`
	Entrance    string `json:"entrance,omitempty"`
	Floor       int    `json:"floor"`
	Room        string `json:"room"`
	Area        int64  `json:"area,omitempty"`
	Use         string `json:"use"`
	Layout      string `json:"layout,omitempty"`
	Orientation string `json:"orientation,omitempty"`
	Condition   string `json:"condition,omitempty"`
	State       string `json:"state"`
	HandedOver  string `json:"handed_over,omitempty"`
	Note        string `json:"note,omitempty"`
}

// UnitChange is what is to change of a unit; what is absent stays. Version is
// the one that was seen.
type UnitChange struct {
	Version     int64   `json:"version"`
	Floor       *int    `json:"floor,omitempty"`
	Area        *int64  `json:"area,omitempty"`
	Use         *string `json:"use,omitempty"`
	Layout      *string `json:"layout,omitempty"`
	Orientation *string `json:"orientation,omitempty"`
	Condition   *string `json:"condition,omitempty"`
	State       *string `json:"state,omitempty"`
	HandedOver  *string `json:"handed_over,omitempty"`
	Note        *string `json:"note,omitempty"`
	Reason      string  `json:"reason,omitempty"`
}

// Change is one field of a record that became another (EST-16).
type Change struct {
	ID     ID        `json:"id"`
	Entity string    `json:"entity"`
	Of     ID        `json:"of"`
	Actor  string    `json:"actor"`
	At     time.Time `json:"at"`
	Field  string    `json:"field"`
	Before string    `json:"before"`
	After  string    `json:"after"`
}

// Contact is whom to call about a unit when nobody of it answers (EST-03).
// Numbers are read masked and written whole.
type Contact struct {
	Name     string `json:"name"`
	Relation string `json:"relation,omitempty"`
	Office   bool   `json:"office"`
	Outside  bool   `json:"outside"`
	Phone    string `json:"phone,omitempty"`
	Mobile   string `json:"mobile,omitempty"`
}

type newUnitIn struct {
	Body NewUnit
}

type unitChangeIn struct {
	ID   int64 `path:"id"`
	Body UnitChange
}

type buildingChangeIn struct {
	ID   int64 `path:"id"`
	Body BuildingChange
}

type contactsIn struct {
	ID   int64 `path:"id"`
	Body []Contact
}

func (s *Service) unitOperations() []operation {
	const unit, building = inProject + "/units/{id}", inProject + "/buildings/{id}"
	return []operation{
		call("listBuildings", http.MethodGet, inProject+"/buildings", estate.PermView, "estate", "List the buildings", http.StatusOK, s.buildings),
		call("getBuilding", http.MethodGet, building, estate.PermView, "estate", "Read a building with its entrances", http.StatusOK, s.building),
		call("saveBuilding", http.MethodPatch, building, estate.PermEdit, "estate", "Change a building and the names of its entrances; its units follow; what is absent stays", http.StatusOK, s.saveBuilding),
		call("listBuildingChanges", http.MethodGet, building+"/changes", estate.PermView, "estate", "What changed at a building, newest first, at most 200", http.StatusOK, s.buildingChanges),
		call("createUnit", http.MethodPost, inProject+"/units", estate.PermEdit, "estate", "Make a unit", http.StatusCreated, s.createUnit),
		call("saveUnit", http.MethodPatch, unit, estate.PermEdit, "estate", "Change a unit; what is absent stays", http.StatusOK, s.saveUnit),
		call("listOccupancies", http.MethodGet, unit+"/occupancies", estate.PermView, "estate", "Everybody who ever held a unit, owners first", http.StatusOK, s.occupancies),
		call("listUnitChanges", http.MethodGet, unit+"/changes", estate.PermView, "estate", "What changed at a unit, newest first, at most 200", http.StatusOK, s.unitChanges),
		call("getEmergency", http.MethodGet, unit+"/emergency", estate.PermView, "estate", "Whom to call in an emergency, numbers masked", http.StatusOK, s.emergency),
		call("setEmergency", http.MethodPut, unit+"/emergency", estate.PermPerson, "estate", "Replace whom to call in an emergency", http.StatusNoContent, s.setEmergency),
	}
}

func (s *Service) buildings(ctx context.Context, _ struct{}) ([]Building, error) {
	out := []Building{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := s.estate.Buildings(ctx, tx, projectOf(ctx))
		for _, b := range list {
			out = append(out, buildingOf(b))
		}
		return err
	})
	return out, err
}

func buildingOf(b estate.Building) Building {
	return Building{ID: ID(b.ID), Code: b.Code, Name: b.Name, Floors: b.Floors, Year: b.Year, Note: b.Note, Version: b.Version, Units: b.Units}
}

func viewOf(b estate.Building) BuildingView {
	v := BuildingView{Building: buildingOf(b), Entrances: []Entrance{}}
	for _, e := range b.Entrances {
		v.Entrances = append(v.Entrances, Entrance{ID: ID(e.ID), Name: e.Name})
	}
	return v
}

func (s *Service) readBuilding(ctx context.Context, id int64) (b estate.Building, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		b, err = s.estate.Building(ctx, tx, projectOf(ctx), id)
		return err
	})
	return b, err
}

func (s *Service) building(ctx context.Context, in idIn) (BuildingView, error) {
	b, err := s.readBuilding(ctx, in.ID)
	return viewOf(b), err
}

func (s *Service) saveBuilding(ctx context.Context, in buildingChangeIn) (BuildingView, error) {
	b, err := s.readBuilding(ctx, in.ID)
	if err != nil {
		return BuildingView{}, err
	}
	b.Version = in.Body.Version
	change(&b.Name, in.Body.Name)
	change(&b.Floors, in.Body.Floors)
	change(&b.Year, in.Body.Year)
	change(&b.Note, in.Body.Note)
	if in.Body.Entrances != nil {
		b.Entrances = []estate.Entrance{}
		for _, e := range *in.Body.Entrances {
			b.Entrances = append(b.Entrances, estate.Entrance{ID: int64(e.ID), Name: e.Name})
		}
	}
	if _, err := s.estate.SaveBuilding(ctx, actorOf(ctx), b); err != nil {
		return BuildingView{}, err
	}
	return s.building(ctx, idIn{in.ID})
}

func (s *Service) buildingChanges(ctx context.Context, in idIn) ([]Change, error) {
	var out []Change
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := s.estate.Building(ctx, tx, projectOf(ctx), in.ID); err != nil {
			return err
		}
		list, err := s.estate.Changes(ctx, tx, projectOf(ctx), "building", in.ID, 200)
		out = changesOf(list)
		return err
	})
	return out, err
}

func changesOf(list []estate.Change) []Change {
	out := []Change{}
	for _, c := range list {
		out = append(out, Change{ID: ID(c.ID), Entity: c.Entity, Of: ID(c.EntityID), Actor: c.Actor, At: c.At, Field: c.Field, Before: c.Before, After: c.After})
	}
	return out
}

func (s *Service) createUnit(ctx context.Context, in newUnitIn) (Unit, error) {
	b := in.Body
	u, err := s.estate.CreateUnit(ctx, actorOf(ctx), projectOf(ctx), estate.NewUnit{BuildingName: b.Building, EntranceName: b.Entrance, Unit: estate.Unit{
		Floor: b.Floor, Room: b.Room, Area: estate.Area(b.Area), Use: b.Use, Layout: b.Layout, Orientation: b.Orientation,
		Condition: b.Condition, State: b.State, HandedOver: b.HandedOver, Note: b.Note,
	}})
	return unitOf(u, nil), err
}

// change puts a member that is there over what stands.
func change[T any](to *T, with *T) {
	if with != nil {
		*to = *with
	}
}

func (s *Service) saveUnit(ctx context.Context, in unitChangeIn) (Unit, error) {
	var u estate.Unit
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = s.estate.Unit(ctx, tx, projectOf(ctx), in.ID)
		return err
	})
	if err != nil {
		return Unit{}, err
	}
	b := in.Body
	area := int64(u.Area)
	change(&area, b.Area)
	u.Area, u.Version = estate.Area(area), b.Version
	change(&u.Floor, b.Floor)
	change(&u.Use, b.Use)
	change(&u.Layout, b.Layout)
	change(&u.Orientation, b.Orientation)
	change(&u.Condition, b.Condition)
	change(&u.State, b.State)
	change(&u.HandedOver, b.HandedOver)
	change(&u.Note, b.Note)
	if _, err := s.estate.SaveUnit(ctx, actorOf(ctx), u, b.Reason); err != nil {
		return Unit{}, err
	}
	return s.unit(ctx, idIn{in.ID})
}

func (s *Service) occupancies(ctx context.Context, in idIn) ([]Hold, error) {
	out := []Hold{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := s.estate.Unit(ctx, tx, projectOf(ctx), in.ID); err != nil {
			return err
		}
		list, err := s.estate.UnitHistory(ctx, tx, projectOf(ctx), in.ID)
		out = holdsOf(list)
		return err
	})
	return out, err
}

func (s *Service) unitChanges(ctx context.Context, in idIn) ([]Change, error) {
	out := []Change{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := s.estate.Unit(ctx, tx, projectOf(ctx), in.ID); err != nil {
			return err
		}
		list, err := s.estate.UnitChanges(ctx, tx, projectOf(ctx), in.ID, 200)
		out = changesOf(list)
		return err
	})
	return out, err
}

func (s *Service) emergency(ctx context.Context, in idIn) ([]Contact, error) {
	out := []Contact{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := s.estate.Unit(ctx, tx, projectOf(ctx), in.ID); err != nil {
			return err
		}
		list, err := s.estate.EmergencyFor(ctx, tx, projectOf(ctx), in.ID)
		for _, e := range list {
			out = append(out, Contact{Name: e.Name, Relation: e.Relation, Office: e.Office, Outside: e.Outside, Phone: phone.Mask(e.Phone), Mobile: phone.Mask(e.Mobile)})
		}
		return err
	})
	return out, err
}

func (s *Service) setEmergency(ctx context.Context, in contactsIn) (nothing, error) {
	list := make([]estate.Emergency, 0, len(in.Body))
	for _, c := range in.Body {
		list = append(list, estate.Emergency{Name: c.Name, Relation: c.Relation, Office: c.Office, Outside: c.Outside, Phone: c.Phone, Mobile: c.Mobile})
	}
	return nothing{}, s.estate.SetEmergency(ctx, actorOf(ctx), projectOf(ctx), in.ID, list)
}
