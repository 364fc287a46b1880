package importer

import (
	"slices"

	"guanjia/internal/text"
)

// someone is a person or company as one row writes them.
type someone struct {
	table    *Table
	row      *Row
	nameAt   string // field of the name
	idAt     string
	phoneAt  string
	names    []string
	identity string
	place    placeKey
}

func (c *checker) everyone() []someone {
	var out []someone
	add := func(kind, name, id, phone string) {
		for _, t := range c.report.tablesOf(kind) {
			for _, r := range t.Rows {
				if names := r.Items(name); len(names) > 0 {
					out = append(out, someone{t, r, name, id, phone, names, r.Text(id), r.Place().key()})
				}
			}
		}
	}
	add("unit", "owner", "owner_id", "owner_phone")
	add("unit", "tenant", "tenant_id", "tenant_phone")
	add("resident", "name", "identity", "phones")
	return out
}

// people reports one identity number under names that have nothing in common,
// and notices phones that people of different units share.
func (c *checker) people() {
	byID, byPhone := map[string][]someone{}, map[string][]someone{}
	var ids, phones []string
	for _, p := range c.everyone() {
		if p.identity != "" {
			if byID[p.identity] == nil {
				ids = append(ids, p.identity)
			}
			byID[p.identity] = append(byID[p.identity], p)
		}
		for _, number := range p.row.Items(p.phoneAt) {
			if !mobile.MatchString(number) {
				continue // offices and families share landlines
			}
			if byPhone[number] == nil {
				phones = append(phones, number)
			}
			byPhone[number] = append(byPhone[number], p)
		}
	}
	for _, id := range ids {
		c.oneIdentity(byID[id])
	}
	for _, number := range phones {
		list := byPhone[number]
		for _, p := range list[1:] {
			if related(p.names, list[0].names) || p.place == list[0].place {
				continue
			}
			c.at(Notice, p.table, p.row, p.phoneAt, "phone.shared", text.F("与第 %d 行的“%s”是同一手机号", "the same mobile as “%[2]s” in row %[1]d", list[0].row.Number, list[0].names[0]), text.B("家人或代理人可以共用；否则核对号码", "family or an agent may share it; else check the number"))
		}
	}
}

func (c *checker) oneIdentity(list []someone) {
	if len(list) < 2 {
		return
	}
	// The name most rows give is taken for right; the first of equals.
	best := 0
	for i := range list {
		if count(list, list[i].names) > count(list, list[best].names) {
			best = i
		}
	}
	right := list[best]
	for _, p := range list {
		if related(p.names, right.names) || p.row == right.row && p.table == right.table && p.nameAt == right.nameAt {
			continue
		}
		if len(p.names) == 1 && len(right.names) == 1 && editDistance(p.names[0], right.names[0]) == 1 && len([]rune(p.names[0])) > 1 {
			c.at(Fault, p.table, p.row, p.nameAt, "name.spelling", text.F("证件号与第 %d 行的“%s”相同，姓名写法不同", "the same identity number as “%[2]s” in row %[1]d, spelt differently", right.row.Number, right.names[0]), text.F("是否为“%s”？", "“%s”?", right.names[0]))
			continue
		}
		c.at(Fault, p.table, p.row, p.idAt, "identity.duplicate", text.F("证件号与第 %d 行的“%s”相同，姓名不同", "the same identity number as “%[2]s” in row %[1]d under another name", right.row.Number, right.names[0]), text.B("核对身份证，两人的号码不会相同", "check the card; two people never share a number"))
	}
}

func count(list []someone, names []string) int {
	n := 0
	for _, p := range list {
		if related(p.names, names) {
			n++
		}
	}
	return n
}

// related reports that two cells name somebody in common.
func related(a, b []string) bool {
	for _, x := range a {
		if slices.Contains(b, x) {
			return true
		}
	}
	return false
}

func (c *checker) residentRows(t *Table) {
	for _, r := range t.Rows {
		if sex := r.Meaning("sex"); sex != "" {
			c.sex(t, r, "sex", sex, r.Text("identity"))
		}
		c.ownerTwice(t, r)
	}
}

// ownerTwice compares an owner of the residents' sheet with the unit's own row:
// a name one character off is a slip; another name may be a co-owner.
func (c *checker) ownerTwice(t *Table, r *Row) {
	if r.Meaning("relation") != "owner" || len(r.Items("name")) != 1 {
		return
	}
	u, n := c.units.find(r.Place())
	if n != 1 {
		return
	}
	owners, name := u.row.Items("owner"), r.Items("name")[0]
	if len(owners) == 0 || slices.Contains(owners, name) {
		return
	}
	message := text.F("房屋台账第 %d 行的业主是“%s”", "row %d of the units names “%s” as the owner", u.row.Number, u.row.Text("owner"))
	for _, o := range owners {
		if editDistance(o, name) == 1 && len([]rune(name)) > 1 && !isCompany(o) {
			c.at(Fault, t, r, "name", "name.spelling", message, text.F("是否为“%s”？按产证更正写错的一处", "“%s”? Correct the wrong one by the certificate", o))
			return
		}
	}
	c.at(Notice, t, r, "name", "owner.differs", message, text.B("是共有人就在房屋台账里补上，否则更正", "add a co-owner to the units sheet, or correct it"))
}
