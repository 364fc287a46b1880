package casefile

import (
	"context"
	"crypto/sha256"
	"time"

	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// keysLast is how long an idempotency key is remembered.
const keysLast = 30 * 24 * time.Hour

// keyRow is a key that was used before.
type keyRow struct {
	digest        []byte
	caseID        int64
	command       int64
	sameRequest   bool
	alreadyExists bool
}

// digestOf tells requests that came with the same key apart.
func digestOf(request any) ([]byte, error) {
	body, err := encode(request)
	sum := sha256.Sum256([]byte(body))
	return sum[:], err
}

// claimKey claims key for this request in the transaction. Another transaction
// with the same key waits for this one or is waited for.
func claimKey(ctx context.Context, tx *store.Tx, project, account int64, key string, asked []byte, caseID, command int64) (keyRow, error) {
	if len(key) > 200 {
		return keyRow{}, errs.New(errs.Invalid, "casefile.key.long", "幂等键最多 200 个字符。", "An idempotency key has at most 200 characters.")
	}
	n, err := tx.Exec(ctx, `INSERT INTO casefile_key (project_id, account_id, key, digest, case_id, command_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id, account_id, key) DO NOTHING`, project, account, key, asked, caseID, command, store.Micros(tx.Now()))
	if err != nil || n == 1 {
		return keyRow{}, err
	}
	old, err := store.One(ctx, tx, func(scan store.Scan) (keyRow, error) {
		r := keyRow{alreadyExists: true}
		err := scan(&r.digest, &r.caseID, &r.command)
		return r, err
	}, "SELECT digest, case_id, command_id FROM casefile_key WHERE project_id = ? AND account_id = ? AND key = ?", project, account, key)
	if err != nil {
		return old, err
	}
	old.sameRequest = string(old.digest) == string(asked)
	return old, nil
}

// answerAgain is the answer that the first request with this key got.
func (s *Service) answerAgain(ctx context.Context, tx *store.Tx, k keyRow) (Case, error) {
	if !k.sameRequest {
		return Case{}, errs.New(errs.Conflict, "casefile.key.reused",
			"这张表已经送过一次，这次改过的内容没有保存。请刷新页面再填；程序请换一个幂等键。",
			"This form was sent once already; what was changed since was not saved. Reload the page; programs use another idempotency key.")
	}
	c, err := caseByID(ctx, tx, k.caseID)
	if err != nil {
		return c, err
	}
	events, err := readEventRows(ctx, tx, c.ID)
	if err != nil {
		return c, err
	}
	last := 0
	var then []engine.Event
	for _, r := range events {
		if r.command == k.command {
			last = r.seq
		}
	}
	if last == 0 || last == c.State.Version { // nothing happened since
		c.Again = true
		return c, s.dress(ctx, tx, &c)
	}
	for _, r := range events[:last] {
		e, err := r.event()
		if err != nil {
			return c, err
		}
		then = append(then, e)
	}
	env, err := s.env(ctx, tx, c)
	if err != nil {
		return c, err
	}
	env.Now = then[last-1].At
	c = s.recompute(c, env, then)
	c.Again = true
	return c, nil
}
