package desk

import (
	"context"
	"encoding/json"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Draft is what stood half-typed in the intake of one account (DSK-21): it
// outlives the browser, the machine and the power.
type Draft struct {
	Form    map[string]string
	SavedAt time.Time
}

// maxDraft bounds a draft in bytes: the longest words and room for the rest.
const maxDraft = 128 << 10

// SaveDraft keeps the form. One whose key was sent off or cleared already is not
// kept, and SavedAt stays zero: a browser saves while it types, and what it saved
// last may arrive after the sending.
func (s *Service) SaveDraft(ctx context.Context, actor auth.Actor, project int64, form map[string]string) (Draft, error) {
	if err := allow(actor, PermDesk, project); err != nil {
		return Draft{}, err
	}
	raw, err := json.Marshal(form)
	if err != nil {
		return Draft{}, err
	}
	if len(raw) > maxDraft {
		return Draft{}, errs.New(errs.Invalid, "desk.draft.too_large", "草稿太长，后面的字没有存下。", "The draft is too long to keep whole.")
	}
	d := Draft{Form: form}
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO desk_draft (project_id, account, form, saved_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (project_id, account) DO UPDATE SET form = excluded.form, saved_at = excluded.saved_at, cleared = ''
			WHERE desk_draft.spent = '' OR desk_draft.spent <> ?`,
			project, actor.Account, string(raw), store.Micros(tx.Now()), form["key"])
		if n == 1 {
			d.SavedAt = tx.Now()
		}
		return err
	})
	return d, err
}

// Draft is the actor's draft in a project; empty when there is none.
func (s *Service) Draft(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64) (Draft, error) {
	list, err := store.All(ctx, tx, func(scan store.Scan) (Draft, error) {
		var raw string
		var saved int64
		var d Draft
		if err := scan(&raw, &saved); err != nil {
			return d, err
		}
		d.SavedAt = store.Time(saved)
		return d, json.Unmarshal([]byte(raw), &d.Form)
	}, "SELECT form, saved_at FROM desk_draft WHERE project_id = ? AND account = ? AND form <> ''", project, actor.Account)
	if err != nil || len(list) == 0 {
		return Draft{}, err
	}
	return list[0], nil
}

// sweepDrafts removes drafts that nobody came back to for as long as the
// profile of their project keeps them (desk.draft_kept): what a caller said and
// nobody took in is not kept for good.
func (s *Service) sweepDrafts(ctx context.Context) error {
	if s.spans == nil {
		return nil
	}
	type oldest struct{ project, saved int64 }
	var list []oldest
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = store.All(ctx, tx, func(scan store.Scan) (o oldest, err error) { return o, scan(&o.project, &o.saved) },
			"SELECT project_id, min(saved_at) FROM desk_draft GROUP BY project_id")
		return err
	})
	if err != nil {
		return err
	}
	for _, o := range list {
		kept := s.spans(o.project, "desk.draft_kept")
		err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			since, ok := kept.Shift(tx.Now(), -1)
			if !ok || !store.Time(o.saved).Before(since) {
				return nil
			}
			_, err := tx.Exec(ctx, "DELETE FROM desk_draft WHERE project_id = ? AND saved_at < ?", o.project, store.Micros(since))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ClearDraft throws the draft away, key is the key of the form it stood in, ""
// for a form without one. What stood in it can be taken back (RestoreDraft) until
// something else is typed, sent or cleared.
func (s *Service) ClearDraft(ctx context.Context, actor auth.Actor, project int64, form map[string]string) error {
	if err := allow(actor, PermDesk, project); err != nil {
		return err
	}
	raw, err := json.Marshal(form)
	if err != nil {
		return err
	}
	if len(raw) > maxDraft {
		raw = nil
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return dropDraft(ctx, tx, project, actor.Account, form["key"], string(raw))
	})
}

// RestoreDraft takes back what was cleared last, under a new key: the old one
// is spent. Errors: Conflict when nothing is left to take back.
func (s *Service) RestoreDraft(ctx context.Context, actor auth.Actor, project int64, key string) error {
	if err := allow(actor, PermDesk, project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := store.All(ctx, tx, store.Value[string], "SELECT cleared FROM desk_draft WHERE project_id = ? AND account = ? AND form = '' AND cleared <> ''"+tx.Lock(), project, actor.Account)
		if err != nil {
			return err
		}
		form := map[string]string{}
		if len(list) == 0 || json.Unmarshal([]byte(list[0]), &form) != nil {
			return errs.New(errs.Conflict, "desk.draft.gone", "已经写了新的，清空的那份拿不回来了；新写的没有动。", "Something new was typed since, so what was cleared cannot come back; the new words are untouched.")
		}
		form["key"] = key
		raw, err := json.Marshal(form)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE desk_draft SET form = ?, saved_at = ?, cleared = '' WHERE project_id = ? AND account = ?", string(raw), store.Micros(tx.Now()), project, actor.Account)
		return err
	})
}

// dropDraft removes the draft and remembers that the form with key is done
// with; cleared is what can be taken back, "" nothing.
func dropDraft(ctx context.Context, tx *store.Tx, project, account int64, key, cleared string) error {
	_, err := tx.Exec(ctx, `INSERT INTO desk_draft (project_id, account, form, saved_at, spent, cleared) VALUES (?, ?, '', ?, ?, ?)
		ON CONFLICT (project_id, account) DO UPDATE SET form = '', saved_at = excluded.saved_at, spent = excluded.spent, cleared = excluded.cleared`,
		project, account, store.Micros(tx.Now()), key, cleared)
	return err
}
