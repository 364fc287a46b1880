package house_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"guanjia/handbook"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/coverage"
	"guanjia/internal/coverage/house"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/notice"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
	"guanjia/internal/search"
	"guanjia/internal/store"
)

// safe is a vault in memory.
type safe struct {
	mu   sync.Mutex
	kept []string
}

func (s *safe) Keep(_ context.Context, _ *store.Tx, _ int64, _, value string) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, value)
	return int64(len(s.kept)), nil
}
func (s *safe) Reveal(_ context.Context, _ *store.Tx, ref int64) (string, error) {
	return s.kept[ref-1], nil
}
func (s *safe) Digest(kind, value string) string                         { return kind + ":" + value }
func (s *safe) Erase(context.Context, *store.Tx, int64) error            { return nil }
func (s *safe) Looked(context.Context, *store.Tx, estate.Look) error     { return nil }
func (s *safe) Changed(context.Context, *store.Tx, estate.Changed) error { return nil }

// stamps gives new cases the handbook of the setting.
type stamps struct {
	book     *procedure.Handbook
	figures  *procedure.Figures
	own      map[string]string
	calendar *calendar.Calendar
}

func (s stamps) Stamp(_ int64, name string) (casefile.Stamp, error) {
	def := s.book.Procedures[name]
	if def == nil {
		return casefile.Stamp{}, errs.Newf(errs.NotFound, "handbook.procedure", "没有规程“%s”。", "There is no procedure %q.", name)
	}
	cal, err := engine.CalendarFor(s.calendar, s.figures, name)
	return casefile.Stamp{Def: def, Figures: s.figures, Overrides: s.own, Calendar: cal}, err
}

func (stamps) ProjectCode(int64) string { return "story" }

type units struct{ estate *estate.Service }

func (u units) Unit(ctx context.Context, tx *store.Tx, project, id int64) (casefile.Unit, error) {
	unit, err := u.estate.Unit(ctx, tx, project, id)
	return casefile.Unit{Plate: unit.Title(), Building: unit.Building}, err
}

// build is the rooms that stories need, without pages but one that greets.
func build(ctx context.Context, s house.Setting) (*house.Building, error) {
	cal, err := calendar.Load(handbook.FS, "calendars/cn.json")
	if err != nil {
		return nil, err
	}
	figures, problems := s.Book.Profiles[s.Profile].Override(s.Overrides)
	if procedure.Refused(problems) {
		return nil, fmt.Errorf("figures: %s", problems[0])
	}
	st := stamps{s.Book, figures, s.Overrides, cal}
	db, err := store.Open(ctx, store.Config{DSN: "sqlite:" + filepath.Join(s.Folder, "story.db"), Clock: s.Clock})
	if err != nil {
		return nil, err
	}
	vault := &safe{}
	homes := estate.New(db, search.New(), vault, vault)
	cases := casefile.New(casefile.Config{DB: db, Queue: &jobs.Queue{}, Handbook: st, Notices: notice.New(db), Units: units{homes}})
	mods := []module.Module{homes.Module(), cases.Module(), {Name: "facts", Facts: s.Facts}}
	if err := db.Migrate(ctx, []store.Migrations{jobs.Migrations(), {Room: "search", FS: search.Migrations()}, notice.Migrations(),
		{Room: "estate", FS: estate.Migrations()}, casefile.Migrations()}); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	cases.Connect(mods)
	project, err := homes.CreateProject(ctx, auth.System, estate.Project{Code: "story", Name: "故事小区", Profile: s.Profile})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	rights := map[string][]string{}
	for _, role := range s.Book.Roles {
		for _, m := range mods {
			for _, p := range m.Permissions {
				if slices.Contains(role.Permissions, p.Name) || slices.Contains(role.Permissions, m.Name+".*") {
					rights[role.ID] = append(rights[role.ID], p.Name)
				}
			}
		}
	}
	accounts := int64(0)
	return &house.Building{
		DB: db, Cases: cases, Estate: homes, Project: project, Stamp: st.Stamp, Close: db.Close,
		Staff: func(_ context.Context, name string, roles []string) (auth.Actor, error) {
			accounts++
			a := auth.Actor{Account: accounts, Login: name, Name: name}
			for _, r := range roles {
				a.Grants = append(a.Grants, auth.Grant{Project: project.ID, Role: r})
			}
			return a.WithPermissions(rights), nil
		},
		Handler: func(actor *auth.Actor) http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("/p/{project}/units/{id}", func(w http.ResponseWriter, r *http.Request) {
				if actor == nil {
					http.Redirect(w, r, "/login", http.StatusSeeOther)
					return
				}
				fmt.Fprint(w, actor.Name, " ", r.PathValue("project"), " ", r.FormValue("of"))
			})
			return mux
		},
	}, nil
}

