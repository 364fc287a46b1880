package casefile_test

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"guanjia/handbook"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/notice"
	"guanjia/internal/procedure"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

const project = 862_341_775_123_456_789 // as large as identifiers are

var rooms = []store.Migrations{
	jobs.Migrations(), {Room: "search", FS: search.Migrations()}, notice.Migrations(), casefile.Migrations(),
}

// book is the shipped handbook in the residential profile.
type book struct {
	procedures map[string]*procedure.Definition
	figures    *procedure.Figures
	overrides  map[string]string
	calendar   *calendar.Calendar
}

var shipped = sync.OnceValues(func() (book, error) {
	h, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		return book{}, errs.New(errs.Internal, "handbook", problems[0].String(), problems[0].String())
	}
	cal, err := calendar.Load(os.DirFS("../../handbook"), "calendars/cn.json")
	return book{procedures: h.Procedures, figures: h.Profiles["residential"], calendar: cal}, err
})

func (b book) Stamp(_ int64, name string) (casefile.Stamp, error) {
	def, ok := b.procedures[name]
	if !ok {
		return casefile.Stamp{}, errs.New(errs.NotFound, "procedure", "没有这种规程", "no such procedure")
	}
	return casefile.Stamp{Def: def, Figures: b.figures, Overrides: b.overrides, Calendar: b.calendar}, nil
}

func (book) ProjectCode(int64) string { return "jinxiu" }

// units knows unit 1502 of the project.
type units struct{}

func (units) Unit(_ context.Context, _ *store.Tx, p, unit int64) (casefile.Unit, error) {
	if p != project || unit != 1502 {
		return casefile.Unit{}, errs.New(errs.NotFound, "unit", "没有这个房屋", "no such unit")
	}
	return casefile.Unit{Plate: "3栋1单元-1502", Building: 3}, nil
}

// Customer knows two people.
func (units) Customer(_ context.Context, _ *store.Tx, _, person int64) (casefile.Customer, error) {
	switch person {
	case 77:
		return casefile.Customer{Name: "赵敏", Phone: "13900002222"}, nil
	case 78:
		return casefile.Customer{Name: "周慧兰"}, nil
	}
	return casefile.Customer{}, errs.New(errs.NotFound, "person", "没有这个人", "no such person")
}

type accounts struct{}

func (accounts) Names(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]string, error) {
	if _, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM casefile_case WHERE id < 0"); err != nil { // counts as the one statement it may take
		return nil, err
	}
	names := map[int64]string{}
	for _, id := range ids {
		names[id] = map[int64]string{1: "林晓", 2: "吴海燕", 3: "秦刚"}[id]
	}
	return names, nil
}

func person(id int64, name string, roles []string, perms ...string) auth.Actor {
	a := auth.Actor{Account: id, Login: name, Name: name}
	rights := map[string][]string{}
	for _, r := range roles {
		a.Grants = append(a.Grants, auth.Grant{Project: project, Role: r})
		rights[r] = perms
	}
	return a.WithPermissions(rights)
}

var (
	lin   = person(1, "林晓", []string{"desk"}, casefile.PermView, casefile.PermOpen, casefile.PermWork, casefile.PermDispatch)
	wu    = person(2, "吴海燕", []string{"supervisor"}, casefile.PermView, casefile.PermOpen, casefile.PermWork, casefile.PermDispatch, casefile.PermApprove, casefile.PermJump, casefile.PermCancel, casefile.PermReopen, casefile.PermMerge, casefile.PermVerify, casefile.PermErase)
	qin   = person(3, "秦刚", []string{"technician"}, casefile.PermWork)
	other = auth.Actor{Account: 9, Login: "other", Name: "别处", Grants: []auth.Grant{{Project: 8, Role: "supervisor"}}}.WithPermissions(map[string][]string{"supervisor": {casefile.PermView, casefile.PermOpen, casefile.PermMerge}})
)

// desk is a service on a fresh database.
type desk struct {
	t       testing.TB
	db      *store.DB
	clock   *calendar.Manual
	svc     *casefile.Service
	notices *notice.Service
}

func newDesk(t testing.TB, db *store.DB, clock *calendar.Manual) *desk {
	t.Helper()
	b, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, db: db, clock: clock, notices: notice.New(db)}
	d.svc = casefile.New(casefile.Config{DB: db, Queue: &jobs.Queue{}, Handbook: b, Notices: d.notices, Units: units{}, People: units{}, Accounts: accounts{}, Search: search.New(), Log: slog.New(slog.DiscardHandler)})
	d.svc.Connect([]module.Module{d.svc.Module()})
	return d
}

func each(t *testing.T, fn func(d *desk)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		fn(newDesk(t, db, clock))
	})
}

// leak is a usual intake: everything the first step asks.
func leak() casefile.Opening {
	return casefile.Opening{
		Project: project, Procedure: "repair", Channel: "phone", Unit: 1502, Customer: 55, Caller: "周慧兰", Phone: "138 0013 6621",
		Words:  "卫生间天花板漏水，楼上一直在滴",
		Fields: map[string]any{"part": "in_unit", "fault": "leak", "trade": "plumbing", "grade": "urgent"},
	}
}

func (d *desk) open(actor auth.Actor, in casefile.Opening) casefile.Case {
	d.t.Helper()
	c, err := d.svc.Open(context.Background(), actor, in)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) do(actor auth.Actor, c casefile.Case, cmd engine.Command) casefile.Case {
	d.t.Helper()
	c, err := d.svc.Do(context.Background(), actor, casefile.Doing{Case: c.ID, Version: c.State.Version, Command: cmd})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) done(actor auth.Actor, c casefile.Case, outcome string, fields map[string]any) casefile.Case {
	d.t.Helper()
	return d.do(actor, c, engine.Command{Kind: engine.EvDone, Outcome: outcome, Fields: fields})
}

func (d *desk) view(actor auth.Actor, c casefile.Case) casefile.View {
	d.t.Helper()
	v, err := d.svc.View(context.Background(), actor, project, c.Number)
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func (d *desk) bell(actor auth.Actor) int {
	d.t.Helper()
	b, err := d.notices.Bell(context.Background(), actor, project)
	if err != nil {
		d.t.Fatal(err)
	}
	return b.Unread
}

func (d *desk) verified() casefile.Verified {
	d.t.Helper()
	v, err := d.svc.Verify(context.Background(), auth.System, 0)
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func (d *desk) clean() {
	d.t.Helper()
	for _, f := range d.verified().Findings {
		d.t.Errorf("verify: %s %s: %s", f.Number, f.What, f.Detail)
	}
}

func (d *desk) exec(query string, args ...any) {
	d.t.Helper()
	err := d.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) number(query string, args ...any) int64 {
	d.t.Helper()
	var n int64
	err := d.db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.One(ctx, tx, store.Value[int64], query, args...)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t
}
