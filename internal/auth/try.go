package auth

import (
	"context"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// A bucket holds burst tries and gets one back every refill. In any 15 minutes
// it therefore lets at most burst + 15min/refill tries through.
type bucket struct {
	key    string
	burst  int
	refill time.Duration
}

// The limits. A stranger (no device cookie, unknown address) shares the tries
// of the account with all strangers, but the holder on a device or address
// used before has tries of their own: guessing cannot lock anybody out.
// Unknown login names are limited in the same way, so that nothing tells
// whether an account exists.
func strangerTries(login string) bucket {
	return bucket{key: "stranger:" + login, burst: 5, refill: 3 * time.Minute}
}

func placeTries(login, address string) bucket {
	return bucket{key: "place:" + login + ":" + address, burst: 5, refill: 3 * time.Minute}
}

func deviceTries(login, device string) bucket {
	return bucket{key: "device:" + login + ":" + device, burst: 5, refill: 3 * time.Minute}
}

func addressTries(address string) bucket { // one address against many accounts
	return bucket{key: "address:" + address, burst: 40, refill: 30 * time.Second}
}

func codeTries(account int64) bucket {
	return bucket{key: "code:" + itoa(account), burst: 5, refill: 3 * time.Minute}
}

func confirmTries(account int64) bucket {
	return bucket{key: "confirm:" + itoa(account), burst: 5, refill: 3 * time.Minute}
}

// take uses up one try of each bucket, in its own transaction so that guesses
// made side by side cannot pass together; TooMany when one is empty.
func (s *Service) take(ctx context.Context, buckets ...bucket) error {
	now := s.clock.Now()
	var empty bool
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, b := range buckets {
			n, err := tx.Exec(ctx, `INSERT INTO auth_try (bucket, full_at) VALUES (?, ?)
				ON CONFLICT (bucket) DO UPDATE SET full_at = CASE WHEN auth_try.full_at > ? THEN auth_try.full_at + ? ELSE ? END
				WHERE auth_try.full_at <= ?`,
				s.bucketKey(b), store.Micros(now.Add(b.refill)),
				store.Micros(now), b.refill.Microseconds(), store.Micros(now.Add(b.refill)),
				store.Micros(now.Add(time.Duration(b.burst-1)*b.refill)))
			if err != nil {
				return err
			}
			empty = empty || n == 0
		}
		return nil
	})
	if err != nil {
		return err
	}
	if empty {
		return errs.New(errs.TooMany, "auth.try.wait",
			"试得太多了，请过几分钟再试。在平时用的电脑或手机上登录不受影响；忘了密码可以请管理员发一次性链接。",
			"Too many tries: wait a few minutes. Logging in from your usual device is not affected; an administrator can send a one-time link if the password is forgotten.")
	}
	return nil
}

// giveBack restores the tries after a success.
func (s *Service) giveBack(ctx context.Context, tx *store.Tx, buckets ...bucket) error {
	for _, b := range buckets {
		if _, err := tx.Exec(ctx, "DELETE FROM auth_try WHERE bucket = ?", s.bucketKey(b)); err != nil {
			return err
		}
	}
	return nil
}

// bucketKey hides what was typed: a login field often receives a password.
func (s *Service) bucketKey(b bucket) string { return s.sealer.Digest("auth.try", b.key) }
