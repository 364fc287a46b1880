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

// Module is what this room brings to the house.
func (s *Service) Module() module.Module {
	return module.Module{
		Name: "estate", Room: 10, Requires: []string{"search"},
		Permissions: Permissions(), Migrations: Migrations(),
	}
}
