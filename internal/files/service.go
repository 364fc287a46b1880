package files

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this room.
func Migrations() store.Migrations { return store.Migrations{Room: "files", FS: migrationFS()} }

func migrationFS() fs.FS {
	return store.Folder(migrations)
}

// File is an attachment.
type File struct {
	ID         int64
	Project    int64
	Owner      string // room.noun: "casefile.case"
	OwnerID    int64
	Name       string
	Media      Media
	Size       int64 // bytes
	SHA256     string
	UploadedBy int64 // account; 0: the system or a resident's link
	UploadedAt time.Time
}

// Guard tells whether actor may see f (write: add to its owner, or erase it).
// The owning room answers; an error refuses.
type Guard func(ctx context.Context, tx *store.Tx, actor auth.Actor, f File, write bool) error

// Options is what app gives the room.
type Options struct {
	DB      *store.DB
	Audit   *audit.Service
	Dir     string  // the files folder, inside the data folder
	Cache   string  // small pictures, can be thrown away
	MaxSize int64   // bytes; 25 MB when 0
	Scanner Scanner // nil: no malware scanner present
}

// Service is the room.
type Service struct {
	db      *store.DB
	audit   *audit.Service
	dir     string
	cache   string
	max     int64
	scanner Scanner
	guards  map[string]Guard
	sweep   sync.RWMutex // receiving beside each other, sweeping alone
	small   chan struct{}
}

// New makes the service and its folders.
func New(opt Options) (*Service, error) {
	if opt.MaxSize == 0 {
		opt.MaxSize = 25 << 20
	}
	for _, dir := range []string{filepath.Join(opt.Dir, incoming), opt.Cache} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("making the files folder: %w", err)
		}
	}
	return &Service{
		db: opt.DB, audit: opt.Audit, dir: opt.Dir, cache: opt.Cache, max: opt.MaxSize, scanner: opt.Scanner,
		guards: map[string]Guard{}, small: make(chan struct{}, 2),
	}, nil
}

// SetGuard names who decides about the files of owner. Before serving.
func (s *Service) SetGuard(owner string, g Guard) { s.guards[owner] = g }

func (s *Service) allowed(ctx context.Context, tx *store.Tx, actor auth.Actor, f File, write bool) error {
	g := s.guards[f.Owner]
	if g == nil {
		return fmt.Errorf("files of %q have no guard", f.Owner)
	}
	return g(ctx, tx, actor, f, write)
}

// To is where a file is to hang.
type To struct {
	Project int64
	Owner   string
	ID      int64
}

