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

// Service answers programs out of the rooms.
type Service struct {
	db     *store.DB
	cases  *casefile.Service
	desk   *desk.Service
	estate *estate.Service
	finder Finder
	table  []operation
}

// New makes the interface over the rooms.
func New(db *store.DB, cases *casefile.Service, front *desk.Service, houses *estate.Service, finder Finder) *Service {
	s := &Service{db: db, cases: cases, desk: front, estate: houses, finder: finder}
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
