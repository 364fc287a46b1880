package importer

import (
	"strconv"
	"strings"

	"guanjia/internal/text"
)

// unitRef is a row of a unit sheet.
type unitRef struct {
	table *Table
	row   *Row
	place Place
}

// unitIndex finds units by place and keeps the areas of stacks: the units one
// above the other (same building, entrance and last two digits).
type unitIndex struct {
	all       []unitRef
	byKey     map[placeKey][]unitRef
	byRoom    map[[2]string][]unitRef // building, room
	bare      map[string][]unitRef    // room alone; each unit once
	inside    map[string][]unitRef    // building
	buildings map[string]string       // key → as written
	order     []string
	stacks    map[string]map[int64]int
	layered   bool // room numbers begin with the floor in this workbook
}

func indexUnits(tables []*Table) *unitIndex {
	x := &unitIndex{byKey: map[placeKey][]unitRef{}, byRoom: map[[2]string][]unitRef{}, bare: map[string][]unitRef{}, inside: map[string][]unitRef{}, buildings: map[string]string{}, stacks: map[string]map[int64]int{}}
	same, other := 0, 0
	for _, t := range tables {
		for _, r := range t.Rows {
			p := r.Place()
			if p.Room == "" {
				continue
			}
			u := unitRef{table: t, row: r, place: p}
			x.all = append(x.all, u)
			k := p.key()
			if len(x.byKey[k]) == 0 {
				x.bare[k.room] = append(x.bare[k.room], u)
				x.inside[k.building] = append(x.inside[k.building], u)
			}
			x.byKey[k] = append(x.byKey[k], u)
			x.byRoom[[2]string{k.building, k.room}] = append(x.byRoom[[2]string{k.building, k.room}], u)
			if _, ok := x.buildings[k.building]; !ok && p.Building != "" {
				x.buildings[k.building] = p.Building
				x.order = append(x.order, p.Building)
			}
			if area, ok := r.Number64("area"); ok {
				st := stackOf(p)
				if st != "" {
					if x.stacks[st] == nil {
						x.stacks[st] = map[int64]int{}
					}
					x.stacks[st][area]++
				}
			}
			if floor, byRoom, ok := floors(r, p); ok {
				if floor == byRoom {
					same++
				} else {
					other++
				}
			}
		}
	}
	x.layered = same > 0 && same >= 10*other
	return x
}

func stackOf(p Place) string {
	room := roomKey(p.Room)
	if len(room) < 3 || strings.Trim(room, "0123456789") != "" {
		return ""
	}
	k := p.key()
	return k.building + "|" + k.entrance + "|" + room[len(room)-2:]
}

// stackArea is the usual area of a unit's stack, how many others have it, and
// how many others there are.
func (x *unitIndex) stackArea(r *Row) (area int64, n, all int) {
	own, has := r.Number64("area")
	for a, count := range x.stacks[stackOf(r.Place())] {
		if has && a == own {
			count--
		}
		all += count
		if count > n || count == n && a < area {
			area, n = a, count
		}
	}
	return area, n, all
}

// floors is the floor a row says and the one its room number says.
func floors(r *Row, p Place) (floor, byRoom int64, ok bool) {
	room := roomKey(p.Room)
	if len(room) < 3 || len(room) > 5 || strings.Trim(room, "0123456789") != "" {
		return 0, 0, false
	}
	v := r.Values["floor"]
	if v == nil || !v.OK || v.Text == "" || v.Text != strconv.FormatInt(v.Number, 10) {
		return 0, 0, false
	}
	n, err := strconv.ParseInt(room[:len(room)-2], 10, 64)
	return v.Number, n, err == nil
}

// unitRows checks each unit against its own row and its stack.
func (c *checker) unitRows(t *Table) {
	for i, r := range t.Rows {
		c.owner(t, r)
		c.tenant(t, r)
		c.floor(t, i)
		c.area(t, r)
		c.oddBuilding(t, i)
		if sex := r.Meaning("owner_sex"); sex != "" && len(r.Items("owner")) == 1 {
			c.sex(t, r, "owner_sex", sex, r.Text("owner_id"))
		}
	}
}

func (c *checker) sex(t *Table, r *Row, field, sex, identity string) {
	if want := sexOf(identity); want != "" && want != sex {
		zh, en := "男", "male"
		if want == "female" {
			zh, en = "女", "female"
		}
		c.at(Fault, t, r, field, "sex.mismatch", text.B("性别与身份证号不符", "the sex does not agree with the identity number"), text.F("按证件号应为“%[1]s”；核对身份证", "the number says %[2]s; check the card", zh, en))
	}
}

