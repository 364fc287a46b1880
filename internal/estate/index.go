package estate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Kinds of documents this room puts into the search index.
const (
	KindUnit    = "unit"
	KindPerson  = "person"
	KindVehicle = "vehicle"
	KindEntry   = "register"
)

// indexBoth renews the documents of a unit and a person after an occupancy changed.
func (s *Service) indexBoth(ctx context.Context, tx *store.Tx, project, unit, person int64) error {
	if err := s.indexUnits(ctx, tx, project, []int64{unit}); err != nil {
		return err
	}
	return s.indexPeople(ctx, tx, project, []int64{person})
}

// indexPerson renews a person's document, and those of its units when its name
// stands there.
func (s *Service) indexPerson(ctx context.Context, tx *store.Tx, project, person int64, renamed bool) error {
	if renamed {
		units, err := store.All(ctx, tx, store.Value[int64], "SELECT DISTINCT unit_id FROM estate_occupancy WHERE project_id = ? AND person_id = ?", project, person)
		if err != nil {
			return err
		}
		if err := s.indexUnits(ctx, tx, project, units); err != nil {
			return err
		}
	}
	return s.indexPeople(ctx, tx, project, []int64{person})
}

type holder struct {
	unit, person         int64
	name, capacity, code string
	title                string
}

// indexUnits puts units into the search index with the names of who holds them.
func (s *Service) indexUnits(ctx context.Context, tx *store.Tx, project int64, units []int64) error {
	if len(units) == 0 {
		return nil
	}
	code, err := s.projectCode(ctx, tx, project)
	if err != nil {
		return err
	}
	list, err := store.All(ctx, tx, scanUnit, "SELECT "+unitColumns+" FROM estate_unit u WHERE u.project_id = ? AND u.id IN ("+store.Marks(len(units))+")", argsOf(project, units)...)
	if err != nil {
		return err
	}
	names := map[int64][]string{}
	holders, err := s.holders(ctx, tx, project, "o.unit_id", units)
	if err != nil {
		return err
	}
	for _, h := range holders {
		if h.capacity != Household {
			names[h.unit] = append(names[h.unit], h.name)
		}
	}
	docs := make([]search.Doc, 0, len(list))
	for _, u := range list {
		parts := strings.SplitN(u.Code, "-", 3)
		b, e, r := parts[0], "", parts[len(parts)-1]
		if len(parts) == 3 {
			e = parts[1]
		}
		docs = append(docs, search.Doc{
			Project: project, ID: u.ID, Kind: KindUnit, Title: u.Title(), Sub: strings.Join(names[u.ID], "、"),
			URL: fmt.Sprintf("/p/%s/units/%d", code, u.ID), Keys: append(search.RoomKeys(b, e, r), u.Code), Batch: u.Batch,
		})
	}
	return s.index.PutAll(ctx, tx, docs)
}

// indexPeople puts people into the search index with names, phones and units.
func (s *Service) indexPeople(ctx context.Context, tx *store.Tx, project int64, people []int64) error {
	if len(people) == 0 {
		return nil
	}
	code, err := s.projectCode(ctx, tx, project)
	if err != nil {
		return err
	}
	list, err := store.All(ctx, tx, scanPerson, "SELECT "+personColumns+" FROM estate_person p WHERE p.project_id = ? AND p.id IN ("+store.Marks(len(people))+")", argsOf(project, people)...)
	if err != nil {
		return err
	}
	phones, err := s.phonesOf(ctx, tx, project, people)
	if err != nil {
		return err
	}
	holders, err := s.holders(ctx, tx, project, "o.person_id", people)
	if err != nil {
		return err
	}
	where := map[int64][]string{}
	for _, h := range holders {
		if w := h.title + " " + Capacities.Title(h.capacity).ZH; !slices.Contains(where[h.person], w) {
			where[h.person] = append(where[h.person], w)
		}
	}
	docs := make([]search.Doc, 0, len(list))
	for _, p := range list {
		keys := search.NameKeys(p.Name)
		sub := where[p.ID]
		for _, ph := range phones[p.ID] {
			keys = append(keys, search.PhoneKeys(dialled(ph))...)
			sub = append(sub, ph.Number.Masked())
		}
		docs = append(docs, search.Doc{
			Project: project, ID: p.ID, Kind: KindPerson, Title: p.Name, Sub: strings.Join(sub, " · "),
			URL: fmt.Sprintf("/p/%s/people/%d", code, p.ID), Keys: keys, Batch: p.Batch,
		})
	}
	return s.index.PutAll(ctx, tx, docs)
}

// dialled is a number as people type parts of it: with the 0 of its area code.
func dialled(p Phone) string {
	n := p.Number
	n.Ext = ""
	return n.Local()
}

func (s *Service) holders(ctx context.Context, tx *store.Tx, project int64, column string, ids []int64) ([]holder, error) {
	return store.All(ctx, tx, func(scan store.Scan) (h holder, err error) {
		var plate, room string
		err = scan(&h.unit, &h.person, &h.name, &h.capacity, &plate, &room)
		h.title = plate + "-" + room
		return h, err
	}, `SELECT o.unit_id, o.person_id, p.name, o.capacity, u.plate, u.room FROM estate_occupancy o
JOIN estate_person p ON p.id = o.person_id JOIN estate_unit u ON u.id = o.unit_id
WHERE o.project_id = ? AND `+column+` IN (`+store.Marks(len(ids))+`) AND (o.to_date = '' OR o.to_date >= ?)`+capacityOrder, append(argsOf(project, ids), today(tx))...)
}

func (s *Service) projectCode(ctx context.Context, tx *store.Tx, project int64) (string, error) {
	return store.One(ctx, tx, store.Value[string], "SELECT code FROM estate_project WHERE id = ?", project)
}

// SearchKinds tells the search page about the documents of this room.
func SearchKinds() []search.Kind {
	return []search.Kind{
		{Name: KindUnit, Title: text.B("房屋", "Units"), Icon: "building", Permission: PermView, Place: 10},
		{Name: KindPerson, Title: text.B("客户", "People"), Icon: "users", Permission: PermView, Place: 20},
		{Name: KindVehicle, Title: text.B("车辆", "Vehicles"), Icon: "car", Permission: PermView, Place: 30},
		{Name: KindEntry, Title: text.B("登记表", "Registers"), Icon: "list-details", Permission: PermView, Place: 80},
	}
}
