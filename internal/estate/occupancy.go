package estate

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Occupancy is who holds a unit in which capacity, from when to when (EST-05).
// Rows end, they are not removed.
type Occupancy struct {
	ID        int64
	Project   int64
	Unit      int64
	Person    int64
	Capacity  string // of Capacities
	Relation  string // to the household: "配偶", "女儿"
	Behind    int64  // the owner behind a tenant, user or agent, who answers jointly where agreed
	Residing  bool
	From, To  string // ISO days, both inclusive; "" not known, still so
	EndReason string
	Name      string // of the person, for lists
	UnitTitle string // of the unit, for lists
	Plate     string
	Room      string
}

// Now reports whether the occupancy holds on day.
func (o Occupancy) Now(day string) bool {
	return (o.From == "" || o.From <= day) && (o.To == "" || o.To >= day)
}

const occupancyQuery = `SELECT o.id, o.project_id, o.unit_id, o.person_id, o.capacity, o.relation, o.behind_id, o.residing, o.from_date, o.to_date, o.end_reason, p.name, u.plate, u.room
FROM estate_live_occupancy o JOIN estate_person p ON p.id = o.person_id JOIN estate_unit u ON u.id = o.unit_id WHERE o.project_id = ? AND `

// capacityOrder: owners first, then who stands nearest to the unit.
const capacityOrder = ` ORDER BY CASE o.capacity WHEN 'owner' THEN 1 WHEN 'tenant' THEN 2 WHEN 'user' THEN 3 WHEN 'agent' THEN 4 ELSE 5 END, o.from_date, o.id`

func scanOccupancy(scan store.Scan) (Occupancy, error) {
	var o Occupancy
	err := scan(&o.ID, &o.Project, &o.Unit, &o.Person, &o.Capacity, &o.Relation, &o.Behind, &o.Residing, &o.From, &o.To, &o.EndReason, &o.Name, &o.Plate, &o.Room)
	o.UnitTitle = o.Plate + "-" + o.Room
	return o, err
}

// UnitHistory lists everybody who ever held a unit, owners first.
func (s *Service) UnitHistory(ctx context.Context, tx *store.Tx, project, unit int64) ([]Occupancy, error) {
	return store.All(ctx, tx, scanOccupancy, occupancyQuery+"o.unit_id = ?"+capacityOrder, project, unit)
}

// PersonHistory lists the units a person holds or held.
func (s *Service) PersonHistory(ctx context.Context, tx *store.Tx, project, person int64) ([]Occupancy, error) {
	return store.All(ctx, tx, scanOccupancy, occupancyQuery+"o.person_id = ? ORDER BY o.from_date DESC, o.id DESC", project, person)
}

// WhoHolds lists who holds any of the units on this day, owners first, keyed
// by unit.
func (s *Service) WhoHolds(ctx context.Context, tx *store.Tx, project int64, units []int64) (map[int64][]Occupancy, error) {
	found := map[int64][]Occupancy{}
	if len(units) == 0 {
		return found, nil
	}
	day := today(tx)
	list, err := store.All(ctx, tx, scanOccupancy, occupancyQuery+"o.unit_id IN ("+store.Marks(len(units))+") AND o.from_date <= ? AND (o.to_date = '' OR o.to_date >= ?)"+capacityOrder,
		append(argsOf(project, units), day, day)...)
	for _, o := range list {
		found[o.Unit] = append(found[o.Unit], o)
	}
	return found, err
}

func (o *Occupancy) check() error {
	o.Relation, o.EndReason = text.Clean(o.Relation), text.Clean(o.EndReason)
	var f errs.Fields
	if !Capacities.Has(o.Capacity) {
		f.Add("capacity", "estate.occupancy.capacity", "选择身份。", "Choose the capacity.")
	}
	if o.From != "" && !dateForm.MatchString(o.From) {
		f.Add("from", "estate.date", "日期写成 2026-11-20。", "Write the date as 2026-11-20.")
	}
	if o.To != "" && !dateForm.MatchString(o.To) {
		f.Add("to", "estate.date", "日期写成 2026-11-20。", "Write the date as 2026-11-20.")
	}
	if o.From != "" && o.To != "" && o.To < o.From {
		f.Add("to", "estate.occupancy.order", "结束日期在开始日期之前。", "The end lies before the beginning.")
	}
	checkLength(&f, "relation", o.Relation, 40)
	return f.Err("estate.occupancy.invalid")
}

