package audit

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// actions are the words of what happened. Other rooms' actions read by their
// verb (verbs below) until they are named here.
var actions = map[string]text.Both{
	"auth.login":               text.B("登录", "Logged in"),
	"auth.login.fail":          text.B("登录没有成功", "Failed to log in"),
	"auth.logout":              text.B("退出登录", "Logged out"),
	"auth.totp.fail":           text.B("动态口令不对", "Wrong second factor"),
	"auth.totp.enable":         text.B("启用动态口令", "Switched the second factor on"),
	"auth.totp.disable":        text.B("停用动态口令", "Switched the second factor off"),
	"auth.totp.reset":          text.B("重置动态口令", "Reset a second factor"),
	"auth.password.change":     text.B("换密码", "Changed the password"),
	"auth.session.confirm":     text.B("再次确认本人", "Confirmed who they are"),
	"auth.session.end":         text.B("结束登录", "Ended a session"),
	"auth.account.create":      text.B("新建用户", "Added a user"),
	"auth.account.enable":      text.B("启用账号", "Enabled an account"),
	"auth.account.disable":     text.B("停用账号", "Disabled an account"),
	"auth.account.preferences": text.B("改自己的资料", "Changed their own details"),
	"auth.grant.give":          text.B("授予岗位", "Granted a role"),
	"auth.grant.take":          text.B("收回岗位", "Took a role away"),
	"auth.link.issue":          text.B("给出一次性链接", "Made a one-time link"),
	"auth.link.use":            text.B("用一次性链接设密码", "Set a password by one-time link"),
	"vault.value.look":         text.B("查看个人信息", "Looked at a personal value"),
	"vault.value.erase":        text.B("删除个人信息", "Erased a personal value"),
	"vault.key.rotate":         text.B("换密钥", "Rotated the key"),
	"files.file.attach":        text.B("上传附件", "Attached a file"),
	"files.file.erase":         text.B("删除附件", "Erased a file"),
	"handbook.change.propose":  text.B("提出手册改动", "Proposed a change of the handbook"),
	"handbook.change.approve":  text.B("通过手册改动", "Approved a change of the handbook"),
	"handbook.change.refuse":   text.B("退回手册改动", "Sent a change of the handbook back"),
	"handbook.change.withdraw": text.B("撤回手册改动", "Withdrew a change of the handbook"),
	"handbook.change.begin":    text.B("手册改动生效", "A change of the handbook took effect"),
	"casefile.case.link":       text.B("关联事项", "Linked cases"),
	"casefile.case.unlink":     text.B("解除关联", "Unlinked cases"),
	"casefile.case.erase":      text.B("删除事项里的个人内容", "Erased people's words from a case"),
	"integration.token.give":   text.B("发放接口令牌", "Gave a token to a program"),
	"integration.token.revoke": text.B("收回接口令牌", "Revoked a token"),
	"integration.hook.add":     text.B("设置对外回调", "Set up a webhook"),
	"integration.hook.end":     text.B("停用对外回调", "Ended a webhook"),
	"integration.hook.resume":  text.B("恢复对外回调", "Resumed a webhook"),
	"estate.unit.confirm":      text.B("核对通讯录", "Confirmed the directory"),
	"estate.unit.unreached":    text.B("核对通讯录没联系上", "Found nobody for the directory"),
	"estate.unit.unconfirm":    text.B("撤回通讯录核对", "Took a confirmation of the directory back"),
	"estate.directory.issue":   text.B("签发通讯录", "Gave out the directory"),
	"estate.directory.sign":    text.B("签收通讯录", "Signed for the directory"),
	"estate.batch.open":        text.B("开始导入", "Began an import"),
	"estate.batch.add":         text.B("导入一部分", "Imported a part"),
	"estate.batch.publish":     text.B("发布导入", "Published an import"),
	"estate.batch.revert":      text.B("整批撤回导入", "Took an import back whole"),
	"desk.call.name":           text.B("认定来电人", "Said who called"),
	"desk.call.settle":         text.B("登记来电结果", "Settled a call"),
	"desk.promise.make":        text.B("作出承诺", "Made a promise"),
	"desk.promise.look":        text.B("查看客户电话", "Looked at a customer's phone"),
	"desk.promise.keep":        text.B("兑现承诺", "Kept a promise"),
	"desk.entry.write":         text.B("写日志", "Wrote into the journal"),
	"desk.alarm.confirm":       text.B("接手警报", "Took over an alarm"),
	"work.skill.set":           text.B("设置工种", "Set trades"),
	"resident.link.make":       text.B("生成住户码", "Made a resident's code"),
	"resident.link.revoke":     text.B("作废住户码", "Revoked a resident's code"),
	"letters.file.take":        text.B("上传来信文件", "Took a file of letters"),
	"letters.file.start":       text.B("来信立案", "Opened the cases of letters"),
	"letters.file.withdraw":    text.B("撤销来信文件", "Withdrew a file of letters"),
	"importer.upload.take":     text.B("上传期初台账", "Took a workbook"),
	"importer.upload.change":   text.B("更正台账的读法", "Corrected how a workbook is read"),
	"importer.upload.start":    text.B("开始导入台账", "Began to import a workbook"),
	"care.survey.remind":       text.B("提醒填写征询", "Reminded of a survey"),
	"work.order.look":          text.B("查看客户电话", "Looked at a customer's phone"),
	"audit.entry.export":       text.B("导出操作记录", "Exported the audit trail"),
	"audit.trail.restore":      text.B("从备份恢复", "Restored from a backup"),
}

