package importer

import (
	"regexp"
	"strings"
	"time"
)

// Row is one row of data with its values by field.
type Row struct {
	Number int // in the sheet, from 1
	Values map[string]*Value
	place  *Place // read once: the checks ask for it often
	at     int    // in its table's rows
}

// Text is the normalised text of a field, "" when nothing (certain) is there.
func (r *Row) Text(field string) string {
	if v := r.Values[field]; v != nil && v.OK {
		return v.Text
	}
	return ""
}

// Items are the single phones, names or plates of a field.
func (r *Row) Items(field string) []string {
	if v := r.Values[field]; v != nil {
		return v.Items
	}
	return nil
}

// Meaning is the meaning of a word field ("let"), "" when unknown or empty.
func (r *Row) Meaning(field string) string {
	if v := r.Values[field]; v != nil && v.OK && len(v.Items) == 1 {
		return v.Items[0]
	}
	return ""
}

// Number64 is the number of a field; ok is false when none can be relied on.
func (r *Row) Number64(field string) (n int64, ok bool) {
	v := r.Values[field]
	if v == nil || !v.OK || v.Text == "" {
		return 0, false
	}
	return v.Number, true
}

// written reports whether anything stands in a field, faulty or not.
func (r *Row) written(field string) bool {
	v := r.Values[field]
	return v != nil && tidy(v.Raw) != "" && !words().blanks[plain(v.Raw)]
}

// Place is where the row's unit is: from its columns, or from one cell.
func (r *Row) Place() Place {
	if r.place == nil {
		p := r.readPlace()
		r.place = &p
	}
	return *r.place
}

func (r *Row) readPlace() Place {
	if v := r.Values["place"]; v != nil {
		p, _ := parsePlace(v.Raw)
		return p
	}
	p := Place{Building: r.Text("building"), Entrance: r.Text("entrance"), Room: r.Text("room")}
	if whole, ok := parsePlace(p.Room); ok && whole.Building != "" && (p.Building == "" || buildingKey(p.Building) == buildingKey(whole.Building)) {
		if p.Building == "" {
			p.Building = whole.Building
		}
		if p.Entrance == "" {
			p.Entrance = whole.Entrance
		}
		p.Room = whole.Room
	}
	return p
}

// Skipped is a row that carries no data, and why.
type Skipped struct {
	Row  int
	Why  string // "title", "heading", "note", "total"
	Text string
}

// Table is a sheet with its data rows read.
type Table struct {
	Sheet   *Sheet
	Rows    []*Row
	Skipped []Skipped
	totals  []int // zero-based rows
}

// table reads the rows below the heading.
func (s *Sheet) table(date1904 bool) *Table {
	t := &Table{Sheet: s}
	if s.Kind == nil {
		return t
	}
	for r := range s.Data - 1 {
		if line := s.line(r); line != "" {
			why := "title"
			if r >= s.Header-1 {
				why = "heading"
			}
			t.Skipped = append(t.Skipped, Skipped{Row: r + 1, Why: why, Text: line})
		}
	}
	fill := s.groups()
	for r := s.Data - 1; r < len(s.grid); r++ {
		if s.line(r) == "" {
			continue
		}
		if why := s.noData(r); why != "" {
			if why == "total" {
				t.totals = append(t.totals, r)
			}
			t.Skipped = append(t.Skipped, Skipped{Row: r + 1, Why: why, Text: s.line(r)})
			continue
		}
		row := &Row{Number: r + 1, Values: map[string]*Value{}}
		for _, c := range s.Columns {
			f, ok := s.Kind.Field(c.Field)
			if !ok {
				continue
			}
			raw := s.cell(r, c.Index-1)
			if strings.TrimSpace(raw) == "" && fill[f.Name] != nil {
				raw = fill[f.Name][r]
			}
			v := readValue(f, raw, date1904)
			if s.unworked[[2]int{r, c.Index - 1}] && v.OK {
				v.fail(unworkedFault())
			}
			v.Row, v.Column = r+1, c.Index
			row.Values[f.Name] = v
		}
		row.at = len(t.Rows)
		t.Rows = append(t.Rows, row)
	}
	return t
}

