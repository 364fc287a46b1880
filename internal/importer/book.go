package importer

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// The limits of a workbook. They are far above any real one (a project of
// 20,000 units has some 400,000 cells) and keep a hostile one from filling the
// memory of the machine.
const (
	MaxBytes      = 50 << 20  // of the file
	maxUnzipped   = 400 << 20 // of all its parts, unpacked
	maxSheets     = 60
	maxRows       = 200_000   // of one sheet
	maxCells      = 1_500_000 // of the workbook, empty ones between filled ones included
	maxColumns    = 300
	maxTextLength = 10_000 // runes in one cell; more is cut
)

// Book is a workbook as it was read: grids of raw text with their mapping.
type Book struct {
	Sheets   []*Sheet
	date1904 bool
}

// Sheet is one sheet: its cells, and how its columns are understood.
type Sheet struct {
	Name    string
	Hidden  bool
	Kind    *Kind // nil: not understood, nothing is imported from it
	Header  int   // first row of the heading, from 1; 0: none found
	Data    int   // first row after the heading, from 1
	Columns []Column
	grid    [][]string
	// unworked are the cells with a formula and no value, zero-based.
	unworked map[[2]int]bool
	merged   map[[2]int][2]int // cell → its merged area's first cell, zero-based row and column
}

// Column is one column with a heading and the field it is read as ("" = left out).
type Column struct {
	Index   int    // from 1
	Heading string // as written; the two levels joined by a space
	Field   string
	Sure    bool // the heading is a known wording; false: likely, or chosen by a person
}

// Read reads a workbook and proposes the mapping of its columns. It never
// trusts the file: what is too large, encrypted, of another format or damaged
// ends in an error of kind Invalid that says what to do. Nothing is checked
// yet; see Check.
func Read(r io.Reader) (*Book, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading the workbook: %w", err)
	}
	if err := sniff(data); err != nil {
		return nil, err
	}
	return open(data)
}

func open(data []byte) (b *Book, err error) {
	// The library below parses foreign XML; a panic in it must cost this file
	// only, not the service.
	defer func() {
		if p := recover(); p != nil {
			b, err = nil, damaged(fmt.Errorf("panic: %v", p))
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: 32 << 20})
	switch {
	case errors.Is(err, excelize.ErrWorkbookPassword):
		return nil, errEncrypted()
	case err != nil && strings.Contains(err.Error(), "unzip size exceeds"):
		return nil, errTooLarge("解压后超过 400 MB", "it unpacks to more than 400 MB")
	case err != nil:
		return nil, damaged(err)
	}
	defer func() { _ = f.Close() }()
	names := f.GetSheetList()
	if len(names) > maxSheets {
		return nil, errTooLarge(fmt.Sprintf("有 %d 个工作表，最多 %d 个", len(names), maxSheets), fmt.Sprintf("it has %d sheets, at most %d are read", len(names), maxSheets))
	}
	b = &Book{}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		b.date1904 = *props.Date1904
	}
	left, merges := maxCells, speaksOf(data, "mergeCell")
	for _, name := range names {
		s, err := readSheet(f, name, &left, merges)
		if err != nil {
			return nil, err
		}
		if s != nil {
			b.Sheets = append(b.Sheets, s)
		}
	}
	if speaksOf(data, "</f>", "<f ", ":f>") {
		// Parts that lie in another order than usual are not looked through: the
		// cells stay empty, as the library reads them.
		if found, err := unworked(data); err == nil {
			for _, s := range b.Sheets {
				s.noteUnworked(found[s.Name])
			}
		}
	}
	filled := false
	for _, s := range b.Sheets {
		s.propose()
		filled = filled || len(s.grid) > 0
	}
	if !filled {
		return nil, errs.New(errs.Invalid, "importer.file.empty", "工作簿里没有内容。请选择填好的文件，或先下载模板。", "The workbook is empty. Choose the filled one, or download the template first.")
	}
	return b, nil
}

