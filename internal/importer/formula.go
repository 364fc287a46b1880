package importer

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/text"
)

// unworked finds, sheet by sheet, the formulas that were saved without a value:
// a program wrote them and nothing has computed them since. The library reads
// such a cell as empty, and an empty cell is no fault. "" is a computed value.
func unworked(data []byte) (map[string]map[[2]int]string, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	names, err := sheetParts(z)
	if err != nil {
		return nil, err
	}
	out := map[string]map[[2]int]string{}
	for part, name := range names {
		found, err := unworkedIn(z, part)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			out[name] = found
		}
	}
	return out, nil
}

// sheetParts is which part of the file holds which sheet.
func sheetParts(z *zip.Reader) (map[string]string, error) {
	var book struct {
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := readPart(z, "xl/workbook.xml", &book); err != nil {
		return nil, err
	}
	if err := readPart(z, "xl/_rels/workbook.xml.rels", &links); err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, s := range book.Sheets {
		for _, a := range s.Attrs {
			for _, l := range links.List {
				if a.Name.Local == "id" && a.Value == l.ID {
					target := path.Join("xl", l.Target)
					if strings.HasPrefix(l.Target, "/") {
						target = path.Clean(l.Target[1:])
					}
					names[target] = s.Name
				}
			}
		}
	}
	return names, nil
}

func readPart(z *zip.Reader, name string, into any) error {
	f, err := z.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return xml.NewDecoder(f).Decode(into)
}

// unworkedIn reads one sheet's cells as a stream.
func unworkedIn(z *zip.Reader, part string) (map[[2]int]string, error) {
	f, err := z.Open(part)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	found := map[[2]int]string{}
	var ref, kind, in, formula, value string
	has := false
	dec := xml.NewDecoder(f)
	for {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch in = t.Name.Local; in {
			case "c":
				ref, kind, formula, value, has = attr(t, "r"), attr(t, "t"), "", "", false
			case "f":
				has = true
			case "v":
				if kind == "str" { // computed, and perhaps to nothing
					has = false
				}
			}
		case xml.CharData:
			switch in {
			case "f":
				formula += text.Cut(string(t), maxTextLength)
			case "v", "t":
				value += text.Cut(string(t), maxTextLength)
			}
		case xml.EndElement:
			in = ""
			if t.Name.Local != "c" || !has || value != "" || len(found) >= maxCells {
				continue
			}
			if c, r, err := excelize.CellNameToCoordinates(ref); err == nil {
				found[[2]int{r - 1, c - 1}] = "=" + formula
			}
		}
	}
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// noteUnworked puts the formulas without a value where the cells read as empty.
// A row that holds nothing else is a list's empty end, filled in beforehand.
func (s *Sheet) noteUnworked(found map[[2]int]string) {
	s.unworked = map[[2]int]bool{}
	filled := map[int]bool{}
	for r, row := range s.grid {
		filled[r] = len(row) > 0
	}
	for at, formula := range found {
		r, c := at[0], at[1]
		if !filled[r] || c >= maxColumns || s.own(r, c) != "" {
			continue
		}
		for len(s.grid[r]) <= c {
			s.grid[r] = append(s.grid[r], "")
		}
		s.grid[r][c], s.unworked[at] = formula, true
	}
}
