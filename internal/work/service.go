package work

import (
	"context"
	"embed"
	"io/fs"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Rights of the room.
const (
	PermSee    = "work.skill.view"
	PermManage = "work.skill.manage"
)

// Load tells how much each account has in hand; casefile fills it.
type Load interface {
	// InHand counts the open cases whose work is with each account of the project.
	InHand(ctx context.Context, tx *store.Tx, project int64) (map[int64]int, error)
}

// Service is the room's use cases.
type Service struct {
	db   *store.DB
	load Load
}

// New makes the service.
func New(db *store.DB, load Load) *Service { return &Service{db: db, load: load} }

// Proposal is one technician who could be sent, best first.
type Proposal struct {
	Account int64
	InHand  int // open orders with the technician now
}

// Propose lists the technicians of a trade, the one with the least in hand
// first (REP-13). Nobody of the trade is an empty list.
func (s *Service) Propose(ctx context.Context, tx *store.Tx, project int64, trade string) ([]Proposal, error) {
	able, err := store.All(ctx, tx, store.Value[int64],
		"SELECT account FROM work_skill WHERE project_id = ? AND trade = ? ORDER BY account", project, trade)
	if err != nil || len(able) == 0 {
		return nil, err
	}
	inHand, err := s.load.InHand(ctx, tx, project)
	if err != nil {
		return nil, err
	}
	list := make([]Proposal, len(able))
	for i, account := range able {
		list[i] = Proposal{Account: account, InHand: inHand[account]}
	}
	slices.SortStableFunc(list, func(a, b Proposal) int { return a.InHand - b.InHand })
	return list, nil
}

// SetTrades replaces the trades of an account in a project.
func (s *Service) SetTrades(ctx context.Context, actor auth.Actor, project, account int64, trades []string) error {
	if !actor.May(PermManage, project) {
		return errs.New(errs.Forbidden, "work.forbidden", "你的岗位不能改工种，没有任何改动。", "Your role may not change trades; nothing was changed.")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM work_skill WHERE project_id = ? AND account = ?", project, account); err != nil {
			return err
		}
		for _, trade := range slices.Compact(slices.Sorted(slices.Values(trades))) {
			if _, err := tx.Exec(ctx, "INSERT INTO work_skill (project_id, account, trade, since) VALUES (?, ?, ?, ?)",
				project, account, trade, store.Micros(tx.Now())); err != nil {
				return err
			}
		}
		return nil
	})
}

// Trades lists the trades of every technician of a project by account.
func (s *Service) Trades(ctx context.Context, tx *store.Tx, project int64) (map[int64][]string, error) {
	type skill struct {
		account int64
		trade   string
	}
	list, err := store.All(ctx, tx, func(scan store.Scan) (skill, error) {
		var k skill
		err := scan(&k.account, &k.trade)
		return k, err
	}, "SELECT account, trade FROM work_skill WHERE project_id = ? ORDER BY account, trade", project)
	out := map[int64][]string{}
	for _, k := range list {
		out[k.account] = append(out[k.account], k.trade)
	}
	return out, err
}

// Module hands the room to the house.
func (s *Service) Module() module.Module {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded: it is there
	}
	return module.Module{
		Name: "work", Room: 31, Requires: []string{"casefile"},
		Permissions: []auth.Permission{
			{Name: PermSee, Title: text.B("看各人的工种", "See technicians' trades")},
			{Name: PermManage, Title: text.B("改各人的工种", "Change technicians' trades")},
		},
		Migrations: sub,
	}
}
