package app

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	rules "guanjia/internal/handbook"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// versions shows the handbook's pages the versions that cases are pinned to.
type versions struct {
	db    *store.DB
	cases *casefile.Service
	book  *Book
}

func (v versions) Versions(ctx context.Context, project int64, name string) ([]rules.Version, error) {
	var out []rules.Version
	err := v.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := v.cases.VersionsIn(ctx, tx, project, name)
		for _, x := range list {
			out = append(out, rules.Version(x))
		}
		return err
	})
	return out, err
}

func (v versions) Definition(ctx context.Context, hash string) (def *procedure.Definition, err error) {
	err = v.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		def, err = v.cases.DefinitionIn(ctx, tx, hash)
		return err
	})
	return def, err
}

// older is the line of a case that finishes under another version than the one
// in force, for whom may read the handbook; "" for all others.
func (v versions) older(ctx context.Context, project web.Project, look casefile.View) (words, path string, err error) {
	actor, _ := auth.From(ctx)
	now := v.book.Handbook().Procedures[look.Def.Name]
	if now == nil || now.Hash == look.Def.Hash || !actor.May(rules.PermView, project.ID) {
		return "", "", nil
	}
	list, err := v.Versions(ctx, project.ID, look.Def.Name)
	for _, x := range list {
		if x.Hash == look.Def.Hash {
			return text.Tf(ctx, "规程第 %d 版 · 看有什么不同", "version %d of the procedure · see what differs", x.Number),
				"/p/" + project.Code + "/handbook/procedures/" + look.Def.Name + "/versions?a=" + x.Hash, nil
		}
	}
	return "", "", err
}
