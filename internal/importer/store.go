package importer

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

const uploadColumns = "id, project_id, name, size, digest, parts, mapping, state, message_zh, message_en, leave_out, left_out, batch_id, account_id, account_name, created_at, cleared_at"

func scanUpload(scan store.Scan) (Upload, error) {
	var u Upload
	var mapping string
	var leaveOut, created, cleared int64
	if err := scan(&u.ID, &u.Project, &u.Name, &u.Size, &u.digest, &u.parts, &mapping, &u.State, &u.Message.ZH, &u.Message.EN, &leaveOut, &u.LeftOut, &u.Batch, &u.Account, &u.Actor, &created, &cleared); err != nil {
		return u, err
	}
	u.LeaveOut, u.Created, u.Cleared = leaveOut != 0, store.Time(created), store.Time(cleared)
	if err := json.Unmarshal([]byte(mapping), &u.mapping); err != nil {
		return u, fmt.Errorf("reading the mapping of upload %d: %w", u.ID, err)
	}
	return u, nil
}

func insertUpload(ctx context.Context, tx *store.Tx, u Upload) error {
	_, err := tx.Exec(ctx, "INSERT INTO importer_upload (id, project_id, name, size, digest, parts, state, account_id, account_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		u.ID, u.Project, u.Name, u.Size, u.digest, u.parts, u.State, u.Account, u.Actor, store.Micros(u.Created))
	return err
}

func uploadByID(ctx context.Context, tx *store.Tx, project, id int64) (Upload, error) {
	u, err := store.One(ctx, tx, scanUpload, "SELECT "+uploadColumns+" FROM importer_upload WHERE project_id = ? AND id = ?", project, id)
	if errs.KindOf(err) == errs.NotFound {
		return u, errs.New(errs.NotFound, "importer.upload.none", "没有这次上传。", "There is no such upload.").Wrap(err)
	}
	return u, err
}

func (s *Service) setBatch(ctx context.Context, u Upload, batch int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE importer_upload SET batch_id = ? WHERE project_id = ? AND id = ?", batch, u.Project, u.ID)
		return err
	})
}

func (s *Service) finish(ctx context.Context, u Upload, state string, m text.Both, leftOut int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE importer_upload SET state = ?, message_zh = ?, message_en = ?, left_out = ? WHERE project_id = ? AND id = ?", state, m.ZH, m.EN, leftOut, u.Project, u.ID)
		return err
	})
}

func (s *Service) batchState(ctx context.Context, project, batch int64) (state string, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		state, err = store.One(ctx, tx, store.Value[string], "SELECT state FROM estate_batch WHERE project_id = ? AND id = ?", project, batch)
		return err
	})
	return state, err
}

// Existing is what the project has already: units, and the labels of register
// lines by register in the estate's compact form. Nothing a batch of one's own
// brought counts: a second try of it starts anew.
type Existing struct {
	Units  []ExistingUnit
	Labels map[string]map[string]bool
}

// ExistingUnit is a unit by its code, with the entrance and without.
type ExistingUnit struct {
	Code, Loose string
	ID          int64
}

func existing(ctx context.Context, tx *store.Tx, project, batch int64) (Existing, error) {
	have := Existing{Labels: map[string]map[string]bool{}}
	var err error
	have.Units, err = store.All(ctx, tx, func(scan store.Scan) (u ExistingUnit, err error) {
		var building, room string
		err = scan(&u.Code, &u.ID, &building, &room)
		u.Loose = code(Place{Building: building, Room: room})
		return u, err
	}, "SELECT u.code, u.id, b.name, u.room FROM estate_live_unit u JOIN estate_live_building b ON b.id = u.building_id WHERE u.project_id = ? AND u.batch_id <> ?", project, cmp.Or(batch, -1))
	if err != nil {
		return have, fmt.Errorf("reading the units: %w", err)
	}
	type line struct{ register, label string }
	lines, err := store.All(ctx, tx, func(scan store.Scan) (l line, err error) {
		return l, scan(&l.register, &l.label)
	}, "SELECT register, label_key FROM estate_live_entry WHERE project_id = ? AND batch_id <> ? AND register IN (?, ?, ?, ?)", project, cmp.Or(batch, -1), regSpaces, regVehicles, regMailboxes, regKeys)
	if err != nil {
		return have, fmt.Errorf("reading the registers: %w", err)
	}
	for _, l := range lines {
		if have.Labels[l.register] == nil {
			have.Labels[l.register] = map[string]bool{}
		}
		have.Labels[l.register][l.label] = true
	}
	return have, nil
}
