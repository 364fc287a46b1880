package estate

import (
	"context"
	"slices"
	"strings"

	"guanjia/internal/store"
)

// UnitFilter selects units; zero values select all. Lists run in the order of
// the doors.
type UnitFilter struct {
	Project  int64
	Building int64
	State    string
	Use      string
	Text     string // as typed into the search box; then the best hits come first, without paging
	After    string // cursor of the page before
	Before   string // cursor of the page after: going back
	Limit    int    // 50 when 0, 500 at most
}

// UnitRow is a unit in a list with who holds it now.
type UnitRow struct {
	Unit
	Holders []Occupancy // owners first, household left out
}

// UnitPage is one page of a list of units.
type UnitPage struct {
	Rows       []UnitRow
	Prev, Next string // cursors, "" at the ends
	Total      int    // exact to CountLimit
}

// CountLimit is where lists stop counting: "10 000+".
const CountLimit = 10_000

func (f UnitFilter) where() (string, []any) {
	where, args := "u.project_id = ?", []any{f.Project}
	for _, c := range []struct {
		column string
		on     bool
		value  any
	}{{"u.building_id", f.Building != 0, f.Building}, {"u.state", f.State != "", f.State}, {"u.use", f.Use != "", f.Use}} {
		if c.on {
			where += " AND " + c.column + " = ?"
			args = append(args, c.value)
		}
	}
	return where, args
}

// ListUnits is one page of units.
func (s *Service) ListUnits(ctx context.Context, tx *store.Tx, f UnitFilter) (UnitPage, error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	if f.Text != "" {
		return s.findUnits(ctx, tx, f)
	}
	var page UnitPage
	where, args := f.where()
	total, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM (SELECT 1 FROM estate_live_unit u WHERE "+where+" LIMIT ?) x", append(slices.Clone(args), CountLimit)...)
	if err != nil {
		return page, err
	}
	page.Total = int(total)
	order := "u.sort, u.id"
	switch {
	case f.After != "":
		where, args = where+" AND u.sort > ?", append(args, f.After)
	case f.Before != "":
		where, args, order = where+" AND u.sort < ?", append(args, f.Before), "u.sort DESC, u.id DESC"
	}
	units, err := store.All(ctx, tx, scanUnit, "SELECT "+unitColumns+" FROM estate_live_unit u WHERE "+where+" ORDER BY "+order+" LIMIT ?", append(args, f.Limit+1)...)
	if err != nil {
		return page, err
	}
	more := len(units) > f.Limit
	if more {
		units = units[:f.Limit]
	}
	if f.Before != "" {
		slices.Reverse(units)
	}
	if len(units) > 0 {
		if more && f.Before != "" || f.After != "" {
			page.Prev = units[0].sort
		}
		if more && f.Before == "" || f.Before != "" {
			page.Next = units[len(units)-1].sort
		}
	}
	page.Rows, err = s.withHolders(ctx, tx, f.Project, units)
	return page, err
}

func (s *Service) findUnits(ctx context.Context, tx *store.Tx, f UnitFilter) (UnitPage, error) {
	var page UnitPage
	ids, err := s.unitsMeant(ctx, tx, f.Project, f.Text)
	if err != nil {
		return page, err
	}
	found, err := s.UnitsByID(ctx, tx, f.Project, ids)
	if err != nil {
		return page, err
	}
	var units []Unit
	for _, id := range ids {
		u, ok := found[id]
		if ok && (f.Building == 0 || u.Building == f.Building) && (f.State == "" || u.State == f.State) && (f.Use == "" || u.Use == f.Use) {
			units = append(units, u)
		}
	}
	page.Total = len(units)
	page.Rows, err = s.withHolders(ctx, tx, f.Project, units)
	return page, err
}

func (s *Service) withHolders(ctx context.Context, tx *store.Tx, project int64, units []Unit) ([]UnitRow, error) {
	ids := make([]int64, len(units))
	for i, u := range units {
		ids[i] = u.ID
	}
	holders, err := s.WhoHolds(ctx, tx, project, ids)
	rows := make([]UnitRow, len(units))
	for i, u := range units {
		rows[i].Unit = u
		for _, o := range holders[u.ID] {
			if o.Capacity != Household {
				rows[i].Holders = append(rows[i].Holders, o)
			}
		}
	}
	return rows, err
}

// Names joins the names of the holders in a capacity.
func (r UnitRow) Names(capacity string) string {
	var names []string
	for _, o := range r.Holders {
		if o.Capacity == capacity {
			names = append(names, o.Name)
		}
	}
	return strings.Join(names, "、")
}

// House lists all units of a building with their holders, for the house view (房态).
func (s *Service) House(ctx context.Context, tx *store.Tx, project, building int64) ([]UnitRow, error) {
	units, err := store.All(ctx, tx, scanUnit, "SELECT "+unitColumns+" FROM estate_live_unit u WHERE u.project_id = ? AND u.building_id = ? ORDER BY u.sort, u.id LIMIT 2000", project, building)
	if err != nil {
		return nil, err
	}
	return s.withHolders(ctx, tx, project, units)
}

// Neighbours are the units above and below a unit: the same entrance and
// position, one floor away; zero when there is none.
func (s *Service) Neighbours(ctx context.Context, tx *store.Tx, u Unit) (above, below Unit, err error) {
	near, err := store.All(ctx, tx, scanUnit, "SELECT "+unitColumns+" FROM estate_live_unit u WHERE u.project_id = ? AND u.building_id = ? AND u.entrance_id = ? AND (u.floor = ? OR u.floor = ?) ORDER BY u.sort",
		u.Project, u.Building, u.Entrance, u.Floor+1, u.Floor-1)
	for _, n := range near {
		if position(n.Room) != position(u.Room) {
			continue
		}
		if n.Floor > u.Floor {
			above = n
		} else {
			below = n
		}
	}
	return above, below, err
}

