package casefile

import (
	"context"
	"log/slog"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/notice"
	"guanjia/internal/procedure"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Config is what the service stands on.
type Config struct {
	DB       *store.DB
	Queue    jobs.Enqueuer
	Handbook Handbook
	Notices  Teller
	Units    Units         // nil: units are not looked up
	People   People        // nil: customers are not looked up
	Accounts Accounts      // nil: pages show no names
	Search   *search.Index // nil: lists find by number and phone only
	Log      *slog.Logger

	// Forget takes what other rooms keep about an erased case away, in the
	// transaction; nil: there are none.
	Forget func(ctx context.Context, tx *store.Tx, actor auth.Actor, c Case) error
}

// Handbook gives what new cases begin under, from memory: it is asked inside
// write transactions.
type Handbook interface {
	// Stamp is the version of the procedure, the figures and the calendar now
	// in force in the project; errs.NotFound for an unknown procedure.
	Stamp(project int64, procedure string) (Stamp, error)
	// ProjectCode is the project in addresses: "jinxiu".
	ProjectCode(project int64) string
}

// Stamp is what a case is pinned to.
type Stamp struct {
	Def       *procedure.Definition
	Figures   *procedure.Figures
	Overrides map[string]string // the project's own values on top of the profile's source
	Calendar  *calendar.Calendar
}

// Teller takes notices in; notice.Service is one.
type Teller interface {
	Tell(ctx context.Context, tx *store.Tx, n notice.Notice) error
}

// Units looks units up. errs.NotFound for one that is not of the project.
type Units interface {
	Unit(ctx context.Context, tx *store.Tx, project, unit int64) (Unit, error)
}

// Unit is what a case keeps of its unit.
type Unit struct {
	Plate    string // "3栋1单元-1502"
	Building int64
}

// People looks customers up. errs.NotFound for one who is not of the project.
type People interface {
	Customer(ctx context.Context, tx *store.Tx, project, person int64) (Customer, error)
}

// Customer is what a case keeps of whose it is.
type Customer struct {
	Name  string
	Phone string // digits, "" none
}

// Accounts names accounts, in at most one statement.
type Accounts interface {
	Names(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]string, error)
}

// Listener hears of every change of a case in its transaction: the search
// index, webhooks, live pages (by tx.AfterCommit). An error undoes the change.
type Listener func(ctx context.Context, tx *store.Tx, c Change) error

// Change is what a command did to a case.
type Change struct {
	Case   Case
	Events []engine.Event // appended
	Opened bool
}

// Service runs cases.
type Service struct {
	audit.Recorder
	db        *store.DB
	cfg       Config
	docs      *documents
	numbers   *numbers
	actions   map[string]module.Action
	facts     map[string]module.Fact
	listeners []Listener
	filler    filler
	few       int64 // see fewFound
}

// New makes the service. Connect and Listen before the first case.
func New(cfg Config) *Service {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Service{
		db: cfg.DB, cfg: cfg, docs: newDocuments(), numbers: newNumbers(), few: fewFound,
		actions: map[string]module.Action{}, facts: map[string]module.Fact{},
	}
}

// Connect takes over the actions and facts that the rooms bring.
func (s *Service) Connect(mods []module.Module) {
	for _, m := range mods {
		for _, a := range m.Actions {
			s.actions[a.Name] = a
		}
		for _, f := range m.Facts {
			s.facts[f.Name] = f
		}
	}
}

// Listen registers fn; at start only.
func (s *Service) Listen(fn Listener) { s.listeners = append(s.listeners, fn) }

// Ready refuses to start when an open case needs an action that no room of this
// binary brings: it would get stuck half-way (PLT-06). A fact that no room
// reads is absent, which conditions bear.
func (s *Service) Ready(ctx context.Context) error {
	return s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		hashes, err := store.All(ctx, tx, store.Value[string], "SELECT DISTINCT def_hash FROM casefile_case WHERE status = 'open'")
		if err != nil {
			return err
		}
		for _, h := range hashes {
			def, err := s.docs.definition(ctx, tx, h)
			if err != nil {
				return err
			}
			for _, st := range def.Steps {
				if _, ok := s.actions[st.Action]; st.Action != "" && !ok {
					return errs.Newf(errs.Unavailable, "casefile.action.missing",
						"还有未办完的「%[1]s」事项要用 %[3]s，这个程序没有它。数据没有改动，请换用带有它的版本。",
						"Open cases of “%[2]s” need %[3]s, which this program lacks. Nothing was changed: use a version that has it.",
						def.Title.ZH, def.Title.In(text.EN), st.Action)
				}
			}
			for _, f := range def.Facts {
				if _, ok := s.facts[f]; !ok {
					s.cfg.Log.Warn("casefile: no room reads this fact; conditions take it as absent", "fact", f, "procedure", def.Name)
				}
			}
		}
		return nil
	})
}

// engineActor is who is acting, as the engine and the log know it. Only the
// system may speak for somebody else.
func engineActor(actor auth.Actor, project int64, by engine.Actor) engine.Actor {
	if actor.IsSystem() {
		if by.Name != "" || by.ID != 0 {
			return by
		}
		return engine.Actor{Name: actor.Name}
	}
	return engine.Actor{ID: actor.Account, Name: actor.Name, Roles: actor.Roles(project)}
}

// when is the time of an event: now, or what the system says it was. It never
// lies before the event it follows, even when the machine's clock went back.
func when(tx *store.Tx, actor auth.Actor, at, last time.Time) (time.Time, error) {
	t := tx.Now()
	if !at.IsZero() {
		if !actor.IsSystem() {
			return t, errs.New(errs.Forbidden, "casefile.at", "时间由系统记，不能自己填。", "The time is taken by the system; it cannot be given.")
		}
		t = at.In(calendar.Zone).Truncate(time.Microsecond)
	}
	if t.Before(last) {
		t = last
	}
	return t, nil
}