var verbs = map[string]text.Both{
	"create": text.B("新建", "Created"), "make": text.B("新建", "Made"), "change": text.B("更改", "Changed"), "update": text.B("更改", "Changed"), "set": text.B("设置", "Set"),
	"erase": text.B("删除", "Erased"), "delete": text.B("删除", "Deleted"), "look": text.B("查看", "Looked at"), "export": text.B("导出", "Exported"), "import": text.B("导入", "Imported"),
	"open": text.B("开立", "Opened"), "close": text.B("关闭", "Closed"), "confirm": text.B("确认", "Confirmed"), "merge": text.B("合并", "Merged"), "revert": text.B("撤回", "Took back"),
}

var subjects = map[string]text.Both{
	subjectAccount: text.B("账号", "Account"), "vault.value": text.B("个人信息", "Personal value"), "vault.key": text.B("密钥", "Key"),
	"handbook.change": text.B("手册改动", "Change of the handbook"), "audit.entry": text.B("操作记录", "Audit trail"), "audit.batch": text.B("操作记录", "Audit trail"), "casefile.case": text.B("事项", "Case"),
	"estate.unit": text.B("房屋", "Unit"), "estate.person": text.B("客户", "Person"), "estate.occupancy": text.B("居住", "Occupancy"), "estate.building": text.B("楼栋", "Building"), "estate.register": text.B("登记表记录", "Line of a register"),
	"estate.directory": text.B("通讯录", "Directory"), "estate.batch": text.B("导入批次", "Import"), "estate.project": text.B("项目", "Project"), "estate.label": text.B("标签", "Label"),
	"desk.promise": text.B("承诺", "Promise"), "desk.entry": text.B("日志", "Journal"), "desk.alarm": text.B("警报", "Alarm"), "resident.link": text.B("住户码", "Resident's code"),
	"letters.file": text.B("来信文件", "File of letters"), "importer.upload": text.B("期初台账", "Workbook"), "care.survey": text.B("意见征询", "Survey"), "files.file": text.B("附件", "File"), "desk.call": text.B("来电", "Call"),
	"integration.token": text.B("接口令牌", "Token"), "integration.hook": text.B("对外回调", "Webhook"),
}

// subjectWords says what an entry is about; an unnamed subject keeps its name.
func subjectWords(ctx context.Context, subject string) string {
	if b, ok := subjects[subject]; ok {
		return b.In(text.LangOf(ctx))
	}
	return subject
}

// actionWords says an action in words; an unnamed one keeps its name.
func actionWords(ctx context.Context, action string) string {
	if b, ok := actions[action]; ok {
		return b.In(text.LangOf(ctx))
	}
	if i := strings.LastIndexByte(action, '.'); i > 0 {
		if b, ok := verbs[action[i+1:]]; ok {
			return b.In(text.LangOf(ctx)) + " " + subjectWords(ctx, action[:i])
		}
	}
	return action
}

// keys are the words of what an entry holds; an unnamed one keeps its name.
var keys = map[string]text.Both{
	"role": text.B("岗位", "role"), "number": text.B("编号", "number"), "reason": text.B("原因", "reason"), "field": text.B("栏目", "field"), "kind": text.B("种类", "kind"),
	"rows": text.B("行数", "rows"), "files": text.B("附件", "files"), "size": text.B("字节", "bytes"), "media": text.B("格式", "format"), "file": text.B("附件号", "file"), "purpose": text.B("用途", "purpose"),
	"sort": text.B("类别", "sort"), "was": text.B("改前", "was"), "becomes": text.B("改后", "becomes"), "replay": text.B("恢复时补做", "done again after a restore"),
	"fields": text.B("改了", "changed"), "register": text.B("登记表", "register"), "month": text.B("月份", "month"), "changed": text.B("有变化", "changed"),
	"case": text.B("事项", "case"), "person": text.B("客户", "person"), "unit": text.B("房屋", "unit"),
	"restored_at": text.B("恢复时间", "restored at"),
}