// readSheet reads one sheet row by row and stops at the limits before anything
// large is built. A chart sheet is nil.
func readSheet(f *excelize.File, name string, left *int, merges bool) (*Sheet, error) {
	rows, err := f.Rows(name)
	if err != nil {
		var none excelize.ErrSheetNotExist
		if errors.As(err, &none) || strings.Contains(err.Error(), "is not a worksheet") {
			return nil, nil
		}
		return nil, damaged(err)
	}
	defer func() { _ = rows.Close() }()
	s := &Sheet{Name: name, merged: map[[2]int][2]int{}}
	if visible, err := f.GetSheetVisible(name); err == nil {
		s.Hidden = !visible
	}
	for n := 1; rows.Next(); n++ {
		if n > maxRows {
			return nil, errTooLarge(fmt.Sprintf("工作表“%s”超过 %d 行", name, maxRows), fmt.Sprintf("sheet %q has more than %d rows", name, maxRows))
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, damaged(err)
		}
		if *left -= len(cells) + 1; *left < 0 {
			return nil, errTooLarge(fmt.Sprintf("单元格超过 %d 个", maxCells), fmt.Sprintf("it has more than %d cells", maxCells))
		}
		s.grid = append(s.grid, keepRow(cells))
	}
	if err := rows.Error(); err != nil {
		return nil, damaged(err)
	}
	for len(s.grid) > 0 && len(s.grid[len(s.grid)-1]) == 0 {
		s.grid = s.grid[:len(s.grid)-1]
	}
	if len(s.grid) == 0 || !merges {
		return s, nil
	}
	return s, s.spread(f)
}

// speaksOf reports whether any sheet of the workbook holds one of these words of
// the format:
// of merged cells, of formulas. Asking the library would build the whole sheet
// in memory, which a large plain list need not pay for.
func speaksOf(data []byte, words ...string) bool {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return true
	}
	longest := 0
	for _, w := range words {
		longest = max(longest, len(w))
	}
	for _, part := range z.File {
		if !strings.Contains(strings.ToLower(part.Name), "worksheets/") {
			continue
		}
		r, err := part.Open()
		if err != nil {
			return true
		}
		buf, kept := make([]byte, 256<<10), 0
		for found := false; !found; {
			n, err := r.Read(buf[kept:])
			found = slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(buf[:kept+n], []byte(w)) })
			if found || err != nil && !errors.Is(err, io.EOF) {
				_ = r.Close()
				return true
			}
			if err != nil {
				break
			}
			// A word may lie across two reads.
			last := min(kept+n, longest-1)
			kept = copy(buf, buf[kept+n-last:kept+n])
		}
		_ = r.Close()
	}
	return false
}

// keepRow cuts a row to its filled part and the column limit.
func keepRow(cells []string) []string {
	if len(cells) > maxColumns {
		cells = cells[:maxColumns]
	}
	n := len(cells)
	for n > 0 && strings.TrimSpace(cells[n-1]) == "" {
		n--
	}
	if n == 0 {
		return nil
	}
	row := make([]string, n)
	for i, c := range cells[:n] {
		row[i] = text.Cut(c, maxTextLength)
	}
	return row
}

// spread notes for each cell of a merged area where its value stands.
func (s *Sheet) spread(f *excelize.File) error {
	areas, err := f.GetMergeCells(s.Name, true)
	if err != nil {
		return damaged(err)
	}
	left := maxCells
	for _, a := range areas {
		c1, r1, err1 := excelize.CellNameToCoordinates(a.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(a.GetEndAxis())
		if err1 != nil || err2 != nil {
			continue
		}
		for r := r1; r <= min(r2, len(s.grid)); r++ {
			for c := c1; c <= min(c2, maxColumns); c++ {
				if left--; left < 0 {
					return nil
				}
				s.merged[[2]int{r - 1, c - 1}] = [2]int{r1 - 1, c1 - 1}
			}
		}
	}
	return nil
}

// own is the raw text of a cell itself, zero-based.
func (s *Sheet) own(r, c int) string {
	if r < 0 || r >= len(s.grid) || c < 0 || c >= len(s.grid[r]) {
		return ""
	}
	return s.grid[r][c]
}

// at is the raw text of a cell, taken from the merged area it lies in.
func (s *Sheet) at(r, c int) string {
	if v := s.own(r, c); v != "" {
		return v
	}
	if m, ok := s.merged[[2]int{r, c}]; ok {
		return s.own(m[0], m[1])
	}
	return ""
}

// width is the number of columns that hold anything.
func (s *Sheet) width() int {
	w := 0
	for _, row := range s.grid {
		w = max(w, len(row))
	}
	return w
}

// Rows is the number of rows that hold anything, title and totals included.
func (s *Sheet) Rows() int { return len(s.grid) }

// Ref names a cell as Excel does: Ref(4, 11) is "K4".
func Ref(row, column int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return fmt.Sprintf("R%dC%d", row, column)
	}
	return name
}
