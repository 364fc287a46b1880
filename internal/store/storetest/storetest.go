// Package storetest gives tests real databases: SQLite always, PostgreSQL as
// `make test` starts it.
//
// It owns: fresh migrated databases per test and the two-database suite
// runner. It is imported by tests only. Start at Each.
//
// GUANJIA_TEST_POSTGRES holds the DSN of a PostgreSQL a test may make schemas
// in. It must be set: a missing database fails the tests rather than skipping
// them. "off" is for a quick run by hand on SQLite alone; `make test` refuses it.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/store"
)

// Env names the variable with the DSN of the test PostgreSQL.
const Env = "GUANJIA_TEST_POSTGRES"

// Start is the time test clocks begin at: a Friday morning.
var Start = time.Date(2026, 11, 20, 10, 42, 0, 0, calendar.Zone)

// Each runs fn as a subtest on every database, each time on a fresh one with
// the rooms' migrations done and a Manual clock that reads Start.
func Each(t *testing.T, rooms []store.Migrations, fn func(t *testing.T, db *store.DB, clock *calendar.Manual)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		clock := calendar.NewManual(Start)
		fn(t, OpenSQLite(t, clock, rooms), clock)
	})
	if os.Getenv(Env) == "off" {
		t.Log("PostgreSQL is off by " + Env)
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		clock := calendar.NewManual(Start)
		fn(t, OpenPostgres(t, clock, rooms), clock)
	})
}

// OpenSQLite opens a fresh, migrated SQLite file in the test's folder.
func OpenSQLite(t testing.TB, clock calendar.Clock, rooms []store.Migrations) *store.DB {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "guanjia.db"), clock, rooms)
}

var schemas atomic.Int64

// OpenPostgres opens a fresh, migrated schema of the test PostgreSQL.
func OpenPostgres(t testing.TB, clock calendar.Clock, rooms []store.Migrations) *store.DB {
	t.Helper()
	return open(t, PostgresDSN(t), clock, rooms)
}

// PostgresDSN makes an empty schema, dropped when the test ends, and returns
// the DSN whose tables live there.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	base := os.Getenv(Env)
	if base == "" || base == "off" {
		t.Fatalf("%s is not set: run `make test`, which starts PostgreSQL, or set it to a DSN", Env)
	}
	ctx := context.Background()
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), schemas.Add(1))
	if _, err := admin.ExecContext(ctx, "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.ExecContext(ctx, "DROP SCHEMA "+name+" CASCADE")
		_ = admin.Close()
	})
	sep := "?"
	if strings.Contains(base, "?") {
		sep = "&"
	}
	return base + sep + "search_path=" + url.QueryEscape(name)
}

func open(t testing.TB, dsn string, clock calendar.Clock, rooms []store.Migrations) *store.DB {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{DSN: dsn, Clock: clock, Readers: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, rooms); err != nil {
		t.Fatal(err)
	}
	return db
}
