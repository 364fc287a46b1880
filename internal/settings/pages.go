package settings

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/importer"
	"guanjia/internal/module"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// Book is the handbook in force, as app keeps it.
type Book interface {
	// Profiles lists the profiles by name.
	Profiles() []*procedure.Figures
	// CheckProject refuses a project whose profile, figures or days cannot be.
	CheckProject(p estate.Project) error
	// Differs says in words how the project's figures differ from its profile's.
	Differs(p estate.Project) ([]procedure.Change, error)
}

// House is what a saved project has to pass through.
type House interface {
	// ChangeProject saves a project; what decides how its cases go waits for a
	// review once it has any. waits is the number of that change, 0 for none.
	ChangeProject(ctx context.Context, actor auth.Actor, before, after estate.Project, reason string) (waits int64, err error)
	// ProjectChange is the number of the change that is not yet in force, 0 for none.
	ProjectChange(ctx context.Context, project int64) (int64, error)
	// Refresh puts changed projects in force at once.
	Refresh(ctx context.Context) error
}

// Pages serves the settings.
type Pages struct {
	db     *store.DB
	estate *estate.Service
	cases  *casefile.Service
	book   Book
	house  House
}

// New makes the pages.
func New(db *store.DB, houses *estate.Service, cases *casefile.Service, book Book, house House) *Pages {
	return &Pages{db: db, estate: houses, cases: cases, book: book, house: house}
}

// Module hands the pages to the house.
func (p *Pages) Module() module.Module {
	route := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Permission: estate.PermProject, Handler: h}
	}
	return module.Module{
		Name: "settings", Requires: []string{"estate", "casefile"},
		Nav: []web.NavItem{
			{Place: 97, Title: text.B("项目", "Project"), Icon: "settings", Path: "/projects", Local: "/p/{project}/settings", Permission: estate.PermProject},
		},
		Routes: []web.Route{
			route("GET /projects", p.list), route("GET /projects/new", p.newForm), route("POST /projects", p.create),
			route("GET /p/{project}/settings", p.form), route("POST /p/{project}/settings", p.save),
			route("POST /p/{project}/settings/restamp", p.restamp),
		},
	}
}

// Form is a project as it stands in the form.
type Form struct {
	ID                        int64
	Version                   int64
	Code, Name, Profile, Area string
	Figures, Days             string
	Reason                    string // why, for who reviews it
}

func formOf(p estate.Project) Form {
	f := Form{ID: p.ID, Version: p.Version, Code: p.Code, Name: p.Name, Profile: p.Profile, Area: p.AreaCode}
	var figures map[string]string
	var days calendar.Overrides
	if json.Unmarshal(p.Overrides, &figures) == nil {
		f.Figures = writeFigures(figures)
	}
	if json.Unmarshal(p.Calendar, &days) == nil {
		f.Days = writeDays(days.Exceptions)
	}
	return f
}

// project reads the form; hours the project has of its own are kept.
func (f Form) project(old estate.Project) (estate.Project, error) {
	p := old
	p.Version, p.Name, p.Profile, p.AreaCode = f.Version, f.Name, f.Profile, text.Digits(f.Area)
	if old.ID == 0 {
		p.Code = f.Code
	}
	figures, err1 := readFigures(f.Figures)
	days, err2 := readDays(f.Days)
	if err1 != nil || err2 != nil {
		var all errs.Fields
		for _, err := range []error{err1, err2} {
			if e := errs.As(err); e != nil {
				for _, x := range e.Fields {
					all.Add(x.Path, x.Code, x.Message.ZH, x.Message.EN)
				}
			}
		}
		return p, all.Err("settings.invalid")
	}
	own := calendar.Overrides{}
	if len(old.Calendar) > 0 {
		if err := json.Unmarshal(old.Calendar, &own); err != nil {
			return p, err
		}
	}
	own.Exceptions = days
	var err error
	if p.Overrides, err = json.Marshal(figures); err != nil {
		return p, err
	}
	p.Calendar, err = json.Marshal(own)
	return p, err
}

func typed(r *http.Request) (Form, error) {
	if err := web.ParseForm(r); err != nil {
		return Form{}, err
	}
	return Form{
		Code: web.Value(r, "code"), Name: web.Value(r, "name"), Profile: web.Value(r, "profile"), Area: web.Value(r, "area_code"),
		Figures: web.Value(r, "figures"), Days: web.Value(r, "days"), Reason: web.Value(r, "reason"), Version: number(web.Value(r, "version")),
	}, nil
}