// Attach hangs a received file on its owner, in the transaction of the event.
// The owner's Guard must allow writing.
func (s *Service) Attach(ctx context.Context, tx *store.Tx, actor auth.Actor, to To, got Received) (File, error) {
	f := File{
		ID: tx.NewID(), Project: to.Project, Owner: to.Owner, OwnerID: to.ID, Name: got.Name, Media: got.Media,
		Size: got.Size, SHA256: got.SHA256, UploadedBy: actor.Account, UploadedAt: tx.Now(),
	}
	if err := s.allowed(ctx, tx, actor, f, true); err != nil {
		return File{}, err
	}
	if _, err := os.Stat(s.path(f.SHA256)); err != nil {
		return File{}, errs.New(errs.Conflict, "files.gone", "上传放得太久，文件已经清走了，请再传一次。", "The upload waited too long and was cleared away; send it again.").Wrap(err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO files_file (project_id, id, owner, owner_id, name, media, size, sha256, uploaded_by, uploaded_at, erased_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`, f.Project, f.ID, f.Owner, f.OwnerID, f.Name, string(f.Media), f.Size, f.SHA256, f.UploadedBy, store.Micros(f.UploadedAt))
	if err != nil {
		return File{}, err
	}
	return f, s.audit.Record(ctx, tx, audit.Entry{
		Actor: actor, Project: f.Project, Action: "files.file.attach", Subject: f.Owner, ID: f.OwnerID,
		Data: map[string]any{"file": fmt.Sprint(f.ID), "sha256": f.SHA256, "media": string(f.Media), "size": f.Size},
	})
}

const fileColumns = "project_id, id, owner, owner_id, name, media, size, sha256, uploaded_by, uploaded_at"

func scanFile(scan store.Scan) (File, error) {
	var f File
	var media string
	var at int64
	err := scan(&f.Project, &f.ID, &f.Owner, &f.OwnerID, &f.Name, &media, &f.Size, &f.SHA256, &f.UploadedBy, &at)
	f.Media, f.UploadedAt = Media(media), store.Time(at)
	return f, err
}

// List lists what hangs on an owner, oldest first; the calling room has
// decided already that its reader may see the owner.
func (s *Service) List(ctx context.Context, tx *store.Tx, to To) ([]File, error) {
	return store.All(ctx, tx, scanFile, "SELECT "+fileColumns+" FROM files_file WHERE project_id = ? AND owner = ? AND owner_id = ? AND erased_at = 0 ORDER BY id",
		to.Project, to.Owner, to.ID)
}

// Open opens a file for actor. NotFound when there is none, or when the guard
// refuses: what may not be seen looks as if it were not there.
func (s *Service) Open(ctx context.Context, actor auth.Actor, id int64) (File, *os.File, error) {
	f, err := s.find(ctx, actor, id)
	if err != nil {
		return f, nil, err
	}
	body, err := os.Open(s.path(f.SHA256))
	if err != nil {
		return f, nil, errs.New(errs.Unavailable, "files.lost", "文件记录在，但内容不在磁盘上。请管理员从备份恢复，并运行 guanjia verify。",
			"The file is on record but its content is not on disk. An administrator should restore it from a backup and run guanjia verify.").Wrap(err)
	}
	return f, body, nil
}

func (s *Service) find(ctx context.Context, actor auth.Actor, id int64) (File, error) {
	var f File
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if f, err = store.One(ctx, tx, scanFile, "SELECT "+fileColumns+" FROM files_file WHERE id = ? AND erased_at = 0", id); err != nil {
			return err
		}
		return s.allowed(ctx, tx, actor, f, false)
	})
	switch errs.KindOf(err) {
	case "":
		return f, nil
	case errs.NotFound, errs.Forbidden:
		return File{}, errs.New(errs.NotFound, "files.none", "没有这个文件，或者您不能看。", "There is no such file, or you may not see it.").Wrap(err)
	}
	return File{}, err
}

// Erase takes a file off its owner for good (LAW-03); the content goes with
// the next sweep unless another record has the same. The guard must allow
// writing.
func (s *Service) Erase(ctx context.Context, tx *store.Tx, actor auth.Actor, id int64) error {
	f, err := store.One(ctx, tx, scanFile, "SELECT "+fileColumns+" FROM files_file WHERE id = ? AND erased_at = 0", id)
	if err != nil {
		return err
	}
	if err := s.allowed(ctx, tx, actor, f, true); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE files_file SET erased_at = ?, name = '' WHERE id = ?", store.Micros(tx.Now()), id); err != nil {
		return err
	}
	return s.audit.Record(ctx, tx, audit.Entry{
		Actor: actor, Project: f.Project, Action: "files.file.erase", Subject: f.Owner, ID: f.OwnerID, Data: map[string]any{"file": fmt.Sprint(id)},
	})
}

// Jobs lists the periodic work.
func (s *Service) Jobs() []jobs.Spec {
	return []jobs.Spec{{Kind: "files.file.sweep", Every: time.Hour, Work: func(ctx context.Context, _ jobs.Job) error {
		_, err := s.Sweep(ctx, 24*time.Hour)
		return err
	}}}
}

var sha = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Sweep removes content older than age that no record needs: uploads given up,
// erased files. Returns how many files went.
func (s *Service) Sweep(ctx context.Context, age time.Duration) (int, error) {
	n := 0
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || time.Since(info.ModTime()) < age { //nolint:forbidigo // age of a file on disk, not business time
			return err
		}
		if !sha.MatchString(d.Name()) {
			if filepath.Base(filepath.Dir(path)) == incoming {
				return os.Remove(path)
			}
			return nil
		}
		s.sweep.Lock()
		defer s.sweep.Unlock()
		if info, err = os.Stat(path); err != nil || time.Since(info.ModTime()) < age { //nolint:forbidigo // as above
			return err // received anew meanwhile
		}
		needed := false
		err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			count, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM files_file WHERE sha256 = ? AND erased_at = 0", d.Name())
			needed = count > 0
			return err
		})
		if err != nil || needed {
			return err
		}
		n++
		_ = os.Remove(s.smallPath(d.Name()))
		return os.Remove(path)
	})
	return n, err
}

// Verify reads every file on record back and returns those whose content is
// missing or altered.
func (s *Service) Verify(ctx context.Context) ([]File, error) {
	var bad []File
	var after int64
	for {
		var list []File
		err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			var err error
			list, err = store.All(ctx, tx, scanFile, "SELECT "+fileColumns+" FROM files_file WHERE id > ? AND erased_at = 0 ORDER BY id LIMIT 500", after)
			return err
		})
		if err != nil || len(list) == 0 {
			return bad, err
		}
		for _, f := range list {
			after = f.ID
			if !s.whole(f) {
				bad = append(bad, f)
			}
		}
	}
}

func (s *Service) whole(f File) bool {
	body, err := os.Open(s.path(f.SHA256))
	if err != nil {
		return false
	}
	defer func() { _ = body.Close() }()
	h := newHash()
	n, err := io.Copy(h, body)
	return err == nil && n == f.Size && sum(h) == f.SHA256
}
