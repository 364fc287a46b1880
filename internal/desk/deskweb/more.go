package deskweb

import (
	"context"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Handbook is what the desk reads of the handbook in force; app fills it.
type Handbook interface {
	Texts() procedure.Texts
	Figures(project int64) *procedure.Figures
	Kinds(project int64) []*procedure.Definition
	Role(id string) text.Both
}

func (p *Pages) role(id string) text.Both { return p.book.Role(id) }

// Cases is what the journal, the slips and merging need of casefile.
type Cases interface {
	ListIn(ctx context.Context, tx *store.Tx, actor auth.Actor, f casefile.Filter) (casefile.Page, error)
	View(ctx context.Context, actor auth.Actor, project int64, number string) (casefile.View, error)
	EndedIn(ctx context.Context, tx *store.Tx, actor auth.Actor, f casefile.Filter) ([]casefile.Case, error)
	Merge(ctx context.Context, actor auth.Actor, in casefile.Merging) (casefile.Case, error)
	Unmerge(ctx context.Context, actor auth.Actor, id int64, version int, reason string) (casefile.Case, error)
}

// opensAt reports whether the desk may open a case of the kind (DSK-01).
func opensAt(d *procedure.Definition) bool { return slices.Contains(d.Opened.By, "desk") }

// knows reports whether kind is one the desk opens in the project.
func (p *Pages) knows(project int64, kind string) bool {
	if kind == "" {
		return false
	}
	k, err := p.matters.Kind(project, kind)
	return err == nil && opensAt(k.Def)
}
