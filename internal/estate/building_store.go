package estate

import (
	"context"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// SaveBuilding changes a building the actor saw at b.Version, and the names of
// its entrances; b.Entrances are all of them, or none to leave them alone. The
// units follow: plate, code and what the search finds. Errors: Invalid,
// Forbidden, NotFound, Conflict (the name is another building's, or somebody
// changed it meanwhile).
func (s *Service) SaveBuilding(ctx context.Context, actor auth.Actor, b Building) (Building, error) {
	if err := need(actor, PermEdit, b.Project); err != nil {
		return b, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		// whoever makes a unit in it meanwhile waits for the name it will have
		if _, err := store.All(ctx, tx, store.Value[int64], "SELECT id FROM estate_building WHERE project_id = ? AND id = ?"+tx.Lock(), b.Project, b.ID); err != nil {
			return err
		}
		old, err := s.Building(ctx, tx, b.Project, b.ID)
		if err != nil {
			return err
		}
		if b.Entrances == nil {
			b.Entrances = slices.Clone(old.Entrances)
		}
		if err := b.check(); err != nil {
			return err
		}
		if old.Version != b.Version || !sameEntrances(old.Entrances, b.Entrances) {
			return staleBuilding(old)
		}
		if err := s.writeBuilding(ctx, tx, b); err != nil {
			return err
		}
		b.Version++
		b.Units = old.Units
		if err := s.logBuilding(ctx, tx, actor, old, b); err != nil {
			return err
		}
		return s.renameUnits(ctx, tx, actor, b)
	})
	return b, err
}

// staleBuilding says at the field that what is kept is not what was seen.
func staleBuilding(now Building) error {
	return errs.As(stale()).Field("name", "estate.version.stale", "现在存的是“"+now.Name+"”，您打开之后有人改过这栋楼。", "It is “"+now.Name+"” now; somebody changed this building after you opened it.")
}

func takenBuilding(name string) *errs.Error {
	return errs.New(errs.Conflict, "estate.building.taken", "已有楼栋或房号叫这个名字，没有保存。", "Another building or its units have this name; nothing was saved.").
		Field("name", "estate.building.taken", "“"+name+"”和另一栋楼分不开，换一个名称。", "“"+name+"” cannot be told from another building; choose another name.")
}

