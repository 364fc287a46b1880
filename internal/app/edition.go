package app

import (
	"context"
	"maps"

	"guanjia/internal/auth"
	"guanjia/internal/estate"
	rules "guanjia/internal/handbook"
	"guanjia/internal/module"
	"guanjia/internal/procedure"
)

// edition is a handbook in force with what follows from it, replaced as one.
type edition struct {
	handbook *procedure.Handbook
	roles    []auth.Role
	projects map[int64]setting
}

func (b *Book) edition() *edition { return b.now.Load() }

// use puts a handbook in the place of the present one before the house is
// built; nobody asks the book yet.
func (b *Book) use(h *procedure.Handbook) {
	b.now.Store(&edition{handbook: h, projects: map[int64]setting{}})
}

// adopt puts a handbook in force with the projects as they stand. Errors: a
// role that names an unknown right, a project whose profile or figures it
// lacks; the present one then stays.
func (b *Book) adopt(h *procedure.Handbook, projects []estate.Project) error {
	b.changing.Lock()
	defer b.changing.Unlock()
	roles, err := grant(h, b.mods)
	if err != nil {
		return err
	}
	next := &edition{handbook: h, roles: roles, projects: make(map[int64]setting, len(projects))}
	for _, p := range projects {
		if next.projects[p.ID], err = b.settingOf(h, p); err != nil {
			return err
		}
	}
	b.now.Store(next)
	return nil
}

// Grant works out what each post may do and keeps the rooms for handbooks to
// come.
func (b *Book) Grant(mods []module.Module) error {
	b.changing.Lock()
	defer b.changing.Unlock()
	b.mods = mods
	roles, err := grant(b.edition().handbook, mods)
	if err != nil {
		return err
	}
	next := *b.edition()
	next.projects, next.roles = maps.Clone(next.projects), roles
	b.now.Store(&next)
	return nil
}

// keptHandbook is the handbook in force when it is another than the one that
// came with the program, nil otherwise. One that this program cannot read any
// more gives way, and the log says so.
func (a *App) keptHandbook(ctx context.Context, came *procedure.Handbook) (*procedure.Handbook, error) {
	hash, err := rules.HashInForce(ctx, a.DB)
	if err != nil || hash == "" || hash == came.Hash {
		return nil, err
	}
	kept, err := rules.Kept(ctx, a.DB, hash, came.Rules)
	if err != nil {
		a.Log.Warn("the handbook in force cannot be read by this program; the one that came with it takes its place", "err", err)
		a.mustChange = true
		return nil, nil
	}
	return kept, nil
}

// grant gives the posts their rights. A kept handbook that names rights which
// this program does not know gives way to the one that came with it.
func (a *App) grant(came *procedure.Handbook) error {
	err := a.Book.Grant(a.Mods)
	if err == nil || a.Book.Handbook() == came {
		return err
	}
	a.Log.Warn("the handbook in force does not fit this program; the one that came with it takes its place", "err", err)
	a.mustChange = true
	a.Book.use(came)
	pages, err := rules.New(came, a.source)
	if err != nil {
		return err
	}
	a.Rules.Show(pages)
	return a.Book.Grant(a.Mods)
}

// takeEffect puts approved changes in force whose day has come, and takes over
// a handbook that another node put in force.
func (a *App) takeEffect(ctx context.Context) error {
	due, err := a.Review.Due(ctx)
	if err != nil {
		return err
	}
	for _, c := range due {
		if err := a.begin(ctx, c); err != nil {
			a.Log.Error("an approved change of the handbook cannot take effect", "change", c.ID, "err", err)
			continue
		}
		if err := a.Review.Settle(ctx, c); err != nil {
			return err
		}
	}
	if a.fixedBook {
		return nil
	}
	hash, err := rules.HashInForce(ctx, a.DB)
	if err != nil || hash == "" || hash == a.Book.Handbook().Hash {
		return err
	}
	return a.adopt(ctx, hash)
}

// begin makes a change so.
func (a *App) begin(ctx context.Context, c rules.Change) error {
	if c.Sort == rules.OfHandbook {
		return a.adopt(ctx, c.After)
	}
	return a.changeProject(ctx, c)
}

func (a *App) adopt(ctx context.Context, hash string) error {
	book, err := rules.Kept(ctx, a.DB, hash, a.Book.Handbook().Rules)
	if err != nil {
		return err
	}
	pages, err := rules.New(book, a.source)
	if err != nil {
		return err
	}
	projects, err := a.Estate.Projects(ctx, auth.System)
	if err != nil {
		return err
	}
	if err := a.Book.adopt(book, projects); err != nil {
		return err
	}
	a.Rules.Show(pages)
	return nil
}
