package estate_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"

	"guanjia/handbook"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/procedure"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

var rooms = []store.Migrations{{Room: "search", FS: search.Migrations()}, {Room: "estate", FS: estate.Migrations()}}

// safe is a vault in memory.
type safe struct {
	mu   sync.Mutex
	kept map[int64]string
}

func (v *safe) Keep(_ context.Context, tx *store.Tx, _ int64, _, value string) (int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	ref := tx.NewID()
	v.kept[ref] = value
	return ref, nil
}

func (v *safe) Reveal(_ context.Context, _ *store.Tx, ref int64) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kept[ref], nil
}

func (v *safe) Digest(kind, value string) string {
	m := hmac.New(sha256.New, []byte("key of the test"))
	m.Write([]byte(kind + "\x00" + value))
	return hex.EncodeToString(m.Sum(nil))
}

func (v *safe) Erase(_ context.Context, _ *store.Tx, ref int64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.kept, ref)
	return nil
}

// book is an audit in memory.
type book struct {
	mu      sync.Mutex
	looks   []estate.Look
	changes []estate.Changed
}

func (b *book) Looked(_ context.Context, _ *store.Tx, l estate.Look) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looks = append(b.looks, l)
	return nil
}

func (b *book) Changed(_ context.Context, _ *store.Tx, c estate.Changed) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changes = append(b.changes, c)
	return nil
}

// house is a service with one project and a few people in it.
type house struct {
	*estate.Service
	t       testing.TB
	db      *store.DB
	clock   *calendar.Manual
	vault   *safe
	audit   *book
	project int64
	figures map[string]string // of the project, over the profile's
}

// shipped are the figures of the profile that the project goes by.
var shipped = sync.OnceValue(func() *procedure.Figures {
	book, _ := procedure.Load(handbook.FS)
	return book.Profiles["residential"]
})

func newHouse(t testing.TB, db *store.DB, clock *calendar.Manual) *house {
	t.Helper()
	h := &house{t: t, db: db, clock: clock, vault: &safe{kept: map[int64]string{}}, audit: &book{}}
	h.Service = estate.New(db, search.New(), h.vault, h.audit)
	h.GoBy(func(_ int64, figure string) calendar.Limit {
		f, wrong := shipped().Override(h.figures)
		l, err := f.Limit(figure, nil)
		if err != nil || len(wrong) > 0 {
			t.Error(figure, err, wrong)
		}
		return l
	}, func(_ int64, figure string) int {
		f, wrong := shipped().Override(h.figures)
		n, err := f.Number(figure, nil)
		if err != nil || len(wrong) > 0 {
			t.Error(figure, err, wrong)
		}
		return int(n)
	})
	p, err := h.CreateProject(context.Background(), auth.System, estate.Project{Code: "jinxiu", Name: "锦绣华庭", Profile: "residential", AreaCode: "0755"})
	if err != nil {
		t.Fatal(err)
	}
	h.project = p.ID
	return h
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) { fn(t, newHouse(t, db, clock)) })
}

func (h *house) unit(building, entrance, room string) estate.Unit {
	h.t.Helper()
	u, err := h.CreateUnit(context.Background(), auth.System, h.project, newUnit(building, entrance, room))
	if err != nil {
		h.t.Fatal(err)
	}
	return u
}

func newUnit(building, entrance, room string) estate.NewUnit {
	return estate.NewUnit{BuildingName: building, EntranceName: entrance, Unit: estate.Unit{
		Room: room, Floor: 15, Area: 11862, Use: "residence", State: estate.StateVacant, HandedOver: "2019-06-28",
	}}
}

func (h *house) person(name string, phones ...string) estate.Person {
	h.t.Helper()
	var list []estate.NewPhone
	for _, p := range phones {
		list = append(list, estate.NewPhone{Number: p, Verified: true})
	}
	p, err := h.CreatePerson(context.Background(), auth.System, h.project, estate.Person{Name: name}, list)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) occupy(u estate.Unit, p estate.Person, capacity, from, to string) estate.Occupancy {
	h.t.Helper()
	o, err := h.Occupy(context.Background(), auth.System, estate.Occupancy{Project: h.project, Unit: u.ID, Person: p.ID, Capacity: capacity, From: from, To: to, Residing: true})
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

func (h *house) read(fn func(ctx context.Context, tx *store.Tx) error) {
	h.t.Helper()
	if err := h.db.Read(context.Background(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// rooms lists what a typed room means.
func (h *house) byRoom(typed string) (list []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx *store.Tx) error {
		units, err := h.UnitsByRoom(ctx, tx, h.project, typed)
		for _, u := range units {
			list = append(list, u.Title())
		}
		return err
	})
	return list
}

func clerk(project int64, permissions ...string) auth.Actor {
	return auth.Actor{Account: 7, Login: "linxiao", Name: "林晓", Grants: []auth.Grant{{Project: project, Role: "desk"}}}.
		WithPermissions(map[string][]string{"desk": permissions})
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Errorf("error %v, want code %s", err, code)
	}
}

func wantField(t testing.TB, err error, path string) {
	t.Helper()
	e := errs.As(err)
	if e == nil {
		t.Errorf("error %v, want field %s", err, path)
		return
	}
	for _, f := range e.Fields {
		if f.Path == path {
			return
		}
	}
	t.Errorf("faulty fields %v, want %s", e.Fields, path)
}

func titles(list []estate.Occupancy) []string {
	var out []string
	for _, o := range list {
		out = append(out, fmt.Sprintf("%s %s %s–%s", o.Name, o.Capacity, o.From, o.To))
	}
	return out
}
