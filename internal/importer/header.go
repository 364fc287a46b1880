package importer

import (
	"strings"
	"unicode/utf8"
)

// headerSearch is how many filled rows from the top a heading is looked for in;
// titles, notes and company names stand above it.
const headerSearch = 30

// candidate is one reading of a sheet: kind, heading rows, columns.
type candidate struct {
	kind    *Kind
	row     int // zero-based first heading row
	rows    int // 1 or 2
	columns []Column
	score   int
}

// propose finds the heading and maps the columns: over all rows near the top,
// one or two of them together, and all kinds, the reading that explains most.
func (s *Sheet) propose() {
	s.Kind, s.Header, s.Data, s.Columns = nil, 0, 0, nil
	if s.Name == guideSheet.ZH || s.Name == guideSheet.EN {
		return
	}
	var best candidate
	seen := 0
	for r := range s.grid {
		if len(s.grid[r]) == 0 {
			continue
		}
		if seen++; seen > headerSearch {
			break
		}
		for rows := 1; rows <= 2 && r+rows <= len(s.grid); rows++ {
			heads := s.headings(r, rows)
			for _, k := range words().kinds {
				if c := s.tryKind(k, r, rows, heads); c.score > best.score {
					best = c
				}
			}
		}
	}
	if best.score > 0 {
		s.Kind, s.Header, s.Data, s.Columns = best.kind, best.row+1, best.row+best.rows+1, best.columns
	}
}

// headings joins the rows of a heading: a cell merged over both levels counts once.
func (s *Sheet) headings(r, rows int) []string {
	out := make([]string, s.width())
	for c := range out {
		top := strings.TrimSpace(s.at(r, c))
		out[c] = top
		if rows == 2 {
			if low := strings.TrimSpace(s.at(r+1, c)); low != "" && low != top {
				out[c] = strings.TrimSpace(top + " " + low)
			}
		}
	}
	return out
}

func (s *Sheet) tryKind(k *Kind, r, rows int, heads []string) candidate {
	c := candidate{kind: k, row: r, rows: rows}
	taken := map[string]bool{}
	filled, keys, required, needed := 0, 0, 0, 0
	for i, h := range heads {
		if h == "" || utf8.RuneCountInString(h) > 40 {
			continue
		}
		filled++
		col := Column{Index: i + 1, Heading: h}
		if f, sure := k.match(h, taken); f != nil {
			col.Field, col.Sure = f.Name, sure
			taken[f.Name] = true
			c.score += 10
			if sure {
				c.score += 5
			}
			if f.Key {
				keys++
			}
		}
		c.columns = append(c.columns, col)
	}
	hasKey := false
	for _, f := range k.Fields {
		hasKey = hasKey || f.Key
		if f.Require {
			needed++
			if taken[f.Name] {
				required++
			}
		}
	}
	switch {
	case len(taken) < 2, required == 0, required*2 < needed, hasKey && keys == 0:
		c.score = 0
		return c
	}
	c.score += 12*required + 8*keys - 3*(filled-len(taken)) - rows
	for _, n := range k.names {
		if strings.Contains(plain(s.Name), n) {
			c.score += 9
		}
	}
	// A second heading row must be headings too, not the first row of data.
	if rows == 2 && !s.secondLevel(k, r) {
		c.score = 0
	}
	return c
}

// secondLevel reports whether row r+1 carries headings below those of row r:
// at least two of its own cells are wordings of headings, alone or joined.
func (s *Sheet) secondLevel(k *Kind, r int) bool {
	known, own := 0, 0
	for c := range s.width() {
		low := strings.TrimSpace(s.own(r+1, c))
		if low == "" {
			continue
		}
		own++
		if f, _ := k.match(low, nil); f != nil {
			known++
		} else if f, _ := k.match(s.at(r, c)+low, nil); f != nil {
			known++
		}
	}
	return known >= 2 && known*2 >= own
}

