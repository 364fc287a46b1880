package estate

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// Pages are the pages of this room over its service, with what other rooms
// add to the unit page.
type Pages struct {
	*Service
	parts   []UnitPart
	actions []UnitAction
}

// NewPages makes the pages; parts and actions come from other rooms, by value.
func NewPages(s *Service, parts []UnitPart, actions []UnitAction) *Pages {
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b UnitPart) int { return a.Place - b.Place })
	return &Pages{Service: s, parts: parts, actions: actions}
}

// Module is what this room brings to the house.
func (p *Pages) Module() module.Module {
	return module.Module{
		Name: "estate", Room: 10, Requires: []string{"search"},
		Permissions: Permissions(), Migrations: Migrations(), Figures: Figures(), Routes: p.routes(),
		Nav: []web.NavItem{{
			Place: 40, Title: text.B("客户与房屋", "Units & people"), Icon: "building", Path: "/p/{project}/units", Permission: PermView,
			Also: []string{"/p/{project}/houses", "/p/{project}/buildings", "/p/{project}/people", "/p/{project}/registers", "/p/{project}/directory"},
		}},
	}
}

func (p *Pages) routes() []web.Route {
	at := web.AtProject
	return []web.Route{
		at("GET /units", PermView, p.units),
		at("GET /houses", PermView, p.houses),
		at("GET /buildings/{id}/edit", PermEdit, p.buildingForm),
		at("POST /buildings/{id}/edit", PermEdit, p.saveBuilding),
		at("GET /units.xlsx", PermExport, p.unitsExcel),
		at("GET /units/new", PermEdit, p.unitForm),
		at("POST /units/new", PermEdit, p.createUnit),
		at("GET /units/{id}", PermView, p.unit),
		at("GET /units/{id}/edit", PermEdit, p.unitForm),
		at("POST /units/{id}/edit", PermEdit, p.saveUnit),
		at("GET /units/{id}/people/new", PermPerson, p.occupyForm),
		at("POST /units/{id}/people/new", PermPerson, p.occupy),
		at("GET /units/{id}/people/{occupancy}/end", PermPerson, p.endForm),
		at("POST /units/{id}/people/{occupancy}/end", PermPerson, p.end),
		at("GET /units/{id}/emergency", PermPerson, p.emergencyForm),
		at("POST /units/{id}/emergency", PermPerson, p.saveEmergency),
		at("GET /units/{id}/changes", PermView, p.unitChanges),
		at("GET /people", PermView, p.people),
		at("GET /people.xlsx", PermExport, p.peopleExcel),
		at("GET /people/new", PermPerson, p.personForm),
		at("POST /people/new", PermPerson, p.createPersonPage),
		at("GET /people/{id}", PermView, p.person),
		at("GET /people/{id}/edit", PermPerson, p.personForm),
		at("POST /people/{id}/edit", PermPerson, p.savePerson),
		at("POST /people/{id}/unmask", PermUnmask, p.unmask),
		at("POST /people/{id}/forget", PermErase, p.forget),
		at("GET /directory", PermView, p.directory),
		at("GET /directory/print", PermDirectory, p.directoryPrint),
		at("POST /directory/issues", PermDirectory, p.giveOut),
		at("POST /directory/issues/{issue}/sign", PermSign, p.signIssue),
		at("POST /directory/{unit}/confirm", PermDirectory, p.confirm),
		at("POST /directory/{unit}/revert", PermDirectory, p.takeBack),
		at("GET /registers", PermView, p.registers),
		at("GET /registers/{register}", PermView, p.register),
		at("GET /registers/segments/rule", PermRegister, p.segmentPage),
		at("POST /registers/segments/rule", PermRegister, p.confirmSegment),
		at("POST /registers/segments/purpose", PermLabel, p.recordPurpose),
		at("GET /registers/{register}/export.xlsx", PermExport, p.registerExcel),
		at("GET /registers/{register}/print", PermView, p.registerPrint),
		at("GET /registers/{register}/new", PermRegister, p.entryForm),
		at("POST /registers/{register}/new", PermRegister, p.saveEntry),
		at("GET /registers/{register}/{id}", PermView, p.entry),
		at("GET /registers/{register}/{id}/edit", PermRegister, p.entryForm),
		at("POST /registers/{register}/{id}/edit", PermRegister, p.saveEntry),
		at("POST /registers/{register}/{id}/move", PermRegister, p.moveEntry),
	}
}

// ListFor lists the projects an actor may enter, for the shell.
func (s *Service) ListFor(ctx context.Context, actor auth.Actor) ([]web.Project, error) {
	list, err := s.Projects(ctx, actor)
	out := make([]web.Project, len(list))
	for i, p := range list {
		out[i] = web.Project{ID: p.ID, Code: p.Code, Name: p.Name, Profile: p.Profile}
	}
	return out, err
}

// idOf is a number in the address; a word there is a page that is not there.
func idOf(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, errs.New(errs.NotFound, "estate.address", "没有这个页面。", "There is no such page.").Wrap(err)
	}
	return id, nil
}

func actorOf(r *http.Request) auth.Actor {
	a, _ := auth.From(r.Context())
	return a
}

// view is what every page of this room knows.
type view struct {
	project web.Project
	actor   auth.Actor
	lang    text.Lang
	err     error             // of the form that was sent
	typed   map[string]string // as typed, kept on an error
}

func newView(r *http.Request) view {
	ctx := r.Context()
	return view{project: web.ProjectOf(ctx), actor: actorOf(r), lang: text.LangOf(ctx)}
}

func (v view) may(permission string) bool { return v.actor.May(permission, v.project.ID) }

// path is an address in the project.
func (v view) path(parts ...any) string {
	out := "/p/" + v.project.Code
	for _, p := range parts {
		switch x := p.(type) {
		case string:
			out += "/" + x
		case int64:
			out += "/" + strconv.FormatInt(x, 10)
		}
	}
	return out
}

// query is path with parameters; empty ones are left out.
func query(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (v view) options(c Choices, empty text.Both) []ui.Option {
	var list []ui.Option
	if !empty.IsZero() {
		list = append(list, ui.Option{Label: empty.In(v.lang)})
	}
	for _, x := range c {
		list = append(list, ui.Option{Value: x.Code, Label: x.In(v.lang)})
	}
	return list
}

// section is a tab over the lists of this room.
func (v view) tabs(at string) []ui.View {
	t := func(name, zh, en string) ui.View {
		return ui.View{Title: text.B(zh, en).In(v.lang), Path: v.path(name), Current: at == name}
	}
	return []ui.View{t("units", "房屋", "Units"), t("houses", "房态", "Floor plan"), t("people", "客户", "People"), t("registers", "登记表", "Registers"), t("directory", "通讯录", "Directory")}
}

// status is the answer to a form that was not taken.
func status(err error) int {
	if errs.KindOf(err) == errs.Conflict {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// refused reports whether err belongs on the form rather than on an error page.
func refused(err error) bool {
	k := errs.KindOf(err)
	return k == errs.Invalid || k == errs.Conflict
}

// typedOf keeps what a form sent, for showing it again.
func typedOf(r *http.Request) map[string]string {
	m := map[string]string{}
	for k, v := range r.PostForm {
		if len(v) > 0 {
			m[k] = text.Clean(v[0])
		}
	}
	return m
}

func (p *Pages) readTx(r *http.Request, fn func(ctx context.Context, tx *store.Tx) error) error {
	return p.db.Read(r.Context(), fn)
}
