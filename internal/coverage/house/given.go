package house

import (
	"fmt"
	"strconv"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/estate"
	"guanjia/internal/scenario"
)

// unit makes the unit written as "3栋1单元-1502" or "1栋-1203".
func (s *Stage) unit(g scenario.Given) error {
	door, room, ok := strings.Cut(g.Name, "-")
	if !ok {
		return fmt.Errorf("a unit is written like 3栋1单元-1502")
	}
	building, entrance := door, ""
	if i := strings.Index(door, "栋"); i >= 0 {
		building, entrance = door[:i+len("栋")], door[i+len("栋"):]
	}
	in := estate.NewUnit{BuildingName: building, EntranceName: entrance, Unit: estate.Unit{
		Room: room, Use: "residence", State: estate.StateVacant, Layout: g.Args.Get("layout"), Orientation: g.Args.Get("orientation"), HandedOver: g.Args.Get("handed_over"),
	}}
	if n, err := strconv.Atoi(room); err == nil && n >= 100 {
		in.Floor = n / 100
	}
	for _, a := range g.Args {
		switch a.Name {
		case "use":
			in.Use = a.Value
		case "state":
			in.State = a.Value
		case "condition":
			in.Condition = a.Value
		case "area":
			if in.Area, ok = estate.ParseArea(a.Value); !ok {
				return fmt.Errorf("%q is no area", a.Value)
			}
		}
	}
	u, err := s.b.Estate.CreateUnit(s.ctx, auth.System, s.b.Project.ID, in)
	s.units[g.Name] = u.ID
	return err
}

// person makes a customer and what they are to a unit.
func (s *Stage) person(g scenario.Given) error {
	p := estate.Person{Kind: estate.Natural, Name: g.Name, Wishes: g.Args.Get("wishes"), Facilities: g.Args.Get("facilities")}
	var phones []estate.NewPhone
	for number := range strings.SplitSeq(g.Args.Get("phone"), ",") {
		if number != "" {
			phones = append(phones, estate.NewPhone{Number: number, Label: "本人", Verified: true})
		}
	}
	made, err := s.b.Estate.CreatePerson(s.ctx, auth.System, s.b.Project.ID, p, phones)
	if err != nil {
		return err
	}
	s.people[g.Name] = made.ID
	unit := g.Args.Get("unit")
	if unit == "" {
		return nil
	}
	id, ok := s.units[unit]
	if !ok {
		return fmt.Errorf("unit %s is not given before", unit)
	}
	_, err = s.b.Estate.Occupy(s.ctx, auth.System, estate.Occupancy{
		Project: s.b.Project.ID, Unit: id, Person: made.ID, Capacity: g.Args.Get("as"), From: s.setting.Clock.Now().AddDate(-1, 0, 0).Format("2006-01-02"), Residing: true,
	})
	return err
}
