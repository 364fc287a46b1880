package estate

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"guanjia/internal/errs"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Area is a floor area (建筑面积) in hundredths of a square metre: exact, for
// fees and votes are reckoned by it.
type Area int64

// String is the area with two decimals: "118.62".
func (a Area) String() string { return fmt.Sprintf("%d.%02d", int64(a)/100, int64(a)%100) }

var areaForm = regexp.MustCompile(`^([0-9]{1,7})(?:\.([0-9]{1,2}))?0*$`)

// ParseArea reads "118.62", "118.6㎡" or "1,180"; ok is false for anything else.
func ParseArea(s string) (Area, bool) {
	s = strings.ToLower(strings.ReplaceAll(text.Narrow(text.Clean(s)), ",", ""))
	for _, unit := range []string{"平方米", "平米", "㎡", "m²", "m2", "平"} {
		s = strings.TrimSuffix(s, unit)
	}
	m := areaForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, false
	}
	whole, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0, false
	}
	cents, err := strconv.ParseInt((m[2] + "00")[:2], 10, 64)
	return Area(whole*100 + cents), err == nil
}

// Unit is one house, shop, office or store (EST-01).
type Unit struct {
	ID          int64
	Project     int64
	Building    int64
	Entrance    int64 // 0: none
	Floor       int   // below ground negative
	Room        string
	Plate       string // building and entrance as on the door: "3栋1单元"
	Code        string // "3-1-1502"
	Area        Area
	Use         string // of Uses
	Layout      string // "三室两厅"
	Orientation string // "南北"
	Condition   string // of Conditions, "" not known
	State       string // of States
	HandedOver  string // 收楼日期, ISO; "" not yet
	Note        string
	Version     int64
	Batch       int64
	sort        string
}

// Title is the unit in one line: "3栋1单元-1502".
func (u Unit) Title() string { return u.Plate + "-" + u.Room }

const unitColumns = "u.project_id, u.id, u.building_id, u.entrance_id, u.floor, u.room, u.plate, u.code, u.area, u.use, u.layout, u.orientation, u.condition, u.state, u.handed_over, u.note, u.version, u.batch_id, u.sort"

func (u *Unit) dest() []any {
	return []any{&u.Project, &u.ID, &u.Building, &u.Entrance, &u.Floor, &u.Room, &u.Plate, &u.Code, &u.Area, &u.Use, &u.Layout, &u.Orientation, &u.Condition, &u.State, &u.HandedOver, &u.Note, &u.Version, &u.Batch, &u.sort}
}

func scanUnit(scan store.Scan) (Unit, error) {
	var u Unit
	err := scan(u.dest()...)
	return u, err
}

// unitCode is how a unit is called in look-ups; parts without a number keep
// their own words (梅园3栋).
func unitCode(building, entrance, room string) string {
	parts := []string{search.Dashed(building)}
	if e := search.Dashed(entrance); e != "" {
		parts = append(parts, e)
	}
	return strings.Join(append(parts, search.Dashed(room)), "-")
}

var numbers = regexp.MustCompile(`[0-9]+`)

// natural makes numbers sort by value: 3-1-502 before 3-1-1502 before 10-1-101.
func natural(s string) string {
	return numbers.ReplaceAllStringFunc(s, func(n string) string {
		if len(n) >= 6 {
			return n
		}
		return strings.Repeat("0", 6-len(n)) + n
	})
}

var dateForm = regexp.MustCompile(`^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`)

func (u *Unit) clean() {
	for _, s := range []*string{&u.Room, &u.Layout, &u.Orientation, &u.Condition, &u.Use, &u.State, &u.HandedOver, &u.Note} {
		*s = text.Clean(*s)
	}
	u.Room = strings.ToUpper(text.Narrow(u.Room))
}

// check judges a unit; with today given, it was not handed over after that.
func (u *Unit) check(today string) error {
	u.clean()
	var f errs.Fields
	if u.Room == "" || len([]rune(u.Room)) > 12 {
		f.Add("room", "estate.unit.room", "填写房号，12 个字以内。", "Enter the room, up to 12 characters.")
	}
	if u.Area < 0 || u.Area > 1_000_000_00 {
		f.Add("area", "estate.unit.area", "面积写成平方米，如 118.62。", "Give the area in square metres, such as 118.62.")
	}
	if u.Floor < -20 || u.Floor > 200 {
		f.Add("floor", "estate.unit.floor", "楼层在 -20 到 200 之间。", "The floor lies between -20 and 200.")
	}
	if !Uses.Has(u.Use) {
		f.Add("use", "estate.unit.use", "选择用途。", "Choose the use.")
	}
	if !States.Has(u.State) {
		f.Add("state", "estate.unit.state", "选择状态。", "Choose the state.")
	}
	if u.Condition != "" && !Conditions.Has(u.Condition) {
		f.Add("condition", "estate.unit.condition", "从列表里选装修情况。", "Choose the condition from the list.")
	}
	if u.HandedOver != "" && !dateForm.MatchString(u.HandedOver) {
		f.Add("handed_over", "estate.date", "日期写成 2026-11-20。", "Write the date as 2026-11-20.")
	}
	if today != "" && u.HandedOver > today {
		f.Add("handed_over", "estate.date.future", "收楼日期还没到；收楼以后再填。", "That day is still to come; enter it once the unit is handed over.")
	}
	checkLength(&f, "layout", u.Layout, 40)
	checkLength(&f, "orientation", u.Orientation, 20)
	checkLength(&f, "note", u.Note, 2000)
	return f.Err("estate.unit.invalid")
}

func checkLength(f *errs.Fields, path, value string, most int) {
	if len([]rune(value)) > most {
		f.Add(path, "estate.length", fmt.Sprintf("最多 %d 个字。", most), fmt.Sprintf("At most %d characters.", most))
	}
}
