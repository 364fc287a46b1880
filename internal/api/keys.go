package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/web"
)

// keptKeys is how long an answer is remembered for its key.
const keptKeys = 24 * time.Hour

// mostKey bounds a key in bytes.
const mostKey = 200

// answered is what a key was used for.
type answered struct {
	id      int64
	request string
	status  int64
	answer  string
}

func scanAnswered(scan store.Scan) (answered, error) {
	var a answered
	return a, scan(&a.id, &a.request, &a.status, &a.answer)
}

// once lets a request with an Idempotency-Key happen once: the same request
// again gets the first answer, another one with that key is a Conflict. A
// request that broke off in the middle leaves its key used, and says so: it is
// not known whether it was done.
func (s *Service) once(op operation) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		key := r.Header.Get("Idempotency-Key")
		if key == "" {
			return op.serve(w, r)
		}
		if len(key) > mostKey {
			return errs.New(errs.Invalid, "api.key.long", "Idempotency-Key 太长，没有执行。", "The Idempotency-Key is too long; nothing was done.").
				Field("Idempotency-Key", "too_long", "最多 200 字节", "at most 200 bytes")
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return bodyErr(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		h := sha256.New()
		_, _ = h.Write([]byte(op.name + "\n" + r.URL.RequestURI() + "\n")) // never fails
		_, _ = h.Write(body)
		ctx, digest := r.Context(), hex.EncodeToString(h.Sum(nil))
		id, old, err := s.claim(ctx, key, digest)
		switch {
		case err != nil:
			return err
		case id == 0 && old.request != digest:
			return errs.New(errs.Conflict, "api.key.reused", "这个 Idempotency-Key 已经用于别的请求，没有执行。每个新请求用新的。",
				"This Idempotency-Key was used for another request; nothing was done. Use a new one for each new request.")
		case id == 0 && old.status == 0:
			return errs.New(errs.Conflict, "api.key.unfinished", "用这个 Idempotency-Key 的上一次请求还没有结果，或者中断了。先查一下有没有办成，再换一个新的发送。",
				"The request before with this Idempotency-Key has no result yet, or broke off. Look whether it was done, then send with a new one.")
		case id == 0:
			return give(w, int(old.status), []byte(old.answer))
		}
		keep := &keeper{ResponseWriter: w}
		err = op.serve(keep, r)
		// The caller may have gone away; what happened must be noted all the same.
		note, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err != nil { // an operation that fails has changed nothing: the key is free again
			return errors.Join(err, s.db.Write(note, func(ctx context.Context, tx *store.Tx) error {
				_, e := tx.Exec(ctx, "DELETE FROM api_key WHERE id = ?", id)
				return e
			}))
		}
		return s.db.Write(note, func(ctx context.Context, tx *store.Tx) error {
			_, e := tx.Exec(ctx, "UPDATE api_key SET status = ?, answer = ? WHERE id = ?", keep.status, keep.body.String(), id)
			return e
		})
	}
}

// claim takes the key; id is 0 when it was used before.
func (s *Service) claim(ctx context.Context, key, digest string) (id int64, old answered, err error) {
	project, account := projectOf(ctx), actorOf(ctx).Account
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		id = tx.NewID()
		n, err := tx.Exec(ctx, `INSERT INTO api_key (project_id, id, account_id, word, request, status, answer, made_at) VALUES (?, ?, ?, ?, ?, 0, '', ?)
			ON CONFLICT (project_id, account_id, word) DO NOTHING`, project, id, account, key, digest, store.Micros(tx.Now()))
		if err != nil || n == 1 {
			return err
		}
		id = 0
		old, err = store.One(ctx, tx, scanAnswered, "SELECT id, request, status, answer FROM api_key WHERE project_id = ? AND account_id = ? AND word = ?", project, account, key)
		return err
	})
	return id, old, err
}

// forgetKeys drops what was answered more than a day ago.
func (s *Service) forgetKeys(ctx context.Context, _ jobs.Job) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM api_key WHERE made_at < ?", store.Micros(tx.Now().Add(-keptKeys)))
		return err
	})
}

// keeper notes an answer while it is given.
type keeper struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (k *keeper) WriteHeader(status int) {
	k.status = status
	k.ResponseWriter.WriteHeader(status)
}

func (k *keeper) Write(b []byte) (int, error) {
	_, _ = k.body.Write(b) // never fails
	return k.ResponseWriter.Write(b)
}
