package app_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/engine"
	"guanjia/internal/estate"
	"guanjia/internal/store"
)

// TestPagesDoNotAskPerRow: a page runs as many statements over many rows as
// over few.
func TestPagesDoNotAskPerRow(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		ctx := context.Background()
		p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "many", Name: "many", Profile: "residential", AreaCode: "025"})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		who := enter(t, a, "supervisor", p.ID)
		fillHouse(t, a, p.ID, who, 0, 4)
		pages := []string{"/p/many/today", "/p/many/cases", "/p/many/desk", "/p/many/units", "/p/many/houses", "/p/many/people", "/p/many/notices", "/p/many/desk/calls",
			"/p/many/board", "/p/many/follow-ups", "/p/many/follow-ups/register", "/p/many/visits", "/p/many/surveys", "/p/many/figures", "/p/many/registers", "/p/many/registers/vips", "/p/many/registers/keys"}
		few := map[string]int{}
		tech := enter(t, a, "technician", p.ID)
		if err := a.Work.SetTrades(ctx, auth.System, p.ID, tech.actor.Account, []string{"plumbing"}); err != nil {
			t.Fatal(err)
		}
		fewOrders := statements(t, a, tech, "/p/many/work")
		for _, path := range pages {
			few[path] = statements(t, a, who, path)
		}
		fillHouse(t, a, p.ID, who, 4, 24)
		if n := give(t, a, p.ID, who, tech.actor.Account); n < 20 {
			t.Fatalf("%d orders given", n)
		}
		if many := statements(t, a, tech, "/p/many/work"); many > fewOrders+2 {
			t.Errorf("a technician's list: %d statements over few rows, %d over many", fewOrders, many)
		}
		for _, path := range pages {
			if many := statements(t, a, who, path); many > few[path]+2 {
				t.Errorf("%s: %d statements over few rows, %d over many", path, few[path], many)
			} else {
				t.Logf("%s: %d statements", path, many)
			}
		}
	})
}

// give sends all but the newest few waiting repairs to somebody.
func give(t *testing.T, a *app.App, project int64, who member, account int64) int {
	t.Helper()
	ctx := context.Background()
	page, err := a.Cases.List(ctx, who.actor, casefile.Filter{Project: project, Procedure: "repair", Status: "open", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range page.Cases[4:] {
		if c.State.Step != "dispatch" {
			continue
		}
		if _, err := a.Cases.Do(ctx, who.actor, casefile.Doing{Case: c.ID, Command: engine.Command{Kind: engine.EvDone, Step: "dispatch", Outcome: "sent", Data: map[string]any{"account": account}}}); err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// fillHouse makes units from..to, each with somebody in it, a case, a call and
// a promise.
func fillHouse(t *testing.T, a *app.App, project int64, who member, from, to int) {
	t.Helper()
	ctx := context.Background()
	for i := from; i < to; i++ {
		u, err := a.Estate.CreateUnit(ctx, auth.System, project, estate.NewUnit{
			BuildingName: fmt.Sprintf("%d栋", i%3+1), EntranceName: "1单元",
			Unit: estate.Unit{Project: project, Floor: i/3 + 1, Room: fmt.Sprintf("%02d01", i/3+1), Area: 9000, Use: "residence", State: estate.StateOwner},
		})
		if err != nil {
			t.Fatal(err)
		}
		number := fmt.Sprintf("138%08d", i)
		person, err := a.Estate.CreatePerson(ctx, auth.System, project, estate.Person{Project: project, Kind: estate.Natural, Name: fmt.Sprintf("王小%d", i)},
			[]estate.NewPhone{{Number: number, Verified: true}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Estate.Occupy(ctx, auth.System, estate.Occupancy{Project: project, Unit: u.ID, Person: person.ID, Capacity: estate.Owner, From: "2024-01-01", Residing: true}); err != nil {
			t.Fatal(err)
		}
		call, err := a.Desk.Connect(ctx, who.actor, project, desk.Signal{Event: desk.EventRing, Call: fmt.Sprint("c", i), From: number})
		if err == nil {
			_, err = a.Desk.Connect(ctx, who.actor, project, desk.Signal{Event: desk.EventHangUp, Call: fmt.Sprint("c", i)})
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Desk.Take(ctx, who.actor, desk.Intake{
			Project: project, Call: call.ID, Kind: "repair", Channel: "phone", Unit: u.ID, Person: person.ID, Caller: person.Name, Phone: number, Words: "厨房下水很慢",
			Fields:  map[string]any{"part": "in_unit", "fault": "sewer", "trade": "plumbing", "grade": "general"},
			Promise: "下午回话", By: a.Clock.Now().Add(time.Hour), Key: fmt.Sprint("k", i),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// statements counts what one page asks of the database: the least of several
// requests, for the first warms what the shell keeps in memory for some seconds
// of real time, and on a slow machine a later one may have to read it again.
// What a page asks per row it asks every time.
func statements(t *testing.T, a *app.App, who member, path string) int {
	t.Helper()
	n := math.MaxInt
	for range 4 {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		ctx, counter := store.WithCounter(r.Context())
		rec := who.send(a, r.WithContext(ctx))
		if rec.Code != http.StatusOK {
			t.Fatalf("%s: status %d", path, rec.Code)
		}
		n = min(n, counter.N())
	}
	return n
}
