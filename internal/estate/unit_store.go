package estate

import (
	"context"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// today is the business date of tx.
func today(tx *store.Tx) string { return tx.Now().In(calendar.Zone).Format("2006-01-02") }

// Unit reads a unit; NotFound when unknown or of another project.
func (s *Service) Unit(ctx context.Context, tx *store.Tx, project, id int64) (Unit, error) {
	return store.One(ctx, tx, scanUnit, "SELECT "+unitColumns+" FROM estate_live_unit u WHERE u.project_id = ? AND u.id = ?", project, id)
}

// UnitsByID reads several units at once, keyed by id; unknown ones are absent.
func (s *Service) UnitsByID(ctx context.Context, tx *store.Tx, project int64, ids []int64) (map[int64]Unit, error) {
	found := map[int64]Unit{}
	if len(ids) == 0 {
		return found, nil
	}
	args := []any{project}
	for _, id := range ids {
		args = append(args, id)
	}
	list, err := store.All(ctx, tx, scanUnit, "SELECT "+unitColumns+" FROM estate_live_unit u WHERE u.project_id = ? AND u.id IN ("+store.Marks(len(ids))+")", args...)
	for _, u := range list {
		found[u.ID] = u
	}
	return found, err
}

// UnitsByRoom lists the units a room in any typed form may mean (3-1-1502,
// 3栋1502, 31502): one when it is certain, several to choose from, none.
func (s *Service) UnitsByRoom(ctx context.Context, tx *store.Tx, project int64, typed string) ([]Unit, error) {
	hits, err := s.index.Find(ctx, tx, project, typed, []string{KindUnit}, 20)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, h := range hits {
		if h.Exact {
			ids = append(ids, h.ID)
		}
	}
	found, err := s.UnitsByID(ctx, tx, project, ids)
	if err != nil {
		return nil, err
	}
	var list []Unit
	for _, id := range ids {
		if u, ok := found[id]; ok {
			list = append(list, u)
		}
	}
	return list, nil
}

// NewUnit says where a new unit stands: Building and Entrance by name, made
// when they are not there yet.
type NewUnit struct {
	Unit
	BuildingName string // "3栋"
	EntranceName string // "1单元", "" none
}

// CreateUnit adds one unit. Errors: Invalid, Forbidden, Conflict (that room is
// there already).
func (s *Service) CreateUnit(ctx context.Context, actor auth.Actor, project int64, in NewUnit) (Unit, error) {
	if err := need(actor, PermEdit, project); err != nil {
		return Unit{}, err
	}
	var u Unit
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		made, err := s.insertUnits(ctx, tx, actor, project, 0, []NewUnit{in})
		if err != nil {
			return err
		}
		u = made[0]
		if err := s.indexUnits(ctx, tx, project, []int64{u.ID}); err != nil {
			return err
		}
		log := changeLog{project: project, entity: "unit", id: u.ID, unit: u.ID}
		log.note("created", "", u.Title())
		return s.keep(ctx, tx, actor, &log)
	})
	return u, err
}

// insertUnits checks and inserts units with their buildings, entrances and
// first state; set-based, for one and for an import's chunk.
func (s *Service) insertUnits(ctx context.Context, tx *store.Tx, actor auth.Actor, project, batch int64, list []NewUnit) ([]Unit, error) {
	places, err := s.ensurePlaces(ctx, tx, actor, project, batch, list)
	if err != nil {
		return nil, err
	}
	units := make([]Unit, 0, len(list))
	rows, states := newValues(20), newValues(9)
	now := store.Micros(tx.Now())
	day := today(tx)
	if batch != 0 {
		day = "" // the opening workbook may hold days that were planned
	}
	for _, in := range list {
		u := in.Unit
		if err := u.check(day); err != nil {
			return nil, err
		}
		at := places[placeOf(in)]
		if u.ID == 0 {
			u.ID = tx.NewID()
		}
		u.Project, u.Building, u.Entrance, u.Version, u.Batch = project, at.building, at.entrance, 1, batch
		u.Plate = at.plate
		u.Code = unitCode(in.BuildingName, in.EntranceName, u.Room)
		u.sort = natural(u.Code)
		rows.add(project, u.ID, u.Building, u.Entrance, u.Floor, u.Room, u.Plate, u.Code, u.sort, int64(u.Area), u.Use, u.Layout, u.Orientation, u.Condition, u.State, u.HandedOver, u.Note, now, now, batch)
		from := u.HandedOver
		if from == "" {
			from = today(tx)
		}
		states.add(project, tx.NewID(), u.ID, u.State, from, "", "", int64(0), batch)
		units = append(units, u)
	}
	err = rows.insert(ctx, tx, `INSERT INTO estate_unit (project_id, id, building_id, entrance_id, floor, room, plate, code, sort, area, use, layout, orientation, condition, state, handed_over, note, created_at, updated_at, batch_id) VALUES `)
	if store.IsDuplicate(err) {
		return nil, errs.New(errs.Conflict, "estate.unit.taken", "这个房号已经有了，没有重复建立。", "This room is there already; it was not made twice.").Wrap(err)
	}
	if err != nil {
		return nil, err
	}
	return units, states.insert(ctx, tx, `INSERT INTO estate_unit_state (project_id, id, unit_id, state, from_date, to_date, reason, account_id, batch_id) VALUES `)
}

