package residentweb

import (
	"context"
	"net/http"
	"slices"

	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/phone"
	"guanjia/internal/resident"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// ReportPage is where a resident says what is the matter.
type ReportPage struct {
	Path, Project         string
	Building, Room, Place string
	Tiles                 []ui.Tile
	Kind, Words, Phone    string
	When                  string // when somebody may come (REP-02)
	Key                   string
	Answers               string
	Large                 bool
	LargePath             string
	Kept                  []string // pictures a refused report had brought, sealed
	PhotoErr              string   // why one of them was not taken
	Err                   error
}

// sort is one tile and what it means in the handbook's words.
type sort struct {
	ui.Tile
	en                             string
	procedure, fault, trade, grade string
	common                         bool
}

var sorts = []sort{
	{Tile: ui.Tile{Value: "leak", Label: "漏水", Icon: "droplet"}, en: "Leak", procedure: "repair", fault: "leak", trade: "plumbing", grade: "urgent"},
	{Tile: ui.Tile{Value: "power", Label: "没电、灯", Icon: "bulb"}, en: "Power, lights", procedure: "repair", fault: "power", trade: "electric", grade: "general"},
	{Tile: ui.Tile{Value: "door", Label: "门窗锁", Icon: "door"}, en: "Doors, locks", procedure: "repair", fault: "door", trade: "carpentry", grade: "general"},
	{Tile: ui.Tile{Value: "sewer", Label: "下水堵", Icon: "bath"}, en: "Drain", procedure: "repair", fault: "sewer", trade: "plumbing", grade: "general"},
	{Tile: ui.Tile{Value: "lift", Label: "电梯", Icon: "elevator"}, en: "Lift", procedure: "repair", fault: "lift", trade: "lift", grade: "urgent", common: true},
	{Tile: ui.Tile{Value: "common", Label: "公共区域", Icon: "building"}, en: "Common area", procedure: "repair", fault: "other", trade: "general", grade: "general", common: true},
	{Tile: ui.Tile{Value: "complaint", Label: "投诉", Icon: "message-2"}, en: "Complaint", procedure: "complaint"},
	{Tile: ui.Tile{Value: "ask", Label: "问件事", Icon: "help-circle"}, en: "Question", procedure: "enquiry"},
	{Tile: ui.Tile{Value: "other", Label: "别的事", Icon: "dots"}, en: "Other", procedure: "repair", fault: "other", trade: "general", grade: "general"},
}

// front is the page behind a code: reporting, or the progress of a case.
func (p *Pages) front(w http.ResponseWriter, r *http.Request) error {
	l, project, err := p.open(r)
	if err != nil {
		return err
	}
	if l.Kind == resident.Case {
		page, err := p.progressPage(r, l, project)
		if err != nil {
			return err
		}
		return web.Render(w, r, progressView(page))
	}
	page, err := p.reportPage(r, l, project)
	if err != nil {
		return err
	}
	return web.Render(w, r, reportView(page))
}

func (p *Pages) reportPage(r *http.Request, l resident.Link, project web.Project) (ReportPage, error) {
	ctx := r.Context()
	page := ReportPage{
		Path: "/r/" + l.Token, Project: project.Name, Place: l.Place, Key: formKey(), Answers: "/p/" + project.Code + "/answers",
		Large: r.URL.Query().Get("large") != "",
	}
	page.LargePath = page.Path + "?large=1"
	if page.Large {
		page.LargePath = page.Path
	}
	for _, s := range sorts {
		t := s.Tile
		if text.LangOf(ctx) == text.EN {
			t.Label = s.en
		}
		page.Tiles = append(page.Tiles, t)
	}
	if l.Unit == 0 {
		return page, nil
	}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		page.Building, page.Room, err = p.house.Plate(ctx, tx, l.Project, l.Unit)
		return err
	})
	return page, err
}

