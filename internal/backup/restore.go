package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Target is where an archive is restored: an empty database and an empty or
// missing folder.
type Target struct {
	DB      *store.DB
	Files   string
	Rooms   []store.Migrations
	Derived []string
}

// Restore brings an archive back. The database is first brought to exactly
// the migrations the archive was taken with, filled, then migrated to today's.
// What was read is compared with the manifest: a damaged archive is an error,
// and the target must then be thrown away.
func Restore(ctx context.Context, path string, t Target) (Manifest, error) {
	m, err := ReadManifest(path)
	if err != nil {
		return m, err
	}
	if err := refuseFull(ctx, t); err != nil {
		return m, err
	}
	if err := t.DB.MigrateTo(ctx, t.Rooms, m.Migrations); err != nil {
		return m, err
	}
	got := Manifest{Tables: map[string]Entry{}, Files: map[string]Entry{}}
	err = each(path, func(name string, r io.Reader) error {
		switch {
		case strings.HasPrefix(name, "tables/"):
			table := strings.TrimSuffix(strings.TrimPrefix(name, "tables/"), ".ndjson")
			entry, err := readTable(ctx, t.DB, table, r)
			got.Tables[table] = entry
			return err
		case strings.HasPrefix(name, "files/"):
			file := strings.TrimPrefix(name, "files/")
			entry, err := readFile(t.Files, file, r)
			got.Files[file] = entry
			return err
		}
		return nil
	})
	if err != nil {
		return m, fmt.Errorf("restoring: %w", err)
	}
	if diff := compare(m, got); len(diff) > 0 {
		return m, damaged(diff)
	}
	if err := reach(ctx, t.DB, m.Reached); err != nil {
		return m, err
	}
	return m, t.DB.Migrate(ctx, t.Rooms)
}

// reach makes identifiers begin above those that were restored, on a machine
// whose clock is behind too: the migration that follows reads the mark.
func reach(ctx context.Context, db *store.DB, reached int64) error {
	return db.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return store.Reach(ctx, tx, reached) })
}

// ReadManifest reads what an archive says it holds.
func ReadManifest(path string) (Manifest, error) {
	var m Manifest
	err := each(path, func(name string, r io.Reader) error {
		if name != "manifest.json" {
			return nil
		}
		return json.NewDecoder(r).Decode(&m)
	})
	if err == nil && m.Format != format {
		err = errors.New("no manifest, or of an unknown form")
	}
	if err != nil {
		return m, errs.Newf(errs.Invalid, "backup.unreadable",
			"%s 不是完整的备份文件。现有数据没有改动。", "%s is not a whole backup. Nothing was changed.", filepath.Base(path)).Wrap(err)
	}
	return m, nil
}

func each(path string, fn func(name string, r io.Reader) error) error {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	zip, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		return err
	}
	arc := tar.NewReader(zip)
	for {
		h, err := arc.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := fn(h.Name, arc); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

func refuseFull(ctx context.Context, t Target) error {
	return t.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		names, err := tables(ctx, tx, t.Derived)
		if err != nil {
			return err
		}
		for _, name := range names {
			n, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM (SELECT 1 FROM "+quote(name)+" LIMIT 1) AS one_row")
			if err != nil {
				return err
			}
			if n > 0 {
				return errs.New(errs.Conflict, "backup.target_full",
					"目标数据库里已有数据，恢复只能进空的数据库。现有数据没有改动。",
					"The target database holds data; a restore goes only into an empty one. Nothing was changed.")
			}
		}
		return nil
	})
}

var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// chunkValues bounds the arguments of one INSERT, chunkRows the rows of one
// transaction, so that none is long.
const (
	chunkValues = 900
	chunkRows   = 2000
)

func readTable(ctx context.Context, db *store.DB, table string, r io.Reader) (Entry, error) {
	if !plainName.MatchString(table) {
		return Entry{}, fmt.Errorf("%q is no table name", table)
	}
	in := bufio.NewReaderSize(r, 1<<20)
	head, err := in.ReadBytes('\n')
	if err != nil {
		return Entry{}, err
	}
	var cols []string
	if err := json.Unmarshal(head, &cols); err != nil {
		return Entry{}, err
	}
	for _, c := range cols {
		if !plainName.MatchString(c) {
			return Entry{}, fmt.Errorf("%q is no column name", c)
		}
	}
	var d digest
	for done := false; !done; {
		var rows [][]any
		for len(rows) < chunkRows {
			line, err := in.ReadBytes('\n')
			if errors.Is(err, io.EOF) && len(line) == 0 {
				done = true
				break
			}
			if err != nil {
				return Entry{}, err
			}
			line = bytes.TrimSuffix(line, []byte("\n"))
			d.add(table, cols, line)
			row, err := decodeRow(line, len(cols))
			if err != nil {
				return Entry{}, err
			}
			rows = append(rows, row)
		}
		if err := insert(ctx, db, table, cols, rows); err != nil {
			return Entry{}, err
		}
	}
	return Entry{Count: d.rows, Digest: d.String()}, nil
}

func decodeRow(line []byte, width int) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	if len(raw) != width {
		return nil, fmt.Errorf("a row of %d values in a table of %d columns", len(raw), width)
	}
	row := make([]any, width)
	for i := range raw {
		v, err := decode(raw[i])
		if err != nil {
			return nil, err
		}
		row[i] = v
	}
	return row, nil
}

func insert(ctx context.Context, db *store.DB, table string, cols []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	at := max(1, chunkValues/len(cols))
	one := "(" + store.Marks(len(cols)) + ")"
	return db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for len(rows) > 0 {
			n := min(at, len(rows))
			args := make([]any, 0, n*len(cols))
			for _, row := range rows[:n] {
				args = append(args, row...)
			}
			query := "INSERT INTO " + quote(table) + " (" + quoteAll(cols) + ") VALUES " +
				strings.TrimSuffix(strings.Repeat(one+", ", n), ", ")
			if _, err := tx.Exec(ctx, query, args...); err != nil {
				return err
			}
			rows = rows[n:]
		}
		return nil
	})
}

func readFile(folder, name string, r io.Reader) (Entry, error) {
	if folder == "" || !filepath.IsLocal(filepath.FromSlash(name)) {
		return Entry{}, fmt.Errorf("%q is no place for a file", name)
	}
	path := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Entry{}, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Entry{}, err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), r)
	return Entry{Count: n, Digest: hex.EncodeToString(h.Sum(nil))}, errors.Join(err, f.Sync(), f.Close())
}

// compare lists what differs between two manifests.
func compare(want, got Manifest) []string {
	var diff []string
	check := func(sort string, want, got map[string]Entry) {
		for name, w := range want {
			if g, ok := got[name]; !ok || g != w {
				diff = append(diff, fmt.Sprintf("%s %s: %d, expected %d", sort, name, g.Count, w.Count))
			}
		}
		for name := range got {
			if _, ok := want[name]; !ok {
				diff = append(diff, fmt.Sprintf("%s %s: not in the manifest", sort, name))
			}
		}
	}
	check("table", want.Tables, got.Tables)
	check("file", want.Files, got.Files)
	return diff
}

func damaged(diff []string) error {
	return errs.Newf(errs.Invalid, "backup.damaged", "备份文件有损坏，恢复的内容不能用：%s", "The backup is damaged; what was restored must not be used: %s",
		strings.Join(diff, "; "))
}
