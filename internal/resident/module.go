package resident

import (
	"context"
	"embed"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

//go:embed migrations/*.sql
var migrations embed.FS

// PermLinks is the right to give out and end residents' links.
const PermLinks = "resident.link.manage"

// Module hands the room to the house.
func (s *Service) Module() module.Module {
	sub := store.Folder(migrations)
	return module.Module{
		Name: "resident", Room: 35, Requires: []string{"casefile"},
		Permissions: []auth.Permission{{Name: PermLinks, Title: text.B("发住户码、作废住户码", "Give out and end residents' codes")}},
		Jobs:        []jobs.Spec{{Kind: "resident.pace.sweep", Every: time.Hour, Work: func(ctx context.Context, _ jobs.Job) error { return s.sweep(ctx) }}},
		Migrations:  sub,
	}
}
