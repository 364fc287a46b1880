package handbook

import (
	"net/http"
	"sync/atomic"

	"guanjia/internal/auth"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// The rights of this room.
const (
	PermView   = "handbook.view"          // read it
	PermReview = "handbook.change.review" // let a change take effect
)

// Pages shows the handbook in force, whichever it is at the time, and the
// changes on their way into force.
type Pages struct {
	now    atomic.Pointer[Service]
	review *Review
	kept   Versions
}

// NewPages makes the pages; Show changes what they show.
func NewPages(s *Service, review *Review) *Pages {
	p := &Pages{review: review}
	p.Show(s)
	return p
}

// Show puts another handbook on the pages.
func (p *Pages) Show(s *Service) { p.now.Store(s) }

// Module hands the room to the house.
func (p *Pages) Module() module.Module {
	const base = "/handbook"
	page := func(path string, h func(s *Service, w http.ResponseWriter, r *http.Request) error) web.Route {
		return web.AtProject("GET "+base+path, PermView, func(w http.ResponseWriter, r *http.Request) error { return h(p.now.Load(), w, r) })
	}
	return module.Module{
		Name: "handbook", Room: 7, Migrations: store.Folder(migrations),
		Permissions: []auth.Permission{
			{Name: PermView, Title: text.B("查看手册：规则、规程、数值", "Read the handbook: rules, procedures, figures")},
			{Name: PermReview, Title: text.B("复核手册改动", "Review changes of the handbook")},
		},
		Routes: []web.Route{
			page("", (*Service).rulesPage), page("/rules/{id}", (*Service).rulePage), page("/procedures", (*Service).proceduresPage),
			page("/procedures/{name}", (*Service).procedurePage), page("/profiles", (*Service).profilesPage), page("/profiles/{name}", (*Service).profilePage),
			web.AtProject("GET "+base+"/procedures/{name}/versions", PermView, p.versionsPage),
			web.AtProject("GET "+base+"/changes", PermView, p.changesPage),
			web.AtProject("GET "+base+"/changes/{id}", PermView, p.changePage),
			web.AtProject("POST "+base+"/changes/{id}/approve", PermReview, p.approve),
			web.AtProject("POST "+base+"/changes/{id}/refuse", PermReview, p.refuse),
			web.AtProject("POST "+base+"/changes/{id}/withdraw", PermView, p.withdraw),
		},
		Nav: []web.NavItem{{Place: 60, Title: text.B("规程", "Handbook"), Icon: "list-check", Path: "/p/{project}/handbook", Permission: PermView}},
	}
}
