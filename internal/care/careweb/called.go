package careweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/care"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// calledPage is the register of the customers rung back in a month: the same
// lines on the page, on paper and as a workbook (REC-21, INS-03).
type calledPage struct {
	Tabs, Months       []ui.View
	Back, Print, Excel string
	Month              string
	Heads              []string
	Rows               []calledRow
	Total              string
	Paper              ui.PaperProps
}

type calledRow struct {
	Number, Href string
	Cells        []string // without the number
}

// The register bears the number the trade knows it by (REC-21).
const calledForm, calledVersion = "FM-GL-032-0", "0"

func calledTitle(ctx context.Context) string {
	return text.T(ctx, "回访登记表", "Register of follow-ups")
}

func calledHeads(ctx context.Context) []string {
	return []string{
		text.T(ctx, "单号", "Number"), text.T(ctx, "类型", "Kind"), text.T(ctx, "房屋", "Unit"), text.T(ctx, "客户", "Customer"), text.T(ctx, "回访时间", "Rung back"),
		text.T(ctx, "回访人", "By"), text.T(ctx, "方式", "Way"), text.T(ctx, "结果", "Result"), text.T(ctx, "评分", "Rating"), text.T(ctx, "客户意见", "Opinion"),
	}
}

func (p *Pages) loadCalled(r *http.Request) (calledPage, error) {
	ctx := r.Context()
	project, now := web.ProjectOf(ctx), p.db.Clock().Now()
	at := month(r, now)
	var list []care.Called
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = p.care.Called(ctx, tx, actorOf(ctx), project.ID, at)
		return err
	})
	if err != nil {
		return calledPage{}, err
	}
	name := at.In(calendar.Zone).Format("2006-01")
	page := calledPage{
		Tabs: tabs(ctx, "follow-ups"), Back: in(ctx, "/follow-ups"), Print: in(ctx, "/follow-ups/register/print?month="+name), Excel: in(ctx, "/follow-ups/register.xlsx?month="+name),
		Month: name, Months: months(now, in(ctx, "/follow-ups/register"), name), Heads: calledHeads(ctx),
		Paper: ui.PaperProps{
			Wide: true, Title: calledTitle(ctx), Org: project.Name, Form: calledForm, Version: calledVersion, Number: name,
			Printed: text.Tf(ctx, "%s %s 打印", "Printed by %s %s", actorOf(ctx).Name, ui.Exact(now)),
		},
	}
	content := 0
	for _, c := range list {
		if c.Outcome == "satisfied" {
			content++
		}
		page.Rows = append(page.Rows, p.calledRow(ctx, c))
	}
	page.Total = text.Tf(ctx, "合计 %d 次：满意 %d，不满意 %d", "%d calls: %d satisfied, %d not", len(list), content, len(list)-content)
	return page, nil
}

func (p *Pages) calledRow(ctx context.Context, c care.Called) calledRow {
	rating := ""
	if c.Rating > 0 {
		rating = strconv.FormatInt(c.Rating, 10)
	}
	way := ""
	if c.Way != "" {
		way = caseweb.ByWord(c.Way).In(text.LangOf(ctx))
	}
	return calledRow{Number: c.Number, Href: casePath(ctx, c.Number), Cells: []string{
		p.kind(ctx, c.Case), strings.TrimSpace(c.Plate + " " + c.Place), c.Caller, ui.Exact(c.At), c.By, way, outcomeWord(ctx, c.Outcome), rating, c.Words,
	}}
}

func (p *Pages) called(w http.ResponseWriter, r *http.Request) error {
	page, err := p.loadCalled(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, calledList(page))
}

func (p *Pages) calledPrint(w http.ResponseWriter, r *http.Request) error {
	page, err := p.loadCalled(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, calledPaper(page))
}

func (p *Pages) calledExcel(w http.ResponseWriter, r *http.Request) error {
	page, err := p.loadCalled(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	t := countTable{Title: page.Month, Heads: page.Heads}
	for _, row := range page.Rows {
		t.Rows = append(t.Rows, append([]string{row.Number}, row.Cells...))
	}
	t.Rows = append(t.Rows, []string{page.Total})
	about := text.Tf(ctx, "表号 %s　第 %s 版　", "Form %s · version %s · ", calledForm, calledVersion) +
		text.Tf(ctx, "导出人：%s %s", "exported by %s %s", actorOf(ctx).Name, ui.Exact(p.db.Clock().Now()))
	return sendBook(w, web.ProjectOf(ctx).Name+calledTitle(ctx)+" "+page.Month, about, []countTable{t})
}
