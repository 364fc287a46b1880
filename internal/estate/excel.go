package estate

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// sheet writes one worksheet row by row, so that a large list needs little memory.
type sheet struct {
	file   *excelize.File
	stream *excelize.StreamWriter
	row    int
}

const sheetName = "Sheet1"

// newSheet begins a workbook with its title, a line about its origin, and heads.
func newSheet(title, about string, heads []string, widths []float64) (*sheet, error) {
	f := excelize.NewFile()
	stream, err := f.NewStreamWriter(sheetName)
	if err != nil {
		return nil, err
	}
	for i, w := range widths {
		if err := stream.SetColWidth(i+1, i+1, w); err != nil {
			return nil, err
		}
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 3, TopLeftCell: "A4", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	s := &sheet{file: f, stream: stream}
	cells := make([]any, len(heads))
	for i, h := range heads {
		cells[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	for _, line := range [][]any{{excelize.Cell{StyleID: bold, Value: title}}, {about}, cells} {
		if err := s.add(line...); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *sheet) add(cells ...any) error {
	s.row++
	at, err := excelize.CoordinatesToCellName(1, s.row)
	if err != nil {
		return err
	}
	for i, c := range cells { // what begins like a formula is text
		if v, ok := c.(string); ok {
			cells[i] = excelize.Cell{Value: v}
		}
	}
	return s.stream.SetRow(at, cells)
}

func (s *sheet) write(w io.Writer) error {
	if err := s.stream.Flush(); err != nil {
		return err
	}
	defer func() { _ = s.file.Close() }()
	return s.file.Write(w)
}

func sendSheet(w http.ResponseWriter, s *sheet, name string) error {
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Cache-Control", "no-store")
	return s.write(w)
}

// exported notes an export of personal data as a look (PLT-05).
func (p *Pages) exported(r *http.Request, v view, what string) error {
	return p.db.Write(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		return p.audit.Looked(ctx, tx, Look{Project: v.project.ID, Actor: v.actor, Entity: what, Field: "export", Reason: "Excel"})
	})
}

// chunk is how many rows an export reads in one short transaction.
const chunk = 500

func (p *Pages) unitsExcel(w http.ResponseWriter, r *http.Request) error {
	v := newView(r)
	f := unitFilter(r, v.project.ID)
	f.Limit, f.After, f.Before = chunk, "", ""
	if err := p.exported(r, v, "units"); err != nil {
		return err
	}
	in := func(b text.Both) string { return b.In(v.lang) }
	title := v.project.Name + text.T(r.Context(), "房屋台账", " units")
	s, err := newSheet(title, text.T(r.Context(), "导出人：", "Exported by ")+v.actor.Name+" "+p.db.Clock().Now().Format("2006-01-02 15:04"), []string{
		in(text.B("楼栋单元", "Building")), in(text.B("房号", "Room")), in(text.B("楼层", "Floor")), in(text.B("建筑面积(㎡)", "Area (m²)")), in(text.B("用途", "Use")), in(text.B("户型", "Layout")),
		in(text.B("朝向", "Orientation")), in(text.B("装修", "Condition")), in(text.B("状态", "State")), in(text.B("收楼日期", "Handed over")), in(text.B("业主", "Owner")), in(text.B("租户", "Tenant")), in(text.B("备注", "Note")),
	}, []float64{14, 10, 7, 12, 8, 12, 8, 8, 8, 12, 20, 20, 30})
	if err != nil {
		return err
	}
	for {
		var page UnitPage
		err := p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
			page, err = p.ListUnits(ctx, tx, f)
			return err
		})
		if err != nil {
			return err
		}
		for _, u := range page.Rows {
			if err := s.add(u.Plate, u.Room, u.Floor, float64(u.Area)/100, in(Uses.Title(u.Use)), u.Layout, u.Orientation, in(Conditions.Title(u.Condition)), in(States.Title(u.State)), u.HandedOver, u.Names(Owner), u.Names(Tenant), u.Note); err != nil {
				return err
			}
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	return sendSheet(w, s, title+".xlsx")
}

func (p *Pages) peopleExcel(w http.ResponseWriter, r *http.Request) error {
	v := newView(r)
	f := PersonFilter{Project: v.project.ID, Kind: web.Value(r, "kind"), Capacity: web.Value(r, "capacity"), Text: web.Value(r, "q"), Limit: chunk}
	if err := p.exported(r, v, "people"); err != nil {
		return err
	}
	in := func(b text.Both) string { return b.In(v.lang) }
	title := v.project.Name + text.T(r.Context(), "客户名册", " people")
	s, err := newSheet(title, text.T(r.Context(), "电话已遮盖。导出人：", "Phones are masked. Exported by ")+v.actor.Name+" "+p.db.Clock().Now().Format("2006-01-02 15:04"), []string{
		in(text.B("姓名", "Name")), in(text.B("类别", "Kind")), in(text.B("房屋与身份", "Units")), in(text.B("电话", "Phones")), in(text.B("法定代表人", "Legal representative")), in(text.B("来往的要求", "Wishes")),
	}, []float64{20, 8, 36, 30, 14, 40})
	if err != nil {
		return err
	}
	for {
		var page PersonPage
		err := p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
			page, err = p.ListPeople(ctx, tx, f)
			return err
		})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if err := s.add(row.Name, in(PersonKinds.Title(row.Kind)), row.holdsWords(v.lang), maskedOf(row.Phones), row.LegalRep, row.Wishes); err != nil {
				return err
			}
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	return sendSheet(w, s, title+".xlsx")
}

// holdsWords says what a person holds: "3栋1单元-1502 业主".
func (r PersonRow) holdsWords(lang text.Lang) string {
	out := ""
	for i, o := range r.Holds {
		if i > 0 {
			out += "、"
		}
		out += o.UnitTitle + " " + Capacities.Title(o.Capacity).In(lang)
	}
	return out
}

func (p *Pages) registerExcel(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadRegister(r, chunk)
	if err != nil {
		return err
	}
	if err := p.exported(r, v.view, v.reg.Name); err != nil {
		return err
	}
	title := v.project.Name + v.reg.Title.In(v.lang)
	var heads []string
	var widths []float64
	for _, f := range v.reg.Fields {
		heads, widths = append(heads, f.Title.In(v.lang)), append(widths, 18)
	}
	heads = append(heads, text.T(r.Context(), "状态", "State"), text.T(r.Context(), "在谁手里", "Held by"))
	s, err := newSheet(title, text.Tf(r.Context(), "表号 %s　第 %s 版　导出人：%s %s", "Form %s · version %s · exported by %s %s", v.reg.Form, v.reg.Version, v.actor.Name, v.when), heads, append(widths, 10, 16))
	if err != nil {
		return err
	}
	for {
		for _, e := range v.page.Rows {
			var cells []any
			for _, f := range v.reg.Fields {
				cells = append(cells, excelValue(e, f, v.lang))
			}
			if err := s.add(append(cells, v.reg.States.Title(e.State).In(v.lang), e.Holder)...); err != nil {
				return err
			}
		}
		if v.page.Next == "" {
			break
		}
		v.filter.After, v.filter.Before = v.page.Next, ""
		err := p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
			v.page, err = p.ListEntries(ctx, tx, v.filter)
			return err
		})
		if err != nil {
			return err
		}
	}
	return sendSheet(w, s, title+".xlsx")
}

// excelValue is a number where people reckon with it, else words.
func excelValue(e Entry, f Field, lang text.Lang) any {
	switch f.Kind {
	case Yuan:
		if n, err := strconv.ParseInt(e.Value(f.Name), 10, 64); err == nil {
			return float64(n) / 100
		}
	case Number:
		if n, err := strconv.ParseInt(e.Value(f.Name), 10, 64); err == nil {
			return n
		}
	}
	return e.show(f, lang)
}
