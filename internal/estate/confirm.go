package estate

import (
	"context"
	"encoding/json"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Confirm records that a unit's entry was asked about this month. Unchanged
// entries make the phones of who holds the unit verified. A second time in the
// month replaces the first. Errors: Forbidden, NotFound, Invalid (a change
// without words).
func (s *Service) Confirm(ctx context.Context, actor auth.Actor, project, unit int64, changed bool, note string) error {
	return s.answer(ctx, actor, project, unit, changed, false, note)
}

// NotReached records that nobody could be reached at a unit this month, and
// why where somebody says so: no confirmation, the unit is tried again.
// Errors: Forbidden, NotFound, Invalid.
func (s *Service) NotReached(ctx context.Context, actor auth.Actor, project, unit int64, note string) error {
	return s.answer(ctx, actor, project, unit, false, true, note)
}

// TakeBack makes this month's answer of a unit undone: it is to be asked
// again, and its phones are verified as they were. Errors: Forbidden, NotFound
// (nothing was answered this month).
func (s *Service) TakeBack(ctx context.Context, actor auth.Actor, project, unit int64) error {
	if err := need(actor, PermDirectory, project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		there, err := s.unanswer(ctx, tx, project, unit)
		if err != nil {
			return err
		}
		if !there {
			return errs.New(errs.NotFound, "estate.directory.unanswered", "这一户本月没有核对记录，没有可撤回的。", "Nothing was recorded of this unit this month; there is nothing to take back.")
		}
		return s.changed(ctx, tx, actor, project, "unit", unit, "unconfirm", map[string]any{"month": today(tx)[:7]})
	})
}

// unanswer removes this month's answer of a unit and gives its phones the
// verification they had before, unless somebody verified them since.
func (s *Service) unanswer(ctx context.Context, tx *store.Tx, project, unit int64) (bool, error) {
	type row struct {
		at       int64
		verified string
	}
	list, err := store.All(ctx, tx, func(scan store.Scan) (x row, err error) { return x, scan(&x.at, &x.verified) },
		"SELECT at, verified FROM estate_confirmation WHERE project_id = ? AND month = ? AND unit_id = ?"+tx.Lock(), project, today(tx)[:7], unit)
	if err != nil || len(list) == 0 {
		return false, err
	}
	before := map[int64]int64{}
	if list[0].verified != "" {
		if err := json.Unmarshal([]byte(list[0].verified), &before); err != nil {
			return false, err
		}
	}
	for id, at := range before {
		if _, err := tx.Exec(ctx, "UPDATE estate_phone SET verified_at = ? WHERE project_id = ? AND id = ? AND verified_at = ?", at, project, id, list[0].at); err != nil {
			return false, err
		}
	}
	_, err = tx.Exec(ctx, "DELETE FROM estate_confirmation WHERE project_id = ? AND month = ? AND unit_id = ?", project, today(tx)[:7], unit)
	return true, err
}

// verify makes the phones of who holds a unit verified now and returns what
// they were before, for taking it back.
func (s *Service) verify(ctx context.Context, tx *store.Tx, project, unit int64) (string, error) {
	const held = `project_id = ? AND person_id IN
(SELECT o.person_id FROM estate_occupancy o WHERE o.project_id = ? AND o.unit_id = ? AND (o.to_date = '' OR o.to_date >= ?))`
	type row struct{ id, at int64 }
	list, err := store.All(ctx, tx, func(scan store.Scan) (x row, err error) { return x, scan(&x.id, &x.at) },
		"SELECT id, verified_at FROM estate_phone WHERE "+held+" ORDER BY id", project, project, unit, today(tx))
	if err != nil {
		return "", err
	}
	before := map[int64]int64{}
	for _, x := range list {
		before[x.id] = x.at
	}
	raw, err := json.Marshal(before)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, "UPDATE estate_phone SET verified_at = ? WHERE "+held, store.Micros(tx.Now()), project, project, unit, today(tx))
	return string(raw), err
}

// answer is what came of asking about the entry of a unit this month.
func (s *Service) answer(ctx context.Context, actor auth.Actor, project, unit int64, changed, unreached bool, note string) error {
	if err := need(actor, PermDirectory, project); err != nil {
		return err
	}
	note = text.Clean(note)
	var f errs.Fields
	if changed && note == "" {
		f.Add("note", "estate.directory.note", "写明哪里变了。", "Say what changed.")
	}
	checkLength(&f, "note", note, 500)
	if err := f.Err("estate.directory.invalid"); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := s.Unit(ctx, tx, project, unit); err != nil {
			return err
		}
		if _, err := s.unanswer(ctx, tx, project, unit); err != nil {
			return err
		}
		verified := ""
		if !changed && !unreached {
			var err error
			if verified, err = s.verify(ctx, tx, project, unit); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO estate_confirmation (project_id, month, unit_id, changed, note, account_id, account_name, at, unreached, verified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			project, today(tx)[:7], unit, store.Bool(changed), note, actor.Account, actor.Name, store.Micros(tx.Now()), store.Bool(unreached), verified); err != nil {
			return err
		}
		action := "confirm"
		if unreached {
			action = "unreached"
		}
		return s.changed(ctx, tx, actor, project, "unit", unit, action, map[string]any{"month": today(tx)[:7], "changed": changed})
	})
}
