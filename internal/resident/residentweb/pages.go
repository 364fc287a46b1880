package residentweb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"net/http"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/resident"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// Suggestion is what a resident's words point to.
type Suggestion struct {
	Fault, Trade, Grade string // "" when nothing is recognised
	Dangers             []Danger
}

// Danger is a word of danger with what to do and whom to call.
type Danger struct {
	Name   string
	Script text.Both
	Number string
}

// House is what these pages need of the rest; app fills it.
type House interface {
	// Project is code and name of a project.
	Project(ctx context.Context, tx *store.Tx, id int64) (web.Project, error)
	// Plate is the door plate of a unit: place and room.
	Plate(ctx context.Context, tx *store.Tx, project, unit int64) (building, room string, err error)
	// Owner chooses who of the staff answers for a report that nobody took in:
	// the desk, else a supervisor; the same turn gives the same person.
	Owner(ctx context.Context, tx *store.Tx, project int64, turn string) (int64, error)
	// Suggest reads words with the handbook's rules.
	Suggest(words string) Suggestion
	// Send keeps words for the customer of a unit until a channel carries them;
	// it says who they go to, masked, "" when nobody can be reached.
	Send(ctx context.Context, tx *store.Tx, project, unit int64, words text.Both) (to string, err error)
	// Keep stores a photo of a case; what is no picture is Invalid.
	Keep(ctx context.Context, project, caseID int64, name string, body io.Reader) (string, error)
	// Hold stores a photo that belongs to no case yet, for a day, and says what
	// names it; what is no picture is Invalid.
	Hold(ctx context.Context, name string, body io.Reader) (string, error)
	// Hang gives what Hold named to a case; Conflict when the day is over.
	Hang(ctx context.Context, project, caseID int64, held string) (string, error)
	// Photos are the pictures of a case that came over its reporter's codes,
	// oldest first; those of the staff and other attachments are not among them.
	Photos(ctx context.Context, tx *store.Tx, project, caseID int64) ([]Photo, error)
	// ServePhoto hands out the small picture of one of Photos. Errors: NotFound
	// for everything else.
	ServePhoto(w http.ResponseWriter, r *http.Request, project, caseID, id int64) error
	// Name is what an account is called.
	Name(ctx context.Context, tx *store.Tx, account int64) (string, error)
}

// Photo is a picture that a resident sent.
type Photo struct {
	ID    int64
	Name  string // as stored, cleaned
	Shown bool   // browsers can show it small
}

// Handbook is what the pages read of the handbook in force.
type Handbook interface {
	Stamp(project int64, procedure string) (casefile.Stamp, error)
}

// Pages serves the pages.
type Pages struct {
	db    *store.DB
	links *resident.Service
	cases *casefile.Service
	book  Handbook
	house House
	base  string // "https://guanjia.example.com", "" takes the request's own
}

// New makes the pages. base is the address that codes carry.
func New(db *store.DB, links *resident.Service, cases *casefile.Service, book Handbook, house House, base string) *Pages {
	return &Pages{db: db, links: links, cases: cases, book: book, house: house, base: strings.TrimSuffix(base, "/")}
}

// maxPhotos bounds what a resident may send at once, in bytes: ten pictures as
// phones take them, or one that is too large by itself and is then refused
// without losing the words beside it.
const maxPhotos = 64 << 20

// Routes lists the addresses.
func (p *Pages) Routes() []web.Route {
	open := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Permission: auth.Public, Handler: h, MaxBody: maxPhotos}
	}
	staff := func(pattern string, h web.Handler) web.Route {
		return web.AtProject(pattern, resident.PermLinks, h)
	}
	return []web.Route{
		open("GET /r/{token}", p.front),
		open("POST /r/{token}", p.report),
		open("GET /r/{token}/photos/{id}", p.photo),
		open("POST /r/{token}/add", p.add),
		open("POST /r/{token}/rate", p.rate),
		staff("GET /residents/units/{unit}", p.unitLinks),
		staff("POST /residents/units/{unit}", p.makeUnit),
		staff("POST /residents/units/{unit}/send", p.send),
		staff("GET /residents/areas", p.areas),
		staff("POST /residents/areas", p.makeArea),
		staff("GET /residents/links/{id}/print", p.print),
		staff("POST /residents/links/{id}/revoke", p.revoke),
	}
}

// Nav is the staff pages' place in the rail.
func (p *Pages) Nav() []web.NavItem {
	return []web.NavItem{{Place: 45, Title: text.B("住户码", "Codes"), Icon: "qrcode", Path: "/p/{project}/residents/areas", Permission: resident.PermLinks, Also: []string{"/p/{project}/residents"}}}
}

// UnitPath is where a unit's code is made.
func UnitPath(project string, unit int64) string {
	return "/p/" + project + "/residents/units/" + itoa(unit)
}

func formKey() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// open reads the link of a request; guessing is bounded by address.
func (p *Pages) open(r *http.Request) (l resident.Link, project web.Project, err error) {
	ctx := r.Context()
	err = p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if l, err = p.links.Open(ctx, tx, r.PathValue("token")); err != nil {
			return err
		}
		project, err = p.house.Project(ctx, tx, l.Project)
		return err
	})
	if err != nil && l.ID == 0 {
		if slow := p.links.MayLook(ctx, web.ClientIP(ctx).String()); slow != nil {
			return l, project, slow
		}
	}
	return l, project, err
}

// address is where a link leads, for codes and messages.
func (p *Pages) address(r *http.Request, l resident.Link) string {
	base := p.base
	if base == "" {
		base = "http://" + r.Host
		if web.Secure(r.Context()) {
			base = "https://" + r.Host
		}
	}
	return base + "/r/" + l.Token
}

func actorOf(ctx context.Context) auth.Actor {
	a, _ := auth.From(ctx)
	return a
}
