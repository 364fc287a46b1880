package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/backup"
	"guanjia/internal/config"
	"guanjia/internal/estate"
)

// TestTheKeyLiesApartFromTheData: whoever carries the data folder or a backup
// away has neither an identity number nor the keys that open it, where the key
// file lies unless somebody says otherwise.
// proves LAW-03
func TestTheKeyLiesApartFromTheData(t *testing.T) {
	t.Parallel()
	ctx, dir := context.Background(), t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cfg := config.Config{Data: filepath.Join(dir, "data")}
	ok(cfg.Check())
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: quiet})
	ok(err)
	p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "lin", Name: "临江苑", Profile: "residential"})
	ok(err)
	who, err := a.Estate.CreatePerson(ctx, auth.System, p.ID, estate.Person{Kind: estate.Natural, Name: "薛雨梅"}, []estate.NewPhone{{Number: "15172523110"}})
	ok(err)
	ok(a.Estate.SetIdentity(ctx, auth.System, p.ID, who.ID, "identity_card", "11010519491231002X"))
	archive := filepath.Join(dir, "backup", "b.gjb")
	_, err = backup.Write(ctx, backup.Source{DB: a.DB, Files: a.FilesFolder(), Derived: a.Derived()}, archive)
	ok(err)
	ok(a.Close())

	secret := map[string][]byte{"the identity number": []byte("110105194912")}
	var keys struct {
		Keys            []struct{ Secret []byte }
		Lookup, Signing []byte
	}
	raw, err := os.ReadFile(cfg.KeyFile)
	ok(err)
	ok(json.Unmarshal(raw, &keys))
	if len(keys.Keys) != 1 || len(keys.Keys[0].Secret) != 32 || len(keys.Lookup) != 32 || len(keys.Signing) != 32 {
		t.Fatalf("the key file holds %d keys", len(keys.Keys))
	}
	for name, k := range map[string][]byte{"the key": keys.Keys[0].Secret, "the key of digests": keys.Lookup, "the key of signatures": keys.Signing} {
		secret[name], secret[name+" as text"] = k, []byte(base64.StdEncoding.EncodeToString(k))
	}

	carried := map[string][]byte{}
	ok(filepath.WalkDir(cfg.Data, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			carried[path], err = os.ReadFile(path) //nolint:gosec // a folder of this test
		}
		return err
	}))
	f, err := os.Open(archive) //nolint:gosec // a file of this test
	ok(err)
	t.Cleanup(func() { _ = f.Close() })
	zip, err := gzip.NewReader(f)
	ok(err)
	carried[archive], err = io.ReadAll(zip)
	ok(err)
	named := 0
	for path, content := range carried {
		if bytes.Contains(content, []byte("薛雨梅")) {
			named++
		}
		for what, s := range secret {
			if bytes.Contains(content, s) {
				t.Errorf("%s lies open in %s", what, filepath.Base(path))
			}
		}
	}
	if named != 2 { // the database and the backup: else nothing was looked at
		t.Errorf("the name stands in %d of %d files", named, len(carried))
	}
}
