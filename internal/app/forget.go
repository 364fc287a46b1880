package app

import (
	"context"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/files"
	"guanjia/internal/store"
	"guanjia/internal/vault"
)

// Kinds of what rooms erase by themselves, in the erasure file.
const (
	kindCase   = "casefile.case"
	kindPerson = "estate.person"
)

// forgetCase takes what the other rooms keep about an erased case away: its
// attachments, notices, calls and promises; the trail says who did it (LAW-03).
func (a *App) forgetCase(ctx context.Context, tx *store.Tx, actor auth.Actor, c casefile.Case) error {
	list, err := a.Files.List(ctx, tx, files.To{Project: c.Project, Owner: caseOwner, ID: c.ID})
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := a.Files.Erase(ctx, tx, actor, f.ID); err != nil {
			return err
		}
	}
	if err := a.Notice.Forget(ctx, tx, c.Project, c.ID); err != nil {
		return err
	}
	if err := a.Desk.Forget(ctx, tx, c.Project, c.ID); err != nil {
		return err
	}
	if err := a.Vault.Forgot(ctx, tx, vault.Subject{Project: c.Project, Kind: kindCase, ID: c.ID}); err != nil {
		return err
	}
	return a.Audit.Record(ctx, tx, audit.Entry{
		Actor: actor, Project: c.Project, Action: "casefile.case.erase", Subject: "casefile.case", ID: c.ID, Data: map[string]any{"number": c.Number, "files": len(list)},
	})
}
