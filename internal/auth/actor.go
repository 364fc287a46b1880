package auth

import (
	"context"
	"slices"

	"guanjia/internal/text"
)

// Permission is one right, named room.noun.verb: "casefile.case.open".
// Project rights hold in one project; company rights everywhere.
type Permission struct {
	Name    string
	Title   text.Both
	Company bool
	Guarded bool // a role with it asks for a second factor; the handbook's checker insists (PLT-01)
}

// Public and LoggedIn are the permissions of routes that need none or only a
// session. A route must name one of them or a declared permission.
const (
	Public   = "public"
	LoggedIn = "logged_in"
)

// Actor is who is acting: an account with what it may do, or the system.
type Actor struct {
	Account int64 // 0: the system or a visitor
	Login   string
	Name    string
	Session int64
	Address string // where the request came from, for the audit trail
	Theme   string // "", "light" or "dark"
	Lang    text.Lang
	Grants  []Grant
	may     map[int64]map[string]bool // project (0: company) → permission
	system  bool
}

// Grant is a role held in a project; Project 0 is the whole company.
type Grant struct {
	Project int64
	Role    string
}

// System is the actor of jobs and imports: it may do everything. The zero
// Actor is a visitor, so that an actor nobody looked up has no rights.
var System = Actor{Name: "系统", system: true}

// WithPermissions returns a copy of a whose grants mean what rights says:
// role → permissions.
func (a Actor) WithPermissions(rights map[string][]string) Actor {
	a.may = map[int64]map[string]bool{}
	for _, g := range a.Grants {
		set := a.may[g.Project]
		if set == nil {
			set = map[string]bool{}
			a.may[g.Project] = set
		}
		for _, p := range rights[g.Role] {
			set[p] = true
		}
	}
	return a
}

// IsSystem reports whether a is the system itself.
func (a Actor) IsSystem() bool { return a.system }

// May reports whether a holds permission in project (0: company-wide).
// Denied unless a grant says otherwise.
func (a Actor) May(permission string, project int64) bool {
	switch {
	case a.IsSystem():
		return true
	case permission == Public:
		return true
	case permission == LoggedIn:
		return a.Account != 0
	}
	return a.may[0][permission] || project != 0 && a.may[project][permission]
}

// Roles lists the roles a holds in project, company-wide ones included.
func (a Actor) Roles(project int64) []string {
	var roles []string
	for _, g := range a.Grants {
		if (g.Project == project || g.Project == 0) && !slices.Contains(roles, g.Role) {
			roles = append(roles, g.Role)
		}
	}
	return roles
}

type actorKey struct{}

// With puts the actor into ctx.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From is the actor in ctx; ok is false for a visitor without a session. A
// context without an actor is a visitor, never the system.
func From(ctx context.Context) (a Actor, ok bool) {
	a, ok = ctx.Value(actorKey{}).(Actor)
	return a, ok
}
