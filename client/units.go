package client

import (
	"context"
	"net/url"
	"time"
)

// Building is one building; floors and year are 0 when they are not known.
type Building struct {
	ID      string `json:"id"`
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
	ID   string `json:"id"`
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
	ID     string    `json:"id"`
	Entity string    `json:"entity"`
	Of     string    `json:"of"`
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

// NewPhone is a number as typed; Verified says that the caller confirmed it
// just now.
type NewPhone struct {
	Number   string `json:"number"`
	Label    string `json:"label,omitempty"`
	Verified bool   `json:"verified,omitempty"`
}

// NewPerson is a person to be made. The number of their papers goes into the
// vault and never comes out here.
type NewPerson struct {
	Kind            string     `json:"kind,omitempty"`
	Name            string     `json:"name"`
	Sex             string     `json:"sex,omitempty"`
	Birthday        string     `json:"birthday,omitempty"`
	BirthdayPurpose string     `json:"birthday_purpose,omitempty"`
	LegalRep        string     `json:"legal_rep,omitempty"`
	Address         string     `json:"address,omitempty"`
	Nationality     string     `json:"nationality,omitempty"`
	Facilities      string     `json:"facilities,omitempty"`
	Wishes          string     `json:"wishes,omitempty"`
	Note            string     `json:"note,omitempty"`
	Phones          []NewPhone `json:"phones,omitempty"`
}

// PersonChange is what is to change of a person; what is absent stays. Phones
// are the whole new list.
type PersonChange struct {
	Version         int64       `json:"version"`
	Kind            *string     `json:"kind,omitempty"`
	Name            *string     `json:"name,omitempty"`
	Sex             *string     `json:"sex,omitempty"`
	Birthday        *string     `json:"birthday,omitempty"`
	BirthdayPurpose *string     `json:"birthday_purpose,omitempty"`
	LegalRep        *string     `json:"legal_rep,omitempty"`
	Address         *string     `json:"address,omitempty"`
	Nationality     *string     `json:"nationality,omitempty"`
	Facilities      *string     `json:"facilities,omitempty"`
	Wishes          *string     `json:"wishes,omitempty"`
	Note            *string     `json:"note,omitempty"`
	Phones          *[]NewPhone `json:"phones,omitempty"`
}

// Buildings lists the buildings.
func (c *Client) Buildings(ctx context.Context) ([]Building, error) {
	return get[[]Building](ctx, c, c.in("/buildings"), nil)
}

func (c *Client) building(id string) string { return c.in("/buildings/" + url.PathEscape(id)) }

// Building is one building with its entrances.
func (c *Client) Building(ctx context.Context, id string) (BuildingView, error) {
	return get[BuildingView](ctx, c, c.building(id), nil)
}

// SaveBuilding changes a building; nil members stay. Plates and codes of its
// units follow its name and those of its entrances.
func (c *Client) SaveBuilding(ctx context.Context, id string, in BuildingChange) (BuildingView, error) {
	return write[BuildingView](ctx, c, "PATCH", c.building(id), "", in)
}

// BuildingChanges is what changed at a building, newest first.
func (c *Client) BuildingChanges(ctx context.Context, building string) ([]Change, error) {
	return get[[]Change](ctx, c, c.building(building)+"/changes", nil)
}

// CreateUnit makes a unit.
func (c *Client) CreateUnit(ctx context.Context, key string, in NewUnit) (Unit, error) {
	return post[Unit](ctx, c, c.in("/units"), key, in)
}

func (c *Client) unit(id string) string { return c.in("/units/" + url.PathEscape(id)) }

// SaveUnit changes a unit; nil members stay.
func (c *Client) SaveUnit(ctx context.Context, id string, in UnitChange) (Unit, error) {
	return write[Unit](ctx, c, "PATCH", c.unit(id), "", in)
}

// Occupancies is everybody who ever held a unit.
func (c *Client) Occupancies(ctx context.Context, unit string) ([]Hold, error) {
	return get[[]Hold](ctx, c, c.unit(unit)+"/occupancies", nil)
}

// UnitChanges is what changed at a unit, newest first.
func (c *Client) UnitChanges(ctx context.Context, unit string) ([]Change, error) {
	return get[[]Change](ctx, c, c.unit(unit)+"/changes", nil)
}

// Emergency is whom to call in an emergency, numbers masked.
func (c *Client) Emergency(ctx context.Context, unit string) ([]Contact, error) {
	return get[[]Contact](ctx, c, c.unit(unit)+"/emergency", nil)
}

// SetEmergency replaces whom to call in an emergency.
func (c *Client) SetEmergency(ctx context.Context, unit string, list []Contact) error {
	return c.do(ctx, "PUT", c.unit(unit)+"/emergency", "", list)
}

// CreatePerson makes a person.
func (c *Client) CreatePerson(ctx context.Context, key string, in NewPerson) (Person, error) {
	return post[Person](ctx, c, c.in("/people"), key, in)
}

// SavePerson changes a person; nil members stay.
func (c *Client) SavePerson(ctx context.Context, id string, in PersonChange) (Person, error) {
	return write[Person](ctx, c, "PATCH", c.in("/people/"+url.PathEscape(id)), "", in)
}

// SetIdentity keeps the number of a person's papers in the vault.
func (c *Client) SetIdentity(ctx context.Context, person, kind, number string) error {
	return c.do(ctx, "PUT", c.in("/people/"+url.PathEscape(person)+"/identity"), "", map[string]string{"kind": kind, "number": number})
}

// ForgetPerson erases what is personal of a person.
func (c *Client) ForgetPerson(ctx context.Context, person, reason string) error {
	return c.do(ctx, "POST", c.in("/people/"+url.PathEscape(person)+"/forget"), "", map[string]string{"reason": reason})
}