// Occupy records that a person holds a unit. A tenant, user or agent without
// Behind gets the unit's one owner. Errors: Invalid, Forbidden, NotFound,
// Conflict (holds it in that capacity already).
func (s *Service) Occupy(ctx context.Context, actor auth.Actor, o Occupancy) (Occupancy, error) {
	if err := need(actor, PermPerson, o.Project); err != nil {
		return o, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		o, err = s.OccupyIn(ctx, tx, actor, o)
		return err
	})
	return o, err
}

// OccupyIn is Occupy inside a transaction of a room that checked the right.
func (s *Service) OccupyIn(ctx context.Context, tx *store.Tx, actor auth.Actor, o Occupancy) (Occupancy, error) {
	if err := o.check(); err != nil {
		return o, err
	}
	u, err := s.Unit(ctx, tx, o.Project, o.Unit)
	if err != nil {
		return o, err
	}
	p, err := s.Person(ctx, tx, o.Project, o.Person)
	if err != nil {
		return o, err
	}
	was, err := s.UnitHistory(ctx, tx, o.Project, o.Unit)
	if err != nil {
		return o, err
	}
	var owners []int64
	for _, w := range was {
		if w.To == "" && w.Capacity == Owner {
			owners = append(owners, w.Person)
		}
		if w.Person == o.Person && w.Capacity == o.Capacity && (w.To == "" || o.From != "" && w.To >= o.From) && (o.To == "" || o.To >= w.From) {
			return o, errs.Newf(errs.Conflict, "estate.occupancy.taken", "%s 在这段时间已经是这套房的%s，没有重复登记。", "%s already holds this unit then (%s); it was not recorded twice.", p.Name, Capacities.Title(o.Capacity).ZH)
		}
	}
	if o.Behind == 0 && o.Capacity != Owner && o.Capacity != Household && len(owners) == 1 {
		o.Behind = owners[0]
	}
	o.ID, o.Name, o.UnitTitle = tx.NewID(), p.Name, u.Title()
	if err := s.insertOccupancies(ctx, tx, 0, []Occupancy{o}); err != nil {
		return o, err
	}
	log := changeLog{project: o.Project, entity: "occupancy", id: o.ID, unit: o.Unit, person: o.Person}
	log.note("moved_in", "", p.Name+" "+o.Capacity+" "+o.From)
	if err := s.keep(ctx, tx, actor, &log); err != nil {
		return o, err
	}
	return o, s.indexBoth(ctx, tx, o.Project, o.Unit, o.Person)
}

func (s *Service) insertOccupancies(ctx context.Context, tx *store.Tx, batch int64, list []Occupancy) error {
	rows := newValues(12)
	now := store.Micros(tx.Now())
	for _, o := range list {
		rows.add(o.Project, o.ID, o.Unit, o.Person, o.Capacity, o.Relation, o.Behind, store.Bool(o.Residing), o.From, o.To, now, batch)
	}
	return rows.insert(ctx, tx, `INSERT INTO estate_occupancy (project_id, id, unit_id, person_id, capacity, relation, behind_id, residing, from_date, to_date, created_at, batch_id) VALUES `)
}

// EndOccupancy records the last day on which a person held a unit. Errors:
// Invalid, Forbidden, NotFound, Conflict (ended already).
func (s *Service) EndOccupancy(ctx context.Context, actor auth.Actor, project, id int64, last, reason string) error {
	if err := need(actor, PermPerson, project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		o, err := store.One(ctx, tx, scanOccupancy, occupancyQuery+"o.id = ?", project, id)
		if err != nil {
			return err
		}
		if o.To != "" {
			return errs.Newf(errs.Conflict, "estate.occupancy.ended", "这条居住记录已在 %s 结束，没有改动。", "This occupancy ended on %s already; nothing was changed.", o.To)
		}
		var f errs.Fields
		if !dateForm.MatchString(last) || o.From != "" && last < o.From {
			f.Add("to", "estate.occupancy.order", "写明最后一天，不早于开始日期 "+o.From+"。", "Give the last day, not before the beginning "+o.From+".")
		}
		if err := f.Err("estate.occupancy.invalid"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE estate_occupancy SET to_date = ?, end_reason = ? WHERE project_id = ? AND id = ?", last, text.Clean(reason), project, id); err != nil {
			return err
		}
		log := changeLog{project: project, entity: "occupancy", id: id, unit: o.Unit, person: o.Person}
		log.note("moved_out", "", o.Name+" "+o.Capacity+" "+last)
		if err := s.keep(ctx, tx, actor, &log); err != nil {
			return err
		}
		return s.indexBoth(ctx, tx, project, o.Unit, o.Person)
	})
}
