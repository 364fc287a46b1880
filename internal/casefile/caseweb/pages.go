package caseweb

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/files"
)

// Place is where a unit is, as a door plate shows it.
type Place struct {
	Building string // "3栋1单元"
	Room     string // "1502"
	Href     string
}

// Names finds what people are called and where units are; app fills it from
// auth and estate. Missing ids are left out of the answer.
type Names interface {
	Accounts(ctx context.Context, ids []int64) (map[int64]string, error)
	Persons(ctx context.Context, project int64, ids []int64) (map[int64]string, error)
	Places(ctx context.Context, project int64, ids []int64) (map[int64]Place, error)
	// Staff lists who in a project may be given work, for the dispatch form.
	Staff(ctx context.Context, project int64, role string) ([]Staff, error)
}

// Staff is one person work can be given to.
type Staff struct {
	Account int64
	Name    string
	Roles   []string
}

// Pages serves the pages of cases.
type Pages struct {
	cases *casefile.Service
	names Names
	files *files.Service
}

// New makes the pages over the service.
func New(cases *casefile.Service, names Names, fs *files.Service) *Pages {
	return &Pages{cases: cases, names: names, files: fs}
}

func actorOf(ctx context.Context) auth.Actor {
	a, _ := auth.From(ctx)
	return a
}
