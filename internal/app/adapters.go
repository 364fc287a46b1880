package app

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/desk"
	"guanjia/internal/desk/deskweb"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/integration"
	"guanjia/internal/resident"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/vault"
	"guanjia/internal/web"
	"guanjia/internal/work"
)

// estateVault lets the estate keep identity numbers in the vault.
type estateVault struct {
	values *vault.Service
	keys   *vault.Keys
}

func (v estateVault) Keep(ctx context.Context, tx *store.Tx, project int64, kind, value string) (int64, error) {
	return v.values.Put(ctx, tx, vault.Value{Project: project, Kind: "estate." + kind, Text: value, Searchable: true})
}

func (v estateVault) Reveal(ctx context.Context, tx *store.Tx, ref int64) (string, error) {
	return v.values.Get(ctx, tx, auth.System, ref, "estate.person.unmask")
}

func (v estateVault) Digest(kind, value string) string {
	return v.keys.Digest("estate."+kind, vault.Normal(value))
}

func (v estateVault) Erase(ctx context.Context, tx *store.Tx, ref int64) error {
	return v.values.Erase(ctx, tx, auth.System, ref, "estate.person.replace")
}

// estateAudit records changes, and looks at masked data.
type estateAudit struct {
	trail  *audit.Service
	values *vault.Service
}

func (a estateAudit) Looked(ctx context.Context, tx *store.Tx, l estate.Look) error {
	if l.Field == estate.LookErase { // an older backup must not bring the person back
		if err := a.values.Forgot(ctx, tx, vault.Subject{Project: l.Project, Kind: kindPerson, ID: l.ID}); err != nil {
			return err
		}
	}
	return a.trail.Record(ctx, tx, audit.Entry{
		Actor: l.Actor, Project: l.Project, Action: "estate." + l.Entity + ".look", Subject: "estate." + l.Entity, ID: l.ID,
		Data: map[string]any{"field": l.Field, "reason": l.Reason},
	})
}

func (a estateAudit) Changed(ctx context.Context, tx *store.Tx, c estate.Changed) error {
	return a.trail.Record(ctx, tx, audit.Entry{
		Actor: c.Actor, Project: c.Project, Action: "estate." + c.Entity + "." + c.Verb, Subject: "estate." + c.Entity, ID: c.ID, Data: c.Data,
	})
}

// units tells casefile what it keeps of a unit.
type units struct{ estate *estate.Service }

func (u units) Unit(ctx context.Context, tx *store.Tx, project, id int64) (casefile.Unit, error) {
	unit, err := u.estate.Unit(ctx, tx, project, id)
	return casefile.Unit{Plate: unit.Title(), Building: unit.Building}, err
}

// Customer tells a case whose it is, and which number reaches them.
func (u units) Customer(ctx context.Context, tx *store.Tx, project, id int64) (casefile.Customer, error) {
	p, err := u.estate.Person(ctx, tx, project, id)
	c := casefile.Customer{Name: p.Name}
	if len(p.Phones) > 0 {
		c.Phone = p.Phones[0].Number.Key
	}
	return c, err
}

// accounts tells pages what people are called.
type accounts struct {
	db       *store.DB
	auth     *auth.Service
	programs func() *integration.Service // act under their own number; made later
}

func (a accounts) Names(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]string, error) {
	people, err := a.auth.Names(ctx, tx, ids...)
	names := make(map[int64]string, len(people))
	for id, p := range people {
		names[id] = p.Name
	}
	if err != nil || len(names) == len(ids) {
		return names, err
	}
	rest := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id <= 0 || names[id] != "" })
	programs, err := a.programs().Names(ctx, tx, rest)
	maps.Copy(names, programs)
	return names, err
}

// actors names who stands in the trail: people, programs, residents without an
// account.
func (a *App) actors(ctx context.Context, tx *store.Tx, ids ...int64) (map[int64]auth.Person, error) {
	people, err := a.Auth.Names(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id int64) bool { return id <= 0 || people[id].Name != "" })
	programs, err := a.Programs.Names(ctx, tx, rest)
	for id, name := range programs {
		people[id] = auth.Person{Account: id, Name: name}
	}
	if slices.Contains(ids, resident.Actor.Account) {
		people[resident.Actor.Account] = auth.Person{Account: resident.Actor.Account, Name: resident.Actor.Name}
	}
	return people, err
}

func (a accounts) Accounts(ctx context.Context, ids []int64) (names map[int64]string, err error) {
	err = a.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		names, err = a.Names(ctx, tx, ids)
		return err
	})
	return names, err
}

// staff says who can be sent.
type staff struct {
	auth *auth.Service
	work *work.Service
	load load
}

