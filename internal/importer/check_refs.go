package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/text"
)

// find looks a place up among the units. n is how many units it may mean.
func (x *unitIndex) find(p Place) (u unitRef, n int) {
	k := p.key()
	var hits []unitRef
	switch {
	case k.building == "":
		if hits = x.bare[k.room]; len(hits) > 0 {
			return hits[0], len(hits)
		}
	case k.entrance != "":
		if hits = x.byKey[k]; len(hits) == 0 {
			hits = x.byKey[placeKey{k.building, "", k.room}]
		}
	default:
		hits = x.byRoom[[2]string{k.building, k.room}]
	}
	// A unit written twice is one unit here; that it is doubled is said there.
	var distinct []placeKey
	for _, h := range hits {
		if !slices.Contains(distinct, h.place.key()) {
			distinct = append(distinct, h.place.key())
		}
	}
	if len(hits) == 0 {
		return unitRef{}, 0
	}
	return hits[0], len(distinct)
}

// places reports references to units that do not exist.
func (c *checker) places(t *Table) {
	if len(c.units.all) == 0 || t.Sheet.column("place") == 0 {
		return
	}
	for _, r := range t.Rows {
		v := r.Values["place"]
		if v == nil || !v.OK || v.Text == "" {
			continue
		}
		p, ok := parsePlace(v.Raw)
		if !ok {
			// Words like 物业自用 or 临停 name no unit and are left as they are.
			if strings.ContainsAny(v.Text, "0123456789") {
				c.at(Fault, t, r, "place", "unit.unreadable", text.B("看不懂的房号："+text.Cut(v.Text, 20), "not a unit: "+text.Cut(v.Text, 20)), text.B("写成 3栋-502 的样子", "write it like 3栋-502"))
			}
			continue
		}
		_, n := c.units.find(p)
		switch {
		case n == 1:
		case n > 1 && p.Building == "":
			c.at(Fault, t, r, "place", "unit.ambiguous", text.F("有 %[1]d 户都是 %[2]s，没有写楼栋", "%[1]d units are %[2]s; the building is not written", n, p.Room), text.B("写成 3栋-"+p.Room+" 的样子", "write it like 3栋-"+p.Room))
		case n > 1:
			c.at(Notice, t, r, "place", "unit.ambiguous", text.F("有 %[1]d 户都是 %[2]s", "%[1]d units are %[2]s", n, p.String()), text.B("补写单元", "add the entrance"))
		case p.Building != "" && c.units.buildings[p.key().building] == "":
			c.at(Fault, t, r, "place", "building.unknown", text.F("房屋台账里没有“%s”", "there is no “%s” among the units", p.Building), c.nearBuilding(p))
		default:
			c.at(Fault, t, r, "place", "unit.unknown", text.F("房屋台账里没有 %s", "there is no %s among the units", p.String()), c.nearRoom(p))
		}
	}
}

func (c *checker) nearBuilding(p Place) text.Both {
	all := strings.Join(c.units.order, "、")
	if r := []rune(all); len(r) > 60 {
		all = string(r[:60]) + "…"
	}
	return text.F("只有 %s；核对楼栋号，或先补房屋", "there are only %s; check the building, or add the units first", all)
}

// maxGuesses bounds how often a likely room is looked for: a sheet in which
// every room is unknown belongs to another project.
const maxGuesses = 300

func (c *checker) nearRoom(p Place) text.Both {
	best, distance, room := "", 2, p.key().room
	if c.guesses++; c.guesses <= maxGuesses {
		for _, u := range c.units.inside[p.key().building] {
			if d := editDistance(roomKey(u.place.Room), room); d < distance {
				best, distance = u.place.Room, d
			}
		}
	}
	if best != "" {
		return text.F("是否为 %s？核对后更正", "%s? Check and correct it", best)
	}
	return text.B("核对房号，或先在房屋台账里补这一户", "check the room, or add the unit first")
}

var tail = regexp.MustCompile(`^(.*?)(\d+)$`)

