package backup

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"guanjia/internal/store"
)

// Source is what is backed up.
type Source struct {
	DB      *store.DB
	Files   string   // folder of attachments; "" or missing: none
	Derived []string // tables left out
}

// Manifest says what an archive holds.
type Manifest struct {
	Format     int              `json:"format"`
	TakenAt    time.Time        `json:"taken_at"`
	Migrations []int64          `json:"migrations"`
	Reached    int64            `json:"reached,omitempty"` // how far identifiers were given out (store.MarkTable)
	Tables     map[string]Entry `json:"tables"`
	Files      map[string]Entry `json:"files"`
}

// Entry is one table or file: its rows or bytes, and its digest.
type Entry struct {
	Count  int64  `json:"count"`
	Digest string `json:"digest"`
}

const format = 1

// Write makes an archive at path from one consistent snapshot while others go
// on working. The file appears under its name only when it is whole and on disk.
func Write(ctx context.Context, src Source, path string) (Manifest, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Manifest{}, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".backup-*")
	if err != nil {
		return Manifest{}, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	defer func() { _ = f.Close() }()
	m, err := write(ctx, src, f)
	if err != nil {
		return Manifest{}, fmt.Errorf("writing the backup: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return Manifest{}, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

func write(ctx context.Context, src Source, w io.Writer) (Manifest, error) {
	buf := bufio.NewWriterSize(w, 1<<20)
	zip := gzip.NewWriter(buf)
	arc := tar.NewWriter(zip)
	m := Manifest{Format: format, TakenAt: src.DB.Clock().Now(), Tables: map[string]Entry{}, Files: map[string]Entry{}}
	err := src.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		m.Migrations, err = store.All(ctx, tx, store.Value[int64],
			"SELECT version_id FROM "+store.VersionTable+" WHERE version_id > 0 ORDER BY version_id")
		if err != nil {
			return err
		}
		if m.Reached, err = store.One(ctx, tx, store.Value[int64], "SELECT COALESCE(max(reached), 0) FROM "+store.MarkTable); err != nil {
			return err
		}
		names, err := tables(ctx, tx, src.Derived)
		if err != nil {
			return err
		}
		for _, name := range names {
			if m.Tables[name], err = writeTable(ctx, tx, arc, name); err != nil {
				return fmt.Errorf("table %s: %w", name, err)
			}
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	// Attachments are written before the row that names them commits, so the
	// folder now holds every file of the snapshot.
	if err := writeFiles(ctx, src.Files, arc, m.Files); err != nil {
		return m, err
	}
	raw, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return m, err
	}
	if err := arc.WriteHeader(&tar.Header{Name: "manifest.json", Mode: 0o600, Size: int64(len(raw))}); err != nil {
		return m, err
	}
	if _, err := arc.Write(raw); err != nil {
		return m, err
	}
	return m, errors.Join(arc.Close(), zip.Close(), buf.Flush())
}

// writeTable spools the rows to a temporary file first: tar wants the size.
func writeTable(ctx context.Context, tx *store.Tx, arc *tar.Writer, name string) (Entry, error) {
	cols, err := columns(ctx, tx, name)
	if err != nil {
		return Entry{}, err
	}
	spool, err := os.CreateTemp("", "guanjia-table-*")
	if err != nil {
		return Entry{}, err
	}
	defer func() { _ = os.Remove(spool.Name()) }()
	defer func() { _ = spool.Close() }()
	out := bufio.NewWriterSize(spool, 1<<18)
	head, err := json.Marshal(cols)
	if err != nil {
		return Entry{}, err
	}
	line := func(b []byte) error {
		if _, err := out.Write(b); err != nil {
			return err
		}
		return out.WriteByte('\n')
	}
	if err := line(head); err != nil {
		return Entry{}, err
	}
	var d digest
	err = walk(ctx, tx, name, cols, func(row []byte) error {
		d.add(name, cols, row)
		return line(row)
	})
	if err != nil {
		return Entry{}, err
	}
	if err := out.Flush(); err != nil {
		return Entry{}, err
	}
	size, err := spool.Seek(0, io.SeekCurrent)
	if err != nil {
		return Entry{}, err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return Entry{}, err
	}
	if err := arc.WriteHeader(&tar.Header{Name: "tables/" + name + ".ndjson", Mode: 0o600, Size: size}); err != nil {
		return Entry{}, err
	}
	_, err = io.Copy(arc, spool)
	return Entry{Count: d.rows, Digest: d.String()}, err
}

func writeFiles(ctx context.Context, folder string, arc *tar.Writer, into map[string]Entry) error {
	if folder == "" {
		return nil
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || filepath.Base(name)[0] == '.' {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := root.Open(name)
		if errors.Is(err, fs.ErrNotExist) { // erased since the folder was listed
			return nil
		}
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if err := arc.WriteHeader(&tar.Header{Name: "files/" + filepath.ToSlash(name), Mode: 0o600, Size: info.Size()}); err != nil {
			return err
		}
		h := sha256.New()
		n, err := io.Copy(io.MultiWriter(arc, h), f)
		into[filepath.ToSlash(name)] = Entry{Count: n, Digest: hex.EncodeToString(h.Sum(nil))}
		return err
	})
}
