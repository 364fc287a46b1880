package importer

import (
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/estate"
	"guanjia/internal/phone"
	"guanjia/internal/search"
	"guanjia/internal/text"
)

// Plan is what an import of a checked workbook would put into the estate.
type Plan struct {
	Units       []estate.NewUnit
	People      []estate.NewPerson
	Occupancies []estate.Occupancy
	Entries     []estate.NewEntry // lines of registers: spaces, cars, mailboxes, keys

	LeftOut      []LeftOut   // rows that are not imported, with the reason
	Already      int         // units that are in the project already
	AlreadyLines int         // lines of registers that are there already
	Later        []text.Both // sheets that are checked only, until a room keeps what they hold
}

// LeftOut is a row that an import leaves out.
type LeftOut struct {
	Sheet string
	Row   int
	Why   text.Both
}

// Rows is how many records the import makes.
func (p *Plan) Rows() int { return len(p.Units) + len(p.People) + len(p.Occupancies) + len(p.Entries) }

// planner builds a plan.
type planner struct {
	*Plan
	newID  func() int64
	area   string
	have   Existing
	faulty map[string]map[int]bool    // sheet → rows with faults
	units  map[string]int64           // code → id, new and existing
	owners map[int64][]int64          // unit → owners in the workbook
	names  map[int64]map[string]int64 // unit → name → person
	known  map[string]int             // identity, or name and first phone → index in People
	loose  map[string][]int64         // code without the entrance → units
	alike  map[string]ExistingUnit    // code with the room's leading zeros taken off → unit of the project
	labels map[string]map[string]bool // register → compact labels that are taken

	boxesAgain map[string]bool // box numbers that occur more than once
}

// MakePlan turns the rows without faults into units, people and occupancies
// with ids of their own. Rows with faults, units that are there already and
// repeated people make no record. area is the project's area code, for
// landlines written without one.
func MakePlan(r *Report, have Existing, area string, newID func() int64) *Plan {
	p := &planner{Plan: &Plan{}, newID: newID, area: area, have: have, faulty: map[string]map[int]bool{}, units: map[string]int64{}, owners: map[int64][]int64{}, names: map[int64]map[string]int64{}, known: map[string]int{}, loose: map[string][]int64{}, alike: map[string]ExistingUnit{}, boxesAgain: boxesAgain(r)}
	for _, u := range have.Units {
		p.unitKnown(u.Code, u.Loose, u.ID)
		p.alike[bare(u.Code)] = u
	}
	for _, f := range r.Faults() {
		if p.faulty[f.Sheet] == nil {
			p.faulty[f.Sheet] = map[int]bool{}
		}
		p.faulty[f.Sheet][f.Row] = true
	}
	for _, t := range r.tablesOf("unit") {
		for _, row := range t.Rows {
			if !p.leaves(t, row) {
				p.unit(t, row)
			}
		}
	}
	for _, t := range r.tablesOf("resident") {
		for _, row := range t.Rows {
			if !p.leaves(t, row) {
				p.resident(t, row)
			}
		}
	}
	p.entries(r)
	for _, t := range r.Tables {
		if t.Sheet.Kind != nil && later(t) && len(t.Rows) > 0 {
			p.Later = append(p.Later, text.F("%[1]s（%[3]d 行）", "%[2]s (%[3]d rows)", t.Sheet.Name, t.Sheet.Name, len(t.Rows)))
		}
	}
	return p.Plan
}

// unitKnown notes a unit under its full code and under that without entrance.
func (p *planner) unitKnown(code, loose string, id int64) {
	p.units[code] = id
	if !slices.Contains(p.loose[loose], id) {
		p.loose[loose] = append(p.loose[loose], id)
	}
}

func (p *planner) leaves(t *Table, r *Row) bool {
	if !p.faulty[t.Sheet.Name][r.Number] {
		return false
	}
	p.LeftOut = append(p.LeftOut, LeftOut{Sheet: t.Sheet.Name, Row: r.Number, Why: text.B("有需要更正的单元格", "has cells to correct")})
	return true
}

// code is the estate's code of a place.
func code(place Place) string {
	parts := []string{search.Dashed(place.Building)}
	if e := search.Dashed(place.Entrance); e != "" {
		parts = append(parts, e)
	}
	return strings.Join(append(parts, search.Dashed(strings.ToUpper(place.Room))), "-")
}

