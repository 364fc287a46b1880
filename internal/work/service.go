package work

import (
	"context"
	"slices"
	"strings"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Load tells how much each account has in hand; casefile fills it.
type Load interface {
	// InHand counts the open cases whose work is with each account of the project.
	InHand(ctx context.Context, tx *store.Tx, project int64) (map[int64]int, error)
	// InHandAt counts only those in one building.
	InHandAt(ctx context.Context, tx *store.Tx, project, building int64) (map[int64]int, error)
}

// Trail records that somebody saw what is masked for others; app fills it
// from audit.
type Trail interface {
	Looked(ctx context.Context, tx *store.Tx, actor auth.Actor, project, caseID int64) error
}

// Service is the room's use cases.
type Service struct {
	audit.Recorder
	db    *store.DB
	load  Load
	trail Trail
}

// New makes the service.
func New(db *store.DB, load Load, trail Trail) *Service {
	return &Service{db: db, load: load, trail: trail}
}

// Proposal is one technician who could be sent, best first.
type Proposal struct {
	Account int64
	InHand  int  // open orders with the technician now
	Near    bool // one of them is in the same building
}

// Propose lists the technicians of a trade, the one with the least in hand
// first (REP-13). Nobody of the trade is an empty list.
func (s *Service) Propose(ctx context.Context, tx *store.Tx, project int64, trade string) ([]Proposal, error) {
	return s.ProposeAt(ctx, tx, project, trade, 0)
}

// ProposeAt is Propose for work in a building: who is at work there already
// counts as having one order less in hand, so that a neighbouring job is one
// way (REP-13). Building 0: nowhere in particular.
func (s *Service) ProposeAt(ctx context.Context, tx *store.Tx, project int64, trade string, building int64) ([]Proposal, error) {
	return s.Proposing(tx, project).At(ctx, trade, building)
}

// Proposing asks for many proposals at one moment: what it read once it does
// not read again, so that a board of many orders asks by trade and building.
func (s *Service) Proposing(tx *store.Tx, project int64) *Proposing {
	return &Proposing{s: s, tx: tx, project: project, able: map[string][]int64{}, near: map[int64]map[int64]int{0: nil}}
}

// Proposing remembers who has what at one moment; see Service.Proposing.
type Proposing struct {
	s       *Service
	tx      *store.Tx
	project int64
	able    map[string][]int64
	inHand  map[int64]int
	near    map[int64]map[int64]int
}

// At is Service.ProposeAt at that moment.
func (p *Proposing) At(ctx context.Context, trade string, building int64) (list []Proposal, err error) {
	able, ok := p.able[trade]
	if !ok {
		if able, err = store.All(ctx, p.tx, store.Value[int64], "SELECT account FROM work_skill WHERE project_id = ? AND trade = ? ORDER BY account", p.project, trade); err != nil {
			return nil, err
		}
		p.able[trade] = able
	}
	if len(able) == 0 {
		return nil, nil
	}
	if p.inHand == nil {
		if p.inHand, err = p.s.load.InHand(ctx, p.tx, p.project); err != nil {
			return nil, err
		}
	}
	near, ok := p.near[building]
	if !ok {
		if near, err = p.s.load.InHandAt(ctx, p.tx, p.project, building); err != nil {
			return nil, err
		}
		p.near[building] = near
	}
	for _, account := range able {
		list = append(list, Proposal{Account: account, InHand: p.inHand[account], Near: near[account] > 0})
	}
	rank(list)
	return list, nil
}

// rank orders proposals by load, with one order's credit for being there.
func rank(list []Proposal) {
	weight := func(p Proposal) int {
		if p.Near {
			return 2*p.InHand - 3
		}
		return 2 * p.InHand
	}
	slices.SortStableFunc(list, func(a, b Proposal) int { return weight(a) - weight(b) })
}

// SetTrades replaces the trades of an account in a project.
func (s *Service) SetTrades(ctx context.Context, actor auth.Actor, project, account int64, trades []string) error {
	if !actor.May(PermManage, project) {
		return errs.New(errs.Forbidden, "work.forbidden", "你的岗位不能改工种，没有任何改动。", "Your role may not change trades; nothing was changed.")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		was, err := store.All(ctx, tx, store.Value[string], "SELECT trade FROM work_skill WHERE project_id = ? AND account = ? ORDER BY trade", project, account)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM work_skill WHERE project_id = ? AND account = ?", project, account); err != nil {
			return err
		}
		becomes := slices.Compact(slices.Sorted(slices.Values(trades)))
		for _, trade := range becomes {
			if _, err := tx.Exec(ctx, "INSERT INTO work_skill (project_id, account, trade, since) VALUES (?, ?, ?, ?)",
				project, account, trade, store.Micros(tx.Now())); err != nil {
				return err
			}
		}
		return s.Record(ctx, tx, audit.Entry{
			Actor: actor, Project: project, Action: "work.skill.set", Subject: "auth.account", ID: account,
			Data: map[string]any{"was": strings.Join(was, " "), "becomes": strings.Join(becomes, " ")},
		})
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

// Seen notes that actor was shown the customer's number of a case. The trail
// gets one entry for a person and a case, however often the page is opened.
func (s *Service) Seen(ctx context.Context, actor auth.Actor, project, caseID int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "INSERT INTO work_look (project_id, case_id, account, at) VALUES (?, ?, ?, ?) ON CONFLICT (project_id, case_id, account) DO NOTHING",
			project, caseID, actor.Account, store.Micros(tx.Now()))
		if err != nil || n == 0 || s.trail == nil {
			return err
		}
		return s.trail.Looked(ctx, tx, actor, project, caseID)
	})
}
