package upgrade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/backup"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/config"
	"guanjia/internal/engine"
	"guanjia/internal/estate"
	"guanjia/internal/files"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// password of every account of an archive.
const password = "correct horse battery"

// words every matter begins with: what a customer may say.
const words = "厨房龙头漏水𠮷😀 <b>'--"

var begin = time.Date(2026, 11, 20, 10, 42, 0, 0, calendar.Zone)

// open opens an installation whose data lie in dir, with the database of dsn
// or its own.
func open(dir, dsn string, clock calendar.Clock) (*app.App, error) {
	return app.Open(context.Background(), app.Options{Config: settings(dir, dsn), Clock: clock, Log: slog.New(slog.DiscardHandler)})
}

func settings(dir, dsn string) config.Config {
	return config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "data.key"), DSN: dsn}
}

// known are answers that lead a repair and a complaint the usual way.
var known = map[string]any{
	"part": "in_unit", "fault": "water", "trade": "plumbing", "charge": "free", "result": "fixed", "did": words, "cause": words,
	"against": "service", "harm": false, "heated": false, "written": false, "beyond": false,
}

// crew is who does the steps of cases, whatever their procedure asks.
type crew struct {
	app      *app.App
	clock    *calendar.Manual
	project  int64
	accounts []auth.Account
	roles    []string
	units    []int64
	people   []int64
}

// makeOld fills a new installation: a small project with staff of every role, and
// of every procedure one case for each step it can stand at, and one that ended.
func makeOld(ctx context.Context, dir string) (*app.App, error) {
	clock := calendar.NewManual(begin)
	a, err := open(dir, "", clock)
	if err != nil {
		return nil, err
	}
	p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "old", Name: "老项目", Profile: "residential", AreaCode: "025"})
	if err != nil {
		return a, err
	}
	c := &crew{app: a, clock: clock, project: p.ID}
	if err := c.furnish(ctx); err != nil {
		return a, err
	}
	if err := a.Refresh(ctx); err != nil {
		return a, err
	}
	for _, def := range a.Book.Kinds(c.project) {
		most := -1
		for n := 0; most < 0 || n < most; n++ {
			found, err := c.open(ctx, def)
			if err != nil {
				return a, fmt.Errorf("%s: %w", def.Name, err)
			}
			goal := 1000
			if most >= 0 {
				goal = n
			}
			done, err := c.goOn(ctx, found.Number, goal)
			if err != nil {
				return a, fmt.Errorf("%s: %w", def.Name, err)
			}
			if most < 0 {
				most, n = min(done, 6), -1 // how far it goes; then one for each step before
			}
		}
	}
	_, err = a.Runner().RunDue(ctx)
	return a, err
}

func (c *crew) furnish(ctx context.Context) error {
	for _, r := range c.app.Book.Roles() {
		g := auth.Grant{Project: c.project, Role: r.Name}
		acc, err := c.app.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{
			Login: fmt.Sprintf("old%d", len(c.roles)), Name: "员工" + r.Name, Grants: []auth.Grant{g}, Password: password,
		})
		if err != nil {
			return err
		}
		c.accounts, c.roles = append(c.accounts, acc), append(c.roles, r.Name)
	}
	for i := range 6 {
		u, err := c.app.Estate.CreateUnit(ctx, auth.System, c.project, estate.NewUnit{BuildingName: "1栋", EntranceName: "1单元", Unit: estate.Unit{
			Project: c.project, Floor: i + 1, Room: fmt.Sprintf("%02d01", i+1), Area: 8890, Use: "residence", State: estate.StateOwner,
		}})
		if err != nil {
			return err
		}
		person, err := c.app.Estate.CreatePerson(ctx, auth.System, c.project, estate.Person{Project: c.project, Kind: estate.Natural, Name: fmt.Sprintf("𠮷小%d", i)},
			[]estate.NewPhone{{Number: fmt.Sprintf("1380000%04d", i), Verified: true}})
		if err != nil {
			return err
		}
		if _, err := c.app.Estate.Occupy(ctx, auth.System, estate.Occupancy{Project: c.project, Unit: u.ID, Person: person.ID, Capacity: estate.Owner, From: "2024-01-01", Residing: true}); err != nil {
			return err
		}
		c.units, c.people = append(c.units, u.ID), append(c.people, person.ID)
	}
	return nil
}

func (c *crew) open(ctx context.Context, def *procedure.Definition) (casefile.Case, error) {
	n := len(def.Name) % len(c.units)
	in := casefile.Opening{
		Project: c.project, Procedure: def.Name, Channel: "phone", Words: words, Unit: c.units[n], Customer: c.people[n], Caller: "来电人", Phone: "13800000001",
		Owner: c.accounts[c.of("desk")].ID, By: c.actor(c.of("desk")), Fields: c.answers(def, &def.Steps[0], nil),
	}
	found, err := c.app.Cases.Open(ctx, auth.System, in)
	if err != nil {
		return found, err
	}
	var pic bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 8, 8))
	img.Set(int(found.ID%8), 3, color.RGBA{R: 200, A: 255})
	if err := png.Encode(&pic, img); err != nil {
		return found, err
	}
	got, err := c.app.Files.Receive(ctx, "现场𠮷.png", &pic)
	if err != nil {
		return found, err
	}
	return found, c.app.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := c.app.Files.Attach(ctx, tx, auth.System, files.To{Project: c.project, Owner: "casefile.case", ID: found.ID}, got)
		return err
	})
}

