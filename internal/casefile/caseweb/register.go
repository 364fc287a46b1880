package caseweb

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// form is the form people know a kind of case by: title, number, version, and
// the answers it has a column for.
type form struct {
	title           text.Both
	number, version string
	fields          []string
	single          bool   // the form of one case bears the number too
	by              string // the step whose doer is the handler of a case given to nobody
}

// forms by kind of case. The numbers FM-GL are the handbook's (REC-21); it
// numbers no register of complaints: that is ours, made of the rule that asks
// for it (CMP-02) as those of the estate are.
var forms = map[string]form{
	"repair":    {text.B("报修登记表", "Register of repairs"), "FM-GL-011-0", "0", []string{"fault", "grade", "convenient", "total"}, false, ""},
	"complaint": {text.B("投诉登记表", "Register of complaints"), "TS-02", "1", []string{"against", "person", "grade", "wants"}, false, ""},
	"follow_up": {text.B("回访登记表", "Register of follow-ups"), "FM-GL-032-0", "0", []string{"about_case", "way", "opinion", "rating", "remark"}, true, "follow"},
	"visit":     {text.B("走访登记表", "Register of visits"), "FM-GL-002-0", "0", []string{"purpose", "at", "notes", "opinions", "answer", "rating"}, true, "record"},
}

// register is one register with its columns; it counts the lines it is shown.
type register struct {
	form    form
	mixed   bool // cases of more than one kind: it has a column for the kind
	kind    string
	timed   bool   // open cases: it has a column for the clock
	cut     string // the view and the conditions that chose its lines, in words
	fields  []procedure.Field
	figures *procedure.Figures
	lines   int
	fen     int64
}

// line is one case of a register.
type line struct {
	c   casefile.Case
	row Row
	now time.Time
}

// registerFor is the register of the cases a filter selects: it says which
// they are, and of open ones how late.
func (p *Pages) registerFor(r *http.Request, f casefile.Filter, view string) (*register, error) {
	ctx := r.Context()
	reg := p.registerOf(ctx, web.ProjectOf(ctx), f.Procedure)
	reg.timed = f.Status == string(engine.Open)
	var form FilterForm
	if err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		form, err = p.filterForm(ctx, tx, r, f, view)
		return err
	}); err != nil {
		return nil, err
	}
	var words []string
	for _, v := range views {
		if v.key == view {
			words = append(words, v.title.In(text.LangOf(ctx)))
		}
	}
	for _, c := range conds(ctx, r.URL, form) {
		words = append(words, c.Field+" "+c.Value)
	}
	reg.cut = text.T(ctx, "范围：", "Chosen: ") + strings.Join(words, text.T(ctx, "，", ", "))
	return reg, nil
}

// registerOf is the register of a kind of case, of all kinds when it is "".
func (p *Pages) registerOf(ctx context.Context, project web.Project, kind string) *register {
	reg := &register{form: forms[kind], mixed: true, kind: kind}
	stamp, err := p.book.Stamp(project.ID, kind)
	if kind == "" || err != nil { // one the handbook has no more: as all kinds
		reg.form = form{title: text.B("事项登记表", "Register of cases")}
		return reg
	}
	reg.mixed, reg.figures = false, stamp.Figures
	if reg.form.number == "" {
		reg.form.title = text.B(stamp.Def.Title.ZH+"登记表", "Register: "+stamp.Def.Title.In(text.EN))
	}
	for _, name := range reg.form.fields {
		if f := stamp.Def.Field(name); f != nil {
			reg.fields = append(reg.fields, *f)
		}
	}
	return reg
}

// note says what a register of cases does not have: customers are rung back
// within repairs and complaints, too.
func (reg *register) note(ctx context.Context) string {
	if reg.kind != "follow_up" {
		return ""
	}
	return text.T(ctx, "这里只有另立的回访；维修、投诉里打的回访，在“回访”页的回访登记表里。",
		"Only follow-ups of their own are here; those made within repairs and complaints are in the register on the follow-up page.")
}

func (reg *register) heads(ctx context.Context) []string {
	out := []string{text.T(ctx, "单号", "Number"), text.T(ctx, "受理时间", "Taken in"), text.T(ctx, "房屋", "Unit"), text.T(ctx, "客户", "Customer")}
	if reg.mixed {
		out = append(out, text.T(ctx, "类型", "Kind"))
	}
	out = append(out, text.T(ctx, "内容", "Matter"))
	for _, f := range reg.fields {
		out = append(out, f.Title.In(text.LangOf(ctx)))
	}
	if reg.timed {
		out = append(out, text.T(ctx, "时限", "Clock"))
	}
	return append(out, text.T(ctx, "到哪一步 / 结果", "Step / result"), text.T(ctx, "经办", "Handler"), text.T(ctx, "首问负责", "Case owner"))
}

// cells are a line's cells, money as int64 fen; they are counted.
func (reg *register) cells(ctx context.Context, l line, matter string) []any {
	where := l.c.Plate
	if where == "" {
		where = l.c.Place
	} else if l.c.Place != "" {
		where += " " + l.c.Place
	}
	out := []any{l.row.Number, ui.Exact(l.row.Opened), where, l.row.Person}
	if reg.mixed {
		out = append(out, l.row.Kind)
	}
	out = append(out, matter)
	for _, f := range reg.fields {
		value, ok := l.c.State.Fields[f.Name]
		if fen, is := value.(int64); ok && is && f.Type == procedure.TypeMoney {
			reg.fen += fen
			out = append(out, fen)
			continue
		}
		words := ""
		if ok {
			words = answerWords(ctx, reg.figures, f, l.c.State.Fields, value)
		}
		out = append(out, words)
	}
	if reg.timed {
		out = append(out, clockWords(ctx, l.row.Chip, l.now))
	}
	result := l.row.Step
	if result == "" {
		result = chipWords(ctx, l.row.Chip, l.now)
	}
	reg.lines++
	return append(out, result, l.row.Assignee, l.row.Owner)
}

