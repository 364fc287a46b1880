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
		Facts:      []module.Fact{{Name: "follow_up.left_out", Read: s.leftOut}},
		Migrations: sub,
	}
}
