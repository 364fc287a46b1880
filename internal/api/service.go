package api

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/care"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/estate"
	"guanjia/internal/files"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/resident"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/web"
	"guanjia/internal/work"
)

// Finder is the one search of the house.
type Finder interface {
	Find(ctx context.Context, actor auth.Actor, project int64, q, only string, limit int) ([]search.Group, error)
}

// Danger is what words of danger speak of, with what to say and whom to call.
type Danger struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Script string `json:"script"`
	Number string `json:"number"`
}

// Options are the rooms the interface answers out of.
type Options struct {
	DB          *store.DB
	Cases       *casefile.Service
	Desk        *desk.Service
	Estate      *estate.Service
	Finder      Finder
	Care        *care.Service
	Work        *work.Service
	Residents   *resident.Service
	Files       *files.Service
	Attachments Attachments
	// Crew lists those who can be sent, with account and name.
	Crew func(ctx context.Context, tx *store.Tx, project int64) ([]Technician, error)
	// SendByRule sends every waiting order to whom the rule proposes.
	SendByRule func(ctx context.Context, actor auth.Actor, project int64) (sent, left int, err error)
	// Doubles groups open cases that are probably one matter.
	Doubles func(ctx context.Context, actor auth.Actor, project int64) ([][]casefile.Case, error)
	// TakeBack makes a merged case one of its own again.
	TakeBack func(ctx context.Context, actor auth.Actor, project int64, number string) (casefile.Case, error)
	// Dangers finds words of danger in what somebody says.
	Dangers func(ctx context.Context, said string) []Danger
}

// Service answers programs out of the rooms.
type Service struct {
	db     *store.DB
	cases  *casefile.Service
	desk   *desk.Service
	estate *estate.Service
	opt    Options
	table  []operation
}

// New makes the interface over the rooms.
func New(opt Options) *Service {
	s := &Service{db: opt.DB, cases: opt.Cases, desk: opt.Desk, estate: opt.Estate, opt: opt}
	s.table = slices.Concat(s.caseOperations(), s.attachmentOperations(), s.deskOperations(), s.callOperations(), s.houseOperations(), s.unitOperations(),
		s.peopleOperations(), s.registerOperations(), s.careOperations(), s.dispatchOperations())
	return s
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of the interface.
func Migrations() store.Migrations {
	return store.Migrations{Room: "api", FS: store.Folder(migrations)}
}

// Module is what the interface brings to the house.
func (s *Service) Module() module.Module {
	routes := []web.Route{{Pattern: "GET " + prefix + "/openapi.json", Permission: auth.Public, Handler: s.document}}
	for _, op := range s.table {
		route := web.Route{Pattern: op.method + " " + op.path, Permission: op.permission, Handler: op.serve}
		if op.keyed() {
			route.Handler = s.once(op)
		}
		if op.upload {
			route.MaxBody, route.Stream = mostFile, true
		}
		routes = append(routes, route)
	}
	return module.Module{
		Name: "api", Room: 36, Requires: []string{"casefile", "desk", "estate", "search", "care", "work", "resident", "files"}, Routes: routes,
		Jobs: []jobs.Spec{{Kind: "api.key.sweep", Every: time.Hour, Work: s.forgetKeys}}, Migrations: Migrations().FS,
	}
}

func (s *Service) document(w http.ResponseWriter, _ *http.Request) error {
	doc, err := Document(s.table)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(doc) // the reader went away: nothing to do
	return nil
}
