package auth

import (
	"context"
	"time"

	"guanjia/internal/jobs"
	"guanjia/internal/store"
)

// Jobs lists the periodic work of this room.
func (s *Service) Jobs() []jobs.Spec {
	return []jobs.Spec{{Kind: "auth.session.purge", Every: 10 * time.Minute, Work: func(ctx context.Context, _ jobs.Job) error { return s.Purge(ctx) }}}
}

// Purge forgets what is over: sessions, links, refilled buckets, places not
// seen for knownTime. What they were stays in the audit trail.
func (s *Service) Purge(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock.Now()
		for _, d := range []struct {
			query string
			at    time.Time
		}{
			{"DELETE FROM auth_session WHERE expires_at <= ?", now},
			{"DELETE FROM auth_session WHERE seen_at <= ?", now.Add(-s.opt.Idle)},
			{"DELETE FROM auth_try WHERE full_at <= ?", now},
			{"DELETE FROM auth_link WHERE expires_at <= ?", now},
			{"DELETE FROM auth_known WHERE seen_at <= ?", now.Add(-knownTime)},
		} {
			if _, err := tx.Exec(ctx, d.query, store.Micros(d.at)); err != nil {
				return err
			}
		}
		return nil
	})
}
