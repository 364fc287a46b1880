package importer

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"guanjia/internal/text"
)

// line is one faulty cell as programs read it.
type line struct {
	Sheet    string `json:"sheet"`
	Cell     string `json:"cell"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Proposal string `json:"proposal"`
}

// CheckCommand is `guanjia import --check FILE`: it needs no data folder. It
// writes every faulty cell to w, as JSON lines or for people, and returns the
// status to exit with: 1 when any cell is faulty. An error means that the file
// could not be read at all.
func CheckCommand(ctx context.Context, w io.Writer, file string, asJSON bool) (int, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, fmt.Errorf("opening the workbook: %w", err)
	}
	defer func() { _ = f.Close() }()
	book, err := Read(f)
	if err != nil {
		return 0, err
	}
	report := Check(book)
	faults := report.Faults()
	status := min(len(faults), 1)
	lang := text.LangOf(ctx)
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, f := range faults {
			if err := enc.Encode(line{f.Sheet, f.Cell(), f.Code, f.Message.In(lang), f.Proposal.In(lang)}); err != nil {
				return status, fmt.Errorf("writing the findings: %w", err)
			}
		}
		return status, nil
	}
	return status, writePlain(w, report, faults, lang)
}

func writePlain(w io.Writer, report *Report, faults []Finding, lang text.Lang) error {
	for _, t := range report.Tables {
		var err error
		if t.Sheet.Kind == nil {
			_, err = fmt.Fprintf(w, "%s: %s\n", t.Sheet.Name, text.B("没有认出表头，不导入", "no heading recognised, left out").In(lang))
		} else {
			only := text.Both{}
			if later(t) {
				only = text.B("，只检查，暂不导入", ", checked only, not imported yet")
			}
			_, err = fmt.Fprintf(w, "%s: %s, %s%s\n", t.Sheet.Name, t.Sheet.Kind.Title.In(lang), text.F("%d 行", "%d rows", len(t.Rows)).In(lang), only.In(lang))
		}
		if err != nil {
			return err
		}
	}
	for _, f := range faults {
		if _, err := fmt.Fprintf(w, "%s!%s  %s  → %s  [%s]\n", f.Sheet, f.Cell(), f.Message.In(lang), f.Proposal.In(lang), f.Code); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, text.F("共 %d 处需要更正", "%d cells to correct", len(faults)).In(lang))
	return err
}
