package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
)

// A new house has one administrator, who works at no desk and repairs nothing:
// they must be able to give everybody else their role, and nobody but they can.
// Roles of programs are no person's. proves PLT-02
func TestAdministratorStaffsANewHouse(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		ctx := context.Background()
		p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "first", Name: "临江", Profile: "residential", AreaCode: "025"})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		admin := enter(t, a, "admin", 0)
		r := httptest.NewRequest(http.MethodGet, "/users/new", nil)
		for _, c := range admin.cookies {
			r.AddCookie(c)
		}
		got := httptest.NewRecorder()
		a.Handler().ServeHTTP(got, r)
		if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "前台 · 临江") {
			t.Errorf("the form for a new user: %d, it offers no desk agent", got.Code)
		}
		may := a.Auth.Grantable(admin.actor, p.ID)
		for _, role := range a.Auth.Roles() {
			offered := slices.ContainsFunc(may, func(r auth.Role) bool { return r.Name == role.Name })
			if offered == role.Program {
				t.Errorf("%s offered: %v, a program's: %v", role.Name, offered, role.Program)
			}
			if role.Program {
				continue
			}
			acc, err := a.Auth.CreateAccount(ctx, admin.actor, auth.NewAccount{Login: "n-" + strings.ReplaceAll(role.Name, "_", "-"), Name: role.Name})
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Auth.Grant(ctx, admin.actor, acc.ID, auth.Grant{Project: p.ID, Role: role.Name}); err != nil {
				t.Errorf("giving %s: %v", role.Name, err)
			}
			if _, err := a.Auth.IssueLink(ctx, admin.actor, acc.ID); err != nil {
				t.Errorf("a link for %s: %v", role.Name, err)
			}
		}
		acc, err := a.Auth.CreateAccount(ctx, admin.actor, auth.NewAccount{Login: "n-program", Name: "n"})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Auth.Grant(ctx, admin.actor, acc.ID, auth.Grant{Project: p.ID, Role: "mini_program"}); errs.CodeOf(err) != "auth.grant.program" {
			t.Errorf("a program's role for a person: %v", err)
		}
		supervisor := enter(t, a, "supervisor", p.ID)
		if err := a.Auth.Grant(ctx, supervisor.actor, acc.ID, auth.Grant{Project: p.ID, Role: "desk"}); errs.CodeOf(err) != "auth.right.missing" {
			t.Errorf("a supervisor gives roles: %v", err)
		}
	})
}