// bare is a code whose room has no leading zeros: 3-0101 and 3-101 are one.
func bare(code string) string {
	i := strings.LastIndexByte(code, '-') + 1
	return code[:i] + strings.TrimLeft(code[i:], "0")
}

func (p *planner) unit(t *Table, r *Row) {
	place := r.Place()
	k := code(place)
	if _, there := p.units[k]; there {
		p.Already++
		p.LeftOut = append(p.LeftOut, LeftOut{Sheet: t.Sheet.Name, Row: r.Number, Why: text.F("%s 已在系统里", "%s is there already", place.String())})
		return
	}
	if near, there := p.alike[bare(k)]; there { // a second file of the same house, written by somebody else
		p.LeftOut = append(p.LeftOut, LeftOut{Sheet: t.Sheet.Name, Row: r.Number, Why: text.F("%[1]s 像是系统里的 %[2]s，没有导入：是同一套就不用管，不是同一套就在房屋里新增", "%[1]s looks like %[2]s, which is there already, and is not imported: leave it if they are the same unit, else add it among the units", place.String(), near.Code)})
		return
	}
	u := estate.NewUnit{BuildingName: display(place.Building), EntranceName: entranceName(place.Entrance), Unit: estate.Unit{
		ID: p.newID(), Floor: floorOf(r, place), Room: place.Room, Use: useOf(r), State: stateOf(r), HandedOver: r.Text("handover"), Note: text.Cut(safeNote(r.Text("note")), 2000),
	}}
	if area, ok := r.Number64("area"); ok {
		u.Area = estate.Area(area)
	}
	p.unitKnown(k, code(Place{Building: place.Building, Room: place.Room}), u.ID)
	p.Units = append(p.Units, u)

	from := r.Text("move_in")
	if from == "" {
		from = r.Text("handover")
	}
	for i, name := range r.Items("owner") {
		in := person{name: name, sex: sexWord(r, "owner_sex", len(r.Items("owner")))}
		if i == 0 { // number and phones belong to the first of several owners
			in.identity, in.phones = r.Text("owner_id"), r.Items("owner_phone")
		}
		id := p.person(in)
		p.owners[u.ID] = append(p.owners[u.ID], id)
		p.occupy(estate.Occupancy{Unit: u.ID, Person: id, Capacity: estate.Owner, From: from, Residing: u.State == estate.StateOwner}, name)
	}
	for i, name := range r.Items("tenant") {
		in := person{name: name}
		if i == 0 {
			in.identity, in.phones = r.Text("tenant_id"), r.Items("tenant_phone")
		}
		p.occupy(estate.Occupancy{Unit: u.ID, Person: p.person(in), Capacity: estate.Tenant, Behind: p.firstOwner(u.ID), From: r.Text("lease_from"), To: r.Text("lease_to"), Residing: true}, name)
	}
}

func (p *planner) resident(t *Table, r *Row) {
	unit, _, ok := p.unitOf(t, r)
	if !ok {
		return
	}
	if unit == 0 {
		p.LeftOut = append(p.LeftOut, LeftOut{Sheet: t.Sheet.Name, Row: r.Number, Why: text.B("没有写明是哪套房屋", "the unit is not written")})
		return
	}
	capacity := r.Meaning("relation")
	if capacity == "" {
		capacity = estate.Household
	}
	for i, name := range r.Items("name") {
		if _, again := p.names[unit][name]; again {
			continue // the unit sheet has this person in this unit
		}
		in := person{name: name, sex: sexWord(r, "sex", len(r.Items("name")))}
		if i == 0 {
			in.identity, in.phones = r.Text("identity"), r.Items("phones")
		}
		o := estate.Occupancy{Unit: unit, Person: p.person(in), Capacity: capacity, From: r.Text("from"), To: r.Text("to"), Residing: r.Text("to") == ""}
		if capacity == estate.Household {
			o.Relation = r.rawWord("relation")
		}
		if capacity == estate.Tenant || capacity == estate.User || capacity == estate.Agent {
			o.Behind = p.firstOwner(unit)
		}
		if capacity == estate.Owner {
			p.owners[unit] = append(p.owners[unit], o.Person)
		}
		p.occupy(o, name)
	}
}

// rawWord is a word field as it was written: 妻子, where Text says 家属.
func (r *Row) rawWord(field string) string {
	if v := r.Values[field]; v != nil {
		return text.Cut(tidy(v.Raw), 40)
	}
	return ""
}

func (p *planner) firstOwner(unit int64) int64 {
	if list := p.owners[unit]; len(list) > 0 {
		return list[0]
	}
	return 0
}

