package upgrade

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/files"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

// databases runs fn once for each database an installation can have.
func databases(t *testing.T, fn func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, "") })
	if os.Getenv(storetest.Env) != "off" {
		t.Run("postgres", func(t *testing.T) { fn(t, storetest.PostgresDSN(t)) })
	}
}

// proves PLT-03, PLT-06: what an earlier build kept comes back whole into
// either database, migrated; every case can be read, recomputes from its log,
// and goes on to its end on the procedure it began with.
func TestEarlierArchivesGoOn(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.tar.gz")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archive of an earlier build: %v", err)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".tar.gz"), func(t *testing.T) {
			databases(t, func(t *testing.T, dsn string) {
				dir := t.TempDir()
				keep(t, file+".key", filepath.Join(dir, "data.key"))
				m, err := app.Restore(t.Context(), settings(dir, dsn), file, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err) // digests of every table and file are compared within
				}
				clock := calendar.NewManual(begin.Add(90 * 24 * time.Hour))
				a, err := open(dir, dsn, clock)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = a.Close() })
				c := crewOf(t, a, clock)
				whole(t, a)
				if n := m.Tables["casefile_case"].Count; n < 40 || int64(len(numbers(t, a))) != n || len(m.Files) == 0 {
					t.Fatalf("%d cases and %d files in the archive, %d cases found", n, len(m.Files), len(numbers(t, a)))
				}
				if _, err := a.Auth.Login(t.Context(), c.accounts[0].Login, password, auth.Client{}); err != nil {
					t.Errorf("log-in with the old password: %v", err)
				}
				c.finish(t)
				whole(t, a)
			})
		})
	}
}

// crewOf is the archive's staff at work again.
func crewOf(t *testing.T, a *app.App, clock *calendar.Manual) *crew {
	t.Helper()
	p, err := a.Estate.ByCode(t.Context(), "old")
	if err != nil {
		t.Fatal(err)
	}
	c := &crew{app: a, clock: clock, project: p.ID}
	list, err := a.Auth.Accounts(t.Context(), auth.System, p.ID, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, acc := range list {
		c.accounts, c.roles = append(c.accounts, acc), append(c.roles, acc.Grants[0].Role)
	}
	return c
}

func numbers(t *testing.T, a *app.App) []string {
	t.Helper()
	var list []string
	err := a.DB.Read(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = store.All(ctx, tx, store.Value[string], "SELECT number FROM casefile_case ORDER BY number")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// whole fails the test unless cases recompute, the audit chain holds and every
// attachment is what it was.
func whole(t *testing.T, a *app.App) {
	t.Helper()
	v, err := a.Cases.Verify(t.Context(), auth.System, 0)
	if err != nil || len(v.Findings) > 0 || v.Cases == 0 {
		t.Errorf("cases: %v %+v", err, v)
	}
	heads, err := audit.ReadHeadsFile(a.Config.KeyFile + ".heads")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	report, err := a.Audit.Verify(t.Context(), heads)
	if err != nil || len(report.Findings) > 0 || report.Entries == 0 {
		t.Errorf("audit: %v %+v", err, report)
	}
	var broken []files.File
	if broken, err = a.Files.Verify(t.Context()); err != nil || len(broken) > 0 {
		t.Errorf("attachments: %v %+v", err, broken)
	}
}

// finish reads every case and carries the open ones to their end.
func (c *crew) finish(t *testing.T) {
	t.Helper()
	ends := map[string]bool{} // kinds of which one had come to its end before
	for _, number := range numbers(t, c.app) {
		v := c.look(t, number)
		if len(v.Events) == 0 || v.Case.Words != words {
			t.Errorf("%s: %d events, words %q", number, len(v.Events), v.Case.Words)
		}
		hash := v.Def.Hash
		if v.Case.State.Status != engine.Open {
			ends[v.Case.Procedure] = true
			continue
		}
		if _, err := c.goOn(t.Context(), number, 1000); err != nil {
			t.Errorf("%s: %v", number, err)
		}
		v = c.look(t, number)
		if ends[v.Case.Procedure] && v.Case.State.Status == engine.Open {
			t.Errorf("%s stays at %s", number, v.Case.State.Step)
		}
		if v.Def.Hash != hash {
			t.Errorf("%s went over to another version of its procedure", number)
		}
	}
	for _, name := range []string{"repair", "complaint", "enquiry", "follow_up", "visit", "survey"} {
		if !ends[name] {
			t.Errorf("no %s of the archive had come to its end", name)
		}
	}
}

func (c *crew) look(t *testing.T, number string) casefile.View {
	t.Helper()
	v, err := c.app.Cases.View(t.Context(), auth.System, c.project, number)
	if err != nil {
		t.Fatalf("%s: %v", number, err)
	}
	return v
}

// An archive of a newer build is refused before anything is written, and data
// a newer build has opened are refused unchanged, in a folder and in a database.
func TestNewerDataAreRefused(t *testing.T) {
	databases(t, func(t *testing.T, dsn string) {
		dir := t.TempDir()
		newer := filepath.Join(dir, "newer.tar.gz")
		rewrite(t, "testdata/before-0.1.tar.gz", newer)
		keep(t, "testdata/before-0.1.tar.gz.key", filepath.Join(dir, "data.key"))
		_, err := app.Restore(t.Context(), settings(dir, dsn), newer, slog.New(slog.DiscardHandler))
		refused(t, "the archive", err)

		a, err := open(dir, dsn, calendar.NewManual(begin)) // nothing of it is there
		if err != nil {
			t.Fatal(err)
		}
		if n := numbers(t, a); len(n) != 0 {
			t.Errorf("of a refused archive %d cases are there", len(n))
		}
		if _, err := a.Estate.CreateProject(t.Context(), auth.System, estate.Project{Code: "kept", Name: "还在", Profile: "residential", AreaCode: "025"}); err != nil {
			t.Fatal(err)
		}
		mark := func(query string) {
			t.Helper()
			if err := a.DB.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, query)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		mark("INSERT INTO " + store.VersionTable + " (version_id, is_applied) VALUES (98001, " + map[bool]string{true: "1", false: "true"}[dsn == ""] + ")")
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = open(dir, dsn, calendar.NewManual(begin))
		refused(t, "the data", err)
	})
}

func refused(t *testing.T, what string, err error) {
	t.Helper()
	e := errs.As(err)
	if e == nil || !strings.Contains(e.Message.ZH, "98001") || !strings.Contains(e.Message.ZH, "数据没有改动") || !strings.Contains(e.Message.EN, "newer version") {
		t.Errorf("%s of a newer build: %v", what, err)
	}
}

// rewrite copies an archive, with a migration more in its manifest.
func rewrite(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	press := gzip.NewWriter(&out)
	in, arc := tar.NewReader(zip), tar.NewWriter(press)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if h.Name == "manifest.json" {
			var m map[string]any
			d := json.NewDecoder(bytes.NewReader(body))
			d.UseNumber()
			if err := d.Decode(&m); err != nil {
				t.Fatal(err)
			}
			list, _ := m["migrations"].([]any)
			m["migrations"] = append(list, 98001)
			if body, err = json.Marshal(m); err != nil {
				t.Fatal(err)
			}
			h.Size = int64(len(body))
		}
		if err := errors.Join(arc.WriteHeader(h), func() error { _, err := arc.Write(body); return err }()); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(arc.Close(), press.Close(), os.WriteFile(to, out.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
}
