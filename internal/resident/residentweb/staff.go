package residentweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"guanjia/internal/errs"
	"guanjia/internal/resident"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// LinksPage is the codes of a unit, or of the common areas.
type LinksPage struct {
	Action         string
	Unit           bool
	UnitHref       string
	Building, Room string
	Lines          []LinkLine
	Words          string // what sending would say
	SendPath       string
	Place          string
	Err            error
}

// LinkLine is one code in force.
type LinkLine struct {
	Address, Place, Print, Label, Revoke string
	Expires                              string
}

func (p *Pages) unitLinks(w http.ResponseWriter, r *http.Request) error {
	page, err := p.linksOf(r, r.PathValue("unit"))
	if err != nil {
		return err
	}
	return web.Render(w, r, linksView(page))
}

func (p *Pages) areas(w http.ResponseWriter, r *http.Request) error {
	page, err := p.linksOf(r, "0")
	if err != nil {
		return err
	}
	return web.Render(w, r, linksView(page))
}

func (p *Pages) linksOf(r *http.Request, raw string) (LinksPage, error) {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	unit, err := strconv.ParseInt(raw, 10, 64)
	if err != nil {
		return LinksPage{}, errs.New(errs.NotFound, "resident.unit", "没有这个房屋。", "There is no such unit.")
	}
	base := "/p/" + project.Code + "/residents"
	page := LinksPage{Action: base + "/areas"}
	if unit != 0 {
		page.Unit, page.Action = true, UnitPath(project.Code, unit)
		page.SendPath, page.UnitHref = page.Action+"/send", "/p/"+project.Code+"/units/"+itoa(unit)
	}
	err = p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if unit != 0 {
			if page.Building, page.Room, err = p.house.Plate(ctx, tx, project.ID, unit); err != nil {
				return err
			}
		}
		list, err := p.links.Of(ctx, tx, project.ID, unit)
		for _, l := range list {
			at := base + "/links/" + itoa(l.ID)
			page.Lines = append(page.Lines, LinkLine{
				Address: p.address(r, l), Place: l.Place, Print: at + "/print", Label: at + "/print?size=label", Revoke: at + "/revoke", Expires: l.Expires.Format("2006-01-02"),
			})
		}
		if len(list) > 0 && unit != 0 {
			page.Words = message(ctx, project, p.address(r, list[0])).In(text.LangOf(ctx))
		}
		return err
	})
	return page, err
}

// message is what a resident is sent: no name, no room.
func message(ctx context.Context, project web.Project, address string) text.Both {
	return text.F("【%s】报修、看进度请点 %s，不用注册。", "%s: report a repair and follow it at %s, no account needed.", project.Name, address)
}

func (p *Pages) makeUnit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	page, err := p.linksOf(r, r.PathValue("unit"))
	if err != nil {
		return err
	}
	unit, _ := strconv.ParseInt(r.PathValue("unit"), 10, 64)
	if _, err := p.links.Make(ctx, actorOf(ctx), resident.Link{Project: project.ID, Kind: resident.Unit, Unit: unit}); err != nil {
		return err
	}
	web.Redirect(w, r, page.Action)
	return nil
}

func (p *Pages) makeArea(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	_, err := p.links.Make(ctx, actorOf(ctx), resident.Link{Project: web.ProjectOf(ctx).ID, Kind: resident.Area, Place: web.Value(r, "place")})
	if errs.KindOf(err) == errs.Invalid {
		page, e := p.linksOf(r, "0")
		if e != nil {
			return e
		}
		page.Err, page.Place = err, web.Value(r, "place")
		return web.RenderStatus(w, r, web.StatusOf(err), linksView(page))
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, "/p/"+web.ProjectOf(ctx).Code+"/residents/areas")
	return nil
}

// send keeps the message with the link for the channel that will carry it; the
// page says that it waits there.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	unit, _ := strconv.ParseInt(r.PathValue("unit"), 10, 64)
	to := ""
	err := p.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := p.links.Of(ctx, tx, project.ID, unit)
		if err != nil {
			return err
		}
		l := resident.Link{Project: project.ID, Kind: resident.Unit, Unit: unit}
		if len(list) > 0 {
			l = list[0]
		} else if l, err = p.links.MakeIn(ctx, tx, actorOf(ctx), l); err != nil {
			return err
		}
		to, err = p.house.Send(ctx, tx, project.ID, unit, message(ctx, project, p.address(r, l)))
		return err
	})
	if err != nil {
		return err
	}
	words := text.Tf(ctx, "已放进待发短信：%s。短信通道接通后送出。", "Queued for %s; it goes out once a text-message channel is connected.", to)
	if to == "" {
		words = text.T(ctx, "这一户没有登记电话，没有放进待发。", "No phone is on file for this unit; nothing was queued.")
	}
	web.Done(w, r, UnitPath(project.Code, unit), ui.Undo{Words: words})
	return nil
}

func (p *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err := p.links.Revoke(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, id); err != nil {
		return err
	}
	web.Redirect(w, r, web.Next(r, "/p/"+web.ProjectOf(ctx).Code+"/residents/areas"))
	return nil
}

// PrintPage is a code on paper.
type PrintPage struct {
	Label   bool
	Project string
	Where   string // of an area; a unit's paper names no room
	Address string
	Expires string
}

func (p *Pages) print(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	var l resident.Link
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = p.links.ByID(ctx, tx, project.ID, id)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, printView(PrintPage{
		Label: slices.Contains(r.URL.Query()["size"], "label"), Project: project.Name, Where: l.Place, Address: p.address(r, l), Expires: l.Expires.Format("2006-01-02"),
	}))
}
