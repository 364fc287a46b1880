package casefile

import (
	"embed"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// The permissions of this room.
const (
	PermView     = "casefile.case.view"
	PermOpen     = "casefile.case.open"
	PermWork     = "casefile.case.work"
	PermDispatch = "casefile.case.dispatch"
	PermApprove  = "casefile.case.approve"
	PermJump     = "casefile.case.jump"
	PermCancel   = "casefile.case.cancel"
	PermReopen   = "casefile.case.reopen"
	PermMerge    = "casefile.case.merge"
	PermErase    = "casefile.case.erase" // erase what people said, on request (LAW-03)
	PermVerify   = "casefile.log.verify"
	PermRestamp  = "casefile.clock.restamp"
)

var permissions = []auth.Permission{
	{Name: PermView, Title: text.B("查看全部事项", "See all cases")},
	{Name: PermOpen, Title: text.B("受理事项", "Open cases")},
	{Name: PermWork, Title: text.B("办理交给自己的事项", "Work on one's own cases")},
	{Name: PermDispatch, Title: text.B("派单、改派", "Dispatch and assign")},
	{Name: PermApprove, Title: text.B("审批", "Approve")},
	{Name: PermJump, Title: text.B("人工调整步骤", "Move a case by hand")},
	{Name: PermCancel, Title: text.B("取消事项", "Cancel cases")},
	{Name: PermReopen, Title: text.B("重新打开事项", "Reopen cases")},
	{Name: PermMerge, Title: text.B("合并、关联事项", "Merge and link cases")},
	{Name: PermErase, Title: text.B("按申请删除事项里的个人内容", "Erase people's words from a case on request")},
	{Name: PermVerify, Title: text.B("核验事项记录", "Verify the log of cases")},
	{Name: PermRestamp, Title: text.B("按新日历重算时限", "Count limits by a new calendar")},
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this room.
func Migrations() store.Migrations {
	sub := store.Folder(migrations)
	return store.Migrations{Room: "casefile", FS: sub}
}

// Module is what this room brings.
func (s *Service) Module() module.Module {
	return module.Module{
		Name: "casefile", Room: 20, Requires: []string{"jobs", "notice", "search"},
		Permissions: slices.Clone(permissions),
		Jobs: []jobs.Spec{
			{Kind: fireKind, Every: fireEvery, Work: s.fire},
			{Kind: fillKind, Every: fillEvery, Work: s.fillJob},
			{Kind: sweepKind, Every: sweepEvery, Work: s.sweep},
		},
		Figures:    append(engine.Figures(), "departments", "pause_reasons", "trades"),
		Actions:    []module.Action{{Name: openAction, Args: []string{"procedure", "subject", "words"}, Do: s.openAnother}},
		Migrations: Migrations().FS,
	}
}

// resident is the account number of a resident without account.
const resident = -1

// mayOpen: staff by permission; a resident without account by the resident
// page, whose signed link has been checked by its room.
func mayOpen(actor auth.Actor, in Opening) bool {
	if actor.Account == resident && in.Channel == "resident" {
		return true
	}
	return actor.May(PermOpen, in.Project)
}

// sees: everybody with the permission; who may only work sees the cases that
// are with them, and those of a team that nobody has taken yet.
func sees(actor auth.Actor, c Case) bool {
	if actor.May(PermView, c.Project) || actor.Account == resident {
		return true
	}
	if !actor.May(PermWork, c.Project) || actor.Account <= 0 {
		return false
	}
	return c.State.Owner == actor.Account || c.State.Assignee == actor.Account || c.State.Assignee == 0 && c.State.Team != ""
}

// turn reports whether the step the case stands at is one for the actor's own
// roles: the guard who is to sign must see what.
func turn(actor auth.Actor, def *procedure.Definition, c Case) bool {
	st := def.Step(c.State.Step)
	if st == nil || actor.Account <= 0 || !actor.May(PermWork, c.Project) {
		return false
	}
	return slices.ContainsFunc(actor.Roles(c.Project), func(role string) bool { return slices.Contains(st.Who, role) })
}

// permissionFor is what a command needs. Whether the roles of the person fit
// the step is the engine's to say.
func permissionFor(actor auth.Actor, def *procedure.Definition, c Case, cmd engine.Command) string {
	mine := actor.Account > 0 && actor.Account == c.State.Owner
	switch cmd.Kind {
	case engine.EvDone:
		if st := def.Step(c.State.Step); st != nil {
			switch st.Do {
			case procedure.KindDispatch:
				return PermDispatch
			case procedure.KindApprove:
				return PermApprove
			}
		}
		return PermWork
	case engine.EvAssign:
		return PermDispatch
	case engine.EvJump:
		return PermJump
	case engine.EvCancel:
		if mine { // the first contact may end what it took in
			return PermWork
		}
		return PermCancel
	case engine.EvReopen:
		if mine {
			return PermWork
		}
		return PermReopen
	case engine.EvMerge:
		return PermMerge
	case engine.EvLevel, engine.EvOpened:
		return systemOnly
	default:
		return PermWork
	}
}

// systemOnly is held by nobody: only the system may.
const systemOnly = "casefile.system"

// mayDo: a resident's page may add words, papers and the steps that the
// procedure gives to the customer; the engine checks the last.
func mayDo(actor auth.Actor, c Case, permission string) bool {
	if actor.Account == resident {
		return permission == PermWork
	}
	return actor.May(permission, c.Project)
}

func forbidden(permission string) error {
	title := text.B("做这一步", "do this")
	for _, p := range permissions {
		if p.Name == permission {
			title = p.Title
		}
	}
	return errs.Newf(errs.Forbidden, "casefile.forbidden",
		"您的岗位不能「%[1]s」，什么也没有改。需要时请找主管。", "Your roles do not allow: %[2]s. Nothing was changed; ask a supervisor if it is needed.", title.ZH, title.EN)
}
