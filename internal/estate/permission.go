package estate

import (
	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// The rights of this room.
const (
	PermView      = "estate.unit.view"         // houses, and people with masked numbers
	PermEdit      = "estate.unit.edit"         // change houses
	PermPerson    = "estate.person.edit"       // change people, phones and occupancies
	PermUnmask    = "estate.person.unmask"     // see whole phone and identity numbers; each look is recorded
	PermErase     = "estate.person.erase"      // erase a person on request (LAW-03)
	PermExport    = "estate.unit.export"       // Excel of houses, people and registers
	PermRegister  = "estate.register.edit"     // keys, mailboxes, parking, signs, lettings, findings
	PermDirectory = "estate.directory.confirm" // confirm and issue the directory (EST-04)
	PermSign      = "estate.directory.sign"    // sign for an issue of the directory, as security
	PermLabel     = "estate.label.manage"      // record the purpose of labels that judge people (LAW-03)
	PermProject   = "estate.project.manage"    // make and set up projects
	PermImport    = "estate.batch.publish"     // publish and take back imports
)

// Permissions lists the rights of this room.
func Permissions() []auth.Permission {
	return []auth.Permission{
		{Name: PermView, Title: text.B("查看房屋与客户", "See units and people")},
		{Name: PermEdit, Title: text.B("修改房屋", "Change units")},
		{Name: PermPerson, Title: text.B("修改客户与居住", "Change people and occupancies")},
		{Name: PermUnmask, Title: text.B("查看完整电话和证件号（留记录）", "See whole phone and identity numbers (recorded)")},
		{Name: PermErase, Title: text.B("按申请删除个人信息", "Erase a person's data on request")},
		{Name: PermExport, Title: text.B("导出房屋、客户和登记表", "Export units, people and registers")},
		{Name: PermRegister, Title: text.B("登记钥匙、信报箱、车位、标识、出租", "Keep the registers")},
		{Name: PermDirectory, Title: text.B("核对和签发通讯录", "Confirm and issue the directory")},
		{Name: PermSign, Title: text.B("代表安保签收通讯录", "Sign for the directory as security")},
		{Name: PermLabel, Title: text.B("登记“问题客户”等标签的用途", "Record the purpose of labels that judge people")},
		{Name: PermProject, Title: text.B("建立和设置项目", "Make and set up projects"), Company: true},
		{Name: PermImport, Title: text.B("发布和撤回导入", "Publish and take back imports")},
	}
}

func need(actor auth.Actor, permission string, project int64) error {
	if actor.May(permission, project) {
		return nil
	}
	if actor.Account == 0 {
		return errs.New(errs.Unauthenticated, "estate.login", "请先登录。", "Log in first.")
	}
	return errs.Newf(errs.Forbidden, "estate.forbidden",
		"您的岗位没有这项权限（%s），没有改动任何内容。需要时请找主管开通。",
		"Your role does not hold this right (%s); nothing was changed. Ask a supervisor if you need it.", permission)
}
