package desk

import (
	"context"
	"embed"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Rights of the desk.
const (
	PermDesk    = "desk.desk.use"      // sit at the desk: take calls, take in, promise
	PermSee     = "desk.promise.view"  // see calls, promises and alarms of the project
	PermConnect = "desk.call.connect"  // deliver calls: the telephone system's account
	PermAlarm   = "desk.alarm.confirm" // take over an alarm by name
)

// Directory finds who is behind a number; estate fills it.
type Directory interface {
	// Callers lists who has a verified number exactly equal to digits, and in
	// which unit; a number shared by several households gives several.
	Callers(ctx context.Context, tx *store.Tx, project int64, digits string) ([]Contact, error)
}

// MostFound is how many households a look-up offers; alt+1 to alt+9 choose.
const MostFound = 9

// Contact is a person as reached in a unit.
type Contact struct {
	Person   int64
	Name     string
	Capacity string // owner, tenant …
	Unit     int64
	Building string // "3栋1单元"
	Room     string // "1502"
}

// Live tells listening pages that something changed in a project.
type Live interface {
	Publish(project int64, topic string)
}

// Spans reads a span of time out of the figures in force in a project
// ("desk.draft_kept"); the zero Limit where its profile has none.
type Spans func(project int64, figure string) calendar.Limit

// Service is the room's use cases. All methods check the actor's right in the
// project and return errs kinds.
type Service struct {
	audit.Recorder
	db    *store.DB
	cases casefile.Cases
	dir   Directory
	live  Live

	bell Bell
	path func(casefile.Case) string

	spans   Spans
	dangers func(said string) []string // see Heed
}

// New makes the service of the room.
func New(db *store.DB, cases casefile.Cases, dir Directory, live Live) *Service {
	return &Service{db: db, cases: cases, dir: dir, live: live}
}

// GoBy lets the service read its spans of time from the handbook; without it
// drafts are kept for good. Call it before use.
func (s *Service) GoBy(spans Spans) { s.spans = spans }

func allow(actor auth.Actor, permission string, project int64) error {
	if actor.May(permission, project) {
		return nil
	}
	return errs.New(errs.Forbidden, "desk.forbidden",
		"你的岗位没有这项权限，没有任何改动。需要时请主管授权。",
		"Your role does not permit this; nothing was changed. Ask your supervisor if you need it.")
}

func (s *Service) tell(tx *store.Tx, project int64, topic string) {
	if s.live != nil {
		tx.AfterCommit(func() { s.live.Publish(project, topic) })
	}
}