func (s staff) Able(ctx context.Context, tx *store.Tx, project int64, trade string) ([]caseweb.Person, error) {
	if trade != "" {
		var list []caseweb.Person
		able, err := s.work.Propose(ctx, tx, project, trade)
		if err != nil {
			return nil, err
		}
		ids := make([]int64, len(able))
		for i, a := range able {
			ids[i] = a.Account
		}
		names, err := s.auth.Names(ctx, tx, ids...)
		for _, a := range able {
			list = append(list, caseweb.Person{Account: a.Account, Name: names[a.Account].Name, InHand: a.InHand})
		}
		return list, err
	}
	list, err := s.Everybody(ctx, tx, project)
	if err != nil {
		return nil, err
	}
	heads, err := s.auth.HoldersOf(ctx, tx, project, "department_head")
	if err != nil {
		return nil, err
	}
	inHand, err := s.load.InHand(ctx, tx, project)
	for i, p := range list {
		list[i].InHand = inHand[p.Account]
		list[i].Head = slices.ContainsFunc(heads, func(h auth.Person) bool { return h.Account == p.Account })
	}
	return list, err
}

// Everybody lists who takes work: the desk, the technicians, those who lead them.
func (s staff) Everybody(ctx context.Context, tx *store.Tx, project int64) ([]caseweb.Person, error) {
	people, err := s.auth.HoldersOf(ctx, tx, project, "desk", "technician", "supervisor", "department_head")
	if err != nil {
		return nil, err
	}
	list := make([]caseweb.Person, len(people))
	for i, p := range people {
		list[i] = caseweb.Person{Account: p.Account, Name: p.Name}
	}
	return list, nil
}

// load counts what everybody has in hand.
type load struct{ cases *casefile.Service }

func (l load) InHand(ctx context.Context, tx *store.Tx, project int64) (map[int64]int, error) {
	return l.cases.InHand(ctx, tx, project)
}

func (l load) InHandAt(ctx context.Context, tx *store.Tx, project, building int64) (map[int64]int, error) {
	return l.cases.InHandAt(ctx, tx, project, building)
}

// homes tells the desk who is where.
type homes struct {
	estate *estate.Service
	index  *search.Index
	code   func(project int64) string
}

// Callers finds who is behind a number; only verified numbers open a unit, the
// others are guesses for the agent to choose from.
func (h homes) Callers(ctx context.Context, tx *store.Tx, project int64, digits string) ([]desk.Contact, error) {
	found, err := h.estate.Callers(ctx, tx, project, digits)
	var sure, guesses []desk.Contact
	for _, f := range found {
		c := desk.Contact{Person: f.Person, Name: f.Name, Capacity: estate.Capacities.Title(f.Capacity).ZH, Unit: f.Unit, Building: f.Plate, Room: f.Room}
		if f.Verified {
			sure = append(sure, c)
		} else {
			guesses = append(guesses, c)
		}
	}
	if len(sure) == 0 && len(guesses) == 1 {
		return nil, err // one guess must not open a file by itself
	}
	return append(sure, guesses...), err
}

func (h homes) Find(ctx context.Context, tx *store.Tx, project int64, typed string) ([]desk.Contact, error) {
	hits, err := h.index.Find(ctx, tx, project, typed, []string{estate.KindUnit, estate.KindPerson}, desk.MostFound+1)
	if err != nil {
		return nil, err
	}
	var list []desk.Contact
	add := func(o estate.Occupancy) {
		list = append(list, desk.Contact{
			Person: o.Person, Name: o.Name, Capacity: estate.Capacities.Title(o.Capacity).In(text.LangOf(ctx)), Unit: o.Unit, Building: o.Plate, Room: o.Room,
		})
	}
	day := tx.Now().Format("2006-01-02")
	for _, hit := range hits {
		if hit.Kind == estate.KindUnit {
			u, err := h.estate.Unit(ctx, tx, project, hit.ID)
			if err != nil {
				return nil, err
			}
			holds, err := h.estate.WhoHolds(ctx, tx, project, []int64{u.ID})
			if err != nil {
				return nil, err
			}
			for _, o := range holds[u.ID] {
				o.Unit, o.Plate, o.Room = u.ID, u.Plate, u.Room
				add(o)
			}
			if len(holds[u.ID]) == 0 {
				list = append(list, desk.Contact{Unit: u.ID, Building: u.Plate, Room: u.Room})
			}
			continue
		}
		history, err := h.estate.PersonHistory(ctx, tx, project, hit.ID)
		if err != nil {
			return nil, err
		}
		for _, o := range history {
			if o.Now(day) {
				add(o)
			}
		}
	}
	return list, nil
}