// match finds the field a heading means. Exact wordings first, then one side
// of a slash, then the joined levels (租户 电话), then a wording inside it.
func (k *Kind) match(h string, taken map[string]bool) (*Field, bool) {
	full := heading(h)
	if full == "" {
		return nil, false
	}
	find := func(want string) *Field {
		for i := range k.Fields {
			if f := &k.Fields[i]; !taken[f.Name] {
				for _, a := range f.also {
					if a == want {
						return f
					}
				}
			}
		}
		return nil
	}
	if f := find(full); f != nil {
		return f, true
	}
	for _, part := range strings.FieldsFunc(plain(h), func(r rune) bool { return r == '/' || r == '、' || r == '或' }) {
		if f := find(heading(part)); f != nil {
			return f, true
		}
	}
	// Two levels: the lower one alone, when the upper is only a group title.
	if i := strings.LastIndexByte(h, ' '); i > 0 {
		upper, lower := heading(h[:i]), heading(h[i:])
		if k.has("tenant") && (strings.Contains(upper, "租") || strings.Contains(upper, "使用人")) {
			lower = "租户" + lower
		}
		if f := find(lower); f != nil {
			return f, true
		}
	}
	// Likely: the heading contains a wording of at least two characters; the
	// longest wins, and a date's heading is never taken by another field.
	var best *Field
	length := 1
	for i := range k.Fields {
		f := &k.Fields[i]
		if taken[f.Name] {
			continue
		}
		for _, a := range f.also {
			if n := utf8.RuneCountInString(a); n > length && strings.Contains(full, a) && n*2 >= utf8.RuneCountInString(full) {
				best, length = f, n
			}
		}
	}
	return best, false
}

func (k *Kind) has(name string) bool {
	_, ok := k.Field(name)
	return ok
}

// Missing lists the required fields that no column is read as.
func (s *Sheet) Missing() []Field {
	if s.Kind == nil {
		return nil
	}
	var out []Field
	for _, f := range s.Kind.Fields {
		if f.Require && s.column(f.Name) == 0 && !s.stands(f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// stands reports that a missing column is covered by another: "3栋1单元502"
// in the room column carries the building.
func (s *Sheet) stands(field string) bool {
	if s.Kind.Name != "unit" || field != "building" {
		return false
	}
	c := s.column("room")
	if c == 0 {
		return false
	}
	with, all := 0, 0
	for r := s.Data - 1; r < len(s.grid); r++ {
		if v := s.at(r, c-1); v != "" {
			all++
			if p, ok := parsePlace(v); ok && p.Building != "" {
				with++
			}
		}
	}
	return with > 0 && with*10 >= all*8
}

// column is the index (from 1) of the column read as field, 0 when none is.
func (s *Sheet) column(field string) int {
	for _, c := range s.Columns {
		if c.Field == field {
			return c.Index
		}
	}
	return 0
}

// Correction is a person's change to the proposed mapping of one sheet.
type Correction struct {
	Sheet   string         `json:"sheet"`
	Kind    string         `json:"kind"`    // "" leaves the sheet out
	Columns map[int]string `json:"columns"` // column from 1 → field; "" leaves it out
}

// Correct applies a person's changes. Unknown sheets, kinds, columns and
// fields are left as they were; a field goes to the last column that claims it.
func (b *Book) Correct(changes []Correction) {
	for _, ch := range changes {
		for _, s := range b.Sheets {
			if s.Name != ch.Sheet {
				continue
			}
			k, _ := KindOf(ch.Kind)
			if s.Kind = k; k == nil {
				continue
			}
			if s.Header == 0 {
				s.Header, s.Data = 1, 2
				for i, h := range s.headings(0, 1) {
					s.Columns = append(s.Columns, Column{Index: i + 1, Heading: h})
				}
			}
			s.correctColumns(ch.Columns)
		}
	}
}

func (s *Sheet) correctColumns(changes map[int]string) {
	for i := range s.Columns {
		c := &s.Columns[i]
		if want, ok := changes[c.Index]; ok && (want == "" || s.Kind.has(want)) && want != c.Field {
			for j := range s.Columns {
				if want != "" && s.Columns[j].Field == want {
					s.Columns[j].Field = ""
				}
			}
			c.Field, c.Sure = want, false
		}
		if c.Field != "" && !s.Kind.has(c.Field) {
			c.Field = ""
		}
	}
}
