package importer

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/estate"
	"guanjia/internal/phone"
	"guanjia/internal/search"
	"guanjia/internal/text"
)

// The registers of the estate that a workbook fills (EST-09…12).
const (
	regSpaces    = "spaces"
	regVehicles  = "vehicles"
	regMailboxes = "mailboxes"
	regKeys      = "keys"
)

// Registered counts the lines of registers an import makes, in the order of
// the estate's registers.
func (p *Plan) Registered() []Count {
	var out []Count
	for _, r := range estate.Registers {
		n := 0
		for _, e := range p.Entries {
			if e.Register == r.Name {
				n++
			}
		}
		if n > 0 {
			out = append(out, Count{Title: r.Title, N: n})
		}
	}
	return out
}

// Count is how many lines a register gets.
type Count struct {
	Title text.Both
	N     int
}

// later are the sheets that are read and checked but kept by no room yet.
func later(t *Table) bool { return t.Sheet.Kind.Name == "tariff" || t.Sheet.Kind.Name == "arrears" }

// entries makes the lines of registers. It runs after the units and people,
// because lines point at them.
func (p *planner) entries(r *Report) {
	p.labels = map[string]map[string]bool{}
	for register, labels := range p.have.Labels {
		p.labels[register] = maps.Clone(labels)
	}
	for _, kind := range []struct {
		name string
		take func(*Table, *Row)
	}{{"vehicle", p.vehicle}, {"parking", p.space}, {"mailbox", p.mailbox}, {"key", p.key}, {"unit", p.unitColumns}} {
		for _, t := range r.tablesOf(kind.name) {
			for _, row := range t.Rows {
				if kind.name == "unit" && p.faulty[t.Sheet.Name][row.Number] || kind.name != "unit" && p.leaves(t, row) {
					continue
				}
				kind.take(t, row)
			}
		}
	}
}

// unitOf finds the unit a row's place means: by its full code, or without the
// entrance where that is enough. ok is false when the row names a unit that is
// not (or not certainly) imported; the row is then left out with the reason.
// Words that name no unit (物业自用) give no unit and themselves.
func (p *planner) unitOf(t *Table, r *Row) (unit int64, words string, ok bool) {
	v := r.Values["place"]
	if v == nil || v.Text == "" {
		return 0, "", true
	}
	place, read := parsePlace(v.Raw)
	if !read {
		return 0, v.Text, true
	}
	if id, there := p.units[code(place)]; there {
		return id, "", true
	}
	ids := p.loose[code(Place{Building: place.Building, Room: place.Room})]
	if place.Entrance == "" && len(ids) == 1 {
		return ids[0], "", true
	}
	why := text.F("房屋 %s 没有导入", "the unit %s is not imported", place.String())
	if len(ids) > 1 {
		why = text.F("有 %[1]d 户都是 %[2]s，分不清是哪一户", "%[1]d units are %[2]s; which one is not clear", len(ids), place.String())
	}
	p.LeftOut = append(p.LeftOut, LeftOut{Sheet: t.Sheet.Name, Row: r.Number, Why: why})
	return 0, "", false
}

// add puts a line into the plan unless the register has its label already.
func (p *planner) add(t *Table, r *Row, e estate.NewEntry) {
	key := search.Compact(e.Label)
	if p.labels[e.Register] == nil {
		p.labels[e.Register] = map[string]bool{}
	}
	if p.labels[e.Register][key] {
		if p.have.Labels[e.Register][key] && t != nil {
			p.AlreadyLines++
			p.LeftOut = append(p.LeftOut, LeftOut{Sheet: t.Sheet.Name, Row: r.Number, Why: text.F("%s 已在系统里", "%s is there already", e.Label)})
		}
		return
	}
	p.labels[e.Register][key] = true
	for name, v := range e.Data {
		if v == "" {
			delete(e.Data, name)
		}
	}
	e.Label = text.Cut(e.Label, 200)
	p.Entries = append(p.Entries, e)
}

var spaceSorts = map[string]string{"owned": "owned", "leased": "let", "civil_defence": "shelter", "temporary": "visitor", "free": "let"}

// space is a parking space and, where its user's plate and unit are written,
// the car: its owner stays open, the sheet does not say it.
func (p *planner) space(t *Table, r *Row) {
	unit, words, ok := p.unitOf(t, r)
	if !ok {
		return
	}
	sort, plates := r.Meaning("sort"), r.Items("plate")
	state := "free"
	switch used := unit != 0 || words != "" || len(plates) > 0; {
	case used && sort == "owned":
		state = "sold"
	case used && sort != "temporary" && sort != "free":
		state = "let"
	}
	e := estate.NewEntry{Register: regSpaces, Label: r.Text("space"), Unit: unit, State: state, Since: r.Text("from"), Due: r.Text("to"), Data: map[string]string{
		"sort": spaceSorts[sort], "plate": strings.Join(plates, "、"), "note": noteOf(r, "使用人", words),
	}}
	if rent, ok := r.Number64("rent"); ok {
		e.Data["rent"] = strconv.FormatInt(rent, 10)
	}
	p.add(t, r, e)
	for _, plate := range plates {
		if unit != 0 {
			p.add(nil, nil, estate.NewEntry{Register: regVehicles, Label: plate, Unit: unit, Data: map[string]string{"space": e.Label}})
		}
	}
}

