package caseweb

import (
	"context"
	"io"
	"strconv"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// Place is where a unit is, as a door plate shows it.
type Place struct {
	Building string // "3栋1单元"
	Room     string // "1502"
	Href     string
}

// Person is one account work can be given to.
type Person struct {
	Account int64
	Name    string
	InHand  int
	Head    bool // of a department
}

// Staff says who in a project can be sent; app fills it from auth and work.
type Staff interface {
	// Able lists who can do a trade, the one with the least in hand first; an
	// empty trade lists everybody who takes work.
	Able(ctx context.Context, tx *store.Tx, project int64, trade string) ([]Person, error)
	// Everybody lists who takes work, without counting what they have in hand.
	Everybody(ctx context.Context, tx *store.Tx, project int64) ([]Person, error)
}

// Handbook is what the pages read of the handbook in force; app fills it.
type Handbook interface {
	Stamp(project int64, procedure string) (casefile.Stamp, error)
	Kinds(project int64) []*procedure.Definition
	Role(id string) text.Both
}

// Attachments keeps photos that belong to a case; app fills it from files.
type Attachments interface {
	// Keep stores one file and returns its reference.
	Keep(ctx context.Context, actor auth.Actor, project, caseID int64, name string, r io.Reader) (string, error)
	// KeepPicture stores a picture; anything else is Invalid and not kept.
	KeepPicture(ctx context.Context, actor auth.Actor, project, caseID int64, name string, r io.Reader) (string, error)
	// Hung is what hangs on a case, by reference.
	Hung(ctx context.Context, project, caseID int64) (map[string]Hung, error)
}

// Hung is a file on a case.
type Hung struct {
	Name  string
	Small bool // it has a small picture to show
}

// Month tells the first page of the day how the month stands; app fills it from
// care. Who may not see the counts gets nothing.
type Month interface {
	Brief(ctx context.Context, tx *store.Tx, actor auth.Actor, project web.Project) ([]FigureLine, []RepeatLine, error)
}

// Pages serves the pages of cases.
type Pages struct {
	month Month
	db    *store.DB
	cases *casefile.Service
	book  Handbook
	staff Staff
	files Attachments
	more  Extras
}

// Extras is what other rooms add to the page of a case; nil adds nothing.
type Extras struct {
	Phrases func(project web.Project) string // address of the phrases to insert into notes
	Ways    func(ctx context.Context, project web.Project, v casefile.View) []Way
	// Older is the line of a case that finishes under another version of its
	// procedure than the one in force, and where the difference stands.
	Older func(ctx context.Context, project web.Project, v casefile.View) (words, path string, err error)
	// Elsewhere is the page of another room where the current step is done with
	// what that room knows already; its link stands in place of the form.
	Elsewhere func(ctx context.Context, project web.Project, v casefile.View) (words, path string, err error)
	// Homes finds units and people by what was typed: a room in any form, a
	// name, part of a number.
	Homes func(ctx context.Context, tx *store.Tx, project int64, typed string) ([]Home, error)
	// Buildings are what the list can be narrowed to, value the building's id.
	Buildings func(ctx context.Context, tx *store.Tx, project int64) ([]ui.Option, error)
}

// With adds what other rooms bring; at start only.
func (p *Pages) With(e Extras) { p.more = e }

// New makes the pages over the service.
func New(db *store.DB, cases *casefile.Service, book Handbook, staff Staff, files Attachments) *Pages {
	return &Pages{db: db, cases: cases, book: book, staff: staff, files: files}
}

// ShowMonth puts the figures of the month on the first page of the day; at
// start only.
func (p *Pages) ShowMonth(m Month) { p.month = m }

// maxPhotos bounds what the form of a step may carry, in bytes.
const maxPhotos = 64 << 20

// Routes lists the addresses of the pages.
func (p *Pages) Routes() []web.Route {
	at := web.AtProject
	do := at("POST /cases/{number}/do", casefile.PermWork, p.do)
	do.MaxBody = maxPhotos
	way := at("POST /cases/{number}/way/{way}", casefile.PermWork, p.goWay)
	way.MaxBody = maxPhotos
	return []web.Route{
		at("GET /today", casefile.PermWork, p.today),
		at("GET /cases", casefile.PermWork, p.list),
		at("POST /saved", casefile.PermWork, p.saveView),
		at("POST /saved/{saved}/drop", casefile.PermWork, p.dropView),
		at("GET /cases.xlsx", casefile.PermView, p.excel),
		at("GET /cases/{number}", casefile.PermWork, p.page),
		do,
		at("POST /cases/{number}/note", casefile.PermWork, p.note),
		at("GET /cases/{number}/print", casefile.PermView, p.slip),
		at("GET /registers/cases/print", casefile.PermView, p.register),
		at("GET /cases/{number}/way/{way}", casefile.PermWork, p.way),
		way,
	}
}

// Nav is the pages' place in the rail.
func (p *Pages) Nav() []web.NavItem {
	return []web.NavItem{
		{Place: 10, Title: text.B("今日", "Today"), Icon: "sun", Path: "/p/{project}/today", Permission: casefile.PermWork},
		{Place: 30, Title: text.B("工单", "Cases"), Icon: "tool", Path: "/p/{project}/cases", Permission: casefile.PermWork},
	}
}

func actorOf(ctx context.Context) auth.Actor {
	a, _ := auth.From(ctx)
	return a
}

// placeOf splits the plate a case keeps into the two halves of a door plate.
func placeOf(project web.Project, c casefile.Case) Place {
	building, room, ok := strings.Cut(c.Plate, "-")
	if !ok {
		return Place{}
	}
	return Place{Building: building, Room: room, Href: "/p/" + project.Code + "/units/" + strconv.FormatInt(c.Unit, 10)}
}

func casePath(project web.Project, number string) string {
	return "/p/" + project.Code + "/cases/" + number
}