// writeBuilding writes the building and its entrances as they are to be.
func (s *Service) writeBuilding(ctx context.Context, tx *store.Tx, b Building) error {
	other, err := store.All(ctx, tx, store.Value[int64], "SELECT id FROM estate_building WHERE project_id = ? AND code = ? AND id <> ?", b.Project, b.Code, b.ID)
	if err != nil {
		return err
	}
	if len(other) > 0 {
		return takenBuilding(b.Name)
	}
	n, err := tx.Exec(ctx, "UPDATE estate_building SET code = ?, name = ?, floors = ?, year = ?, note = ?, sort = ?, version = version + 1 WHERE project_id = ? AND id = ? AND version = ?",
		b.Code, b.Name, b.Floors, b.Year, b.Note, natural(b.Code), b.Project, b.ID, b.Version)
	switch {
	case store.IsDuplicate(err):
		return takenBuilding(b.Name).Wrap(err)
	case err != nil:
		return err
	case n == 0:
		return stale()
	}
	// two entrances may change their names with each other
	if _, err := tx.Exec(ctx, "UPDATE estate_entrance SET code = '~' || CAST(id AS TEXT) WHERE project_id = ? AND building_id = ?", b.Project, b.ID); err != nil {
		return err
	}
	for _, e := range b.Entrances {
		if _, err := tx.Exec(ctx, "UPDATE estate_entrance SET code = ?, name = ?, sort = ? WHERE project_id = ? AND building_id = ? AND id = ?", e.code, e.Name, natural(e.code), b.Project, b.ID, e.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) logBuilding(ctx context.Context, tx *store.Tx, actor auth.Actor, old, b Building) error {
	log := changeLog{project: b.Project, entity: "building", id: b.ID}
	log.note("name", old.Name, b.Name)
	log.note("floors", number(old.Floors), number(b.Floors))
	log.note("year", number(old.Year), number(b.Year))
	log.note("note", old.Note, b.Note)
	names := b.entranceNames()
	for _, e := range old.Entrances {
		log.note("entrance", e.Name, names[e.ID])
	}
	return s.keep(ctx, tx, actor, &log)
}

// renameUnits gives the units of a building the plates and codes that follow
// from its names, and notes at each what it was.
func (s *Service) renameUnits(ctx context.Context, tx *store.Tx, actor auth.Actor, b Building) error {
	units, err := store.All(ctx, tx, scanUnit, "SELECT "+unitColumns+" FROM estate_unit u WHERE u.project_id = ? AND u.building_id = ?", b.Project, b.ID)
	if err != nil {
		return err
	}
	plates, entrances := b.plates(), b.entranceNames()
	var moved []Unit
	for _, u := range units {
		now := u
		now.Plate, now.Code = plates[u.Entrance], unitCode(b.Name, entrances[u.Entrance], u.Room)
		if now.Plate == u.Plate && now.Code == u.Code {
			continue
		}
		moved = append(moved, now)
		log := changeLog{project: u.Project, entity: "unit", id: u.ID, unit: u.ID}
		log.note("plate", u.Plate, now.Plate)
		if err := log.write(ctx, tx, actor); err != nil {
			return err
		}
		// until all have theirs, no code may stand in another's way
		if _, err := tx.Exec(ctx, "UPDATE estate_unit SET code = '~' || CAST(id AS TEXT) WHERE project_id = ? AND id = ?", u.Project, u.ID); err != nil {
			return err
		}
	}
	ids := make([]int64, 0, len(moved))
	for _, u := range moved {
		_, err := tx.Exec(ctx, "UPDATE estate_unit SET plate = ?, code = ?, sort = ?, updated_at = ? WHERE project_id = ? AND id = ?",
			u.Plate, u.Code, natural(u.Code), store.Micros(tx.Now()), u.Project, u.ID)
		if store.IsDuplicate(err) {
			return takenBuilding(b.Name).Wrap(err)
		}
		if err != nil {
			return err
		}
		ids = append(ids, u.ID)
	}
	return s.indexMoved(ctx, tx, b.Project, ids)
}

// indexMoved renews what the search says of units whose plates changed: they
// themselves, their people and their lines in the registers.
func (s *Service) indexMoved(ctx context.Context, tx *store.Tx, project int64, units []int64) error {
	for part := range slices.Chunk(units, reindexChunk) {
		if err := s.indexUnits(ctx, tx, project, part); err != nil {
			return err
		}
		people, err := store.All(ctx, tx, store.Value[int64], "SELECT DISTINCT person_id FROM estate_occupancy WHERE project_id = ? AND unit_id IN ("+store.Marks(len(part))+")", argsOf(project, part)...)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(people, reindexChunk) {
			if err := s.indexPeople(ctx, tx, project, some); err != nil {
				return err
			}
		}
		entries, err := store.All(ctx, tx, scanEntry, entryQuery+" AND e.unit_id IN ("+store.Marks(len(part))+")", argsOf(project, part)...)
		if err != nil {
			return err
		}
		by := map[string][]Entry{}
		for _, e := range entries {
			by[e.Register] = append(by[e.Register], e)
		}
		for _, r := range Registers {
			if err := s.indexEntries(ctx, tx, r, by[r.Name]); err != nil {
				return err
			}
		}
	}
	return nil
}

type placeKey struct{ building, entrance string }

// place is a building and an entrance, with the plate of their units.
type place struct {
	building, entrance int64
	plate              string
}

func placeOf(in NewUnit) placeKey {
	return placeKey{search.Dashed(in.BuildingName), search.Dashed(in.EntranceName)}
}

// named is a building or an entrance as it is found by its code.
type named struct {
	id, parent int64
	code, name string
}

func scanNamed(scan store.Scan) (n named, err error) {
	return n, scan(&n.id, &n.parent, &n.code, &n.name)
}

// ensurePlaces finds or makes the buildings and entrances of list; what is made
// is noted, and one that is there keeps its name however it was typed.
func (s *Service) ensurePlaces(ctx context.Context, tx *store.Tx, actor auth.Actor, project, batch int64, list []NewUnit) (map[placeKey]place, error) {
	var codes []any
	seen := map[string]bool{}
	for _, in := range list {
		k := placeOf(in)
		if k.building == "" {
			var f errs.Fields
			f.Add("building", "estate.unit.building", "填写楼栋。", "Enter the building.")
			return nil, f.Err("estate.unit.invalid")
		}
		if !seen[k.building] {
			seen[k.building] = true
			codes = append(codes, k.building)
		}
	}
	// locked, so that nobody renames them before the units have their plates
	buildings, err := store.All(ctx, tx, scanNamed, "SELECT id, 0, code, name FROM estate_building WHERE project_id = ? AND code IN ("+store.Marks(len(codes))+") ORDER BY id"+tx.Lock(), append([]any{project}, codes...)...)
	if err != nil {
		return nil, err
	}
	entrances, err := store.All(ctx, tx, scanNamed, "SELECT id, building_id, code, name FROM estate_entrance WHERE project_id = ?", project)
	if err != nil {
		return nil, err
	}
	byCode, byEntrance := map[string]named{}, map[named]named{}
	for _, b := range buildings {
		byCode[b.code] = b
	}
	for _, e := range entrances {
		byEntrance[named{parent: e.parent, code: e.code}] = e
	}
	newBuildings, newEntrances := newValues(6), newValues(7)
	places := map[placeKey]place{}
	for _, in := range list {
		k := placeOf(in)
		b, ok := byCode[k.building]
		log := changeLog{project: project, entity: "building"}
		if !ok {
			b = named{id: tx.NewID(), code: k.building, name: text.Clean(in.BuildingName)}
			byCode[k.building] = b
			newBuildings.add(project, b.id, b.code, b.name, natural(b.code), batch)
			log.note("created", "", b.name)
		}
		var e named
		if k.entrance != "" {
			at := named{parent: b.id, code: k.entrance}
			if e, ok = byEntrance[at]; !ok {
				e = named{id: tx.NewID(), parent: b.id, code: k.entrance, name: text.Clean(in.EntranceName)}
				byEntrance[at] = e
				newEntrances.add(project, e.id, b.id, e.code, e.name, natural(e.code), batch)
				log.note("entrance", "", e.name)
			}
		}
		log.id = b.id
		if err := s.keep(ctx, tx, actor, &log); err != nil {
			return nil, err
		}
		places[k] = place{b.id, e.id, b.name + e.name}
	}
	if err := newBuildings.insert(ctx, tx, "INSERT INTO estate_building (project_id, id, code, name, sort, batch_id) VALUES "); err != nil {
		return nil, err
	}
	return places, newEntrances.insert(ctx, tx, "INSERT INTO estate_entrance (project_id, id, building_id, code, name, sort, batch_id) VALUES ")
}