func actorOf(ctx context.Context) auth.Actor {
	a, _ := auth.From(ctx)
	return a
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	list, err := p.estate.Projects(r.Context(), actorOf(r.Context()))
	if err != nil {
		return err
	}
	actor := actorOf(r.Context())
	may := func(permission string) func(estate.Project) bool {
		return func(q estate.Project) bool { return actor.May(permission, q.ID) }
	}
	return web.Render(w, r, listPage(list, p.profileTitle, may(estate.PermView), may(importer.PermRun)))
}

func (p *Pages) profileTitle(name string) text.Both {
	for _, f := range p.book.Profiles() {
		if f.Profile == name {
			return f.Title
		}
	}
	return text.B(name, name)
}

func (p *Pages) profiles(ctx context.Context) []ui.Option {
	options := []ui.Option{{Label: text.T(ctx, "请选择", "Choose")}}
	for _, f := range p.book.Profiles() {
		options = append(options, ui.Option{Value: f.Profile, Label: f.Title.In(text.LangOf(ctx))})
	}
	return options
}

func (p *Pages) newForm(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, newPage(Form{}, p.profiles(r.Context()), nil))
}

func (p *Pages) create(w http.ResponseWriter, r *http.Request) error {
	f, err := typed(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	made, err := f.project(estate.Project{})
	if err == nil {
		err = p.book.CheckProject(made)
	}
	if err == nil {
		made, err = p.estate.CreateProject(ctx, actorOf(ctx), made)
	}
	if err == nil {
		if err := p.house.Refresh(ctx); err != nil {
			return err
		}
		web.Done(w, r, "/p/"+made.Code+"/settings", ui.Undo{Words: text.Tf(ctx, "项目 %s 已建好", "project %s is made", made.Name)})
		return nil
	}
	if !soft(err) {
		return err
	}
	return web.RenderStatus(w, r, http.StatusUnprocessableEntity, newPage(f, p.profiles(ctx), err))
}

func (p *Pages) find(ctx context.Context) (estate.Project, error) {
	var found estate.Project
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		found, err = p.estate.Project(ctx, tx, web.ProjectOf(ctx).ID)
		return err
	})
	return found, err
}

func (p *Pages) form(w http.ResponseWriter, r *http.Request) error {
	found, err := p.find(r.Context())
	if err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, found, formOf(found), nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, found estate.Project, f Form, problem error) error {
	ctx := r.Context()
	differs, err := p.book.Differs(found)
	if err != nil {
		return err
	}
	stale, err := p.cases.PreviewRestamp(ctx, auth.System, found.ID)
	if err != nil {
		return err
	}
	waits, err := p.house.ProjectChange(ctx, found.ID)
	if err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, formPage(f, p.profiles(ctx), differs, stale, waits, problem))
}

func (p *Pages) save(w http.ResponseWriter, r *http.Request) error {
	f, err := typed(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	old, err := p.find(ctx)
	if err != nil {
		return err
	}
	f.ID, f.Code = old.ID, old.Code
	next, err := f.project(old)
	if err == nil {
		err = p.book.CheckProject(next)
	}
	waits := int64(0)
	if err == nil {
		waits, err = p.house.ChangeProject(ctx, actorOf(ctx), old, next, f.Reason)
	}
	if err == nil {
		if err := p.house.Refresh(ctx); err != nil {
			return err
		}
		if waits != 0 {
			web.Done(w, r, changePath(old.Code, waits), ui.Undo{Words: text.T(ctx, "改动已提出，等别人复核后生效；现在照旧", "Proposed: it takes effect once somebody else has looked at it; until then all stays as it is")})
			return nil
		}
		web.Done(w, r, "/p/"+old.Code+"/settings", ui.Undo{Words: text.T(ctx, "设置已保存，新事项按它走；未结事项照开始时的走", "Saved: new cases follow it; open ones go on as they began")})
		return nil
	}
	if !soft(err) {
		return err
	}
	return p.show(w, r, http.StatusUnprocessableEntity, old, f, err)
}

// restamp counts the open cases by the calendar now in force.
func (p *Pages) restamp(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	done, err := p.cases.Restamp(ctx, actorOf(ctx), web.ProjectOf(ctx).ID)
	if err != nil {
		return err
	}
	web.Done(w, r, "/p/"+web.ProjectOf(ctx).Code+"/settings", ui.Undo{Words: text.Tf(ctx, "%d 件未结事项按新日历计时", "%d open cases count by the new calendar", changed(done))})
	return nil
}

func soft(err error) bool {
	return slices.Contains([]errs.Kind{errs.Invalid, errs.Conflict}, errs.KindOf(err))
}