// clockWords say until when a case is due, and how late it is: paper does not
// count on.
func clockWords(ctx context.Context, c ui.Chip, now time.Time) string {
	words := chipWords(ctx, c, now)
	if c.Due.IsZero() {
		return words
	}
	return strings.TrimSpace(ui.ExactUntil(c.Due) + " " + words)
}

// words are the cells on paper.
func (reg *register) words(ctx context.Context, l line) []string {
	var out []string
	for _, cell := range reg.cells(ctx, l, l.row.Subject) {
		switch v := cell.(type) {
		case int64:
			out = append(out, ui.Fen(v))
		case string:
			out = append(out, v)
		}
	}
	return out
}

// total is the last line: how many, and the money where there is any.
func (reg *register) total(ctx context.Context) string {
	if reg.fen != 0 {
		return text.Tf(ctx, "合计 %d 件，%s 元", "%d in all, %s yuan", reg.lines, ui.Fen(reg.fen))
	}
	return text.Tf(ctx, "合计 %d 件", "%d in all", reg.lines)
}

// eachLine gives the lines a filter selects, at most most of them; more says
// that there were others.
func (p *Pages) eachLine(ctx context.Context, project web.Project, f casefile.Filter, most int, fn func(line) error) (more bool, err error) {
	f.Limit, f.After, f.NoTotal = 200, "", true
	now := p.db.Clock().Now()
	for n := 0; ; {
		found, err := p.cases.List(ctx, actorOf(ctx), f)
		if err != nil {
			return false, err
		}
		for _, c := range found.Cases {
			if n == most {
				return true, nil
			}
			n++
			row := p.row(ctx, project, c, found.Names, now)
			if row.Assignee == "" {
				row.Assignee = found.Names[c.State.DoneBy[forms[c.Procedure].by]]
			}
			if err := fn(line{c, row, now}); err != nil {
				return false, err
			}
		}
		if f.After = found.Next; f.After == "" {
			return false, nil
		}
	}
}

// maxExcel bounds the rows of one Excel file.
const maxExcel = 50000

// excel streams the register as a workbook in the form of the paper: title,
// number of the form, the same columns, totals (INS-03).
func (p *Pages) excel(w http.ResponseWriter, r *http.Request) error {
	ctx := ui.OnPaper(r.Context()) // a file is read on another day, too
	project := web.ProjectOf(ctx)
	f, view := p.filterOf(r)
	now := p.db.Clock().Now()
	reg, err := p.registerFor(r, f, view)
	if err != nil {
		return err
	}
	title := project.Name + reg.form.title.In(text.LangOf(ctx))
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	money, err := book.NewStyle(&excelize.Style{NumFmt: 4})
	if err != nil {
		return err
	}
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	if err := sheet.SetColWidth(1, 16, 16); err != nil {
		return err
	}
	n := 0
	add := func(style int, cells ...any) error {
		n++
		for i, cell := range cells {
			switch v := cell.(type) {
			case int64:
				cells[i] = excelize.Cell{StyleID: money, Value: float64(v) / 100}
			case string:
				cells[i] = excelize.Cell{StyleID: style, Value: plain(v)}
			}
		}
		at, err := excelize.CoordinatesToCellName(1, n)
		if err != nil {
			return err
		}
		return sheet.SetRow(at, cells)
	}
	by := text.Tf(ctx, "导出人：%s %s", "exported by %s %s", actorOf(ctx).Name, ui.Exact(now))
	if reg.form.number != "" {
		by = text.Tf(ctx, "表号 %s　第 %s 版　", "Form %s · version %s · ", reg.form.number, reg.form.version) + by
	}
	by += "　" + reg.cut
	if note := reg.note(ctx); note != "" {
		by += "　" + note
	}
	heads := reg.heads(ctx)
	cells := make([]any, len(heads))
	for i, h := range heads {
		cells[i] = h
	}
	for _, x := range [][]any{{title}, {by}, cells} {
		if err := add(bold, x...); err != nil {
			return err
		}
	}
	more, err := p.eachLine(ctx, project, f, maxExcel, func(l line) error { return add(0, reg.cells(ctx, l, l.c.Words)...) })
	if err != nil {
		return err
	}
	if err := add(bold, reg.totals(ctx, len(heads))...); err != nil {
		return err
	}
	if more {
		if err := add(bold, text.Tf(ctx, "只有前 %d 行，请按日期分开导出。", "Only the first %d rows; export by dates.", maxExcel)); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(title+" "+now.Format(time.DateOnly)+".xlsx"))
	_, err = book.WriteTo(w)
	return err
}

// totals is the last row: the count at the left, money under its column.
func (reg *register) totals(ctx context.Context, width int) []any {
	out, after := make([]any, width), 3 // the columns behind those of the answers
	if reg.timed {
		after++
	}
	out[0] = text.Tf(ctx, "合计 %d 件", "%d in all", reg.lines)
	for i, f := range reg.fields {
		if f.Type == procedure.TypeMoney && reg.fen != 0 {
			out[width-after-len(reg.fields)+i] = reg.fen
		}
	}
	return out
}