// owner: a phone or number without a name belongs to nobody, and a unit that
// is lived in or let has an owner (EST-05: tenants have the owner behind them).
func (c *checker) owner(t *Table, r *Row) {
	if t.Sheet.column("owner") == 0 || r.Text("owner") != "" || r.Values["owner"].Fault != nil {
		return
	}
	state := r.Meaning("state")
	switch {
	case r.written("owner_phone") || r.written("owner_id"):
		c.at(Fault, t, r, "owner", "name.missing", text.B("有电话或证件号，没有业主姓名", "a phone or identity number without the owner's name"), text.B("按购房合同或产证填写业主姓名", "write the owner's name from the contract or certificate"))
	case r.written("tenant"):
		c.at(Fault, t, r, "owner", "tenant.without_owner", text.B("有租户，没有业主", "a tenant without an owner"), text.B("填写业主姓名：租户背后要有业主", "write the owner: every tenant has one behind"))
	case state == "owner_occupied" || state == "let" || state == "in_fitout":
		c.at(Fault, t, r, "owner", "name.missing", text.F("状态为“%s”，没有业主姓名", "the state is “%s”, the owner's name is empty", r.Text("state")), text.B("填写业主姓名，或更正状态", "write the owner's name, or correct the state"))
	}
}

func (c *checker) tenant(t *Table, r *Row) {
	if r.Text("tenant") == "" && (r.written("tenant_phone") || r.written("tenant_id")) && (r.Values["tenant"] == nil || r.Values["tenant"].Fault == nil) {
		c.at(Fault, t, r, "tenant", "name.missing", text.B("有租户电话或证件号，没有租户姓名", "a tenant's phone or number without the name"), text.B("按租赁合同填写租户姓名", "write the tenant's name from the lease"))
	}
	if who := r.Items("tenant"); len(who) > 0 && related(who, r.Items("owner")) && (r.Text("tenant_id") == "" || r.Text("tenant_id") == r.Text("owner_id")) {
		c.at(Notice, t, r, "tenant", "tenant.is_owner", text.B("租户就是业主", "the tenant is the owner"), text.B("自住就删去租户；同名的两个人补上证件号", "delete the tenant if the owner lives there; two people of one name need their numbers"))
	}
	if state := r.Meaning("state"); r.Text("tenant") != "" && (state == "unsold" || state == "vacant") {
		c.at(Notice, t, r, "state", "state.tenant", text.F("状态为“%s”，却有租户", "the state is “%s”, yet there is a tenant", r.Text("state")), text.B("核对是否已出租", "check whether it is let"))
	}
	if r.Meaning("state") == "let" && t.Sheet.column("tenant") != 0 && r.Text("tenant") == "" {
		c.at(Notice, t, r, "tenant", "tenant.unknown", text.B("已出租，没有登记租户", "let, but no tenant is written down"), text.B("登记租户（限期补身份证件）", "register the tenant; papers follow in time"))
	}
}

// floor compares floor and room number, where this workbook numbers rooms by
// floor. The neighbours say which of the two is wrong.
func (c *checker) floor(t *Table, i int) {
	r := t.Rows[i]
	floor, byRoom, ok := floors(r, r.Place())
	if !ok || !c.units.layered || floor == byRoom {
		return
	}
	field, prop := "floor", text.F("按房号应为 %d 层", "the room number says floor %d", byRoom)
	before, after := c.neighbourFloor(t, i, -1), c.neighbourFloor(t, i, 1)
	if before != 0 && after != 0 && before <= floor && floor <= after && !(before <= byRoom && byRoom <= after) {
		room := roomKey(r.Place().Room)
		field, prop = "room", text.F("按前后顺序在 %[1]d 层，是否为 %[1]d%[2]s？", "by the order around it floor %[1]d: %[1]d%[2]s?", floor, room[len(room)-2:])
	}
	c.at(Fault, t, r, field, "floor.mismatch", text.F("楼层 %d 与房号 %s 不符", "floor %d does not agree with room %s", floor, r.Place().Room), prop)
}

func (c *checker) neighbourFloor(t *Table, i, step int) int64 {
	j := i + step
	if j < 0 || j >= len(t.Rows) || t.Rows[j].Place().key().building != t.Rows[i].Place().key().building {
		return 0
	}
	if floor, byRoom, ok := floors(t.Rows[j], t.Rows[j].Place()); ok && floor == byRoom {
		return floor
	}
	return 0
}

