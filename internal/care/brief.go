package care

import (
	"context"
	"sync"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/store"
)

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
