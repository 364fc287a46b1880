package api

import (
	"context"
	"net/http"
	"time"

	"guanjia/internal/estate"
	"guanjia/internal/phone"
	"guanjia/internal/store"
)

// Building is one building.
type Building struct {
	ID    ID     `json:"id"`
	Code  string `json:"code"`
	Name  string `json:"name"`
	Units int    `json:"units"`
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

type contactsIn struct {
	ID   int64 `path:"id"`
	Body []Contact
}

func (s *Service) unitOperations() []operation {
	const unit = inProject + "/units/{id}"
	return []operation{
		call("listBuildings", http.MethodGet, inProject+"/buildings", estate.PermView, "estate", "List the buildings", http.StatusOK, s.buildings),
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
			out = append(out, Building{ID: ID(b.ID), Code: b.Code, Name: b.Name, Units: b.Units})
		}
		return err
	})
	return out, err
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
		for _, c := range list {
			out = append(out, Change{ID: ID(c.ID), Entity: c.Entity, Of: ID(c.EntityID), Actor: c.Actor, At: c.At, Field: c.Field, Before: c.Before, After: c.After})
		}
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
			out = append(out, Contact{Name: e.Name, Relation: e.Relation, Office: e.Office, Outside: e.Outside, Phone: masked(e.Phone), Mobile: masked(e.Mobile)})
		}
		return err
	})
	return out, err
}

func masked(key string) string {
	if key == "" {
		return ""
	}
	return phone.FromKey(key).Masked()
}

func (s *Service) setEmergency(ctx context.Context, in contactsIn) (nothing, error) {
	list := make([]estate.Emergency, 0, len(in.Body))
	for _, c := range in.Body {
		list = append(list, estate.Emergency{Name: c.Name, Relation: c.Relation, Office: c.Office, Outside: c.Outside, Phone: c.Phone, Mobile: c.Mobile})
	}
	return nothing{}, s.estate.SetEmergency(ctx, actorOf(ctx), projectOf(ctx), in.ID, list)
}
