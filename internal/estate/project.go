package estate

import (
	"context"
	"encoding/json"
	"regexp"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// Project is a served estate (小区, 大厦, 商场, 园区).
type Project struct {
	ID        int64
	Code      string // in addresses: "jinxiu"
	Name      string
	Profile   string          // the handbook profile it runs on
	AreaCode  string          // "0755", for landlines written without one
	Settings  json.RawMessage // an object
	Overrides json.RawMessage // figures it changes, by path
	Calendar  json.RawMessage // days it counts differently
	Version   int64
}

const projectColumns = "id, code, name, profile, area_code, settings, overrides, calendar, version"

func scanProject(scan store.Scan) (Project, error) {
	var p Project
	var settings, overrides, calendar string
	err := scan(&p.ID, &p.Code, &p.Name, &p.Profile, &p.AreaCode, &settings, &overrides, &calendar, &p.Version)
	p.Settings, p.Overrides, p.Calendar = json.RawMessage(settings), json.RawMessage(overrides), json.RawMessage(calendar)
	return p, err
}

// ByCode is the project of an address, for the shell; NotFound when unknown.
func (s *Service) ByCode(ctx context.Context, code string) (web.Project, error) {
	var p Project
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = store.One(ctx, tx, scanProject, "SELECT "+projectColumns+" FROM estate_project WHERE code = ?", code)
		return err
	})
	return web.Project{ID: p.ID, Code: p.Code, Name: p.Name, Profile: p.Profile}, err
}

// Project reads one project inside a transaction; NotFound when unknown.
func (s *Service) Project(ctx context.Context, tx *store.Tx, id int64) (Project, error) {
	return store.One(ctx, tx, scanProject, "SELECT "+projectColumns+" FROM estate_project WHERE id = ?", id)
}

// Projects lists the projects the actor holds any role in, by name; all of
// them for the system and company-wide roles.
func (s *Service) Projects(ctx context.Context, actor auth.Actor) ([]Project, error) {
	var list []Project
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		all, err := store.All(ctx, tx, scanProject, "SELECT "+projectColumns+" FROM estate_project ORDER BY name, id")
		for _, p := range all {
			if actor.IsSystem() || len(actor.Roles(p.ID)) > 0 {
				list = append(list, p)
			}
		}
		return err
	})
	return list, err
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}$`)

func checkProject(p *Project) error {
	var f errs.Fields
	p.Name = text.Clean(p.Name)
	if !codeForm.MatchString(p.Code) {
		f.Add("code", "estate.project.code", "用小写字母开头，字母、数字和短横，2 到 31 个。", "Start with a small letter; letters, digits and dashes, 2 to 31 of them.")
	}
	if p.Name == "" {
		f.Add("name", "estate.project.name", "填写项目名称。", "Enter the project's name.")
	}
	if p.Profile == "" {
		f.Add("profile", "estate.project.profile", "选择一个档。", "Choose a profile.")
	}
	for _, raw := range []struct {
		field string
		value *json.RawMessage
	}{{"settings", &p.Settings}, {"overrides", &p.Overrides}, {"calendar", &p.Calendar}} {
		if len(*raw.value) == 0 {
			*raw.value = json.RawMessage("{}")
		}
		var object map[string]any
		if json.Unmarshal(*raw.value, &object) != nil || object == nil {
			f.Add(raw.field, "estate.project.json", "这里要一个 JSON 对象。", "This must be a JSON object.")
		}
	}
	return f.Err("estate.project.invalid")
}

// CreateProject makes a project. Errors: Invalid, Forbidden, Conflict (the
// code is taken).
func (s *Service) CreateProject(ctx context.Context, actor auth.Actor, p Project) (Project, error) {
	if err := need(actor, PermProject, 0); err != nil {
		return Project{}, err
	}
	if err := checkProject(&p); err != nil {
		return Project{}, err
	}
	p.Version = 1
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		p.ID = tx.NewID()
		_, err := tx.Exec(ctx, `INSERT INTO estate_project (id, code, name, profile, area_code, settings, overrides, calendar, version, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`, p.ID, p.Code, p.Name, p.Profile, p.AreaCode, string(p.Settings), string(p.Overrides), string(p.Calendar), store.Micros(tx.Now()))
		if store.IsDuplicate(err) {
			return errs.New(errs.Conflict, "estate.project.taken", "这个代号已有项目在用，没有新建。请换一个。", "Another project has this code; nothing was made. Choose another.").Wrap(err)
		}
		if err != nil {
			return err
		}
		return s.changed(ctx, tx, actor, p.ID, "project", p.ID, "create", nil)
	})
	return p, err
}

// SaveProject changes a project the actor saw at p.Version. Errors: Invalid,
// Forbidden, Conflict (changed meanwhile), NotFound.
func (s *Service) SaveProject(ctx context.Context, actor auth.Actor, p Project) (Project, error) {
	if err := need(actor, PermProject, p.ID); err != nil {
		return Project{}, err
	}
	if err := checkProject(&p); err != nil {
		return Project{}, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		old, err := s.Project(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE estate_project SET name = ?, profile = ?, area_code = ?, settings = ?, overrides = ?, calendar = ?, version = version + 1
WHERE id = ? AND version = ?`, p.Name, p.Profile, p.AreaCode, string(p.Settings), string(p.Overrides), string(p.Calendar), p.ID, p.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return stale()
		}
		p.Version++
		log := changeLog{project: p.ID, entity: "project", id: p.ID}
		log.note("name", old.Name, p.Name)
		log.note("profile", old.Profile, p.Profile)
		log.note("area_code", old.AreaCode, p.AreaCode)
		log.note("settings", string(old.Settings), string(p.Settings))
		log.note("overrides", string(old.Overrides), string(p.Overrides))
		log.note("calendar", string(old.Calendar), string(p.Calendar))
		return s.keep(ctx, tx, actor, &log)
	})
	return p, err
}