// SaveUnit changes what a form shows of a unit the actor saw at u.Version.
// Errors: Invalid, Forbidden, NotFound, Conflict (changed meanwhile).
func (s *Service) SaveUnit(ctx context.Context, actor auth.Actor, u Unit, reason string) (Unit, error) {
	if err := need(actor, PermEdit, u.Project); err != nil {
		return u, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		old, err := s.Unit(ctx, tx, u.Project, u.ID)
		if err != nil {
			return err
		}
		u.Room, u.Plate, u.Code, u.Building, u.Entrance = old.Room, old.Plate, old.Code, old.Building, old.Entrance
		day := today(tx)
		if u.HandedOver == old.HandedOver {
			day = "" // what stood there already keeps nobody from changing the rest
		}
		if err := u.check(day); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE estate_unit SET floor = ?, area = ?, use = ?, layout = ?, orientation = ?, condition = ?, state = ?, handed_over = ?, note = ?, version = version + 1, updated_at = ?
WHERE project_id = ? AND id = ? AND version = ?`, u.Floor, int64(u.Area), u.Use, u.Layout, u.Orientation, u.Condition, u.State, u.HandedOver, u.Note, store.Micros(tx.Now()), u.Project, u.ID, u.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return stale()
		}
		u.Version++
		if old.State != u.State {
			if err := s.changeState(ctx, tx, actor, u, reason); err != nil {
				return err
			}
		}
		log := changeLog{project: u.Project, entity: "unit", id: u.ID, unit: u.ID}
		log.note("floor", strconv.Itoa(old.Floor), strconv.Itoa(u.Floor))
		log.note("area", old.Area.String(), u.Area.String())
		log.note("use", old.Use, u.Use)
		log.note("layout", old.Layout, u.Layout)
		log.note("orientation", old.Orientation, u.Orientation)
		log.note("condition", old.Condition, u.Condition)
		log.note("state", old.State, u.State)
		log.note("handed_over", old.HandedOver, u.HandedOver)
		log.note("note", old.Note, u.Note)
		if err := s.keep(ctx, tx, actor, &log); err != nil {
			return err
		}
		return s.indexUnits(ctx, tx, u.Project, []int64{u.ID})
	})
	return u, err
}

// changeState ends the state that was and begins the new one today.
func (s *Service) changeState(ctx context.Context, tx *store.Tx, actor auth.Actor, u Unit, reason string) error {
	if _, err := tx.Exec(ctx, "UPDATE estate_unit_state SET to_date = ? WHERE project_id = ? AND unit_id = ? AND to_date = ''", today(tx), u.Project, u.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO estate_unit_state (project_id, id, unit_id, state, from_date, to_date, reason, account_id) VALUES (?, ?, ?, ?, ?, '', ?, ?)`,
		u.Project, tx.NewID(), u.ID, u.State, today(tx), text.Clean(reason), actor.Account)
	return err
}

// StateSpan is a stretch in which a unit was in a state.
type StateSpan struct{ State, From, To, Reason string }

// UnitStates lists the states a unit was in, newest first.
func (s *Service) UnitStates(ctx context.Context, tx *store.Tx, project, unit int64) ([]StateSpan, error) {
	return store.All(ctx, tx, func(scan store.Scan) (x StateSpan, err error) {
		return x, scan(&x.State, &x.From, &x.To, &x.Reason)
	}, "SELECT state, from_date, to_date, reason FROM estate_unit_state WHERE project_id = ? AND unit_id = ? ORDER BY id DESC", project, unit)
}