// forCases is Find for the page of a case.
func (h homes) forCases(ctx context.Context, tx *store.Tx, project int64, typed string) ([]caseweb.Home, error) {
	found, err := h.Find(ctx, tx, project, typed)
	list := make([]caseweb.Home, len(found))
	for i, c := range found {
		list[i] = caseweb.Home{Unit: c.Unit, Person: c.Person, Place: strings.Trim(c.Building+"-"+c.Room, "-"), Who: strings.Trim(c.Name+" · "+c.Capacity, " ·")}
	}
	return list, err
}

func (h homes) Home(ctx context.Context, tx *store.Tx, project, unit, person int64) (deskweb.Home, error) {
	home := deskweb.Home{Unit: unit, Person: person}
	lang := text.LangOf(ctx)
	if unit != 0 {
		u, err := h.estate.Unit(ctx, tx, project, unit)
		if err != nil {
			return home, err
		}
		home.Building, home.Room = u.Plate, u.Room
		home.Href = "/p/" + h.code(project) + "/units/" + strconv.FormatInt(unit, 10)
		holds, err := h.estate.WhoHolds(ctx, tx, project, []int64{unit})
		if err != nil {
			return home, err
		}
		for _, o := range holds[unit] {
			title := estate.Capacities.Title(o.Capacity).In(lang)
			if o.Person == person || person == 0 && home.Person == 0 {
				home.Person, home.About = o.Person, about(ctx, title, o.From, tx.Now())
				person = o.Person
				continue
			}
			home.People = append(home.People, deskweb.HomePerson{Name: o.Name, Role: title})
		}
	}
	if unit != 0 && home.Person != 0 && home.About == "" {
		home.About = text.T(ctx, "不在这一户登记", "not registered at this unit")
	}
	if home.Person != 0 {
		p, err := h.estate.Person(ctx, tx, project, home.Person)
		if err != nil {
			if errs.KindOf(err) == errs.NotFound {
				return home, nil
			}
			return home, err
		}
		home.Name, home.Wish = p.Name, p.Wishes
		if len(p.Phones) > 0 {
			home.Phone = p.Phones[0].Number.Key
		}
	}
	return home, nil
}

func (h homes) Plates(ctx context.Context, tx *store.Tx, project int64, ids []int64) (map[int64]deskweb.Plate, error) {
	found, err := h.estate.UnitsByID(ctx, tx, project, ids)
	out := make(map[int64]deskweb.Plate, len(found))
	for id, u := range found {
		out[id] = deskweb.Plate{Building: u.Plate, Room: u.Room, Href: "/p/" + h.code(project) + "/units/" + strconv.FormatInt(id, 10)}
	}
	return out, err
}

func (h homes) People(ctx context.Context, tx *store.Tx, project int64, ids []int64) (map[int64]string, error) {
	found, err := h.estate.PeopleByID(ctx, tx, project, ids)
	out := make(map[int64]string, len(found))
	for id, p := range found {
		out[id] = p.Name
	}
	return out, err
}

// about says in what capacity somebody holds a unit and for how long.
func about(ctx context.Context, capacity, from string, now time.Time) string {
	since, err := time.ParseInLocation("2006-01-02", from, calendar.Zone)
	if err != nil {
		return capacity
	}
	if years := int(now.Sub(since).Hours() / 24 / 365); years > 0 {
		return text.Tf(ctx, "%s · 住了 %d 年", "%s · here %d year(s)", capacity, years)
	}
	return capacity
}

// matters tells the desk about a unit's cases.
type matters struct {
	*Book
	cases *casefile.Service
}

func (m matters) Of(ctx context.Context, tx *store.Tx, project, unit int64, closedSince time.Time, limit int) ([]casefile.Case, error) {
	page, err := m.cases.ListIn(ctx, tx, auth.System, casefile.Filter{Project: project, Unit: unit, Limit: limit, NoTotal: true})
	var list []casefile.Case
	for _, c := range page.Cases {
		if c.State.Status == engine.Open || c.State.EndedAt.After(closedSince) {
			list = append(list, c)
		}
	}
	return list, err
}

func (m matters) Some(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]casefile.Case, error) {
	return m.cases.ByIDs(ctx, tx, ids)
}

// projects lets the shell find projects and list them for a person.
type projects struct{ estate *estate.Service }

func (p projects) ByCode(ctx context.Context, code string) (web.Project, error) {
	return p.estate.ByCode(ctx, code)
}

func (p projects) ListFor(ctx context.Context, actor auth.Actor) ([]web.Project, error) {
	all, err := p.estate.Projects(ctx, actor)
	list := make([]web.Project, len(all))
	for i, x := range all {
		list[i] = web.Project{ID: x.ID, Code: x.Code, Name: x.Name, Profile: x.Profile}
	}
	return list, err
}
