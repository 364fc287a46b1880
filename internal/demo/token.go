package demo

import (
	"context"
	"fmt"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/integration"
	"guanjia/internal/store"
)

// phoneName is what the demo's telephone system is called.
const phoneName = "电话系统（演示）"

// PhoneToken lets the demo's telephone system in: a token that can post calls
// and nothing else. Each start gives a new one and ends the one before, for
// only its digest is kept.
func PhoneToken(ctx context.Context, a *app.App) (string, error) {
	var project int64
	var old []integration.Token
	list, err := a.Estate.Projects(ctx, auth.System)
	for _, p := range list {
		if p.Code == ProjectCode {
			project = p.ID
		}
	}
	if err == nil {
		err = a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			old, err = a.Programs.Tokens(ctx, tx, project)
			return err
		})
	}
	if err != nil {
		return "", fmt.Errorf("reading the tokens: %w", err)
	}
	for _, t := range old {
		if t.Name == phoneName && t.Ended.IsZero() {
			if err := a.Programs.End(ctx, auth.System, project, t.ID); err != nil {
				return "", fmt.Errorf("ending the token before: %w", err)
			}
		}
	}
	_, secret, err := a.Programs.Add(ctx, auth.System, project, phoneName, "phone_system")
	if err != nil {
		return "", fmt.Errorf("giving the telephone system a token: %w", err)
	}
	return secret, nil
}
