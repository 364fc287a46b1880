package care

import (
	"guanjia/internal/auth"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Module hands the room to the house.
func (s *Service) Module() module.Module {
	sub := store.Folder(migrations)
	return module.Module{
		Name: "care", Room: 32, Requires: []string{"casefile", "estate"},
		Permissions: []auth.Permission{
			{Name: PermFollow, Title: text.B("回访客户", "Ring customers back")},
			{Name: PermVisit, Title: text.B("安排走访", "Plan visits")},
			{Name: PermSurvey, Title: text.B("做意见征询", "Run opinion surveys")},
			{Name: PermFigures, Title: text.B("看月度统计", "See the counts of the month")},
		},
		Figures: []string{
			"complaint.kinds", "complaint.repeated.times", "complaint.repeated.within", "follow_up.share.repair", "follow_up.share.complaint", "repair.faults",
			"survey.each", "survey.remind", "targets.complaints.authority", "targets.complaints.company", "targets.complaints.handled", "targets.follow_up", "targets.rework",
			"targets.satisfaction", "targets.urgent_in_time", "targets.valid_complaints.count", "targets.valid_complaints.each", "visit.again.*", "visit.share.customers", "visit.share.each",
			"visit.share.owners", "visit.unhappy",
		},
		Facts:      []module.Fact{{Name: "follow_up.left_out", Read: s.leftOut}},
		Migrations: sub,
	}
}