// position is the place of a room on its floor: the last two characters.
func position(room string) string { return room[max(0, len(room)-2):] }

// PersonRow is a person in a list with phones and what they hold now.
type PersonRow struct {
	Person
	Holds []Occupancy
}

// PersonFilter selects people; lists run by the sound of names.
type PersonFilter struct {
	Project  int64
	Kind     string
	Capacity string // holds a unit in it now
	Text     string
	After    string
	Before   string
	Limit    int
}

// PersonPage is one page of a list of people.
type PersonPage struct {
	Rows       []PersonRow
	Prev, Next string
	Total      int
}

type sortedPerson struct {
	Person
	sort string
}

// ListPeople is one page of people.
func (s *Service) ListPeople(ctx context.Context, tx *store.Tx, f PersonFilter) (PersonPage, error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	var page PersonPage
	if f.Text != "" {
		hits, err := s.index.Find(ctx, tx, f.Project, f.Text, []string{KindPerson}, 0)
		if err != nil {
			return page, err
		}
		ids := make([]int64, len(hits))
		for i, h := range hits {
			ids[i] = h.ID
		}
		found, err := s.PeopleByID(ctx, tx, f.Project, ids)
		if err != nil {
			return page, err
		}
		var people []Person
		for _, id := range ids {
			if p, ok := found[id]; ok && (f.Kind == "" || p.Kind == f.Kind) {
				people = append(people, p)
			}
		}
		page.Total = len(people)
		page.Rows, err = s.withHoldings(ctx, tx, f.Project, people)
		return page, err
	}
	where, args := "p.project_id = ?", []any{f.Project}
	if f.Kind != "" {
		where, args = where+" AND p.kind = ?", append(args, f.Kind)
	}
	if f.Capacity != "" {
		where += " AND EXISTS (SELECT 1 FROM estate_occupancy o WHERE o.project_id = p.project_id AND o.person_id = p.id AND o.capacity = ? AND (o.to_date = '' OR o.to_date >= ?))"
		args = append(args, f.Capacity, today(tx))
	}
	total, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM (SELECT 1 FROM estate_live_person p WHERE "+where+" LIMIT ?) x", append(slices.Clone(args), CountLimit)...)
	if err != nil {
		return page, err
	}
	page.Total = int(total)
	order := "p.sort, p.id"
	if key, id := cutCursor(f.After); f.After != "" {
		where, args = where+" AND (p.sort > ? OR p.sort = ? AND p.id > ?)", append(args, key, key, id)
	} else if key, id := cutCursor(f.Before); f.Before != "" {
		where, args, order = where+" AND (p.sort < ? OR p.sort = ? AND p.id < ?)", append(args, key, key, id), "p.sort DESC, p.id DESC"
	}
	list, err := store.All(ctx, tx, func(scan store.Scan) (p sortedPerson, err error) {
		return p, scan(append(p.dest(), &p.sort)...)
	}, "SELECT "+personColumns+", p.sort FROM estate_live_person p WHERE "+where+" ORDER BY "+order+" LIMIT ?", append(args, f.Limit+1)...)
	if err != nil {
		return page, err
	}
	more := len(list) > f.Limit
	if more {
		list = list[:f.Limit]
	}
	if f.Before != "" {
		slices.Reverse(list)
	}
	people := make([]Person, len(list))
	for i, p := range list {
		people[i] = p.Person
	}
	if n := len(list); n > 0 {
		if more && f.Before != "" || f.After != "" {
			page.Prev = cursor(list[0].sort, list[0].ID)
		}
		if more && f.Before == "" || f.Before != "" {
			page.Next = cursor(list[n-1].sort, list[n-1].ID)
		}
	}
	page.Rows, err = s.withHoldings(ctx, tx, f.Project, people)
	return page, err
}

func (s *Service) withHoldings(ctx context.Context, tx *store.Tx, project int64, people []Person) ([]PersonRow, error) {
	rows := make([]PersonRow, len(people))
	if len(people) == 0 {
		return rows, nil
	}
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	phones, err := s.phonesOf(ctx, tx, project, ids)
	if err != nil {
		return nil, err
	}
	holds, err := store.All(ctx, tx, scanOccupancy, occupancyQuery+"o.person_id IN ("+store.Marks(len(ids))+") AND (o.to_date = '' OR o.to_date >= ?)"+capacityOrder, append(argsOf(project, ids), today(tx))...)
	by := map[int64][]Occupancy{}
	for _, o := range holds {
		by[o.Person] = append(by[o.Person], o)
	}
	for i, p := range people {
		rows[i] = PersonRow{Person: p, Holds: by[p.ID]}
		rows[i].Phones = phones[p.ID]
	}
	return rows, err
}

// unitsMeant are the units whose room, or whose holder, what was typed may
// mean, the best first.
func (s *Service) unitsMeant(ctx context.Context, tx *store.Tx, project int64, typed string) ([]int64, error) {
	hits, err := s.index.Find(ctx, tx, project, typed, []string{KindUnit, KindPerson}, 0)
	if err != nil {
		return nil, err
	}
	var ids, people []int64
	for _, h := range hits {
		if h.Kind == KindUnit {
			ids = append(ids, h.ID)
		} else {
			people = append(people, h.ID)
		}
	}
	if len(people) > 0 {
		theirs, err := s.holders(ctx, tx, project, "o.person_id", people)
		if err != nil {
			return nil, err
		}
		for _, h := range theirs {
			ids = append(ids, h.unit)
		}
	}
	return unique(ids), nil
}
