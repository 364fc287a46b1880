package careweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/text"
	"guanjia/internal/web"
)

// sendBook sends tables as a workbook, a sheet each.
func sendBook(w http.ResponseWriter, name, about string, tables []countTable) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	for i, t := range tables {
		sheet := t.Title
		if i == 0 {
			err = f.SetSheetName("Sheet1", sheet)
		} else {
			_, err = f.NewSheet(sheet)
		}
		if err != nil {
			return err
		}
		rows := append([][]string{{name + " · " + t.Title}, {about}, t.Heads}, t.Rows...)
		for n, row := range rows {
			at := "A" + strconv.Itoa(n+1)
			cells := make([]any, len(row))
			for j, v := range row {
				cells[j] = cell(v, n > 2 && j > 0)
			}
			if err := f.SetSheetRow(sheet, at, &cells); err != nil {
				return err
			}
		}
		if err := f.SetRowStyle(sheet, 3, 3, bold); err != nil {
			return err
		}
		if err := f.SetColWidth(sheet, "A", "A", 24); err != nil {
			return err
		}
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name+".xlsx"))
	h.Set("Cache-Control", "no-store")
	return f.Write(w)
}

// cell is a number where it is one; what begins like a formula stays text, for
// it is written as a value.
func cell(v string, number bool) any {
	if n, err := strconv.ParseInt(v, 10, 64); number && err == nil {
		return n
	}
	return v
}

func (p *Pages) figuresExcel(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page, err := p.loadMonth(r)
	if err != nil {
		return err
	}
	goals := countTable{Title: text.T(ctx, "指标", "Figures"), Heads: []string{text.T(ctx, "指标", "Figure"), text.T(ctx, "目标", "Target"), text.T(ctx, "本月", "Month")}}
	for _, f := range page.Figures {
		goals.Rows = append(goals.Rows, []string{f.Title.In(text.LangOf(ctx)), f.Target, f.Now})
	}
	topics := countTable{Title: text.T(ctx, "反复出现", "Repeated"), Heads: []string{
		text.T(ctx, "问题", "Problem"), text.T(ctx, "次数", "Count"), text.T(ctx, "户数", "Customers"), text.T(ctx, "时间", "Span"), text.T(ctx, "用词", "Words"),
	}}
	for _, t := range page.Repeated {
		topics.Rows = append(topics.Rows, []string{t.Problem, strconv.Itoa(t.Count), strconv.Itoa(t.People), t.Span, t.Words})
	}
	name := web.ProjectOf(ctx).Name + " " + page.Month + text.T(ctx, " 月度统计", " counts of the month")
	return sendBook(w, name, text.T(ctx, "导出人：", "Exported by ")+actorOf(ctx).Name+" "+p.db.Clock().Now().Format("2006-01-02 15:04"), append(append([]countTable{goals}, page.Tables...), topics))
}
