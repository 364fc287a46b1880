package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// incoming is the sub-folder of what is being received; the names in it begin
// with a dot, which backup leaves out.
const incoming = ".incoming"

// Received is a file on disk that no record needs yet; a day later it is swept.
type Received struct {
	Name   string // cleaned
	Media  Media
	Size   int64
	SHA256 string
}

func newHash() hash.Hash { return sha256.New() }

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// path is where content with this digest lies.
func (s *Service) path(sha256 string) string { return filepath.Join(s.dir, sha256[:2], sha256) }

// Receive writes body to disk, checks type, structure and malware, and returns
// when it is flushed. The name is only a name. Errors: Invalid (type, size,
// structure, malware: nothing is kept), Unavailable (disk full, scanner away).
func (s *Service) Receive(ctx context.Context, name string, body io.Reader) (Received, error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, incoming), ".in-*") // 0600
	if err != nil {
		return Received{}, fmt.Errorf("receiving a file: %w", err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name()) // gone already once renamed
	}()
	h := newHash()
	size, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(body, s.max+1))
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return Received{}, errs.New(errs.Unavailable, "files.full", "磁盘满了，文件没有保存，其他内容不受影响。请通知管理员。",
			"The disk is full; the file was not saved, nothing else is affected. Tell the administrator.").Wrap(err)
	case err != nil:
		return Received{}, errs.New(errs.Unavailable, "files.cut", "上传中断了，文件没有保存，请再传一次。", "The upload broke off; the file was not saved, send it again.").Wrap(err)
	case size > s.max:
		return Received{}, errs.Newf(errs.Invalid, "files.size", "文件超过 %d MB，没有保存。照片可以选小一点的尺寸再传。",
			"The file is larger than %d MB and was not saved. Send a photo in a smaller size.", s.max>>20)
	}
	got := Received{Size: size, SHA256: sum(h)}
	if got.Media, err = inspect(f, size); err != nil {
		return Received{}, err
	}
	got.Name = cleanName(name, got.Media)
	if s.scanner != nil {
		found, err := s.scanner.Scan(ctx, io.NewSectionReader(f, 0, size))
		if err != nil {
			return Received{}, errs.New(errs.Unavailable, "files.scanner", "查毒程序暂时没有应答，文件没有保存，请稍后再传。",
				"The malware scanner does not answer; the file was not saved, send it again later.").Wrap(err)
		}
		if found != "" {
			return Received{}, errs.New(errs.Invalid, "files.malware", "查毒程序在文件里发现了病毒，没有保存。请不要再打开它。",
				"The scanner found malware in the file; it was not saved. Do not open it again.").Wrap(errors.New(found))
		}
	}
	return got, s.keep(f, got.SHA256)
}

// keep flushes and moves the content to its place. Content that is there
// already is only made young again, so that no sweep takes it.
func (s *Service) keep(f *os.File, sha256 string) error {
	s.sweep.RLock()
	defer s.sweep.RUnlock()
	to := s.path(sha256)
	now := time.Now() //nolint:forbidigo // age of a file on disk, not business time
	if _, err := os.Stat(to); err == nil {
		return os.Chtimes(to, now, now)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("keeping a file: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fmt.Errorf("keeping a file: %w", err)
	}
	if err := os.Rename(f.Name(), to); err != nil {
		return fmt.Errorf("keeping a file: %w", err)
	}
	for _, dir := range []string{filepath.Dir(to), s.dir} {
		if err := store.SyncFolder(dir); err != nil {
			return err
		}
	}
	return nil
}
