package notice

import "guanjia/internal/module"

// Module is what this room brings. Reading one's own notices needs only a
// session, so there are no permissions.
func (s *Service) Module() module.Module {
	return module.Module{Name: "notice", Room: 8, Migrations: Migrations().FS, Routes: s.routes()}
}
