package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

func errStarted() error {
	return errs.New(errs.Conflict, "importer.upload.started", "这个工作簿已经在导入或已导入，没有改动。要重来，先撤回再上传一次。", "This workbook is being imported or was; nothing was changed. To start over, take it back and upload it again.")
}

// Start puts the import of an upload to work. With leaveOut, rows with faults
// are left out; without, any fault refuses the import. Errors: Forbidden,
// NotFound, Conflict, Invalid.
func (s *Service) Start(ctx context.Context, actor auth.Actor, project, id int64, leaveOut bool) error {
	p, err := s.Preview(ctx, actor, project, id)
	if err != nil {
		return err
	}
	if faults := len(p.Report.Faults()); faults > 0 && !leaveOut {
		return errs.Newf(errs.Invalid, "importer.upload.faults", "还有 %d 处需要更正，没有导入。更正后重新上传，或选择略过有问题的行。", "%d cells must be corrected; nothing was imported. Correct them and upload again, or choose to leave out the faulty rows.", faults)
	}
	if p.Plan.Rows() == 0 {
		return errs.New(errs.Invalid, "importer.upload.nothing", "没有可以导入的新内容，没有导入。", "There is nothing new to import; nothing was imported.")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE importer_upload SET state = ?, leave_out = ?, message_zh = '', message_en = '' WHERE project_id = ? AND id = ? AND state IN (?, ?)",
			StateRunning, store.Bool(leaveOut), project, id, StateChecked, StateFailed)
		if err != nil {
			return err
		}
		if n == 0 {
			return errStarted()
		}
		if err := s.Done(ctx, tx, actor, project, "importer.upload", "start", id, nil); err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, jobs.Enqueue{Kind: jobRun, Args: runArgs{Project: project, Upload: id}, Unique: fmt.Sprint(id)})
	})
}

type runArgs struct {
	Project int64 `json:"project"`
	Upload  int64 `json:"upload"`
}

func (s *Service) workRun(ctx context.Context, job jobs.Job) error {
	var args runArgs
	if err := json.Unmarshal(job.Args, &args); err != nil {
		return jobs.Cancel(fmt.Errorf("reading the arguments: %w", err))
	}
	err := s.Run(ctx, args.Project, args.Upload)
	if err != nil && job.Attempt >= attempts {
		return errors.Join(err, s.giveUp(ctx, args.Project, args.Upload))
	}
	return err
}

// attempts is how often an import is tried by itself.
const attempts = 5

// giveUp takes back what a failing import left and lets a person start again.
func (s *Service) giveUp(ctx context.Context, project, id int64) error {
	var u Upload
	if err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = uploadByID(ctx, tx, project, id)
		return err
	}); err != nil || u.State != StateRunning {
		return err
	}
	if u.Batch != 0 {
		if err := s.estate.RevertBatch(ctx, auth.System, estate.Batch{ID: u.Batch, Project: project}, ""); err != nil {
			return err
		}
		if err := s.setBatch(ctx, u, 0); err != nil {
			return err
		}
	}
	return s.finish(ctx, u, StateFailed, text.B("系统出了故障，导入停下了，没有留下任何数据。请稍后再试；仍不行，找管理员看日志。", "Something broke on our side; the import stopped and left nothing. Try again later, or ask the administrator to read the log."), 0)
}

// Run imports a started upload: what an earlier, cut-off try left is taken back
// first, then the rows go in chunk by chunk and one flip shows them. A fault of
// the data ends it as failed with nothing left; other errors are tried again.
func (s *Service) Run(ctx context.Context, project, id int64) error {
	p, err := s.Preview(ctx, auth.System, project, id)
	if err != nil {
		return err
	}
	u := p.Upload
	if u.State != StateRunning {
		return nil
	}
	// The import acts as the system, under the name of the person who started it.
	actor := auth.System
	actor.Name = u.Actor
	if u.Batch != 0 {
		state, err := s.batchState(ctx, project, u.Batch)
		if err != nil {
			return err
		}
		if state == estate.BatchPublished {
			return s.finish(ctx, u, StateDone, text.Both{}, u.LeftOut)
		}
		if err := s.estate.RevertBatch(ctx, actor, estate.Batch{ID: u.Batch, Project: project}, ""); err != nil {
			return fmt.Errorf("removing an unfinished import: %w", err)
		}
	}
	b, err := s.estate.OpenBatch(ctx, actor, project, text.T(ctx, "期初数据", "Opening data"), u.Name)
	if err != nil {
		return err
	}
	if err := s.setBatch(ctx, u, b.ID); err != nil {
		return err
	}
	err = s.fill(ctx, actor, b, p.Plan)
	if err == nil {
		err = s.estate.PublishBatch(ctx, actor, b)
	}
	if err == nil {
		return s.finish(ctx, u, StateDone, text.Both{}, int64(len(p.Plan.LeftOut)))
	}
	if kind := errs.KindOf(err); kind != errs.Invalid && kind != errs.Conflict {
		return err // tried again; the open batch is taken back then
	}
	if back := s.estate.RevertBatch(ctx, actor, b, ""); back != nil {
		return errors.Join(err, back)
	}
	if err := s.setBatch(ctx, u, 0); err != nil {
		return err
	}
	return s.finish(ctx, u, StateFailed, saidBy(err), 0)
}

