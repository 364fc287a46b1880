package vault

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Erase forgets a value for good: sealed bytes and digest go, the reference
// stays and reads as erased, so that records that hold it remain whole. It
// needs PermErase in the value's project. Conflict, with the lawful reason,
// while a Hold keeps the value. Erasing twice is no error.
func (s *Service) Erase(ctx context.Context, tx *store.Tx, actor auth.Actor, ref int64, reason string) error {
	v, err := s.find(ctx, tx, ref)
	if err != nil {
		return err
	}
	if err := actor.Need(PermErase, v.project); err != nil {
		return err
	}
	if v.erased {
		return nil
	}
	for _, hold := range s.holds {
		why, held, err := hold(ctx, tx, v.kind, ref)
		if err != nil {
			return err
		}
		if held {
			return errs.New(errs.Conflict, "vault.held", "还不能删除："+why.In(text.ZH)+"。", "It cannot be erased yet: "+why.In(text.EN)+".")
		}
	}
	if err := s.forget(ctx, tx, ref, reason); err != nil {
		return err
	}
	return s.audit.Record(ctx, tx, audit.Entry{
		Actor: actor, Project: v.project, Action: "vault.value.erase", Subject: "vault.value", ID: ref, Data: map[string]any{"kind": v.kind},
	})
}

func (s *Service) forget(ctx context.Context, tx *store.Tx, ref int64, reason string) error {
	now := store.Micros(s.clock.Now())
	if _, err := tx.Exec(ctx, "UPDATE vault_value SET sealed = NULL, digest = '', erased_at = ? WHERE id = ?", now, ref); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO vault_erasure (id, value_id, at, reason) VALUES (?, ?, ?, ?) ON CONFLICT (value_id) DO NOTHING`,
		tx.NewID(), ref, now, text.Cut(text.Clean(reason), 200))
	return err
}

// ExportErasures brings the erasure file up to date; the job does so every
// minute, and app does before each backup.
// It compares the numbers rather than remembering the last: transactions do
// not end in the order they began.
func (s *Service) ExportErasures(ctx context.Context) error {
	if s.erasures == "" {
		return nil
	}
	have, err := s.readErasures()
	if err != nil {
		return err
	}
	var list []erasure
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err = store.All(ctx, tx, func(scan store.Scan) (erasure, error) {
			var e erasure
			var at int64
			err := scan(&e.ID, &e.Value, &at)
			e.At = store.Time(at)
			return e, err
		}, "SELECT id, value_id, at FROM vault_erasure ORDER BY id")
		if err != nil {
			return err
		}
		rooms, err := s.forgotten(ctx, tx)
		list = append(list, rooms...)
		return err
	})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, e := range list {
		if _, ok := have[e.key()]; !ok {
			if err := enc.Encode(e); err != nil {
				return err
			}
		}
	}
	if b.Len() == 0 {
		return nil
	}
	f, err := os.OpenFile(s.erasures, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("writing the erasure file: %w", err)
	}
	_, err = f.Write(b.Bytes())
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func (s *Service) readErasures() (map[key]erasure, error) {
	have := map[key]erasure{}
	f, err := os.Open(s.erasures) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		return have, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var e erasure
		if json.Unmarshal(lines.Bytes(), &e) == nil && (e.Value != 0 || e.Kind != "") { // a line cut short by a crash is written again
			have[e.key()] = e
		}
	}
	return have, lines.Err()
}

// Replay erases again what the erasure file names: after a restore, before
// anybody is served. rooms erase again what they erased themselves, by kind.
// It returns how many values and subjects had come back.
func (s *Service) Replay(ctx context.Context, rooms map[string]Again) (int, error) {
	if s.erasures == "" {
		return 0, nil
	}
	have, err := s.readErasures()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range have {
		ref := e.Value
		if ref == 0 {
			continue
		}
		err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			v, err := s.find(ctx, tx, ref)
			if errs.KindOf(err) == errs.NotFound || err == nil && v.erased {
				return nil
			}
			if err != nil {
				return err
			}
			n++
			if err := s.forget(ctx, tx, ref, "replay"); err != nil {
				return err
			}
			return s.audit.Record(ctx, tx, audit.Entry{
				Actor: auth.System, Project: v.project, Action: "vault.value.erase", Subject: "vault.value", ID: ref,
				Data: map[string]any{"kind": v.kind, "replay": true},
			})
		})
		if err != nil {
			return n, err
		}
	}
	m, err := s.again(ctx, have, rooms)
	return n + m, err
}

// Rotate makes a new key; values are re-sealed by the job, or by Reseal. The
// changed key file must be copied to the safe place again.
func (s *Service) Rotate(ctx context.Context, actor auth.Actor) error {
	if !actor.IsSystem() {
		return errs.New(errs.Forbidden, "vault.rotate", "换密钥只能在服务器上做。", "Keys are changed on the server only.")
	}
	id, err := s.keys.Rotate()
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return s.audit.Record(ctx, tx, audit.Entry{Actor: actor, Action: "vault.key.rotate", Subject: "vault.key", ID: int64(id)})
	})
}

// resealChunk bounds one write transaction.
const resealChunk = 200

// Reseal seals values of older keys with the current one, in short
// transactions, and returns how many. Old keys stay in the file until
// Keys.Retire; auth's job re-seals second factors, so retire an hour later.
func (s *Service) Reseal(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			type old struct {
				id     int64
				kind   string
				sealed []byte
			}
			list, err := store.All(ctx, tx, func(scan store.Scan) (old, error) {
				var o old
				err := scan(&o.id, &o.kind, &o.sealed)
				return o, err
			}, "SELECT id, kind, sealed FROM vault_value WHERE key_id < ? AND erased_at = 0 ORDER BY key_id, id LIMIT ?"+tx.Lock(), int64(s.keys.Current()), resealChunk)
			if err != nil {
				return err
			}
			for _, o := range list {
				plain, err := s.keys.Open(boundTo(o.id, o.kind), o.sealed)
				if err != nil {
					return fmt.Errorf("re-sealing value %d: %w", o.id, err)
				}
				fresh, err := s.keys.Seal(boundTo(o.id, o.kind), plain)
				if err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, "UPDATE vault_value SET sealed = ?, key_id = ? WHERE id = ?", fresh, int64(KeyOf(fresh)), o.id); err != nil {
					return err
				}
			}
			n = len(list)
			return nil
		})
		if err != nil {
			return total, err
		}
		total += n
		if n < resealChunk {
			return total, nil
		}
	}
}
