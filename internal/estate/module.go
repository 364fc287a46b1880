package estate

import (
	"embed"
	"io/fs"

	"guanjia/internal/module"
	"guanjia/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of room 10.
func Migrations() fs.FS {
	return store.Folder(migrations)
}

// Figures are the figures of a profile that this room reads.
func Figures() []string {
	return []string{"directory.contacts.office_hours", "directory.contacts.outside", "directory.day", "directory.vacant", "letting.papers", "segment.age", "segment.stay", "visit.vip_refresh"}
}

// Module is what this room brings to the house.
func (s *Service) Module() module.Module {
	return module.Module{
		Name: "estate", Room: 10, Requires: []string{"search"},
		Permissions: Permissions(), Migrations: Migrations(), Figures: Figures(),
	}
}
