package importer

import (
	"bytes"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/text"
)

// WriteMarked writes a copy of a workbook in which every finding is coloured
// and carries a note, and a first sheet that lists them all, so that the person
// who keeps the workbook can correct it where it stands.
func WriteMarked(w io.Writer, original []byte, report *Report, lang text.Lang) error {
	f, err := excelize.OpenReader(bytes.NewReader(original), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: 32 << 20})
	if err != nil {
		return damaged(err)
	}
	defer func() { _ = f.Close() }()
	styles := map[string]int{}
	for _, finding := range report.Findings {
		if err := mark(f, styles, finding, lang); err != nil {
			return fmt.Errorf("marking %s!%s: %w", finding.Sheet, finding.Cell(), err)
		}
	}
	if err := listSheet(f, report, lang); err != nil {
		return fmt.Errorf("listing the findings: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("writing the marked copy: %w", err)
	}
	return nil
}

// mark colours one cell over its own style and adds a note.
func mark(f *excelize.File, styles map[string]int, finding Finding, lang text.Lang) error {
	cell := finding.Cell()
	old, err := f.GetCellStyle(finding.Sheet, cell)
	if err != nil {
		return err
	}
	key := fmt.Sprint(old, finding.Level)
	id, ok := styles[key]
	if !ok {
		style, err := f.GetStyle(old)
		if err != nil || style == nil {
			style = &excelize.Style{}
		}
		colour := "FFC7CE"
		if finding.Level == Notice {
			colour = "FFEB9C"
		}
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
		if id, err = f.NewStyle(style); err != nil {
			return err
		}
		styles[key] = id
	}
	if err := f.SetCellStyle(finding.Sheet, cell, cell, id); err != nil {
		return err
	}
	note := finding.Message.In(lang) + "\n→ " + finding.Proposal.In(lang)
	if comments, err := f.GetComments(finding.Sheet); err == nil {
		for _, c := range comments {
			if c.Cell == cell {
				note = c.Text + "\n" + note
				if err := f.DeleteComment(finding.Sheet, cell); err != nil {
					return err
				}
			}
		}
	}
	return f.AddComment(finding.Sheet, excelize.Comment{Cell: cell, Author: "管家", Text: text.Cut(note, 2000), Width: 260, Height: 90})
}

// listSheet puts the list of findings in front, each linked to its cell.
func listSheet(f *excelize.File, report *Report, lang text.Lang) error {
	name := text.B("需要更正", "To correct").In(lang)
	if i, err := f.GetSheetIndex(name); err != nil || i >= 0 {
		name += " (2)"
	}
	index, err := f.NewSheet(name)
	if err != nil {
		return err
	}
	head := []any{"工作表", "单元格", "级别", "问题", "建议", "代码"}
	if lang == text.EN {
		head = []any{"Sheet", "Cell", "Level", "What is wrong", "Proposal", "Code"}
	}
	if err := f.SetSheetRow(name, "A1", &head); err != nil {
		return err
	}
	for i, finding := range report.Findings {
		level := text.B("须更正", "to correct")
		if finding.Level == Notice {
			level = text.B("请核对", "to check")
		}
		row := []any{finding.Sheet, finding.Cell(), level.In(lang), finding.Message.In(lang), finding.Proposal.In(lang), finding.Code}
		if err := f.SetSheetRow(name, Ref(i+2, 1), &row); err != nil {
			return err
		}
		if err := f.SetCellHyperLink(name, Ref(i+2, 2), "'"+finding.Sheet+"'!"+finding.Cell(), "Location"); err != nil {
			return err
		}
	}
	for col, width := range map[string]float64{"A": 16, "B": 10, "C": 10, "D": 60, "E": 60, "F": 24} {
		if err := f.SetColWidth(name, col, col, width); err != nil {
			return err
		}
	}
	if err := f.MoveSheet(name, f.GetSheetName(0)); err != nil {
		return err
	}
	if index, err = f.GetSheetIndex(name); err == nil {
		f.SetActiveSheet(index)
	}
	return err
}
