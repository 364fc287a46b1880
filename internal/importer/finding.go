package importer

import (
	"cmp"
	"slices"

	"guanjia/internal/text"
)

// Level says whether a finding keeps its row out.
type Level string

// A fault is wrong for certain and keeps the row from being imported. A notice
// is unusual but may be right; it is shown and imported.
const (
	Fault  Level = "fault"
	Notice Level = "notice"
)

// Finding is one thing to correct, at the cell to correct.
type Finding struct {
	Sheet    string
	Row      int // from 1
	Column   int // from 1
	Level    Level
	Code     string // stable: "identity.checksum"
	Message  text.Both
	Proposal text.Both
}

// Cell names the cell: "J93".
func (f Finding) Cell() string { return Ref(f.Row, f.Column) }

// Report is the outcome of a check: tables read, findings in the order of the
// workbook.
type Report struct {
	Tables   []*Table
	Findings []Finding
	AsOf     string // the day the workbook stands for, "" when it does not say
}

// Faults lists the findings that must be corrected, one a cell: several faults
// of one cell are joined.
func (r *Report) Faults() []Finding {
	var out []Finding
	for _, f := range r.Findings {
		if f.Level != Fault {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Sheet == f.Sheet && out[n-1].Row == f.Row && out[n-1].Column == f.Column {
			last := &out[n-1]
			last.Message = text.B(last.Message.ZH+"；"+f.Message.ZH, last.Message.EN+"; "+f.Message.EN)
			last.Proposal = text.B(last.Proposal.ZH+"；"+f.Proposal.ZH, last.Proposal.EN+"; "+f.Proposal.EN)
			continue
		}
		out = append(out, f)
	}
	return out
}

// Table finds the first table of a kind, nil when the workbook has none.
func (r *Report) Table(kind string) *Table {
	for _, t := range r.Tables {
		if t.Sheet.Kind != nil && t.Sheet.Kind.Name == kind {
			return t
		}
	}
	return nil
}

// tablesOf lists the tables of a kind: a workbook may have one sheet a building.
func (r *Report) tablesOf(kind string) []*Table {
	var out []*Table
	for _, t := range r.Tables {
		if t.Sheet.Kind != nil && t.Sheet.Kind.Name == kind {
			out = append(out, t)
		}
	}
	return out
}

// sort puts the findings into the order of the workbook and drops doubles.
func (r *Report) sort(b *Book) {
	place := map[string]int{}
	for i, s := range b.Sheets {
		place[s.Name] = i
	}
	slices.SortStableFunc(r.Findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(place[x.Sheet], place[y.Sheet]), cmp.Compare(x.Row, y.Row), cmp.Compare(x.Column, y.Column), cmp.Compare(x.Level, y.Level), cmp.Compare(x.Code, y.Code))
	})
	r.Findings = slices.CompactFunc(r.Findings, func(x, y Finding) bool {
		return x.Sheet == y.Sheet && x.Row == y.Row && x.Column == y.Column && x.Code == y.Code
	})
}
