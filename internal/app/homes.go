package app

import (
	"context"
	"time"

	"guanjia/internal/care"
	"guanjia/internal/estate"
	"guanjia/internal/store"
)

// careHomes tells the room of care who lives where.
type careHomes struct{ estate *estate.Service }

// partOfDay is how many units of a building are looked at for long unvisited
// owners.
const partOfDay = 60

func (h careHomes) Owners(ctx context.Context, tx *store.Tx, project int64) (int, error) {
	return h.estate.CountOwners(ctx, tx, project)
}

func (h careHomes) Listed(ctx context.Context, tx *store.Tx, project int64, register string) ([]care.Customer, error) {
	var rows []estate.Entry
	for after := ""; ; {
		page, err := h.estate.ListEntries(ctx, tx, estate.EntryFilter{Project: project, Register: register, State: "current", Limit: 200, After: after})
		if err != nil {
			return nil, err
		}
		rows = append(rows, page.Rows...)
		if after = page.Next; after == "" {
			break
		}
	}
	people, units := make([]int64, 0, len(rows)), make([]int64, 0, len(rows))
	for _, e := range rows {
		people, units = append(people, e.Person), append(units, e.Unit)
	}
	named, err := h.estate.PeopleByID(ctx, tx, project, people)
	if err != nil {
		return nil, err
	}
	doors, err := h.estate.UnitsByID(ctx, tx, project, units)
	var list []care.Customer
	for _, e := range rows {
		c := care.Customer{Person: e.Person, Unit: e.Unit, Name: named[e.Person].Name, Word: e.Value("segment")}
		if u, ok := doors[e.Unit]; ok {
			c.Plate = u.Title()
		}
		list = append(list, c)
	}
	return list, err
}

// Some takes the buildings in turn, one a day.
func (h careHomes) Some(ctx context.Context, tx *store.Tx, project int64, day time.Time) ([]care.Customer, error) {
	buildings, err := h.estate.Buildings(ctx, tx, project)
	if err != nil || len(buildings) == 0 {
		return nil, err
	}
	b := buildings[day.YearDay()%len(buildings)]
	page, err := h.estate.ListUnits(ctx, tx, estate.UnitFilter{Project: project, Building: b.ID, Limit: partOfDay})
	var list []care.Customer
	for _, u := range page.Rows {
		for _, o := range u.Holders {
			if o.Capacity == estate.Owner {
				list = append(list, care.Customer{Person: o.Person, Unit: u.ID, Name: o.Name, Plate: u.Title()})
				break
			}
		}
	}
	return list, err
}

func (h careHomes) Customer(ctx context.Context, tx *store.Tx, project, person int64) (care.Customer, error) {
	p, err := h.estate.Person(ctx, tx, project, person)
	c := care.Customer{Person: p.ID, Name: p.Name}
	if len(p.Phones) > 0 {
		c.Phone = p.Phones[0].Number.Key
	}
	return c, err
}

// Homes lists the units somebody holds; who lives there is told, else the owner.
func (h careHomes) Homes(ctx context.Context, tx *store.Tx, project int64) ([]care.Home, error) {
	buildings, err := h.estate.Buildings(ctx, tx, project)
	if err != nil {
		return nil, err
	}
	called := map[int64]string{}
	for _, b := range buildings {
		called[b.ID] = b.Name
	}
	var list []care.Home
	f := estate.UnitFilter{Project: project, Limit: 500}
	for {
		page, err := h.estate.ListUnits(ctx, tx, f)
		if err != nil {
			return nil, err
		}
		for _, u := range page.Rows {
			if len(u.Holders) == 0 {
				continue
			}
			home := care.Home{Unit: u.ID, Building: called[u.Building], Plate: u.Title(), Person: u.Holders[0].Person}
			for _, o := range u.Holders {
				if o.Residing {
					home.Person = o.Person
					break
				}
			}
			list = append(list, home)
		}
		if f.After = page.Next; f.After == "" {
			return list, nil
		}
	}
}