// cell is the raw text of a data cell: its own, or that of the merged area it
// lies in when the area begins in the same column.
func (s *Sheet) cell(r, c int) string {
	if v := s.own(r, c); v != "" {
		return v
	}
	if m, ok := s.merged[[2]int{r, c}]; ok && m[1] == c {
		return s.own(m[0], c)
	}
	return ""
}

// line is a row's own text, for people.
func (s *Sheet) line(r int) string {
	var parts []string
	for _, v := range s.grid[r] {
		if v = strings.TrimSpace(v); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, " ")
}

var notePattern = regexp.MustCompile(`^(\d+[.、)]|[*※★])`)

// noData says why a row carries no data: totals, notes, a repeated heading.
func (s *Sheet) noData(r int) string {
	var own []string
	for _, v := range s.grid[r] {
		if v = plain(v); v != "" {
			own = append(own, v)
		}
	}
	for i, v := range own {
		if i > 2 {
			break
		}
		for _, w := range words().totals {
			if strings.HasPrefix(v, w) && len([]rune(v)) <= len([]rune(w))+8 {
				return "total"
			}
		}
	}
	known := 0
	for _, c := range s.Columns {
		if c.Field != "" && plain(s.own(r, c.Index-1)) != "" && plain(s.own(r, c.Index-1)) == plain(c.Heading) {
			known++
		}
	}
	if known >= 2 && known*2 >= len(own) {
		return "heading"
	}
	for _, w := range words().notes {
		if strings.HasPrefix(own[0], w+":") || own[0] == w && len(own) <= 2 {
			return "note"
		}
	}
	if len(own) == 1 && (notePattern.MatchString(own[0]) || len([]rune(own[0])) > 12 || s.wide(r)) {
		return "note"
	}
	return ""
}

// wide reports that the row is one cell merged over several columns.
func (s *Sheet) wide(r int) bool {
	for c := 1; c < maxColumns && c < s.width(); c++ {
		if m, ok := s.merged[[2]int{r, c}]; ok && m[1] < c && m[0] == r {
			return true
		}
	}
	return false
}

// groups fills columns that are written once for a group of rows without
// merging: only when at least half of the column is empty and its first row is
// not. A lower level starts anew where the level above is written.
func (s *Sheet) groups() map[string][]string {
	out := map[string][]string{}
	above := -1
	for _, f := range s.Kind.Fields {
		c := s.column(f.Name) - 1
		if !f.Fill || c < 0 {
			continue
		}
		filled, empty := 0, 0
		for r := s.Data - 1; r < len(s.grid); r++ {
			switch {
			case s.line(r) == "" || s.noData(r) != "":
			case s.cell(r, c) == "":
				empty++
			default:
				filled++
			}
		}
		if filled > 0 && empty >= filled && s.Data-1 < len(s.grid) && s.cell(s.Data-1, c) != "" {
			values, last := make([]string, len(s.grid)), ""
			for r := s.Data - 1; r < len(s.grid); r++ {
				if own := s.cell(r, c); own != "" {
					last = own
				} else if above >= 0 && s.own(r, above) != "" {
					last = ""
				}
				values[r] = last
			}
			out[f.Name] = values
		}
		above = c
	}
	return out
}

var asOfPattern = regexp.MustCompile(`(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})`)

// asOf is the day a workbook says it stands for ("截至2026年10月31日" in a
// title row), "" when no title says so.
func asOf(tables []*Table) string {
	for _, t := range tables {
		for _, s := range t.Skipped {
			if s.Why != "title" || !strings.Contains(s.Text, "截") && !strings.Contains(s.Text, "日期") {
				continue
			}
			if m := asOfPattern.FindStringSubmatch(tidy(s.Text)); m != nil {
				if day, err := time.Parse(time.DateOnly, m[1]+"-"+two(m[2])+"-"+two(m[3])); err == nil {
					return day.Format(time.DateOnly)
				}
			}
		}
	}
	return ""
}