func (p *planner) vehicle(t *Table, r *Row) {
	unit, words, ok := p.unitOf(t, r)
	if !ok {
		return
	}
	data := map[string]string{"model": text.Cut(r.Text("brand"), 200), "space": text.Cut(r.Text("space"), 200), "note": noteOf(r, "房号", words)}
	var person int64
	if names := r.Items("name"); len(names) > 0 {
		data[estate.FieldPerson] = strings.Join(names, "、")
		person = p.names[unit][names[0]]
	}
	for _, number := range r.Items("phones") {
		if n, err := phone.Parse(number, p.area); err == nil && data["phone"] == "" {
			data["phone"] = n.Key
		}
	}
	for _, plate := range r.Items("plate") {
		p.add(t, r, estate.NewEntry{Register: regVehicles, Label: plate, Unit: unit, Person: person, Data: maps.Clone(data)})
	}
}

func (p *planner) mailbox(t *Table, r *Row) {
	unit, words, ok := p.unitOf(t, r)
	if !ok {
		return
	}
	state := "used"
	if unit == 0 && words == "" {
		state = "free"
	}
	p.add(t, r, estate.NewEntry{Register: regMailboxes, Label: p.boxLabel(r, r.Text("box")), Unit: unit, State: state, Data: map[string]string{"note": noteOf(r, "使用人", words)}})
}

// boxLabel names a mailbox for good: where entrances number theirs anew, the
// place goes in front.
func (p *planner) boxLabel(r *Row, box string) string {
	place := r.Place()
	if !p.boxesAgain[plain(box)] || place.Building == "" {
		return box
	}
	return strings.Trim(Place{Building: place.Building, Entrance: place.Entrance}.String()+" "+box, " ")
}

var keyParts = []struct{ word, part string }{{"水表", "meter"}, {"电表", "meter"}, {"表箱", "meter"}, {"信箱", "mailbox"}, {"信报箱", "mailbox"}, {"机房", "plant"}, {"公共", "common"}, {"入户", "door"}, {"大门", "door"}, {"户门", "door"}, {"房门", "door"}}

func (p *planner) key(t *Table, r *Row) {
	unit, words, ok := p.unitOf(t, r)
	if !ok {
		return
	}
	sort := r.Text("sort")
	e := estate.NewEntry{Register: regKeys, Unit: unit, State: "kept", Since: r.Text("from"), Data: map[string]string{"part": "other", "note": text.Cut(safeNote(r.Text("note")), 2000)}}
	for _, w := range keyParts {
		if strings.Contains(sort, w.word) {
			e.Data["part"] = w.part
			break
		}
	}
	// What was given out and not returned is with the person named.
	if r.Text("to") == "" && (r.Text("holder") != "" || r.Text("from") != "") {
		e.State, e.Holder = "issued", text.Cut(strings.Join(r.Items("holder"), "、"), 200)
	}
	if n, ok := r.Number64("count"); ok && n > 0 {
		e.Data["count"] = strconv.FormatInt(n, 10)
	}
	where := words
	if unit != 0 {
		where = r.Place().String()
	}
	base := strings.TrimSpace(where + " " + sort)
	e.Label = base
	for n := 2; p.labels[regKeys][search.Compact(e.Label)] && !p.have.Labels[regKeys][search.Compact(e.Label)]; n++ {
		e.Label = fmt.Sprintf("%s-%d", base, n)
	}
	p.add(t, r, e)
}

// unitColumns are the mailbox and the keys that stand in the unit's own row.
// Keys of a unit that was handed over went to its owner with it (EST-11).
func (p *planner) unitColumns(t *Table, r *Row) {
	unit, there := p.units[code(r.Place())]
	if !there {
		return
	}
	if box := r.Text("mailbox"); box != "" {
		p.add(nil, nil, estate.NewEntry{Register: regMailboxes, Label: p.boxLabel(r, box), Unit: unit, State: "used"})
	}
	n, ok := r.Number64("keys")
	if !ok || n <= 0 {
		return
	}
	e := estate.NewEntry{Register: regKeys, Label: r.Place().String() + " 入户门", Unit: unit, State: "kept", Data: map[string]string{"part": "door", "count": strconv.FormatInt(n, 10)}}
	if day := r.Text("handover"); day != "" {
		e.State, e.Since, e.Holder = "issued", day, text.Cut(strings.Join(r.Items("owner"), "、"), 200)
	}
	p.add(nil, nil, e)
}

// noteOf is a row's note with words in front that found no other place.
func noteOf(r *Row, title, words string) string {
	note := safeNote(r.Text("note"))
	if words != "" {
		note = strings.TrimSuffix(title+"："+words+"；"+note, "；")
	}
	return text.Cut(note, 2000)
}

// boxesAgain are box numbers that stand in the workbook more than once.
func boxesAgain(r *Report) map[string]bool {
	seen, again := map[string]bool{}, map[string]bool{}
	note := func(box string) {
		if box = plain(box); box != "" {
			again[box] = again[box] || seen[box]
			seen[box] = true
		}
	}
	for _, t := range r.Tables {
		if t.Sheet.Kind == nil || !slices.Contains([]string{"mailbox", "unit"}, t.Sheet.Kind.Name) {
			continue
		}
		for _, row := range t.Rows {
			if t.Sheet.Kind.Name == "unit" {
				note(row.Text("mailbox"))
			} else {
				note(row.Text("box"))
			}
		}
	}
	return again
}