// area: only gross slips against the stack (a decimal point, a doubled digit).
// Ground floors and penthouses differ from their stack by less and are right.
func (c *checker) area(t *Table, r *Row) {
	own, ok := r.Number64("area")
	if !ok || len(c.units.byKey[r.Place().key()]) > 1 {
		return
	}
	usual, n, all := c.units.stackArea(r)
	if n < 4 || n*10 < all*8 || own == usual || own < usual*3 && usual < own*3 {
		return
	}
	c.at(Fault, t, r, "area", "area.outlier", text.F("面积 %s 与同一户型线的 %s 相差悬殊", "%s is far from the %s of its stack", hundredths(own), hundredths(usual)), text.F("多半是小数点错位；同线其他 %d 户是 %s", "probably a slip of the decimal point; %d others of the stack have %s", n, hundredths(usual)))
}

// oddBuilding: one row whose building occurs nowhere else, between rows of one
// other building, is a slip of the pen.
func (c *checker) oddBuilding(t *Table, i int) {
	r := t.Rows[i]
	k := r.Place().key()
	if t.Sheet.column("building") == 0 || i == 0 || i+1 >= len(t.Rows) || k.building == "" {
		return
	}
	before, after := t.Rows[i-1].Place(), t.Rows[i+1].Place()
	if b := before.key().building; b == "" || b != after.key().building || b == k.building || editDistance(b, k.building) > 1 {
		return
	}
	for _, u := range c.units.all {
		if u.row != r && u.place.key().building == k.building {
			return
		}
	}
	c.at(Fault, t, r, "building", "building.unknown", text.F("只有这一行是“%s”，前后都是“%s”", "only this row says “%s”; its neighbours say “%s”", r.Place().Building, before.Building), text.F("是否为“%s”？", "“%s”?", before.Building))
}

// rooms reports units written twice, at the row that breaks the order.
func (c *checker) rooms() {
	seen := map[placeKey]bool{}
	for _, u := range c.units.all {
		k := u.place.key()
		twins := c.units.byKey[k]
		if len(twins) < 2 || seen[k] {
			continue
		}
		seen[k] = true
		rows := make([]candidateRow, len(twins))
		for i, w := range twins {
			rows[i] = candidateRow{ref: w, fits: c.fits(w)}
		}
		right := bestRow(rows)
		for i, w := range twins {
			if i == right {
				continue
			}
			first := twins[right]
			prop := text.F("与第 %d 行重复：核对房号，或删除这一行", "the same as row %d: check the room number, or delete this row", first.row.Number)
			if free := c.freeRoom(w); free != "" {
				prop = text.F("与第 %[1]d 行重复；按前后顺序是否为 %[2]s？", "the same as row %[1]d; by the order around it %[2]s?", first.row.Number, free)
			}
			c.at(Fault, w.table, w.row, "room", "room.duplicate", text.F("房号重复：%s", "%s occurs twice", w.place.String()), prop)
		}
	}
}

type candidateRow struct {
	ref  unitRef
	fits int
}

// bestRow is the row that stays: it fits its neighbours best; the first of equals.
func bestRow(rows []candidateRow) int {
	best := 0
	for i, r := range rows {
		if r.fits > rows[best].fits {
			best = i
		}
	}
	return best
}

// fits counts how well a unit stands in the order of its sheet: a neighbour of
// the same building and entrance, numbers that grow, the area of its stack.
func (c *checker) fits(u unitRef) int {
	i := u.row.at
	score := 0
	for _, step := range []int{-1, 1} {
		j := i + step
		if j < 0 || j >= len(u.table.Rows) {
			continue
		}
		p := u.table.Rows[j].Place()
		if p.key().building != u.place.key().building || p.key().entrance != u.place.key().entrance {
			continue
		}
		score++
		a, err1 := strconv.Atoi(roomKey(u.place.Room))
		b, err2 := strconv.Atoi(roomKey(p.Room))
		if err1 == nil && err2 == nil && (b-a)*step > 0 {
			score += 2
			if b-a == step {
				score++
			}
		}
	}
	if usual, n, _ := c.units.stackArea(u.row); n >= 3 {
		if own, ok := u.row.Number64("area"); ok && own == usual {
			score++
		}
	}
	return score
}

// freeRoom is the number that is missing where the row stands: between 501 and
// 503 it is 502. "" when the neighbours leave no single free number.
func (c *checker) freeRoom(u unitRef) string {
	i := u.row.at
	if i <= 0 || i+1 >= len(u.table.Rows) {
		return ""
	}
	before, after := u.table.Rows[i-1].Place(), u.table.Rows[i+1].Place()
	a, err1 := strconv.Atoi(roomKey(before.Room))
	b, err2 := strconv.Atoi(roomKey(after.Room))
	if err1 != nil || err2 != nil || b-a != 2 || before.key().building != u.place.key().building || after.key().building != u.place.key().building {
		return ""
	}
	free := strconv.Itoa(a + 1)
	if len(c.units.byRoom[[2]string{u.place.key().building, free}]) > 0 {
		return ""
	}
	return free
}
