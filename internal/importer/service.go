package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Sealer keeps the uploaded bytes unreadable on disk: a workbook holds identity
// numbers (LAW-03). vault.Keys is one.
type Sealer interface {
	Seal(bound string, plain []byte) ([]byte, error)
	Open(bound string, sealed []byte) ([]byte, error)
}

// Service takes workbooks in, shows what is wrong with them, and runs imports.
type Service struct {
	db     *store.DB
	estate *estate.Service
	seal   Sealer
	jobs   jobs.Enqueuer
	inUse  []estate.InUse
}

// New makes the service. inUse are asked before an import is taken back.
func New(db *store.DB, houses *estate.Service, seal Sealer, queue jobs.Enqueuer, inUse ...estate.InUse) *Service {
	return &Service{db: db, estate: houses, seal: seal, jobs: queue, inUse: inUse}
}

// The states of an upload.
const (
	StateTaking  = "taking"  // its bytes are being kept
	StateChecked = "checked" // read and checked, nothing imported
	StateRunning = "running" // the import is at work
	StateDone    = "done"    // imported; its batch says whether it was taken back
	StateFailed  = "failed"  // the import stopped; nothing of it is left
)

// The jobs of this room.
const (
	jobRun   = "importer.batch.run"
	jobClear = "importer.upload.clear"
)

// keep is how long the bytes of an upload are kept, sealed.
const keep = 7 * 24 * time.Hour

// partBytes is the size of one stored piece: small enough for a short write.
const partBytes = 1 << 20

// Upload is a workbook taken in.
type Upload struct {
	ID       int64
	Project  int64
	Name     string
	Size     int64
	State    string
	Message  text.Both // why it failed
	LeaveOut bool
	LeftOut  int64 // rows left out of the import
	Batch    int64 // 0: not imported
	Account  int64
	Actor    string
	Created  time.Time
	Cleared  time.Time // zero: the bytes are still here
	mapping  []Correction
	digest   string
	parts    int64
}

func need(actor auth.Actor, project int64) error {
	if actor.May(PermRun, project) {
		return nil
	}
	return errs.New(errs.Forbidden, "importer.forbidden", "没有导入期初数据的权限，请找系统管理员。", "You may not import opening data; ask the administrator.")
}

// Take reads a workbook, refuses what is none, and keeps it sealed. Errors:
// Forbidden, Invalid (with words for the person who chose the file).
func (s *Service) Take(ctx context.Context, actor auth.Actor, project int64, name string, r io.Reader) (Upload, error) {
	if err := need(actor, project); err != nil {
		return Upload{}, err
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return Upload{}, broken(err)
	}
	if err := sniff(data); err != nil {
		return Upload{}, err
	}
	if _, err := open(data); err != nil {
		return Upload{}, err
	}
	sum := sha256.Sum256(data)
	u := Upload{ID: s.db.NewID(), Project: project, Name: text.Cut(text.Clean(name), 120), Size: int64(len(data)), State: StateTaking,
		Account: actor.Account, Actor: actor.Name, digest: hex.EncodeToString(sum[:])}
	u.parts = (u.Size + partBytes - 1) / partBytes
	// Each piece in its own short write; the last one makes it an upload.
	if err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		u.Created = tx.Now()
		return insertUpload(ctx, tx, u)
	}); err != nil {
		return Upload{}, fmt.Errorf("noting the upload: %w", err)
	}
	for i := range u.parts {
		piece := data[i*partBytes : min((i+1)*partBytes, u.Size)]
		sealed, err := s.seal.Seal(bound(u.ID, i), piece)
		if err != nil {
			return Upload{}, fmt.Errorf("sealing the workbook: %w", err)
		}
		if err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO importer_part (project_id, upload_id, place, sealed) VALUES (?, ?, ?, ?)", project, u.ID, i, sealed)
			return err
		}); err != nil {
			return Upload{}, fmt.Errorf("keeping the workbook: %w", err)
		}
	}
	u.State = StateChecked
	return u, s.finish(ctx, u, StateChecked, text.Both{}, 0)
}

// broken is a file that did not arrive whole, or is larger than a request may be.
func broken(cause error) error {
	var large *http.MaxBytesError
	if errors.As(cause, &large) {
		return errTooLarge("文件超过 50 MB", "the file is larger than 50 MB")
	}
	return errs.New(errs.Invalid, "importer.file.broken", "文件没有收全，没有保存。请再上传一次。", "The file did not arrive whole and was not kept. Upload it again.").Wrap(cause)
}

func bound(upload, place int64) string { return fmt.Sprintf("importer_part/%d/%d", upload, place) }

