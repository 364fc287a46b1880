package search

import (
	"context"
	"net/http"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// Kind is a sort of things that can be found, as its room tells it.
type Kind struct {
	Name       string // Doc.Kind
	Title      text.Both
	Icon       string // Tabler outline icon
	Permission string // right to see hits of it
	Place      int    // groups stand in this order
}

// Pages is the search page over an Index.
type Pages struct {
	db    *store.DB
	index *Index
	kinds []Kind
}

// NewPages makes the page; kinds not named here are not shown.
func NewPages(db *store.DB, index *Index, kinds ...Kind) *Pages {
	slices.SortStableFunc(kinds, func(a, b Kind) int { return a.Place - b.Place })
	return &Pages{db: db, index: index, kinds: kinds}
}

// Module is what this room brings to the house.
func (p *Pages) Module() module.Module {
	return module.Module{
		Name: "search", Room: 5, Migrations: Migrations(),
		Routes: []web.Route{{Pattern: "GET /p/{project}/search", Permission: auth.LoggedIn, Handler: p.find}},
	}
}

// Group is the hits of one kind.
type Group struct {
	Kind Kind
	Hits []Hit
}

// Find lists hits in groups, only of kinds the actor may see in the project.
func (p *Pages) Find(ctx context.Context, actor auth.Actor, project int64, q, only string, limit int) ([]Group, error) {
	var kinds []string
	for _, k := range p.kinds {
		if actor.May(k.Permission, project) && (only == "" || only == k.Name) {
			kinds = append(kinds, k.Name)
		}
	}
	if len(kinds) == 0 {
		return nil, nil
	}
	var hits []Hit
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		hits, err = p.index.Find(ctx, tx, project, q, kinds, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	var groups []Group
	for _, k := range p.kinds {
		g := Group{Kind: k}
		for _, h := range hits {
			if h.Kind == k.Name {
				g.Hits = append(g.Hits, h)
			}
		}
		if len(g.Hits) > 0 {
			groups = append(groups, g)
		}
	}
	// The group with the best hit stands first: who types a room wants the room.
	slices.SortStableFunc(groups, func(a, b Group) int { return slices.Index(hits, a.Hits[0]) - slices.Index(hits, b.Hits[0]) })
	return groups, nil
}

// dropLimit is how many hits the list under the box shows.
const dropLimit = 12

func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	project := web.ProjectOf(ctx)
	q, only := web.Value(r, "q"), web.Value(r, "kind")
	if rs := []rune(q); len(rs) > maxQuery {
		q = string(rs[:maxQuery])
	}
	limit := MaxHits
	if web.Partial(r) {
		limit = dropLimit
	}
	groups, err := p.Find(ctx, actor, project.ID, q, only, limit)
	if err != nil {
		return err
	}
	v := view{project: project, q: q, only: only, groups: groups}
	for _, k := range p.kinds {
		if actor.May(k.Permission, project.ID) {
			v.kinds = append(v.kinds, k)
		}
	}
	if web.Partial(r) {
		return web.Render(w, r, dropdown(v))
	}
	return web.Render(w, r, page(v))
}

type view struct {
	project web.Project
	q, only string
	kinds   []Kind
	groups  []Group
}

func (v view) total() (n int) {
	for _, g := range v.groups {
		n += len(g.Hits)
	}
	return n
}
