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
	"time"

	"guanjia/internal/audit"
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
	audit.Recorder
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
		if err := insertUpload(ctx, tx, u); err != nil {
			return err
		}
		return s.Done(ctx, tx, actor, project, "importer.upload", "take", u.ID, nil)
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
		if err != nil {
			return err
		}
		return s.Done(ctx, tx, actor, project, "importer.upload", "change", id, nil)
	})
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