// The committed stories of cases pass through services and a database as they
// do on the engine alone.
func TestCommittedStoriesInTheHouse(t *testing.T) {
	t.Parallel()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	stories, err := scenario.Load(handbook.FS, "scenarios")
	if err != nil {
		t.Fatal(err)
	}
	stage := house.New(context.Background(), func(ctx context.Context, s house.Setting) (*house.Building, error) {
		b, err := build(ctx, s)
		if b != nil {
			b.Handler = nil // stories of pages are played by package app
		}
		return b, err
	})
	for _, story := range stories {
		t.Run(strings.TrimSuffix(filepath.Base(story.File), ".txtar"), func(t *testing.T) {
			t.Parallel()
			s, err := stage(book, story.Profile)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(coverage.Play(s, story), s.Close()); err != nil && !errors.Is(err, coverage.ErrNotHere) {
				t.Error(err)
			}
		})
	}
}

const whole = `-- head --
title: 房屋和客户 / Units and customers
rules: EST-01.1
profile: residential
-- given --
unit 3栋1单元-1502 use=residence area=98.60 orientation=南
person 王芳 unit=3栋1单元-1502 as=owner phone=13900001111
staff 林晓 role=desk
-- story --
2026-09-29 Tue 09:10  林晓 opened /p/{project}/units/{3栋1单元-1502}?of={王芳}
  expect answer 200, page shows "林晓 story", page lacks "王芳", record estate_unit room=1502 orientation=南 once, record estate_unit room=1503 never
  expect record estate_occupancy unit_id=3栋1单元-1502 person_id=王芳 capacity=owner once
  nobody opened /p/{project}/units/{3栋1单元-1502}
  expect answer 303
`

// Pages and tables are asked, and a story notices when they are gone.
func TestPagesAndTables(t *testing.T) {
	t.Parallel()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	clause := func(id, lever string) procedure.Clause { return procedure.Clause{ID: id, Lever: lever} }
	page := procedure.Page{Name: "estate", Rules: []procedure.Rule{{ID: "EST-01", Clauses: []procedure.Clause{
		clause("EST-01.1", "table estate_occupancy"), clause("EST-01.2", "route GET /p/{project}/units/{id}"), clause("EST-01.3", "table notice_notice")}}}}
	story, err := scenario.Parse("x.txtar", []byte(strings.Replace(whole, "EST-01.1", "EST-01", 1)))
	if err != nil {
		t.Fatal(err)
	}
	cal, err := calendar.Load(handbook.FS, "calendars/cn.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := coverage.Run(context.Background(), coverage.Config{
		Book: book, Pages: []procedure.Page{page}, Stories: []*scenario.Story{story}, Mutate: true,
		NewStage: func(book *procedure.Handbook, profile string) (coverage.Stage, error) {
			return coverage.NewMemory(book, profile, cal)
		},
		NewHouse: house.New(context.Background(), build),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal([]string{r.Rules[0].Clauses[0].State, r.Rules[0].Clauses[1].State, r.Rules[0].Clauses[2].State, r.Rules[0].State})
	if want := `["proved","proved","carried","carried"]`; err != nil || string(got) != want {
		t.Errorf("%s, want %s: the story does not notice a missing bell; %+v", got, want, r.Stories)
	}
}
