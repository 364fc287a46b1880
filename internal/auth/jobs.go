package auth

import (
	"context"
	"errors"
	"time"

	"guanjia/internal/jobs"
	"guanjia/internal/store"
)

// Jobs lists the periodic work of this room.
func (s *Service) Jobs() []jobs.Spec {
	return []jobs.Spec{{Kind: "auth.session.purge", Every: 10 * time.Minute, Work: func(ctx context.Context, _ jobs.Job) error {
		return errors.Join(s.Purge(ctx), s.Reseal(ctx))
	}}}
}

// Reseal seals the second factors again that were sealed with a rotated key.
func (s *Service) Reseal(ctx context.Context) error {
	type held struct {
		id     int64
		sealed []byte
	}
	scan := func(scan store.Scan) (held, error) {
		var h held
		err := scan(&h.id, &h.sealed)
		return h, err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := store.All(ctx, tx, scan, "SELECT id, totp FROM auth_account WHERE totp IS NOT NULL")
		if err != nil {
			return err
		}
		for _, h := range list {
			if !s.sealer.Stale(h.sealed) {
				continue
			}
			plain, err := s.sealer.Open(bound(h.id), h.sealed)
			if err != nil {
				return err
			}
			fresh, err := s.sealer.Seal(bound(h.id), plain)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "UPDATE auth_account SET totp = ? WHERE id = ?", fresh, h.id); err != nil {
				return err
			}
		}
		return nil
	})
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

// Restored ends every session and one-time link after a backup was brought
// back: some had been ended or used since it was taken. People log in again.
func (s *Service) Restored(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, query := range []string{"DELETE FROM auth_session", "DELETE FROM auth_link WHERE used_at = 0"} {
			if _, err := tx.Exec(ctx, query); err != nil {
				return err
			}
		}
		tx.AfterCommit(s.cache.clear)
		return nil
	})
}