// saidBy joins an error's words with those of its first fields.
func saidBy(err error) text.Both {
	e := errs.As(err)
	m := e.Message
	for i, f := range e.Fields {
		if i == 3 {
			break
		}
		m = text.B(m.ZH+" "+f.Message.ZH, m.EN+" "+f.Message.EN)
	}
	return m
}

// chunk is how many rows go into one write: below 250 ms on a slow disk.
const chunk = 200

func (s *Service) fill(ctx context.Context, actor auth.Actor, b estate.Batch, p *Plan) error {
	for list := range slices.Chunk(p.Units, chunk) {
		if err := s.estate.AddToBatch(ctx, actor, b, estate.BatchRows{Units: list}); err != nil {
			return err
		}
	}
	for list := range slices.Chunk(p.People, chunk) {
		if err := s.estate.AddToBatch(ctx, actor, b, estate.BatchRows{People: list}); err != nil {
			return err
		}
	}
	for list := range slices.Chunk(p.Occupancies, chunk) {
		if err := s.estate.AddToBatch(ctx, actor, b, estate.BatchRows{Occupancies: list}); err != nil {
			return err
		}
	}
	for list := range slices.Chunk(p.Entries, chunk) {
		if err := s.estate.AddToBatch(ctx, actor, b, estate.BatchRows{Entries: list}); err != nil {
			return err
		}
	}
	return nil
}

// mostReason bounds the words why an import is taken back, in characters.
const mostReason = 500

// TakeBack takes an import back whole (INS-11); the reason stands on the trail.
// Errors: Forbidden, NotFound, Invalid (no reason), Conflict (changed or used
// since; nothing is taken back then).
func (s *Service) TakeBack(ctx context.Context, actor auth.Actor, project, id int64, reason string) error {
	if err := need(actor, project); err != nil {
		return err
	}
	reason = text.Cut(text.Clean(reason), mostReason)
	if reason == "" {
		return errs.New(errs.Invalid, "importer.revert.reason", "没有写撤回的原因，数据没有改动。", "No reason was given; nothing was changed.").
			Field("reason", "required", "写明为什么撤回", "say why it is taken back")
	}
	var u Upload
	if err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = uploadByID(ctx, tx, project, id)
		return err
	}); err != nil {
		return err
	}
	if u.Batch == 0 || u.State == StateRunning {
		return errs.New(errs.Conflict, "importer.upload.not_done", "这个工作簿没有已完成的导入，没有可撤回的内容。", "This workbook has no finished import; there is nothing to take back.")
	}
	by := auth.System
	by.Name = actor.Name
	return s.estate.RevertBatch(ctx, by, estate.Batch{ID: u.Batch, Project: project}, reason, s.inUse...)
}

// workClear removes the bytes of uploads whose time is over.
func (s *Service) workClear(ctx context.Context, _ jobs.Job) error {
	for {
		var n int64
		err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			old := store.Micros(tx.Now().Add(-keep))
			ids, err := store.All(ctx, tx, store.Value[int64], "SELECT id FROM importer_upload WHERE cleared_at = 0 AND created_at < ? AND state <> ? ORDER BY created_at LIMIT 1", old, StateRunning)
			if err != nil || len(ids) == 0 {
				return err
			}
			if n, err = tx.Exec(ctx, "DELETE FROM importer_part WHERE upload_id = ? AND place IN (SELECT place FROM importer_part WHERE upload_id = ? ORDER BY place LIMIT 16)", ids[0], ids[0]); err != nil || n > 0 {
				return err
			}
			n, err = tx.Exec(ctx, "UPDATE importer_upload SET cleared_at = ? WHERE id = ?", store.Micros(tx.Now()), ids[0])
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
