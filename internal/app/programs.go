package app

import (
	"context"
	"net/http"
	"net/netip"

	"guanjia/internal/auth"
	"guanjia/internal/config"
	"guanjia/internal/integration"
	"guanjia/internal/web"
)

// letProgramsIn makes the room of tokens and webhooks.
func (a *App) letProgramsIn() (*integration.Service, error) {
	var private []netip.Prefix
	for _, n := range a.Config.Webhooks {
		p, err := config.ParseNetwork(n)
		if err != nil {
			return nil, err
		}
		private = append(private, p)
	}
	return integration.New(integration.Options{
		DB: a.DB, Queue: a.Queue, Sealer: a.Keys, Trail: a.Audit, Roles: a.Book.Roles, Code: a.code, Private: private,
	}), nil
}

// doors lets people in by their session and programs by their token.
type doors struct {
	people   web.Sessions
	programs *integration.Service
}

// Resolve asks for the token first: who sends one is no browser.
func (d doors) Resolve(ctx context.Context, r *http.Request) (auth.Actor, bool, error) {
	if r.Header.Get("Authorization") != "" {
		return d.programs.Resolve(ctx, r)
	}
	return d.people.Resolve(ctx, r)
}

// accounts names people and programs.
func (a *App) accounts() accounts {
	return accounts{a.DB, a.Auth, func() *integration.Service { return a.Programs }}
}
