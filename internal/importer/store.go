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

// Existing is what the project has already: unit codes (estate's) and their ids.
// Units of the upload's own batch do not count.
type Existing map[string]int64

func existing(ctx context.Context, tx *store.Tx, project, batch int64) (Existing, error) {
	type pair struct {
		code string
		id   int64
	}
	list, err := store.All(ctx, tx, func(scan store.Scan) (p pair, err error) {
		err = scan(&p.code, &p.id)
		return p, err
	}, "SELECT code, id FROM estate_live_unit WHERE project_id = ? AND batch_id <> ?", project, cmp.Or(batch, -1))
	if err != nil {
		return nil, fmt.Errorf("reading the units: %w", err)
	}
	have := Existing{}
	for _, p := range list {
		have[p.code] = p.id
	}
	return have, nil
}
