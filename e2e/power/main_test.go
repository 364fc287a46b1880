// Package power proves that what was acknowledged stays: the process killed at
// any moment, the disk full, the database restarted, a backup taken and
// brought back while people write (PLT-03).
package power

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"

	"guanjia/e2e/house"
)

func TestMain(m *testing.M) { house.Main(m) }

// seed is an archive of a demo, made once: a project with people, houses and
// some open cases.
var seed = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "guanjia-seed-*")
	if err != nil {
		return "", err
	}
	house.AtEnd(func() { _ = os.RemoveAll(dir) })
	data := filepath.Join(dir, "data")
	s, err := house.Launch(binary, nil, "demo", "--data", data, "--listen", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s.Kill()
	file := filepath.Join(dir, "seed.tar.gz")
	if out, err := exec.Command(binary, "backup", "--data", data, file).CombinedOutput(); err != nil {
		return "", fmt.Errorf("backing up the demo: %w\n%s", err, out)
	}
	return file, nil
})

var binary string

// installation is a data folder, with the database of dsn or its own SQLite.
type installation struct {
	folder, dsn string
	db          *sql.DB // reads beside the server
	pg          bool
}

// install restores the seed into a fresh folder, and into dsn when given.
// People log in again after a restore, so the accounts' passwords are theirs.
func install(t *testing.T, dsn string) *installation {
	t.Helper()
	return installAt(t, t.TempDir(), dsn)
}

func installAt(t *testing.T, dir, dsn string) *installation {
	t.Helper()
	binary = house.Binary(t)
	file, err := seed()
	if err != nil {
		t.Fatal(err)
	}
	in := &installation{folder: filepath.Join(dir, "data"), dsn: dsn, pg: dsn != ""}
	if !in.pg {
		in.dsn = "sqlite:" + filepath.Join(in.folder, "guanjia.db")
	}
	// The key stands beside the folder and is never in a backup: the seed's is copied.
	key, err := os.ReadFile(filepath.Join(filepath.Dir(file), "data.key"))
	if err == nil {
		err = os.WriteFile(in.folder+".key", key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if status, out := house.Run(t, append([]string{"restore"}, in.args(file)...)...); status != 0 {
		t.Fatalf("restoring the seed: %d\n%s", status, out)
	}
	in.open(t)
	return in
}

func (in *installation) args(more ...string) []string {
	return append([]string{"--data", in.folder, "--dsn", in.dsn, "--log", "error"}, more...)
}

func (in *installation) open(t *testing.T) {
	t.Helper()
	driver, dsn := "pgx", in.dsn
	if !in.pg {
		driver, dsn = "sqlite", "file:"+strings.TrimPrefix(in.dsn, "sqlite:")+"?_pragma=busy_timeout(10000)&_pragma=query_only(1)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxIdleConns(0) // nothing is held open between looks
	t.Cleanup(func() { _ = db.Close() })
	in.db = db
}

// serve starts the server and says how long it took to be ready.
func (in *installation) serve(t *testing.T) (*house.Server, time.Duration) {
	t.Helper()
	began := time.Now()
	s, err := house.Launch(house.Binary(t), nil, append([]string{"serve", "--listen", "127.0.0.1:0"}, in.args()...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return s, time.Since(began)
}

// verify recomputes every case from its log and checks the audit chain.
func (in *installation) verify(t *testing.T) {
	t.Helper()
	if status, out := house.Run(t, append([]string{"verify"}, in.args()...)...); status != 0 {
		t.Errorf("verify: status %d\n%s", status, out)
	}
	if in.pg {
		return
	}
	var said string
	if err := in.db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&said); err != nil || said != "ok" {
		t.Errorf("integrity of the file: %s %v", said, err)
	}
}

func (in *installation) strings(t *testing.T, query string, args ...any) []string {
	t.Helper()
	rows, err := in.db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// cluster starts a PostgreSQL of this test's own, so that it can be restarted
// and killed; it returns its DSN and what to call it by.
func cluster(t *testing.T) (string, func(action ...string)) {
	t.Helper()
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err)
	}
	bin := os.Getenv("GUANJIA_TEST_PGBIN")
	if bin == "" && len(bins) > 0 {
		bin = slices.Max(bins)
	}
	if bin == "" {
		t.Fatal("PostgreSQL is missing: install the package postgresql, or set GUANJIA_TEST_PGBIN to the folder of initdb")
	}
	dir, err := os.MkdirTemp("/tmp", "gjp") // short: a socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	var as []string
	if os.Getuid() == 0 {
		if out, err := exec.CommandContext(t.Context(), "chown", "postgres", dir).CombinedOutput(); err != nil { //nolint:gosec // our own folder
			t.Fatalf("%v %s", err, out)
		}
		as = []string{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"}
	}
	run := func(args ...string) {
		t.Helper()
		args = append(slices.Clone(as), args...)
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), args[0], args[1:]...) //nolint:gosec // PostgreSQL's own programs
		cmd.Dir = "/"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	data := filepath.Join(dir, "data")
	run(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	options := "-k " + dir + " -c listen_addresses='' -c fsync=off -c max_connections=60 -c shared_buffers=32MB"
	ctl := func(action ...string) {
		t.Helper()
		run(append([]string{filepath.Join(bin, "pg_ctl"), "-D", data, "-w", "-s", "-l", filepath.Join(dir, "log"), "-o", options}, action...)...)
	}
	ctl("start")
	t.Cleanup(func() { ctl("stop", "-m", "immediate") })
	return "postgres://postgres@/postgres?host=" + dir + "&sslmode=disable", ctl
}
