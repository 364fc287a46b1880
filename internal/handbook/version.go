package handbook

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// versioned are the folders whose change is reviewed; rules, stories, words
// and the statutory calendar come with the program.
var versioned = []string{"procedures", "profiles", "roles", "texts"}

// pack makes one archive of the versioned files.
func pack(fsys fs.FS) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, dir := range versioned {
		err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
				return err
			}
			src, err := fs.ReadFile(fsys, name)
			if err != nil {
				return err
			}
			f, err := w.Create(name)
			if err == nil {
				_, err = f.Write(src)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("packing the handbook: %w", err)
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// unpack reads a kept handbook; its rules are those of the program, which
// has the pages that show them.
func unpack(hash string, source []byte, rules []procedure.Rule) (*procedure.Handbook, error) {
	files, err := zip.NewReader(bytes.NewReader(source), int64(len(source)))
	if err != nil {
		return nil, fmt.Errorf("kept handbook %.12s: %w", hash, err)
	}
	book, problems := procedure.Load(files)
	if procedure.Refused(problems) {
		return nil, fmt.Errorf("kept handbook %.12s: %s", hash, problems[0])
	}
	if book.Hash != hash {
		return nil, fmt.Errorf("kept handbook %.12s reads as %.12s", hash, book.Hash)
	}
	book.Rules = rules
	return book, nil
}

// HashInForce is the hash of the handbook that the database has in force, ""
// before the first start and before this room had tables.
func HashInForce(ctx context.Context, db *store.DB) (string, error) {
	hash := ""
	err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		there, err := tx.HasTable(ctx, "handbook_change")
		if err == nil && there {
			hash, err = hashInForce(ctx, tx)
		}
		return err
	})
	return hash, err
}

// Kept reads a handbook that the database keeps.
func Kept(ctx context.Context, db *store.DB, hash string, rules []procedure.Rule) (*procedure.Handbook, error) {
	var source []byte
	err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		source, err = versionSource(ctx, tx, hash)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("kept handbook %.12s: %w", hash, err)
	}
	return unpack(hash, source, rules)
}
