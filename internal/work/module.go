package work

import (
	"embed"

	"guanjia/internal/auth"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Rights of the room.
const (
	PermOrders = "work.order.use"
	PermBoard  = "work.board.view"
	PermSee    = "work.skill.view"
	PermManage = "work.skill.manage"
)

// Module hands the room to the house.
func (s *Service) Module() module.Module {
	sub := store.Folder(migrations)
	return module.Module{
		Name: "work", Room: 31, Requires: []string{"casefile"},
		Permissions: []auth.Permission{
			{Name: PermOrders, Title: text.B("在手机上办自己的工单", "Do one's own orders on the phone")},
			{Name: PermBoard, Title: text.B("看派单台", "See the dispatch board")},
			{Name: PermSee, Title: text.B("看各人的工种", "See technicians' trades")},
			{Name: PermManage, Title: text.B("改各人的工种", "Change technicians' trades")},
		},
		Figures:    []string{"pause_reasons", "repair.warranty.{element}", "trades"},
		Migrations: sub,
	}
}
