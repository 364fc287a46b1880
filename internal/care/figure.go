package care

import (
	"context"
	"fmt"
	"sync"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Figure is one figure of the month against its target of the profile.
type Figure struct {
	Title  text.Both
	Target string // "≥ 90 %"
	Now    string // "" when nothing was counted
	Met    bool
	Known  bool
}

// figuresOf measures the month against the targets that the profile has.
func figuresOf(m Month, f *procedure.Figures) []Figure {
	var list []Figure
	least := func(title text.Both, part, of int, paths ...string) {
		for _, path := range paths {
			share, err := f.Share(path, nil)
			if err != nil {
				continue
			}
			fig := Figure{Title: title, Target: fmt.Sprintf("≥ %.4g %%", share*100), Known: of > 0}
			if of > 0 {
				now := float64(part) / float64(of)
				fig.Now, fig.Met = fmt.Sprintf("%.1f %%", now*100), now >= share-1e-9
			}
			list = append(list, fig)
			return
		}
	}
	least(text.B("回访率", "Followed up"), m.Follow.Done, m.Follow.Done+m.Follow.LeftOut, "targets.follow_up", "follow_up.share.repair")
	least(text.B("回访满意率", "Satisfied"), m.Follow.Satisfied, m.Follow.Done, "targets.satisfaction")
	least(text.B("急修到场及时", "Urgent in time"), m.urgentInTime, m.urgent, "targets.urgent_in_time")
	least(text.B("投诉办结率", "Complaints handled"), m.handled, m.complaints, "targets.complaints.handled")
	if share, err := f.Share("targets.rework", nil); err == nil {
		fig := Figure{Title: text.B("返修率", "Rework"), Target: fmt.Sprintf("≤ %.4g %%", share*100), Known: m.repairs > 0}
		if m.repairs > 0 {
			now := float64(m.reworks) / float64(m.repairs)
			fig.Now, fig.Met = fmt.Sprintf("%.1f %%", now*100), now <= share+1e-9
		}
		list = append(list, fig)
	}
	return list
}

// ReworkRate is the share of repairs that were reworks in percent; false
// without repairs (REP-08).
func (m Month) ReworkRate() (float64, bool) {
	if m.repairs == 0 {
		return 0, false
	}
	return 100 * float64(m.reworks) / float64(m.repairs), true
}

// Brief is what the first page of the day shows of the month.
type Brief struct {
	Figures  []Figure
	Repeated []Repeat
	at       time.Time
}

// briefFor is how long a brief is shown before it is counted anew: the first
// page of everybody must not count a month each time.
const briefFor = 2 * time.Minute

// briefs are the latest by project.
type briefs struct {
	mu   sync.Mutex
	kept map[int64]Brief
}

// Brief is the month in short, at most two minutes old; empty for who may not
// see the counts.
func (s *Service) Brief(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64) (Brief, error) {
	if !actor.May(PermFigures, project) {
		return Brief{}, nil
	}
	now := tx.Now()
	s.brief.mu.Lock()
	b, ok := s.brief.kept[project]
	s.brief.mu.Unlock()
	if age := now.Sub(b.at); ok && age >= 0 && age < briefFor {
		return b, nil
	}
	m, err := s.Count(ctx, tx, actor, project, now)
	if err != nil {
		return Brief{}, err
	}
	b = Brief{Figures: m.Figures, Repeated: m.Repeated[:min(len(m.Repeated), 5)], at: now}
	s.brief.mu.Lock()
	defer s.brief.mu.Unlock()
	if s.brief.kept == nil {
		s.brief.kept = map[int64]Brief{}
	}
	s.brief.kept[project] = b
	return b, nil
}
