package workweb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/work"
)

// Options are what the pages stand on.
type Options struct {
	DB        *store.DB
	Work      *work.Service
	Cases     *casefile.Service
	Book      Handbook
	Files     Attachments
	Customers Customers
	Crew      Crew
	Buildings Buildings
	Kit       Kit
}

// Pages serves the technician's phone and the dispatch board.
type Pages struct{ Options }

// New makes the pages.
func New(opt Options) *Pages { return &Pages{opt} }

// maxPhotos bounds what the form of a step may carry, in bytes.
const maxPhotos = 64 << 20

// Routes lists the addresses of the pages.
func (p *Pages) Routes() []web.Route {
	at := web.AtProject
	do := at("POST /work/{number}/do", work.PermOrders, p.do)
	do.MaxBody = maxPhotos
	photo := at("POST /work/{number}/photo", work.PermOrders, p.photo)
	photo.MaxBody = maxPhotos
	return []web.Route{
		at("GET /work", work.PermOrders, p.orders),
		at("GET /work/{number}", work.PermOrders, p.order),
		at("GET /work/{number}/step", work.PermOrders, p.step),
		do, photo,
		at("GET /work/{number}/cannot", work.PermOrders, p.cannot),
		at("POST /work/{number}/cannot", work.PermOrders, p.sayCannot),
		at("POST /work/{number}/note", work.PermOrders, p.note),
		at("GET /board", work.PermBoard, p.board),
		at("POST /board/send", casefile.PermDispatch, p.send),
		at("POST /board/rule", casefile.PermDispatch, p.byRule),
		at("GET /board/trades", work.PermManage, p.trades),
		at("POST /board/trades", work.PermManage, p.saveTrades),
	}
}

// Nav is the pages' place in the rail. A technician's orders come first, so
// that logging in leads there.
func (p *Pages) Nav() []web.NavItem {
	return []web.NavItem{
		{Place: 5, Title: text.B("我的工单", "My orders"), Icon: "device-mobile", Path: "/p/{project}/work", Permission: work.PermOrders},
		{Place: 32, Title: text.B("派单", "Dispatch"), Icon: "layout-kanban", Path: "/p/{project}/board", Permission: work.PermBoard},
	}
}

func actorOf(ctx context.Context) auth.Actor {
	a, _ := auth.From(ctx)
	return a
}

func orderPath(project web.Project, number string) string {
	return "/p/" + project.Code + "/work/" + number
}

// stepOf is the step a case stands at, as the procedure in force has it.
func (p *Pages) stepOf(c casefile.Case) *procedure.Step {
	stamp, err := p.Book.Stamp(c.Project, c.Procedure)
	if err != nil {
		return nil
	}
	return stamp.Def.Step(c.State.Step)
}

// formKey makes one form go once however often it is sent.
func formKey() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// split parts the plate a case keeps into the two halves of a door plate.
func split(c casefile.Case) (building, room string) {
	building, room, ok := strings.Cut(c.Plate, "-")
	if !ok {
		return "", ""
	}
	return building, room
}

// where is the place of a case in one word for narrow spots.
func where(c casefile.Case) string {
	if c.Plate != "" {
		return c.Plate
	}
	return c.Place
}
