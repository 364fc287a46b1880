package integration

import (
	"context"
	"embed"
	"net/netip"
	"strings"
	"sync"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/notice"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Rights of this room.
const (
	PermToken = "integration.token.manage" // let programs in
	PermHook  = "integration.hook.manage"  // tell programs what happens
)

// Trail records who let whom in; audit.Service is one.
type Trail interface {
	Record(ctx context.Context, tx *store.Tx, e audit.Entry) error
}

// Notices tells people; notice.Service is one.
type Notices interface {
	Tell(ctx context.Context, tx *store.Tx, n notice.Notice) error
}

// Options is what app gives the room.
type Options struct {
	DB     *store.DB
	Queue  jobs.Enqueuer
	Sealer auth.Sealer
	Trail  Trail
	Roles  func() []auth.Role
	Clock  calendar.Clock // security time; the machine's when nil
	Code   func(project int64) string
	// Notices tells people that a webhook was stopped.
	Notices Notices
	// Private lists networks that webhooks may reach although they are private;
	// all other private addresses are refused, whatever their name says.
	Private []netip.Prefix
	Rate    Rate // of one token; 50 a second, 100 at once when zero
}

// Service is the room.
type Service struct {
	opt    Options
	sender *sender
	mu     sync.Mutex
	known  map[string]*door // by digest
	hooks  map[int64]wanted // by project
}

// New makes the service.
func New(opt Options) *Service {
	if opt.Clock == nil {
		opt.Clock = calendar.System()
	}
	if opt.Rate == (Rate{}) {
		opt.Rate = Rate{PerSecond: 50, Burst: 100}
	}
	return &Service{opt: opt, sender: newSender(opt.Private), known: map[string]*door{}, hooks: map[int64]wanted{}}
}

// Migrations are the tables of this room.
func Migrations() store.Migrations {
	sub := store.Folder(migrations)
	return store.Migrations{Room: "integration", FS: sub}
}

// Module is what this room brings.
func (s *Service) Module() module.Module {
	at := func(pattern, permission string, h web.Handler) web.Route {
		method, path, _ := strings.Cut(pattern, " ")
		return web.Route{Pattern: method + " /p/{project}/integrations" + path, Permission: permission, Handler: h}
	}
	return module.Module{
		Name: "integration", Room: 34, Requires: []string{"jobs", "audit", "casefile", "notice"},
		Permissions: []auth.Permission{
			{Name: PermToken, Title: text.B("发放和收回接口令牌", "Give and revoke tokens of programs")},
			{Name: PermHook, Title: text.B("设置对外回调", "Set up webhooks")},
		},
		Routes: []web.Route{
			at("GET /{$}", PermToken, s.page),
			at("POST /tokens", PermToken, s.addToken),
			at("POST /tokens/{id}/end", PermToken, s.endToken),
			at("POST /hooks", PermHook, s.addHook),
			at("POST /hooks/{id}/end", PermHook, s.endHook),
			at("POST /hooks/{id}/resume", PermHook, s.resumeHook),
			at("GET /hooks/{id}", PermHook, s.log),
			at("POST /deliveries/{id}/again", PermHook, s.again),
		},
		Nav: []web.NavItem{{Place: 98, Title: text.B("接口", "API"), Icon: "link", Path: "/p/{project}/integrations/", Permission: PermToken}},
		Jobs: []jobs.Spec{
			{Kind: deliverKind, Work: s.deliver, Attempts: mostAttempts, Timeout: 30 * time.Second},
			{Kind: "integration.delivery.sweep", Every: 24 * time.Hour, Work: s.sweep},
		},
		Migrations: Migrations().FS,
	}
}

func need(actor auth.Actor, permission string, project int64) error {
	if actor.May(permission, project) {
		return nil
	}
	return errs.New(errs.Forbidden, "integration.forbidden", "你的岗位没有这项权限，没有任何改动。需要时请主管授权。",
		"Your role does not permit this; nothing was changed. Ask your supervisor if you need it.")
}
