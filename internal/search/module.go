package search

import (
	"embed"
	"io/fs"

	"guanjia/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of room 05.
func Migrations() fs.FS {
	return store.Folder(migrations)
}
