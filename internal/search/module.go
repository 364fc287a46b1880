package search

import (
	"embed"
	"io/fs"

	"guanjia/internal/module"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of room 05.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the embedded folder is there by construction
	}
	return sub
}

// Module is what this room brings to the house.
func (x *Index) Module() module.Module {
	return module.Module{Name: "search", Room: 5, Migrations: Migrations()}
}
