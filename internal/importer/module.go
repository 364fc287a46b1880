package importer

import (
	"embed"
	"io/fs"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// PermRun is the right to upload, import and take back opening data.
const PermRun = "importer.batch.run"

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of room 11.
func Migrations() fs.FS {
	return store.Folder(migrations)
}

// Module is what this room brings to the house.
func (s *Service) Module() module.Module {
	return module.Module{
		Name: "importer", Room: 11, Requires: []string{"estate"},
		Permissions: []auth.Permission{{Name: PermRun, Title: text.B("导入期初数据", "Import opening data")}},
		Routes:      s.routes(),
		Nav:         []web.NavItem{{Place: 98, Title: text.B("导入", "Import"), Icon: "upload", Path: "/p/{project}/import", Permission: PermRun}},
		Jobs: []jobs.Spec{
			{Kind: jobRun, Work: s.workRun, Attempts: attempts, Timeout: 30 * time.Minute},
			{Kind: jobClear, Every: 6 * time.Hour, Work: s.workClear},
		},
		Migrations: Migrations(),
	}
}
