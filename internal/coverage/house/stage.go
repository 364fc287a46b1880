package house

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/coverage"
	"guanjia/internal/engine"
	"guanjia/internal/estate"
	"guanjia/internal/module"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
	"guanjia/internal/store"
)

// Setting is what a story asks of the program before it begins.
type Setting struct {
	Book      *procedure.Handbook
	Profile   string
	Overrides map[string]string // figures of the project, path → value
	Facts     []module.Fact     // what facts read in this story, in place of the rooms' own
	Clock     *calendar.Manual
	Folder    string // empty; gone when the stage closes
}

// Building is the program over an empty database with one project in it.
type Building struct {
	DB      *store.DB
	Cases   *casefile.Service
	Estate  *estate.Service
	Project estate.Project
	Stamp   func(project int64, procedure string) (casefile.Stamp, error)
	// Staff makes an account that holds roles in the project.
	Staff func(ctx context.Context, name string, roles []string) (auth.Actor, error)
	// Handler serves pages and API to actor, nil for a visitor; no pages when nil.
	Handler func(actor *auth.Actor) http.Handler
	// Action runs a room's action; nil: stories cannot.
	Action func(ctx context.Context, actor auth.Actor, name string, args map[string]any) error
	// Import runs a file through the importer; nil: stories cannot.
	Import func(ctx context.Context, actor auth.Actor, file string, content []byte, args scenario.Answers) error
	// Figures measures the project against its targets; nil: stories cannot.
	Figures func(ctx context.Context) ([]coverage.Measured, error)
	Close   func() error
}

// Build makes a Building; it is called once a story has said what is given.
type Build func(ctx context.Context, s Setting) (*Building, error)

// Stage plays stories in a Building.
type Stage struct {
	build   Build
	setting Setting
	given   []scenario.Given
	ctx     context.Context
	b       *Building
	actors  map[string]auth.Actor
	people  map[string]int64
	units   map[string]int64
	numbers map[int64]string
	plates  map[int64]string // case → unit's name
	order   []int64
	broken  []procedure.Lever
}

var (
	_ coverage.Stage    = (*Stage)(nil)
	_ coverage.Pages    = (*Stage)(nil)
	_ coverage.Rooms    = (*Stage)(nil)
	_ coverage.Breaker  = (*Stage)(nil)
	_ coverage.Measures = (*Stage)(nil)
)

// New gives coverage its stages: each story a new building in a folder of its own.
func New(ctx context.Context, build Build) coverage.NewStage {
	return func(book *procedure.Handbook, profile string) (coverage.Stage, error) {
		folder, err := os.MkdirTemp("", "guanjia-story-")
		if err != nil {
			return nil, fmt.Errorf("making a folder for the story: %w", err)
		}
		return &Stage{
			build: build, ctx: ctx,
			setting: Setting{Book: book, Profile: profile, Overrides: map[string]string{}, Clock: calendar.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, calendar.Zone)), Folder: folder},
			actors:  map[string]auth.Actor{scenario.System: auth.System}, people: map[string]int64{}, units: map[string]int64{}, numbers: map[int64]string{}, plates: map[int64]string{},
		}, nil
	}
}

// Given implements coverage.Stage; the building is made when time begins.
func (s *Stage) Given(g scenario.Given) error {
	switch g.Kind {
	case scenario.GivenFigure:
		s.setting.Overrides[g.Name] = g.Value
	case scenario.GivenFact:
		v := coverage.Fact(g.Value)
		s.setting.Facts = append(s.setting.Facts, module.Fact{Name: g.Name, Read: func(context.Context, *store.Tx, module.FactInput) (any, error) { return v, nil }})
	default:
		s.given = append(s.given, g)
	}
	return nil
}

// begin makes the building and puts into it what is given.
func (s *Stage) begin() error {
	b, err := s.build(s.ctx, s.setting)
	if err != nil {
		return fmt.Errorf("building the house: %w", err)
	}
	s.b = b
	for _, g := range s.given {
		switch g.Kind {
		case scenario.GivenUnit:
			err = s.unit(g)
		case scenario.GivenPerson:
			err = s.person(g)
		case scenario.GivenStaff:
			s.actors[g.Name], err = b.Staff(s.ctx, g.Name, strings.Split(g.Args.Get("role"), ","))
		}
		if err != nil {
			return fmt.Errorf("given %s %s: %w", g.Kind, g.Name, err)
		}
	}
	for _, l := range s.broken {
		if l.Sort == "table" {
			if err := s.dropTable(l.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// Advance implements coverage.Stage.
func (s *Stage) Advance(until time.Time) error {
	if s.b == nil {
		s.setting.Clock.Set(until)
		return s.begin()
	}
	for range 10_000 {
		next := until
		for _, id := range s.order {
			c, err := s.Case(id)
			if err != nil {
				return err
			}
			for _, k := range engine.Clocks(c.Env, c.State, c.Events) {
				if c.State.Status == engine.Open && !k.NextAt.IsZero() && k.NextAt.Before(next) {
					next = k.NextAt
				}
			}
		}
		if now := s.setting.Clock.Now(); next.After(now) {
			s.setting.Clock.Set(next)
		}
		if _, err := s.b.Cases.Fire(s.ctx); err != nil {
			return fmt.Errorf("the timer: %w", err)
		}
		if !next.Before(until) {
			return nil
		}
	}
	return fmt.Errorf("the timer never ends")
}

// Actor implements coverage.Stage.
func (s *Stage) Actor(name string) (engine.Actor, error) {
	a, err := s.actor(name)
	if err != nil {
		return engine.Actor{}, err
	}
	return engine.Actor{ID: a.Account, Name: a.Name, Roles: a.Roles(s.b.Project.ID)}, nil
}

func (s *Stage) actor(name string) (auth.Actor, error) {
	if a, ok := s.actors[name]; ok {
		return a, nil
	}
	if _, ok := s.people[name]; ok {
		return auth.Actor{Account: -1, Name: name}, nil
	}
	return auth.Actor{}, fmt.Errorf("%q cannot act", name)
}

// Account implements coverage.Stage.
func (s *Stage) Account(name string) (int64, bool) {
	a, ok := s.actors[name]
	return a.Account, ok && a.Account > 0
}

// Definition implements coverage.Stage.
func (s *Stage) Definition(name string) (*procedure.Definition, error) {
	if def := s.setting.Book.Procedures[name]; def != nil {
		return def, nil
	}
	return nil, fmt.Errorf("the handbook has no procedure %q", name)
}

// Close implements coverage.Stage.
func (s *Stage) Close() error {
	var err error
	if s.b != nil && s.b.Close != nil {
		err = s.b.Close()
	}
	gone := os.RemoveAll(s.setting.Folder)
	if err == nil {
		err = gone
	}
	return err
}
