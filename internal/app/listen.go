package app

import (
	"context"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// refreshEvery is how soon a change of a project's figures is in force on
// every node.
const refreshEvery = 15 * time.Second

// publishCase tells open pages that a case changed.
func (a *App) publishCase(_ context.Context, tx *store.Tx, c casefile.Change) error {
	project := c.Case.Project
	tx.AfterCommit(func() { a.Hub.Publish(project, "case") })
	return nil
}

// code is the project's word in addresses.
func (a *App) code(project int64) string { return a.Book.ProjectCode(project) }

func (a *App) saveLang(ctx context.Context, actor auth.Actor, lang text.Lang) error {
	own, err := a.Auth.Account(ctx, actor, actor.Account)
	if err != nil {
		return err
	}
	return a.Auth.SetPreferences(ctx, actor, auth.Preferences{Name: own.Name, Phone: own.Phone, Lang: lang, Theme: own.Theme})
}

// bell counts the unread notices of the person who asks, in the project the
// page is in.
func (a *App) bell(ctx context.Context) (int, error) {
	actor, ok := auth.From(ctx)
	if !ok {
		return 0, nil
	}
	b, err := a.Notice.Bell(ctx, actor, web.ProjectOf(ctx).ID)
	return b.Unread, err
}
