package care

import (
	"context"
	"embed"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Rights of the room.
const (
	PermFollow  = "care.follow_up.work" // see the call list and ring back
	PermVisit   = "care.visit.plan"     // see the plan of visits and open visits
	PermSurvey  = "care.survey.manage"  // make, send and count surveys
	PermFigures = "care.figure.view"    // see the counts of the month
)

// Cases is what the room needs of casefile.
type Cases interface {
	casefile.Cases
	ListIn(ctx context.Context, tx *store.Tx, actor auth.Actor, f casefile.Filter) (casefile.Page, error)
	ViewIn(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, number string) (casefile.View, error)
	Each(ctx context.Context, tx *store.Tx, actor auth.Actor, f casefile.Filter, fn func(casefile.Case) error) error
	ByIDs(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]casefile.Case, error)
	DoneSince(ctx context.Context, tx *store.Tx, ids []int64, step string, since time.Time) (map[int64][]engine.Event, error)
}

// Book is what the handbook says in a project: figures and definitions.
type Book interface {
	Stamp(project int64, procedure string) (casefile.Stamp, error)
}

// Service is the room's use cases. All methods check the actor's right in the
// project and return errs kinds.
type Service struct {
	audit.Recorder
	db     *store.DB
	cases  Cases
	book   Book
	topics Topics
	names  Names
	homes  Homes
	tell   Teller
	sign   func(purpose, value string) string
	brief  briefs
}

// Options are what the room stands on.
type Options struct {
	DB     *store.DB
	Cases  Cases
	Book   Book
	Topics Topics // nil: repeated problems are not looked for
	Names  Names  // nil: people have no names
	Homes  Homes
	Tell   Teller                             // nil: customers are told nothing
	Sign   func(purpose, value string) string // keyed digest, at least 24 characters: of the addresses of sheets
}

// New makes the service.
func New(o Options) *Service {
	return &Service{db: o.DB, cases: o.Cases, book: o.Book, topics: o.Topics, names: o.Names, homes: o.Homes, tell: o.Tell, sign: o.Sign}
}

func allow(actor auth.Actor, permission string, project int64) error {
	if actor.May(permission, project) {
		return nil
	}
	return errs.New(errs.Forbidden, "care.forbidden",
		"你的岗位没有这项权限，没有任何改动。需要时请主管授权。",
		"Your role does not permit this; nothing was changed. Ask your supervisor if you need it.")
}

// monthOf is the first moment of the month of t.
func monthOf(t time.Time) time.Time {
	t = t.In(calendar.Zone)
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, calendar.Zone)
}

const monthForm = "2006-01"
