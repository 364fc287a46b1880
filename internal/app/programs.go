package app

import (
	"context"
	"net/http"
	"net/netip"

	"guanjia/internal/api"
	"guanjia/internal/auth"
	"guanjia/internal/config"
	"guanjia/internal/desk/deskweb"
	"guanjia/internal/integration"
	"guanjia/internal/store"
	"guanjia/internal/web"
	"guanjia/internal/work/workweb"
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
		DB: a.DB, Queue: a.Queue, Sealer: a.Keys, Trail: a.Audit, Roles: a.Book.Roles, Code: a.code, Private: private, Notices: a.Notice,
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

// programs makes the interface for programs over the rooms.
func (a *App) programs(find api.Finder, said words, front *deskweb.Pages, board *workweb.Pages) *api.Service {
	return api.New(api.Options{
		DB: a.DB, Cases: a.Cases, Desk: a.Desk, Estate: a.Estate, Finder: find, Care: a.Care, Work: a.Work, Residents: a.Residents, Files: a.Files,
		Attachments: attachments{a.DB, a.Files}, Dangers: said.forPrograms, SendByRule: board.SendByRule, Doubles: front.Doubles, TakeBack: front.TakeBack,
		Crew: func(ctx context.Context, tx *store.Tx, project int64) ([]api.Technician, error) {
			people, err := crew{a.Auth}.Crew(ctx, tx, project)
			list := make([]api.Technician, len(people))
			for i, p := range people {
				list[i] = api.Technician{Account: api.ID(p.Account), Name: p.Name}
			}
			return list, err
		},
	})
}
