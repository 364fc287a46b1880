package desk

import (
	"context"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Module hands the room to the house.
func (s *Service) Module() module.Module {
	sub := store.Folder(migrations)
	return module.Module{
		Name: "desk", Room: 30, Requires: []string{"casefile", "estate"},
		Permissions: []auth.Permission{
			{Name: PermDesk, Title: text.B("坐前台：接电话、受理、答应客户", "Sit at the desk: take calls, take in, promise")},
			{Name: PermSee, Title: text.B("看来电、承诺和警报", "See calls, promises and alarms")},
			{Name: PermConnect, Title: text.B("电话系统送来电", "Deliver calls from the telephone system")},
			{Name: PermAlarm, Title: text.B("接手警报", "Take over an alarm")},
		},
		Figures:    []string{"desk.days", "desk.draft_kept", "desk.hotline", "desk.hours", "desk.repair_line", "desk.rings", "desk.shifts", "targets.answer_rate", "repair.arrive.{fault}.{grade}", "departments"},
		Jobs:       []jobs.Spec{{Kind: "desk.draft.sweep", Every: time.Hour, Work: func(ctx context.Context, _ jobs.Job) error { return s.sweepDrafts(ctx) }}},
		Migrations: sub,
	}
}