// report opens a case from what a resident sent (DSK-01); words of danger in it
// ring at the desk as the case opens. The form's key makes it go once.
func (p *Pages) report(w http.ResponseWriter, r *http.Request) error {
	l, project, err := p.open(r)
	if err != nil {
		return err
	}
	if l.Kind == resident.Case {
		return errs.New(errs.NotFound, "resident.report", "这个码只看进度，不报事。", "This code shows progress only.")
	}
	ctx := r.Context()
	if err := p.links.May(ctx, l, web.ClientIP(ctx).String()); err != nil {
		return err // before a byte of the pictures is read
	}
	if err := web.ParseForm(r); err != nil {
		return err
	}
	in, err := p.opening(r, l)
	if err != nil {
		page, e := p.reportPage(r, l, project)
		if e != nil {
			return e
		}
		var refused error
		if page.Kept, refused, e = p.hold(r, l); e != nil {
			return e
		}
		if refused != nil {
			page.PhotoErr = ui.Said(ctx, refused)
		}
		page.Err, page.Kind, page.Words, page.Phone, page.When = err, web.Value(r, "kind"), web.Value(r, "words"), web.Value(r, "phone"), web.Value(r, "when")
		return web.RenderStatus(w, r, web.StatusOf(err), reportView(page))
	}
	var c casefile.Case
	var to resident.Link
	err = p.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if in.Owner, err = p.house.Owner(ctx, tx, l.Project, in.Key); err != nil {
			return err
		}
		if c, err = p.cases.OpenIn(ctx, tx, resident.Actor, in); err != nil {
			return err
		}
		to, err = p.links.OfCase(ctx, tx, l.Project, c.ID)
		return err
	})
	if err != nil {
		return err
	}
	next := "/r/" + to.Token
	if err := p.photos(r, l, c, in.Key+"p"); err != nil {
		if errs.KindOf(err) != errs.Invalid {
			return err
		}
		next += "?photo=" + refusal(err) // the report stands; the picture can be sent again
	}
	web.Redirect(w, r, next)
	return nil
}

// opening reads the form. Errors: Invalid with fields.
func (p *Pages) opening(r *http.Request, l resident.Link) (casefile.Opening, error) {
	var bad errs.Fields
	words, typed := web.Value(r, "words"), web.Value(r, "kind")
	i := slices.IndexFunc(sorts, func(s sort) bool { return s.Value == typed })
	if i < 0 {
		bad.Add("kind", "missing", "点一下是哪类事。", "Tap what it is about.")
	}
	if words == "" {
		bad.Add("words", "missing", "写一句哪里怎么了。", "Say in a few words what is the matter.")
	}
	if len([]rune(words)) > 2000 {
		bad.Add("words", "long", "最多 2000 字，其余可以用照片说明。", "At most 2,000 characters; show the rest in a photo.")
	}
	number := ""
	if raw := web.Value(r, "phone"); raw != "" {
		n, err := phone.Parse(raw, "")
		if err != nil {
			bad.Add("phone", "form", "电话号码没看懂，写手机号或带区号的座机。", "The number could not be read; give a mobile or a landline with area code.")
		}
		number = n.Key
	}
	if err := bad.Err("resident.report"); err != nil {
		return casefile.Opening{}, err
	}
	s := sorts[i]
	said := p.house.Suggest(words)
	in := casefile.Opening{
		Project: l.Project, Procedure: s.procedure, Channel: "resident", Unit: l.Unit, Place: l.Place, Caller: "住户", Phone: number, Words: words,
		Key: "r" + itoa(l.ID) + "-" + text.Cut(web.Value(r, "key"), 40), Fields: map[string]any{},
	}
	if s.procedure == "repair" {
		fault, trade, grade := s.fault, s.trade, s.grade
		if fault == "other" && said.Fault != "" {
			fault, trade, grade = said.Fault, said.Trade, said.Grade
		}
		part := "in_unit"
		if s.common || l.Unit == 0 {
			part = "common"
		}
		in.Fields = map[string]any{"part": part, "fault": fault, "trade": trade, "grade": grade}
		if at := web.Value(r, "when"); at != "" {
			in.Fields["convenient"] = text.Cut(at, 100)
		}
	}
	return in, nil
}