func (c *crew) of(role string) int { return max(slices.Index(c.roles, role), 0) }

func (c *crew) actor(n int) engine.Actor {
	return engine.Actor{ID: c.accounts[n].ID, Name: c.accounts[n].Name, Roles: []string{c.roles[n]}}
}

// goOn does at most so many steps of a case, the way that ends well, by
// whoever may, and returns how many were done.
func (c *crew) goOn(ctx context.Context, number string, most int) (int, error) {
	for n := range most {
		v, err := c.app.Cases.View(ctx, auth.System, c.project, number)
		if err != nil {
			return n, err
		}
		if v.Case.State.Status != engine.Open {
			return n, nil
		}
		step := v.Def.Step(v.Case.State.Step)
		if step == nil {
			return n, fmt.Errorf("%s stands at %q, which its procedure does not have", number, v.Case.State.Step)
		}
		if n > 60 {
			return n, fmt.Errorf("%s goes round at %s", number, step.Name)
		}
		if ok, err := c.step(ctx, v, step); err != nil || !ok {
			return n, err
		}
	}
	return most, nil
}

// step tries the outcomes of a step by each account until one is taken; false
// means that nobody could.
func (c *crew) step(ctx context.Context, v casefile.View, step *procedure.Step) (bool, error) {
	c.clock.Add(40 * time.Minute)
	outcomes := procedure.Outcomes[step.Do]
	for _, b := range step.Then {
		if b.Outcome != "" && !slices.Contains(outcomes, b.Outcome) {
			outcomes = append(slices.Clone(outcomes), b.Outcome)
		}
	}
	for _, outcome := range outcomes {
		for n := range c.accounts {
			for _, target := range []map[string]any{nil, {"account": c.accounts[c.of("technician")].ID}, {"team": "engineering"}} {
				_, err := c.app.Cases.Do(ctx, auth.System, casefile.Doing{Case: v.Case.ID, Command: engine.Command{
					Kind: engine.EvDone, Actor: c.actor(n), Step: step.Name, Outcome: outcome, Fields: c.answers(v.Def, step, v.Figures), Data: target,
				}})
				if err == nil {
					return true, nil
				}
				if errors.Is(err, context.Canceled) {
					return false, err
				}
			}
		}
	}
	return false, nil
}

// answers fills the fields of a step in.
func (c *crew) answers(def *procedure.Definition, step *procedure.Step, figures *procedure.Figures) map[string]any {
	if figures == nil {
		figures = c.app.Book.Figures(c.project)
	}
	m := map[string]any{}
	for _, f := range caseform.Asked(def, step) {
		if v := c.answer(f, figures); v != nil {
			m[f.Name] = v
			if f.Reason {
				m[f.Name+"_reason"] = "按约定"
			}
		}
	}
	return m
}

func (c *crew) answer(f procedure.Field, figures *procedure.Figures) any {
	if v, ok := known[f.Name]; ok {
		return v
	}
	day, at := c.clock.Now().AddDate(0, 0, 3), c.clock.Now().Add(time.Hour)
	if f.Past {
		day, at = c.clock.Now(), c.clock.Now()
	}
	switch f.Type {
	case procedure.TypeWords, procedure.TypeText, procedure.TypePlace:
		return words
	case procedure.TypeNumber, procedure.TypeMoney:
		return f.Least
	case procedure.TypeYesNo:
		return true
	case procedure.TypeDate:
		return day.Format("2006-01-02")
	case procedure.TypeTime:
		return at.Format(time.RFC3339)
	case procedure.TypeChoice, procedure.TypeDepartment, procedure.TypeTrade:
		list := f.Of
		if f.From != "" {
			list, _ = figures.Choices(f.From, nil) // a list that depends on other answers is left out
		}
		if len(list) == 0 {
			return nil
		}
		return list[0].Name
	case procedure.TypeTable:
		row := map[string]any{}
		for _, col := range f.Columns {
			row[col.Name] = c.answer(col, figures)
		}
		return []map[string]any{row}
	case procedure.TypeRating:
		return int64(5)
	case procedure.TypeSignature:
		return "signed:customer"
	default:
		return nil
	}
}

// makeArchive writes an archive of a small installation of this build, with
// its key beside it.
func makeArchive(t *testing.T, file string) {
	t.Helper()
	a, err := makeOld(t.Context(), filepath.Dir(file))
	if a != nil {
		defer func() { _ = a.Close() }()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Write(t.Context(), backup.Source{DB: a.DB, Files: a.FilesFolder(), Derived: a.Derived()}, file); err != nil {
		t.Fatal(err)
	}
}