// values are the words of what stands under a key, where it is one of a few.
var values = map[string]map[string]text.Both{
	"sort":   {"project": text.B("项目设置", "settings of a project"), "handbook": text.B("手册", "handbook")},
	"replay": {"true": text.B("是", "yes")},
}

// digestShown is how much of a digest is read aloud; the whole one is in the export.
const digestShown = 12

// word says one value of an entry in words, as the house or this room knows it.
func (s *Service) word(ctx context.Context, key, value string) string {
	if b, ok := values[key][value]; ok {
		return b.In(text.LangOf(ctx))
	}
	if s.said != nil {
		if b := s.said(key, value); !b.IsZero() {
			return b.In(text.LangOf(ctx))
		}
	}
	return value
}

// listed says the values of a list one after the other.
func (s *Service) listed(ctx context.Context, key string, list []any) string {
	said := make([]string, len(list))
	for i, v := range list {
		said[i] = s.word(ctx, key, fmt.Sprint(v))
	}
	return strings.Join(said, text.T(ctx, "、", ", "))
}

// told is the data of an entry for one cell: what it holds, in words. A case, a
// unit or a person that was left open says nothing.
func (s *Service) told(ctx context.Context, row Row, names map[thing]string) string {
	held := decode(row.Data)
	if held == nil {
		return text.Cut(row.Data, 300)
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(held)) {
		name, value := key, plain(held[key])
		if id, ok := held[key].(json.Number); ok && slices.Contains(thingKeys, key) {
			n, _ := id.Int64() // what is no identifier stays as it is
			if value == "0" {
				continue
			}
			if known := names[thing{row.Project, key, n}]; known != "" {
				value = known
			}
		}
		if b, ok := keys[key]; ok {
			name = b.In(text.LangOf(ctx))
		}
		list, several := held[key].([]any)
		switch said := s.word(ctx, key, value); {
		case several:
			value = s.listed(ctx, key, list)
		case said != value:
			value = said
		case key == "role":
			value = s.roleWords(ctx, value)
		case (key == "was" || key == "becomes") && len(value) == sha256.Size*2:
			value = value[:digestShown]
		case value == "":
			value = text.T(ctx, "无", "none")
		}
		parts = append(parts, text.Tf(ctx, "%s：%s", "%s: %s", name, value))
	}
	return text.Cut(strings.Join(parts, text.T(ctx, "；", "; ")), 300)
}

// plain writes a value; what is no single one stays as it is kept.
func plain(v any) string {
	switch v.(type) {
	case map[string]any, []any:
		if raw, err := json.Marshal(v); err == nil {
			return string(raw)
		}
	}
	return fmt.Sprint(v)
}

// roleWords is the name of a role of the handbook; one that is gone keeps its key.
func (s *Service) roleWords(ctx context.Context, role string) string {
	if s.roles != nil {
		for _, r := range s.roles() {
			if r.Name == role {
				return r.Title.In(text.LangOf(ctx))
			}
		}
	}
	return role
}

func paneTitle(ctx context.Context, v pageView) string {
	if v.Project != "" {
		return v.Project
	}
	return text.T(ctx, "整个公司", "Whole company")
}

// sealedWords tells how far the trail is sealed.
func sealedWords(ctx context.Context, v pageView) string {
	if v.Head.Number == 0 {
		return ""
	}
	return text.Tf(ctx, "封存到第 %d 批，%d 条", "sealed to batch %d, %d entries", v.Head.Number, v.Head.Total)
}

// shown bounds a list of findings on the page.
func shown(list []Finding) []Finding { return list[:min(len(list), 50)] }

// actionOptions are the choices of the filter: areas first, then what is
// looked for most.
func actionOptions(ctx context.Context) []ui.Option {
	list := []ui.Option{
		{Value: "auth.", Label: text.T(ctx, "登录与账号", "Log-in and accounts")},
		{Value: "vault.", Label: text.T(ctx, "个人信息", "Personal values")},
		{Value: "files.", Label: text.T(ctx, "附件", "Files")},
		{Value: "casefile.", Label: text.T(ctx, "事项", "Cases")},
		{Value: "estate.", Label: text.T(ctx, "房屋与客户", "Estate and people")},
	}
	for _, a := range []string{"auth.login.fail", "auth.grant.give", "auth.grant.take", "vault.value.look", "vault.value.erase", "audit.entry.export"} {
		list = append(list, ui.Option{Value: a, Label: actionWords(ctx, a)})
	}
	return list
}
