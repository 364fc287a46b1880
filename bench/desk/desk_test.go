package desk

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"guanjia/internal/store/storetest"
)

// TestRunMeasuresEveryJob runs the bench small on both databases: every request
// of it must succeed, and every job must be in the report with its figures.
func TestRunMeasuresEveryJob(t *testing.T) {
	t.Parallel()
	opt := Options{Cases: 2500, Units: 300, Small: 1, Span: 30 * time.Millisecond, Rounds: 1, Folder: t.TempDir(), JSON: true, Log: io.Discard}
	databases := []string{"sqlite"}
	if os.Getenv(storetest.Env) != "off" {
		opt.Postgres, databases = storetest.PostgresDSN(t), append(databases, "postgres")
		t.Cleanup(func() { dropSchemas(t, opt.Postgres) })
	}
	var out bytes.Buffer
	if err := Run(context.Background(), &out, opt); err != nil {
		t.Fatal(err)
	}
	var report Report
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	if report.FsyncMS <= 0 || report.CPUs < 1 {
		t.Errorf("the machine is not described: %+v", report)
	}
	got := map[string]int{}
	for _, r := range report.Results {
		if r.N == 0 || r.P50 > r.P99 || r.Queries == 0 && r.Database != "reference" {
			t.Errorf("an empty result: %+v", r)
		}
		if r.Job == "create" && r.Database != "reference" && r.Ratio <= 0 {
			t.Errorf("taking in is not compared: %+v", r)
		}
		got[r.Database+" "+r.Job]++
	}
	for _, db := range databases {
		for _, job := range []string{"create", "list 50 with count", "list 50 open by due", "open", "search", "page of the list", "page of today", "page of a case"} {
			want := 4 // with 1 and 8 connections, small and large
			if job == "create" {
				want = 2
			}
			if got[db+" "+job] != want {
				t.Errorf("%s on %s was measured %d times, want with 1 and 8 connections", job, db, got[db+" "+job])
			}
		}
	}
}

// dropSchemas removes the schemas that a run makes beside that of the test.
func dropSchemas(t *testing.T, dsn string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, name := range []string{"small", "large"} {
		name = pgx.Identifier{u.Query().Get("search_path") + "_bench_" + name}.Sanitize()
		if _, err := db.ExecContext(context.Background(), "DROP SCHEMA IF EXISTS "+name+" CASCADE"); err != nil {
			t.Error(err)
		}
	}
}
