package app

import (
	"context"
	"sync"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/web"
)

// addresses remembers for a second which project an address names, so that
// each request does not ask the database for it. An unknown one is asked anew.
type addresses struct {
	projects
	clock calendar.Clock // the machine's
	known sync.Map       // code → address
}

type address struct {
	web.Project
	at time.Time
}

const addressTime = time.Second

// ByCode finds the project of an address.
func (a *addresses) ByCode(ctx context.Context, code string) (web.Project, error) {
	now := a.clock.Now()
	if k, ok := a.known.Load(code); ok {
		if found, ok := k.(address); ok && now.Sub(found.at).Abs() < addressTime {
			return found.Project, nil
		}
	}
	p, err := a.projects.ByCode(ctx, code)
	if err == nil {
		a.known.Store(code, address{p, now})
	}
	return p, err
}
