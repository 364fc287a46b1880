package handbook

import (
	"guanjia/internal/auth"
	"guanjia/internal/module"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// PermView is the right to read the handbook.
const PermView = "handbook.view"

// Module hands the room to the house.
func (s *Service) Module() module.Module {
	const base = "GET /p/{project}/handbook"
	page := func(path string, h web.Handler) web.Route {
		return web.Route{Pattern: base + path, Permission: PermView, Handler: h}
	}
	return module.Module{
		Name: "handbook", Room: 7,
		Permissions: []auth.Permission{{Name: PermView, Title: text.B("查看手册：规则、规程、数值", "Read the handbook: rules, procedures, figures")}},
		Routes: []web.Route{
			page("", s.rulesPage), page("/rules/{id}", s.rulePage), page("/procedures", s.proceduresPage),
			page("/procedures/{name}", s.procedurePage), page("/profiles", s.profilesPage), page("/profiles/{name}", s.profilePage),
		},
		Nav: []web.NavItem{{Place: 60, Title: text.B("规程", "Handbook"), Icon: "list-check", Path: "/p/{project}/handbook", Permission: PermView}},
	}
}
