package estate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"guanjia/internal/errs"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Building is one building (楼栋). Its name is what the door plates of its units
// begin with; its code is the name as look-ups fold it, unique in the project.
type Building struct {
	Project   int64
	ID        int64
	Code      string
	Name      string
	Floors    int // 0: not known
	Year      int // in which it was finished, 0: not known
	Note      string
	Version   int64
	Units     int
	Entrances []Entrance // of one building only, not of a list
}

// Entrance is a door (单元门) of a building; its name stands on the plates.
type Entrance struct {
	ID   int64
	Name string
	code string
}

const buildingColumns = "b.project_id, b.id, b.code, b.name, b.floors, b.year, b.note, b.version, (SELECT count(*) FROM estate_live_unit u WHERE u.project_id = b.project_id AND u.building_id = b.id)"

func scanBuilding(scan store.Scan) (b Building, err error) {
	return b, scan(&b.Project, &b.ID, &b.Code, &b.Name, &b.Floors, &b.Year, &b.Note, &b.Version, &b.Units)
}

// Buildings lists the buildings of a project in their order.
func (s *Service) Buildings(ctx context.Context, tx *store.Tx, project int64) ([]Building, error) {
	return store.All(ctx, tx, scanBuilding, "SELECT "+buildingColumns+" FROM estate_live_building b WHERE b.project_id = ? ORDER BY b.sort, b.id", project)
}

// BuildingNames lists the buildings of a project in their order without counting
// their units; none when there are more than most to choose among.
func (s *Service) BuildingNames(ctx context.Context, tx *store.Tx, project int64, most int) ([]Building, error) {
	n, err := store.One(ctx, tx, store.Value[int64],
		"SELECT count(*) FROM (SELECT 1 AS one FROM estate_live_building b WHERE b.project_id = ? LIMIT ?) AS found", project, most+1)
	if err != nil || n > int64(most) {
		return nil, err
	}
	return store.All(ctx, tx, func(scan store.Scan) (b Building, err error) {
		return b, scan(&b.ID, &b.Code, &b.Name)
	}, "SELECT b.id, b.code, b.name FROM estate_live_building b WHERE b.project_id = ? ORDER BY b.sort, b.id", project)
}

// Building reads a building with its entrances in their order; NotFound when
// unknown or of another project.
func (s *Service) Building(ctx context.Context, tx *store.Tx, project, id int64) (Building, error) {
	b, err := store.One(ctx, tx, scanBuilding, "SELECT "+buildingColumns+" FROM estate_live_building b WHERE b.project_id = ? AND b.id = ?", project, id)
	if err != nil {
		return b, err
	}
	b.Entrances, err = store.All(ctx, tx, func(scan store.Scan) (e Entrance, err error) {
		return e, scan(&e.ID, &e.Name, &e.code)
	}, "SELECT id, name, code FROM estate_entrance WHERE project_id = ? AND building_id = ? ORDER BY sort, id", project, id)
	return b, err
}

func (b *Building) clean() {
	b.Name, b.Note = text.Clean(b.Name), text.Clean(b.Note)
	b.Code = search.Dashed(b.Name)
	for i := range b.Entrances {
		e := &b.Entrances[i]
		e.Name = text.Clean(e.Name)
		e.code = search.Dashed(e.Name)
	}
}

// longestName bounds the names of buildings and entrances, in characters: a
// plate has to hold both.
const longestName = 20

func (b *Building) check() error {
	b.clean()
	var f errs.Fields
	if b.Code == "" {
		f.Add("name", "estate.building.name", "填写楼栋名称，要有字或数字。", "Enter the building's name, with a letter or a digit.")
	}
	checkLength(&f, "name", b.Name, longestName)
	if b.Floors < 0 || b.Floors > 200 {
		f.Add("floors", "estate.building.floors", "层数在 1 到 200 之间，不知道就不填。", "Floors lie between 1 and 200; leave it empty when not known.")
	}
	if b.Year != 0 && (b.Year < 1800 || b.Year > 2200) {
		f.Add("year", "estate.building.year", "年份写成四位数，如 2008；不知道就不填。", "Write the year with four digits, such as 2008; leave it empty when not known.")
	}
	checkLength(&f, "note", b.Note, 2000)
	for i, e := range b.Entrances {
		at := entranceField(i)
		checkLength(&f, at, e.Name, longestName)
		switch first := slices.IndexFunc(b.Entrances, func(x Entrance) bool { return x.code == e.code }); {
		case e.code == "":
			f.Add(at, "estate.entrance.name", "填写单元门名称，要有字或数字。", "Enter the entrance's name, with a letter or a digit.")
		case first < i:
			f.Add(at, "estate.entrance.taken", "和上面的“"+b.Entrances[first].Name+"”重了。", "It is the same as “"+b.Entrances[first].Name+"” above.")
		}
	}
	return f.Err("estate.building.invalid")
}

// entranceField is the name of the form's field for entrance i.
func entranceField(i int) string { return fmt.Sprintf("entrances[%d].name", i) }

// plates are the plates that the units of a building have under its names, by
// entrance; 0 is a unit without one.
func (b Building) plates() map[int64]string {
	m := map[int64]string{0: b.Name}
	for _, e := range b.Entrances {
		m[e.ID] = b.Name + e.Name
	}
	return m
}

// entranceNames are the names of the entrances, by entrance.
func (b Building) entranceNames() map[int64]string {
	m := map[int64]string{}
	for _, e := range b.Entrances {
		m[e.ID] = e.Name
	}
	return m
}

// number is a count as a change shows it: "" when not known.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// sameEntrances reports whether both are the same entrances, by id.
func sameEntrances(a, b []Entrance) bool {
	ids := func(list []Entrance) []int64 {
		var out []int64
		for _, e := range list {
			out = append(out, e.ID)
		}
		slices.SortFunc(out, cmp.Compare)
		return out
	}
	return slices.Equal(ids(a), ids(b))
}
