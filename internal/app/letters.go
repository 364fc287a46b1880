package app

import (
	"context"
	"io"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/importer"
	"guanjia/internal/letters"
	"guanjia/internal/store"
)

// ImportMessages takes a file of residents' messages into a project and opens
// their cases at once, for the command line: who may run the program on the
// data may import. login is the account that answers for them first (DSK-05).
// Errors: NotFound for the project or the account, Invalid for the file.
func (a *App) ImportMessages(ctx context.Context, project, login, name string, r io.Reader) (letters.File, error) {
	p, err := a.Estate.ByCode(ctx, project)
	if err != nil {
		return letters.File{}, err
	}
	owner, err := a.accountOf(ctx, login)
	if err != nil {
		return letters.File{}, err
	}
	owner.Grants = []auth.Grant{{Project: p.ID, Role: "import"}}
	owner = owner.WithPermissions(map[string][]string{"import": {importer.PermRun}})
	f, err := a.Letters.Take(ctx, owner, p.ID, name, r)
	if err != nil {
		return f, err
	}
	if err := a.Letters.Start(ctx, owner, p.ID, f.ID); err != nil {
		return f, err
	}
	return f, a.Letters.OpenAll(ctx, p.ID, f.ID)
}

// unitsNamed are the units that a room as a letter writes it may mean.
func (a *App) unitsNamed(ctx context.Context, tx *store.Tx, project int64, typed string) ([]int64, error) {
	found, err := a.Estate.UnitsByRoom(ctx, tx, project, typed)
	ids := make([]int64, len(found))
	for i, u := range found {
		ids[i] = u.ID
	}
	return ids, err
}

func (a *App) accountOf(ctx context.Context, login string) (auth.Actor, error) {
	const page = 200
	for after := ""; ; {
		list, err := a.Auth.Accounts(ctx, auth.System, 0, after, page)
		if err != nil {
			return auth.Actor{}, err
		}
		for _, x := range list {
			if x.Login == login {
				return auth.Actor{Account: x.ID, Login: x.Login, Name: x.Name}, nil
			}
			after = x.Login
		}
		if len(list) < page {
			return auth.Actor{}, errs.Newf(errs.NotFound, "app.account.none", "没有登录名“%s”。", "There is no log-in %q.", login)
		}
	}
}
