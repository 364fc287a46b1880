package authweb

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/module"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// Options is what app gives the pages.
type Options struct {
	Auth *auth.Service
	// Projects lists the projects an actor may enter, for granting roles.
	Projects func(ctx context.Context, actor auth.Actor) ([]web.Project, error)
	// BaseURL is how people reach this server ("https://gj.example.com"), for
	// one-time links; the address of the request when empty.
	BaseURL string
}

// Pages is the pages of auth.
type Pages struct {
	auth     *auth.Service
	projects func(ctx context.Context, actor auth.Actor) ([]web.Project, error)
	base     string
}

// New makes the pages.
func New(opt Options) *Pages {
	return &Pages{auth: opt.Auth, projects: opt.Projects, base: opt.BaseURL}
}

// Menu is what stands under a person's name, for web.Config.Menu.
func Menu() []web.NavItem {
	return []web.NavItem{
		{Place: 10, Title: text.B("我的账号", "My account"), Icon: "user", Path: "/account", Permission: auth.LoggedIn},
		{Place: 20, Title: text.B("我的登录", "My sessions"), Icon: "device-desktop", Path: "/account/sessions", Permission: auth.LoggedIn},
	}
}

// Module hands the room auth to app.
func (p *Pages) Module() module.Module {
	open := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Permission: auth.Public, Handler: h}
	}
	in := func(pattern string, h web.Handler) web.Route { // the service decides about the account concerned
		return web.Route{Pattern: pattern, Permission: auth.LoggedIn, Handler: h}
	}
	return module.Module{
		Name: "auth", Room: 1, Permissions: auth.Permissions(), Migrations: auth.Migrations().FS, Jobs: p.auth.Jobs(),
		Nav: []web.NavItem{{Place: 99, Front: 50, Title: text.B("用户", "Users"), Icon: "users", Path: "/users", Local: "/p/{project}/users", Permission: auth.PermView}},
		Routes: []web.Route{
			open("GET /login", p.loginPage), open("POST /login", p.login),
			open("GET /login/code", p.codePage), open("POST /login/code", p.code),
			open("GET /login/factor", p.enrolPage), open("POST /login/factor", p.enrolBegin), open("POST /login/factor/finish", p.enrolFinish),
			open("POST /logout", p.logout),
			open("GET /setup/{token}", p.linkPage), open("POST /setup/{token}", p.link),

			in("GET /account", p.accountPage), in("POST /account", p.preferences),
			in("POST /account/password", p.password), in("POST /account/confirm", p.confirm),
			in("POST /account/factor", p.factorBegin), in("POST /account/factor/finish", p.factorFinish), in("POST /account/factor/off", p.factorOff),
			in("GET /account/sessions", p.sessionsPage), in("POST /account/sessions/end", p.endSession),

			{Pattern: "GET /users", Permission: auth.PermView, Handler: p.usersPage},
			{Pattern: "GET /p/{project}/users", Permission: auth.PermView, Handler: p.usersPage},
			{Pattern: "GET /users/new", Permission: auth.PermManage, Handler: p.newPage},
			{Pattern: "POST /users", Permission: auth.PermManage, Handler: p.create},
			in("GET /users/{id}", p.userPage),
			in("POST /users/{id}/grant", p.grant), in("POST /users/{id}/revoke", p.revoke),
			{Pattern: "POST /users/{id}/active", Permission: auth.PermManage, Handler: p.active},
			{Pattern: "POST /users/{id}/link", Permission: auth.PermManage, Handler: p.issueLink},
			{Pattern: "POST /users/{id}/factor/reset", Permission: auth.PermManage, Handler: p.resetFactor},
			{Pattern: "POST /users/{id}/sessions/end", Permission: auth.PermManage, Handler: p.endOthers},
		},
	}
}
