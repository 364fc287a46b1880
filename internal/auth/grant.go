package auth

import (
	"context"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Grant gives account the role g.Role in g.Project (0: the whole company). It
// needs PermManage there, and every permission of the role: nobody gives away
// more than they hold (PLT-02), but those with PermGive, who run the house without
// working in it. It holds from the next request on.
func (s *Service) Grant(ctx context.Context, actor Actor, account int64, g Grant) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.needFresh(ctx, tx, actor); err != nil {
			return err
		}
		if _, err := s.accountTx(ctx, tx, account); err != nil {
			return err
		}
		return s.grant(ctx, tx, actor, account, g)
	})
}

func (s *Service) grant(ctx context.Context, tx *store.Tx, actor Actor, account int64, g Grant) error {
	role, err := s.grantable(actor, g)
	if err == nil && role.Program && !actor.IsSystem() {
		err = errs.New(errs.Invalid, "auth.grant.program", "这个岗位给程序用，人不能担任，没有改动。程序的令牌在“接口”里发。", "This role is for programs, no person holds it; nothing was changed. Tokens of programs are given under Integrations.")
	}
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO auth_grant (account_id, project_id, role, granted_at, granted_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (account_id, project_id, role) DO NOTHING`, account, g.Project, role.Name, store.Micros(s.clock.Now()), actor.Account)
	if err != nil || n == 0 {
		return err
	}
	tx.AfterCommit(s.cache.clear)
	return s.record(ctx, tx, Change{Actor: actor, Project: g.Project, Action: "auth.grant.give", Account: account, Data: map[string]any{"role": g.Role}})
}

// Revoke takes a role away. Same rights as Grant; the last administrator stays.
func (s *Service) Revoke(ctx context.Context, actor Actor, account int64, g Grant) error {
	if err := actor.Need(PermManage, g.Project); err != nil {
		return err
	}
	if _, known := s.role(g.Role); known { // a role the handbook dropped can always be taken away
		if _, err := s.grantable(actor, g); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.needFresh(ctx, tx, actor); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "DELETE FROM auth_grant WHERE account_id = ? AND project_id = ? AND role = ?", account, g.Project, g.Role)
		if err != nil || n == 0 {
			return err
		}
		if err := s.needAdmin(ctx, tx); err != nil {
			return err
		}
		tx.AfterCommit(s.cache.clear)
		return s.record(ctx, tx, Change{Actor: actor, Project: g.Project, Action: "auth.grant.take", Account: account, Data: map[string]any{"role": g.Role}})
	})
}

// grantable checks that actor may hand out g.
func (s *Service) grantable(actor Actor, g Grant) (Role, error) {
	if err := actor.Need(PermManage, g.Project); err != nil {
		return Role{}, err
	}
	role, ok := s.role(g.Role)
	if !ok {
		return role, errs.New(errs.Invalid, "auth.role.unknown", "手册里没有这个岗位，没有改动。", "The handbook has no such role; nothing was changed.").
			Field("role", "auth.role.unknown", "请从列表里选。", "Choose from the list.")
	}
	if actor.May(PermGive, g.Project) {
		return role, nil
	}
	for _, p := range role.Permissions {
		if !actor.May(p, g.Project) {
			return role, errs.New(errs.Forbidden, "auth.grant.more",
				"这个岗位的权限比您自己的多，不能由您授予，没有改动。请更高一级的管理员来做。",
				"This role has rights you do not hold yourself, so you cannot grant it; nothing was changed. Ask a higher administrator.")
		}
	}
	return role, nil
}

// Grantable lists the roles actor may hand out to people in project.
func (s *Service) Grantable(actor Actor, project int64) []Role {
	var list []Role
	for _, r := range s.roles() {
		if _, err := s.grantable(actor, Grant{Project: project, Role: r.Name}); err == nil && !r.Program {
			list = append(list, r)
		}
	}
	return list
}

// needAdmin refuses a change that leaves nobody who can manage the company.
func (s *Service) needAdmin(ctx context.Context, tx *store.Tx) error {
	for _, r := range s.roles() {
		for _, p := range r.Permissions {
			if p != PermManage {
				continue
			}
			// Locked, so that two administrators cannot remove each other at one moment.
			left, err := store.All(ctx, tx, store.Value[int64], `SELECT a.id FROM auth_grant g JOIN auth_account a ON a.id = g.account_id
				WHERE g.role = ? AND g.project_id = 0 AND a.active = 1 ORDER BY a.id`+tx.Lock(), r.Name)
			if err != nil {
				return err
			}
			if len(left) > 0 {
				return nil
			}
		}
	}
	return errs.New(errs.Invalid, "auth.admin.last", "这是最后一位管理员，没有改动。请先让另一个人也当管理员。",
		"This is the last administrator; nothing was changed. Make somebody else an administrator first.")
}
