package deskweb

import (
	"net/http"

	"github.com/xuri/excelize/v2"
)

// sheet is a workbook of one worksheet: title, a line about it, heads, rows.
type sheet struct {
	file *excelize.File
	row  int
	err  error
}

func newSheet(title, about string, heads []string) *sheet {
	s := &sheet{file: excelize.NewFile()}
	s.add(title)
	s.add(about)
	cells := make([]any, len(heads))
	for i, h := range heads {
		cells[i] = h
	}
	s.add(cells...)
	return s
}

// add writes one row; text stays text, whatever it begins with.
func (s *sheet) add(cells ...any) {
	s.row++
	for i, c := range cells {
		at, err := excelize.CoordinatesToCellName(i+1, s.row)
		if err == nil {
			if v, ok := c.(string); ok {
				err = s.file.SetCellStr("Sheet1", at, v)
			} else {
				err = s.file.SetCellValue("Sheet1", at, c)
			}
		}
		if s.err == nil {
			s.err = err
		}
	}
}

func (s *sheet) send(w http.ResponseWriter, name string) error {
	defer func() { _ = s.file.Close() }()
	if s.err != nil {
		return s.err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	return s.file.Write(w)
}