// Preview is an upload read again: the mapping in force, findings, and what an
// import would do.
type Preview struct {
	Upload   Upload
	Book     *Book
	Report   *Report
	Plan     *Plan
	original []byte
}

// Preview reads an upload as it would be imported now. Errors: Forbidden,
// NotFound (also when the bytes were removed).
func (s *Service) Preview(ctx context.Context, actor auth.Actor, project, id int64) (*Preview, error) {
	if err := need(actor, project); err != nil {
		return nil, err
	}
	var u Upload
	var sealed [][]byte
	var have Existing
	var area string
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if u, err = uploadByID(ctx, tx, project, id); err != nil {
			return err
		}
		if sealed, err = store.All(ctx, tx, store.Value[[]byte], "SELECT sealed FROM importer_part WHERE project_id = ? AND upload_id = ? ORDER BY place", project, id); err != nil {
			return err
		}
		if have, err = existing(ctx, tx, project, u.Batch); err != nil {
			return err
		}
		home, err := s.estate.Project(ctx, tx, project)
		area = home.AreaCode
		return err
	})
	if err != nil {
		return nil, err
	}
	if int64(len(sealed)) != u.parts || !u.Cleared.IsZero() {
		return nil, errs.New(errs.NotFound, "importer.upload.cleared", "上传的工作簿已按期删除。需要时请重新上传。", "The uploaded workbook was removed after its time. Upload it again if needed.")
	}
	p := &Preview{Upload: u}
	for i, piece := range sealed {
		plain, err := s.seal.Open(bound(id, int64(i)), piece)
		if err != nil {
			return nil, fmt.Errorf("opening the kept workbook: %w", err)
		}
		p.original = append(p.original, plain...)
	}
	if sum := sha256.Sum256(p.original); hex.EncodeToString(sum[:]) != u.digest {
		return nil, errors.New("the kept workbook is not what was uploaded")
	}
	if p.Book, err = open(p.original); err != nil {
		return nil, err
	}
	p.Book.Correct(u.mapping)
	p.Report = Check(p.Book)
	p.Plan = MakePlan(p.Report, have, area, s.estate.NewID)
	return p, nil
}

// WriteMarked writes the upload's copy with every finding marked.
func (p *Preview) WriteMarked(w io.Writer, lang text.Lang) error {
	return WriteMarked(w, p.original, p.Report, lang)
}

// Correct changes how the sheets of an upload are read. Errors: Forbidden,
// NotFound, Conflict (imported already).
func (s *Service) Correct(ctx context.Context, actor auth.Actor, project, id int64, mapping []Correction) error {
	if err := need(actor, project); err != nil {
		return err
	}
	doc, err := json.Marshal(mapping)
	if err != nil {
		return fmt.Errorf("encoding the mapping: %w", err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE importer_upload SET mapping = ? WHERE project_id = ? AND id = ? AND state IN (?, ?)", string(doc), project, id, StateChecked, StateFailed)
		if err == nil && n == 0 {
			return errStarted()
		}
		return err
	})
}

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
		if err := s.estate.RevertBatch(ctx, auth.System, estate.Batch{ID: u.Batch, Project: project}); err != nil {
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
		if err := s.estate.RevertBatch(ctx, actor, estate.Batch{ID: u.Batch, Project: project}); err != nil {
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
	if back := s.estate.RevertBatch(ctx, actor, b); back != nil {
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

// TakeBack takes an import back whole (INS-11). Errors: Forbidden, NotFound,
// Conflict (changed or used since; nothing is taken back then).
func (s *Service) TakeBack(ctx context.Context, actor auth.Actor, project, id int64) error {
	if err := need(actor, project); err != nil {
		return err
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
	return s.estate.RevertBatch(ctx, by, estate.Batch{ID: u.Batch, Project: project}, s.inUse...)
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

// Uploads lists what was uploaded to a project with the state of its batch,
// newest first.
func (s *Service) Uploads(ctx context.Context, actor auth.Actor, project int64) ([]Upload, map[int64]estate.Batch, error) {
	if err := need(actor, project); err != nil {
		return nil, nil, err
	}
	var list []Upload
	batches := map[int64]estate.Batch{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = store.All(ctx, tx, scanUpload, "SELECT "+uploadColumns+" FROM importer_upload WHERE project_id = ? ORDER BY created_at DESC, id DESC LIMIT 100", project)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	all, err := s.estate.Batches(ctx, auth.System, project)
	for _, b := range all {
		batches[b.ID] = b
	}
	return list, batches, err
}
