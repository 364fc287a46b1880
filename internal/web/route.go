package web

import (
	"context"
	"net/http"
	"strings"

	"guanjia/internal/text"
)

// Handler serves one route. An error is rendered by the shell: kind decides
// the status, field errors and wording reach the person, the rest the log.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one address with what it takes to use it. Pattern is of
// net/http.ServeMux: "GET /p/{project}/cases/{number}". Under /p/{project}/
// and /api/v1/projects/{project}/ the permission is checked in that project,
// elsewhere company-wide. An empty
// Permission is an error at start (deny by default).
type Route struct {
	Pattern    string
	Permission string
	Handler    Handler
	MaxBody    int64 // bytes a request may carry; 0: 1 MiB
	Stream     bool  // long-lived: no time limit
}

// AtProject is a route of a project: "GET /cases" stands at
// "GET /p/{project}/cases".
func AtProject(pattern, permission string, h Handler) Route {
	method, path, _ := strings.Cut(pattern, " ")
	return Route{Pattern: method + " /p/{project}" + path, Permission: permission, Handler: h}
}

// NavItem is an entry of the rail. Items show in the order of Place.
type NavItem struct {
	Place      int // 10 今日 · 20 前台 · 30 工单 · 40 客户与房屋 · 50 收费 · 60 规程 · 70 值班与巡查 · 80 档案与文书 · 90 指标 · 99 设置
	Title      text.Both
	Icon       string // Tabler outline icon in the sprite: "headset"
	Path       string // with {project}: "/p/{project}/desk"
	Local      string // of a company page: where who has the permission in the project only goes instead, "/p/{project}/settings"
	Permission string
	Front      int      // people land at the entry of theirs with the lowest; 0 is Place
	Also       []string // further addresses that lie under it: "/p/{project}/case"
}

// Project is the project a page is in.
type Project struct {
	ID      int64
	Code    string // in addresses: "jinxiu"
	Name    string
	Profile string // "residential"
}

type projectKey struct{}

// WithProject puts the project of the request into ctx.
func WithProject(ctx context.Context, p Project) context.Context {
	return context.WithValue(ctx, projectKey{}, p)
}

// ProjectOf is the project of the request, zero outside /p/{project}/.
func ProjectOf(ctx context.Context) Project {
	p, _ := ctx.Value(projectKey{}).(Project)
	return p
}
