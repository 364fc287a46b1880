package auth

import (
	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// The rights of this room.
const (
	PermView   = "auth.account.view"   // see accounts and who holds which role
	PermManage = "auth.account.manage" // invite, disable, grant roles, end sessions
	PermGive   = "auth.role.give"      // with PermManage: also roles with rights one does not hold
)

// Permissions lists the rights of this room.
func Permissions() []Permission {
	return []Permission{
		{Name: PermView, Title: text.B("查看用户与岗位", "See users and roles")},
		{Name: PermManage, Title: text.B("管理用户与岗位", "Manage users and roles"), Guarded: true},
		{Name: PermGive, Title: text.B("授予任何岗位", "Grant any role"), Guarded: true},
	}
}

// Need is nil when a holds permission in project (0: company-wide), else the
// error to return: Unauthenticated for a visitor, Forbidden for a person.
func (a Actor) Need(permission string, project int64) error {
	if a.May(permission, project) {
		return nil
	}
	if a.Account == 0 {
		return errs.New(errs.Unauthenticated, "auth.login.needed", "请先登录。", "Log in first.")
	}
	return errs.New(errs.Forbidden, "auth.right.missing",
		"您的岗位没有这项权限，什么都没有改动。需要的话，请管理员在“用户”里授予。",
		"Your role does not include this right; nothing was changed. If you need it, ask an administrator to grant it under Users.")
}
