package api

import (
	"context"
	"net/http"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/estate"
	"guanjia/internal/module"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/web"
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
	DB     *store.DB
	Cases  *casefile.Service
	Desk   *desk.Service
	Estate *estate.Service
	Finder Finder
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
	s.table = slices.Concat(s.caseOperations(), s.houseOperations(), s.callOperations())
	return s
}

// Module is what the interface brings to the house.
func (s *Service) Module() module.Module {
	routes := []web.Route{{Pattern: "GET " + prefix + "/openapi.json", Permission: auth.Public, Handler: s.document}}
	for _, op := range s.table {
		routes = append(routes, web.Route{Pattern: op.method + " " + op.path, Permission: op.permission, Handler: op.serve})
	}
	return module.Module{Name: "api", Requires: []string{"casefile", "desk", "estate", "search"}, Routes: routes}
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
