package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/module"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Book is the handbook in force, per project: the profile's figures with the
// project's own on top, and its calendar. It is asked inside transactions and
// answers from memory; Refresh reads the projects anew.
type Book struct {
	calendar *calendar.Calendar
	hours    sync.Map // of calendarOf: profiles and projects share calendars
	now      atomic.Pointer[edition]
	changing sync.Mutex // held by who puts another edition in place
	mods     []module.Module
}

type setting struct {
	code      string
	figures   *procedure.Figures
	overrides map[string]string
	calendars map[string]*calendar.Calendar // by procedure: each counts by its own line's hours
}

// ReadBook reads and checks the handbook in fsys. One that is refused is an
// error that names every refusal with its place.
func ReadBook(fsys fs.FS) (*Book, error) {
	h, problems := procedure.Load(fsys)
	if procedure.Refused(problems) {
		lines := make([]string, 0, len(problems))
		for _, p := range problems {
			lines = append(lines, p.String())
		}
		return nil, errs.Newf(errs.Invalid, "handbook.refused", "手册有 %d 处不能用：\n%s", "The handbook has %d problems:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	c, err := calendar.Load(fsys, "calendars/cn.json")
	if err != nil {
		return nil, fmt.Errorf("reading the calendar: %w", err)
	}
	b := &Book{calendar: c}
	b.use(h)
	return b, nil
}

// Handbook is the one in force.
func (b *Book) Handbook() *procedure.Handbook { return b.edition().handbook }

// Calendar is the calendar that projects start from.
func (b *Book) Calendar() *calendar.Calendar { return b.calendar }

// Refresh reads the projects' profiles, own figures and calendars.
func (b *Book) Refresh(ctx context.Context, projects *estate.Service) error {
	list, err := projects.Projects(ctx, auth.System)
	if err != nil {
		return err
	}
	b.changing.Lock()
	defer b.changing.Unlock()
	next := *b.edition()
	next.projects = make(map[int64]setting, len(list))
	for _, p := range list {
		s, err := b.settingOf(next.handbook, p)
		if err != nil {
			return fmt.Errorf("project %s: %w", p.Code, err)
		}
		next.projects[p.ID] = s
	}
	b.now.Store(&next)
	return nil
}

func (b *Book) settingOf(h *procedure.Handbook, p estate.Project) (setting, error) {
	figures := h.Profiles[p.Profile]
	if figures == nil {
		return setting{}, errs.Newf(errs.Invalid, "handbook.profile", "手册里没有档“%s”。", "The handbook has no profile %q.", p.Profile)
	}
	s := setting{code: p.Code, figures: figures, overrides: map[string]string{}, calendars: map[string]*calendar.Calendar{}}
	if err := json.Unmarshal(orEmpty(p.Overrides), &s.overrides); err != nil {
		return s, err
	}
	if len(s.overrides) > 0 {
		changed, problems := figures.Override(s.overrides)
		if procedure.Refused(problems) {
			return s, errs.Newf(errs.Invalid, "handbook.override", "项目自己的数值有误：%s", "The project's own figures are wrong: %s", problems[0].String())
		}
		s.figures = changed
	}
	for name := range h.Procedures {
		c, err := b.calendarOf(s.figures, name, p.Calendar)
		if err != nil {
			return s, err
		}
		s.calendars[name] = c
	}
	return s, nil
}

// calendarOf is the calendar with the hours that the figures give a procedure
// and with the project's own days.
func (b *Book) calendarOf(figures *procedure.Figures, name string, days json.RawMessage) (*calendar.Calendar, error) {
	key := figures.Hash + " " + name + " " + string(days)
	if c, ok := b.hours.Load(key); ok {
		return c.(*calendar.Calendar), nil
	}
	var own calendar.Overrides
	if err := json.Unmarshal(orEmpty(days), &own); err != nil {
		return nil, err
	}
	c, err := engine.CalendarFor(b.calendar, figures, name)
	if err == nil && (own.Hours != nil || len(own.Exceptions) > 0) {
		c, err = c.With(own)
	}
	if err != nil {
		return nil, err
	}
	b.hours.Store(key, c)
	return c, nil
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// ProjectCode is the project's word in addresses, "" when unknown.
func (b *Book) ProjectCode(project int64) string { return b.edition().projects[project].code }

// Stamp is what a case of the procedure begins under in the project.
func (b *Book) Stamp(project int64, name string) (casefile.Stamp, error) {
	now := b.edition()
	s, ok := now.projects[project]
	def := now.handbook.Procedures[name]
	if !ok || def == nil {
		return casefile.Stamp{}, errs.Newf(errs.NotFound, "handbook.procedure", "手册里没有规程“%s”。", "The handbook has no procedure %q.", name)
	}
	return casefile.Stamp{Def: def, Figures: s.figures, Overrides: s.overrides, Calendar: s.calendars[name]}, nil
}

// Kind is Stamp, as the desk asks for it.
func (b *Book) Kind(project int64, name string) (casefile.Stamp, error) {
	return b.Stamp(project, name)
}

// Figures are the figures in force in the project.
func (b *Book) Figures(project int64) *procedure.Figures {
	if s, ok := b.edition().projects[project]; ok {
		return s.figures
	}
	return &procedure.Figures{}
}

// Texts are the words that people say or read as they are.
func (b *Book) Texts() procedure.Texts { return b.Handbook().Texts }

// Kinds lists the procedures by name.
func (b *Book) Kinds(int64) []*procedure.Definition {
	list := make([]*procedure.Definition, 0, len(b.Handbook().Procedures))
	for _, d := range b.Handbook().Procedures {
		list = append(list, d)
	}
	slices.SortFunc(list, func(x, y *procedure.Definition) int { return strings.Compare(x.Number, y.Number) })
	return list
}

// Stamps lists what is in force in every project, for publishing.
func (b *Book) Stamps() []casefile.Stamp {
	var list []casefile.Stamp
	now := b.edition()
	for id := range now.projects {
		for name := range now.handbook.Procedures {
			if s, err := b.Stamp(id, name); err == nil {
				list = append(list, s)
			}
		}
	}
	return list
}

// Role is what a post is called.
func (b *Book) Role(id string) text.Both {
	if r := b.Handbook().Role(id); r != nil {
		return r.Title
	}
	return text.B(id, id)
}

// grant works out what each post may do: "room.*" is all of a room. A
// permission that no room declares is an error: a typing slip must not pass
// as a right that nobody has.
func grant(h *procedure.Handbook, mods []module.Module) ([]auth.Role, error) {
	var roles []auth.Role
	byRoom := map[string][]string{}
	known := map[string]bool{}
	for _, m := range mods {
		for _, p := range m.Permissions {
			byRoom[m.Name] = append(byRoom[m.Name], p.Name)
			known[p.Name] = true
		}
	}
	for _, r := range h.Roles {
		role := auth.Role{Name: r.ID, Title: r.Title, SecondFactor: r.SecondFactor, Program: r.Program}
		for _, p := range r.Permissions {
			if room, all := strings.CutSuffix(p, ".*"); all {
				if len(byRoom[room]) == 0 {
					return nil, fmt.Errorf("role %s: no room is called %s", r.ID, room)
				}
				role.Permissions = append(role.Permissions, byRoom[room]...)
				continue
			}
			if !known[p] {
				return nil, fmt.Errorf("role %s: no room declares the permission %s", r.ID, p)
			}
			role.Permissions = append(role.Permissions, p)
		}
		roles = append(roles, role)
	}
	return roles, nil
}

// Roles lists the posts with their permissions.
func (b *Book) Roles() []auth.Role { return b.edition().roles }

// Profiles lists the profiles by name.
func (b *Book) Profiles() []*procedure.Figures {
	list := make([]*procedure.Figures, 0, len(b.Handbook().Profiles))
	for _, name := range slices.Sorted(maps.Keys(b.Handbook().Profiles)) {
		list = append(list, b.Handbook().Profiles[name])
	}
	return list
}

// CheckProject refuses a project whose profile, figures or days cannot be, so
// that what is saved can always be put in force.
func (b *Book) CheckProject(p estate.Project) error {
	figures := b.Handbook().Profiles[p.Profile]
	if figures == nil {
		return errs.New(errs.Invalid, "settings.profile", "有一处需要更正，已填的内容都还在。", "One entry needs correcting; what you typed is kept.").
			Field("profile", "unknown", "请选一个档", "choose a profile")
	}
	values := map[string]string{}
	if err := json.Unmarshal(orEmpty(p.Overrides), &values); err != nil {
		return err
	}
	var f errs.Fields
	if _, problems := figures.Override(values); len(problems) > 0 {
		for _, x := range problems {
			f.Add("figures", x.Code, x.Pos.File+"："+x.What.ZH+"；"+x.Do.ZH, x.Pos.File+": "+x.What.EN+"; "+x.Do.EN)
		}
	}
	var own calendar.Overrides
	if err := json.Unmarshal(orEmpty(p.Calendar), &own); err != nil {
		return err
	}
	if _, err := b.calendar.With(own); err != nil {
		f.Add("days", "calendar", "这些日子和日历对不上："+err.Error(), "these days do not fit the calendar: "+err.Error())
	}
	return f.Err("settings.invalid")
}

// Differs says in words how the project's figures differ from its profile's.
func (b *Book) Differs(p estate.Project) ([]procedure.Change, error) {
	s, err := b.settingOf(b.Handbook(), p)
	if err != nil {
		return nil, err
	}
	return procedure.DiffFigures(b.Handbook().Profiles[p.Profile], s.figures, b.Handbook()), nil
}
