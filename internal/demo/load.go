package demo

import (
	"context"
	"fmt"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/estate"
	"guanjia/internal/text"
)

// Loaded is the demo as it stands in the database.
type Loaded struct {
	Project  int64
	Accounts []int64 // in the order of Team
	units    []int64 // in the order of Plan.Units
	people   []int64 // the first resident of each unit
	plan     Plan
}

// Load makes the project with its houses, people and staff, and the newest
// history: everything a first page needs. History then writes the year before.
func Load(ctx context.Context, a *app.App) (*Loaded, error) {
	l := &Loaded{plan: MakePlan()}
	p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: ProjectCode, Name: ProjectName, Profile: ProjectProfile, AreaCode: "025"})
	if err != nil {
		return nil, fmt.Errorf("making the project: %w", err)
	}
	l.Project = p.ID
	if err := l.staff(ctx, a); err != nil {
		return nil, fmt.Errorf("making the staff: %w", err)
	}
	if err := l.houses(ctx, a); err != nil {
		return nil, fmt.Errorf("making the houses: %w", err)
	}
	if err := a.Refresh(ctx); err != nil {
		return nil, err
	}
	if err := l.play(ctx, a, Now.AddDate(0, 0, -10), Now); err != nil {
		return nil, fmt.Errorf("playing the last days: %w", err)
	}
	if err := l.readNotices(ctx, a); err != nil {
		return nil, err
	}
	if err := l.morning(ctx, a); err != nil {
		return nil, fmt.Errorf("making the morning: %w", err)
	}
	return l, nil
}

// readNotices marks what playing told as read: everybody has seen to the bell
// before the morning begins.
func (l *Loaded) readNotices(ctx context.Context, a *app.App) error {
	for i, s := range Team {
		actor := auth.Actor{Account: l.Accounts[i], Login: s.Login, Name: s.Name, Grants: []auth.Grant{{Project: l.Project, Role: s.Role}}}
		list, err := a.Notice.List(ctx, actor, l.Project, 0, 1)
		if err != nil {
			return err
		}
		if len(list.Notices) == 0 {
			continue
		}
		if err := a.Notice.MarkAll(ctx, actor, l.Project, list.Notices[0].ID); err != nil {
			return err
		}
	}
	return nil
}

// History plays the year before the last days, newest month first, in short
// transactions, so that the house is open meanwhile.
func (l *Loaded) History(ctx context.Context, a *app.App) error {
	if err := l.registers(ctx, a); err != nil {
		return fmt.Errorf("filling the registers: %w", err)
	}
	end := Now.AddDate(0, 0, -10)
	for i := range 12 {
		from := end.AddDate(0, -1, 0)
		if i == 11 {
			from = Now.AddDate(-1, 0, -1)
		}
		if err := l.play(ctx, a, from, end); err != nil {
			return fmt.Errorf("playing history: %w", err)
		}
		end = from
	}
	if err := l.survey(ctx, a); err != nil {
		return fmt.Errorf("sending out the survey: %w", err)
	}
	return nil
}

func (l *Loaded) staff(ctx context.Context, a *app.App) error {
	for _, s := range Team {
		g := auth.Grant{Project: l.Project, Role: s.Role}
		if s.Role == "admin" {
			g.Project = 0
		}
		acc, err := a.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{
			Login: s.Login, Name: s.Name, Phone: s.Phone, Lang: text.ZH, Grants: []auth.Grant{g}, Password: Password,
		})
		if err != nil {
			return err
		}
		l.Accounts = append(l.Accounts, acc.ID)
		if s.Trade != "" {
			trades := []string{s.Trade}
			if s.Trade == "electric" {
				trades = append(trades, "lift")
			}
			if err := a.Work.SetTrades(ctx, auth.System, l.Project, acc.ID, trades); err != nil {
				return err
			}
		}
	}
	return nil
}

// housesAtOnce is how many units go into one transaction with their people.
const housesAtOnce = 160

func (l *Loaded) houses(ctx context.Context, a *app.App) error {
	b, err := a.Estate.OpenBatch(ctx, auth.System, l.Project, "演示项目", "demo")
	if err != nil {
		return err
	}
	for start := 0; start < len(l.plan.Units); start += housesAtOnce {
		var rows estate.BatchRows
		for _, u := range l.plan.Units[start:min(start+housesAtOnce, len(l.plan.Units))] {
			unit := estate.NewUnit{BuildingName: u.Building, EntranceName: u.Entrance, Unit: estate.Unit{
				ID: a.Estate.NewID(), Project: l.Project, Floor: u.Floor, Room: u.Room, Area: estate.Area(u.Area), Use: u.Use,
				State: unitStates[u.State], HandedOver: u.HandOver.Format(time.DateOnly),
			}}
			rows.Units = append(rows.Units, unit)
			l.units = append(l.units, unit.ID)
			for i, r := range u.People {
				person := estate.NewPerson{Person: estate.Person{ID: a.Estate.NewID(), Project: l.Project, Kind: estate.Natural, Name: r.Name, Sex: r.Sex}}
				if r.Company {
					person.Kind, person.Sex = estate.Company, ""
				}
				person.Phones = []estate.NewPhone{{Number: r.Phone, Verified: true}}
				rows.People = append(rows.People, person)
				lives := u.State != "vacant" && (u.State != "let" || r.Capacity != "owner")
				o := estate.Occupancy{Project: l.Project, Unit: unit.ID, Person: person.ID, Capacity: capacities[r.Capacity], From: r.From.Format(time.DateOnly), Residing: lives}
				if r.Capacity == "tenant" {
					o.Behind = rows.Occupancies[len(rows.Occupancies)-i].Person
				}
				rows.Occupancies = append(rows.Occupancies, o)
				if i == 0 || lives && r.Capacity == "tenant" {
					if i == 0 {
						l.people = append(l.people, person.ID)
					} else {
						l.people[len(l.people)-1] = person.ID
					}
				}
			}
		}
		if err := a.Estate.AddToBatch(ctx, auth.System, b, rows); err != nil {
			return err
		}
	}
	return a.Estate.PublishBatch(ctx, auth.System, b)
}

var unitStates = map[string]string{
	"vacant": estate.StateVacant, "fit_out": estate.StateFitOut, "let": estate.StateLet, "owner_occupied": estate.StateOwner,
}

var capacities = map[string]string{"owner": estate.Owner, "tenant": estate.Tenant, "household_member": estate.Household}