// numbered reports numbers that must be unique (spaces, boxes) at the row that
// breaks the sequence. With byEntrance the numbers begin anew in each building
// or entrance, as those of mailboxes do.
func (c *checker) numbered(kind, field, code, zh, en string, byEntrance bool) {
	for _, t := range c.report.tablesOf(kind) {
		rows := map[string][]int{}
		for i, r := range t.Rows {
			if k := plain(r.Text(field)); k != "" {
				if at := r.Place().key(); byEntrance {
					k += "|" + at.building + "|" + at.entrance
				}
				rows[k] = append(rows[k], i)
			}
		}
		for _, twins := range rows {
			if len(twins) < 2 {
				continue
			}
			right := 0
			for i := range twins {
				if t.inSequence(field, twins[i]) > t.inSequence(field, twins[right]) {
					right = i
				}
			}
			for i, at := range twins {
				if i == right {
					continue
				}
				r := t.Rows[at]
				prop := text.F("与第 %d 行重复：核对编号，或删除这一行", "the same as row %d: check the number, or delete the row", t.Rows[twins[right]].Number)
				if next := t.nextNumber(field, at); next != "" && !byEntrance && len(rows[plain(next)]) == 0 {
					prop = text.F("与第 %d 行重复；按顺序是否为 %s？", "the same as row %d; by the order %s?", t.Rows[twins[right]].Number, next)
				}
				c.at(Fault, t, r, field, code, text.F("%[1]s重复：%[3]s", "the %[2]s %[3]s occurs twice", zh, en, r.Text(field)), prop)
			}
		}
	}
}

// inSequence counts neighbours whose number is one less before or one more after.
func (t *Table) inSequence(field string, at int) int {
	score := 0
	own := tail.FindStringSubmatch(t.Rows[at].Text(field))
	for _, step := range []int{-1, 1} {
		j := at + step
		if own == nil || j < 0 || j >= len(t.Rows) {
			continue
		}
		other := tail.FindStringSubmatch(t.Rows[j].Text(field))
		if other == nil || other[1] != own[1] {
			continue
		}
		a, err1 := strconv.Atoi(own[2])
		b, err2 := strconv.Atoi(other[2])
		if err1 == nil && err2 == nil && b-a == step {
			score++
		}
	}
	return score
}

// nextNumber is the number after the one in the row before.
func (t *Table) nextNumber(field string, at int) string {
	if at == 0 {
		return ""
	}
	m := tail.FindStringSubmatch(t.Rows[at-1].Text(field))
	if m == nil || len(m[2]) > 9 {
		return ""
	}
	n, _ := strconv.Atoi(m[2])
	next := strconv.Itoa(n + 1)
	return m[1] + strings.Repeat("0", max(0, len(m[2])-len(next))) + next
}

// cars reports a plate at two units. The vehicle sheet, when there is one, says
// whose it is; else the row further down took a plate already given.
func (c *checker) cars() {
	type use struct {
		table *Table
		row   *Row
		place placeKey
	}
	owner := map[string]placeKey{}
	for _, t := range c.report.tablesOf("vehicle") {
		first := map[string]*Row{}
		for _, r := range t.Rows {
			for _, plate := range r.Items("plate") {
				if other := first[plate]; other != nil {
					c.at(Fault, t, r, "plate", "plate.duplicate", text.F("车牌 %s 与第 %d 行重复", "%s is also in row %d", plate, other.Number), text.B("核对行驶证，更正或删除其中一行", "check the licence; correct or delete one row"))
					continue
				}
				first[plate] = r
				owner[plate] = r.Place().key()
			}
		}
	}
	uses := map[string][]use{}
	var order []string
	for _, t := range c.report.tablesOf("parking") {
		for _, r := range t.Rows {
			for _, plate := range r.Items("plate") {
				if uses[plate] == nil {
					order = append(order, plate)
				}
				uses[plate] = append(uses[plate], use{t, r, r.Place().key()})
			}
		}
	}
	for _, plate := range order {
		list := uses[plate]
		right := 0
		for i, u := range list {
			if o, ok := owner[plate]; ok && u.place == o {
				right = i
				break
			}
		}
		for i, u := range list {
			if i == right {
				continue
			}
			kept := list[right]
			message := text.F("车牌 %s 已登记在 %s（第 %d 行）", "%s is already registered at %s (row %d)", plate, kept.row.Text("space"), kept.row.Number)
			if u.place == kept.place && u.place != (placeKey{}) {
				c.at(Notice, u.table, u.row, "plate", "plate.duplicate", message, text.B("同一户的两个车位用同一车牌，核对是否如此", "one unit uses the plate for two spaces; check"))
				continue
			}
			c.at(Fault, u.table, u.row, "plate", "plate.duplicate", message, text.B("核对行驶证，改成这一户自己的车牌", "check the licence and write the plate of this unit"))
		}
	}
}