func (p *planner) occupy(o estate.Occupancy, name string) {
	if p.names[o.Unit] == nil {
		p.names[o.Unit] = map[string]int64{}
	}
	if p.names[o.Unit][name] == o.Person && o.Capacity == estate.Owner {
		return // the same name twice in one cell
	}
	p.names[o.Unit][name] = o.Person
	o.ID = p.newID()
	p.Occupancies = append(p.Occupancies, o)
}

// person is somebody as one row writes them.
type person struct {
	name, sex, identity string
	phones              []string
}

// person finds or makes a person: the same identity number is the same person;
// without one, the same name with the same first number. Equal names alone are not.
func (p *planner) person(in person) int64 {
	key := "id " + in.identity
	if in.identity == "" {
		key = ""
		if len(in.phones) > 0 {
			key = "name " + in.name + " " + in.phones[0]
		}
	} else {
		key += " " + in.name
	}
	if i, ok := p.known[key]; ok && key != "" {
		p.addPhones(&p.People[i], in.phones)
		return p.People[i].ID
	}
	n := estate.NewPerson{Person: estate.Person{ID: p.newID(), Name: in.name, Kind: estate.Natural, Sex: in.sex}}
	if isCompany(in.name) {
		n.Kind, n.Sex = estate.Company, ""
	}
	if in.identity != "" {
		n.IDNumber, n.IDKind = in.identity, idKind(in.identity, n.Kind)
	}
	p.addPhones(&n, in.phones)
	if key != "" {
		p.known[key] = len(p.People)
	}
	p.People = append(p.People, n)
	return n.ID
}

// addPhones adds numbers the estate can keep; any other goes to the note, so
// that nothing is lost.
func (p *planner) addPhones(n *estate.NewPerson, phones []string) {
	for _, number := range phones {
		again := false
		for _, have := range n.Phones {
			again = again || have.Number == number
		}
		if again {
			continue
		}
		if _, err := phone.Parse(number, p.area); err != nil {
			if !strings.Contains(n.Note, number) {
				n.Note = strings.TrimPrefix(n.Note+"；待核电话 "+number, "；")
			}
			continue
		}
		n.Phones = append(n.Phones, estate.NewPhone{Number: number})
	}
}

func idKind(number, kind string) string {
	switch {
	case citizen.MatchString(number) && kind == estate.Natural, citizen1.MatchString(number) && kind == estate.Natural:
		return "identity_card"
	case kind == estate.Company, credit.MatchString(number):
		return "licence"
	case len(number) > 0 && (number[0] == 'H' || number[0] == 'M') && len(number) >= 9:
		return "permit"
	}
	return "passport"
}

func sexWord(r *Row, field string, people int) string {
	if people != 1 {
		return ""
	}
	switch r.Meaning(field) {
	case "male":
		return "m"
	case "female":
		return "f"
	}
	return ""
}

func entranceName(e string) string {
	if e != "" && strings.Trim(e, "0123456789") == "" {
		return e + "单元"
	}
	return e
}

// floorOf is the floor as written, else the one the room number begins with.
func floorOf(r *Row, place Place) int {
	if v := r.Values["floor"]; v != nil && v.OK && v.Text != "" && v.Text == strconv.FormatInt(v.Number, 10) && v.Number >= -20 && v.Number <= 200 {
		return int(v.Number)
	}
	room := roomKey(place.Room)
	if len(room) >= 3 && len(room) <= 5 {
		if n, err := strconv.Atoi(room[:len(room)-2]); err == nil && n <= 200 {
			return n
		}
	}
	return 1
}

func useOf(r *Row) string {
	switch m := r.Meaning("use"); m {
	case "":
		return "residence"
	case "service":
		return "office"
	default:
		return m
	}
}

// stateOf is the state as written; else what the row shows: a tenant, an owner
// who took the unit over, nobody.
func stateOf(r *Row) string {
	switch m := r.Meaning("state"); {
	case m == "in_fitout":
		return estate.StateFitOut
	case m != "":
		return m
	case r.Text("tenant") != "":
		return estate.StateLet
	case r.Text("move_in") != "":
		return estate.StateOwner
	}
	return estate.StateVacant
}

// safeNote is a note that may be kept: words about health, age, belief or
// character need a purpose first (LAW-03) and are not taken over.
func safeNote(note string) string {
	for _, w := range words().private {
		if strings.Contains(note, w) {
			return ""
		}
	}
	return note
}
