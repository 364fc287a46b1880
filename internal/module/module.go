// Package module is the contract between a room and the house.
//
// It owns: the value a room hands over and the check of all of them together.
// It does not own: which rooms there are (app). Start at Module.
package module

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/web"
)

// Module is what one room brings. Registration is by value: app lists them.
type Module struct {
	Name        string   // "casefile"; tables, permissions, jobs and actions start with it
	Room        int      // migrations are numbered Room*1000+step
	Requires    []string // rooms it imports or needs at run time
	Permissions []auth.Permission
	Routes      []web.Route // pages and API
	Nav         []web.NavItem
	Jobs        []jobs.Spec
	Actions     []Action
	Facts       []Fact
	Figures     []string // figures of a profile that its own code reads, * for any name; a procedure's are known from the procedure
	Migrations  fs.FS    // nil: no tables
}

// Action is something the handbook may make a room do: "estate.directory.confirm@1".
// It runs in the transaction of the event that causes it.
type Action struct {
	Name string // room.noun.verb@version
	Args []string
	Do   func(ctx context.Context, tx *store.Tx, in ActionInput) (map[string]any, error)
}

// ActionInput is the case an action runs for and its arguments.
type ActionInput struct {
	Actor    auth.Actor
	Project  int64
	Case     int64
	Unit     int64
	Customer int64
	Args     map[string]any
}

// Fact is something the handbook may read: "unit.warranty". Read in the
// transaction and recorded with the event.
type Fact struct {
	Name string // noun.word
	Read func(ctx context.Context, tx *store.Tx, in FactInput) (any, error)
}

// FactInput is the case a fact is read for.
type FactInput struct {
	Project  int64
	Unit     int64
	Customer int64
	Case     int64
	Fields   map[string]any
}

// Check finds what is wrong with the modules together: doubled names, routes
// without a declared permission, missing requirements, tables numbered outside
// their room. It returns every finding.
func Check(mods []Module) []error {
	var found []error
	bad := func(format string, args ...any) { found = append(found, fmt.Errorf(format, args...)) }
	names, rooms := map[string]bool{}, map[int]string{}
	perms := map[string]bool{auth.Public: true, auth.LoggedIn: true}
	seen := map[string]string{}
	once := func(sort, key, owner string) {
		if other, ok := seen[sort+" "+key]; ok {
			bad("%s %q is brought by %s and %s", sort, key, other, owner)
		}
		seen[sort+" "+key] = owner
	}
	for _, m := range mods {
		if m.Name == "" || names[m.Name] {
			bad("module name %q is empty or doubled", m.Name)
		}
		names[m.Name] = true
		if other, ok := rooms[m.Room]; ok && m.Migrations != nil {
			bad("room number %d is taken by %s and %s", m.Room, other, m.Name)
		}
		if m.Migrations != nil {
			rooms[m.Room] = m.Name
			files, err := fs.Glob(m.Migrations, "*.sql")
			if err != nil || len(files) == 0 {
				bad("module %s: no migrations found", m.Name)
			}
			for _, f := range files {
				if !strings.HasPrefix(f, fmt.Sprintf("%02d", m.Room)) {
					bad("module %s: migration %s is numbered outside room %d", m.Name, f, m.Room)
				}
			}
		}
		for _, p := range m.Permissions {
			once("permission", p.Name, m.Name)
			if !strings.HasPrefix(p.Name, m.Name+".") {
				bad("module %s: permission %s must start with the module's name", m.Name, p.Name)
			}
			perms[p.Name] = true
		}
	}
	for _, m := range mods {
		for _, r := range m.Requires {
			if !names[r] {
				bad("module %s requires %s, which is not there", m.Name, r)
			}
		}
		for _, r := range m.Routes {
			once("route", r.Pattern, m.Name)
			if !perms[r.Permission] {
				bad("route %s names no declared permission (%q)", r.Pattern, r.Permission)
			}
			if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, strings.Fields(r.Pattern + " ")[0]) {
				bad("route %s must start with a method", r.Pattern)
			}
		}
		for _, n := range m.Nav {
			if !perms[n.Permission] {
				bad("nav item %s names no declared permission (%q)", n.Path, n.Permission)
			}
		}
		for _, j := range m.Jobs {
			once("job", j.Kind, m.Name)
		}
		for _, a := range m.Actions {
			once("action", a.Name, m.Name)
			if !strings.Contains(a.Name, "@") {
				bad("action %s has no version", a.Name)
			}
		}
		for _, f := range m.Facts {
			once("fact", f.Name, m.Name)
		}
	}
	return found
}
