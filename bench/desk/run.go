package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"guanjia/internal/app"
	"guanjia/internal/config"
	"guanjia/internal/store"
)

// Options say how much is measured.
type Options struct {
	Cases    int           // in the large project
	Units    int           // in it
	Small    int           // cases of the first measurement, which the large one is compared with
	Span     time.Duration // of one round of one job
	Rounds   int           // interleaved with the reference
	Postgres string        // DSN of an empty database; "": SQLite alone
	Folder   string        // on the disk to be measured, kept and used again; "": a temporary one
	Only     string        // measure only jobs whose name begins so; "": all; "-": none, seed alone
	Skip     bool          // leave SQLite out
	JSON     bool
	Log      io.Writer // progress
}

// Result is one job as measured.
type Result struct {
	Database    string  `json:"database"` // sqlite, postgres, reference
	Job         string  `json:"job"`
	Cases       int     `json:"cases"`
	Connections int     `json:"connections"`
	N           int     `json:"n"`
	PerSecond   float64 `json:"per_second"`
	P50         float64 `json:"p50_ms"`
	P95         float64 `json:"p95_ms"`
	P99         float64 `json:"p99_ms"`
	Bytes       int64   `json:"bytes"`            // of an answer
	Queries     int     `json:"queries"`          // statements of one request, its own transaction only
	Ratio       float64 `json:"ratio,omitempty"`  // of create: to the reference of the same rounds
	Growth      float64 `json:"growth,omitempty"` // of reads: p99 to that of the small project
}

// Report is everything one run gave.
type Report struct {
	FsyncMS float64  `json:"fsync_ms"` // median of one page written and synced on the disk used
	CPUs    int      `json:"cpus"`
	Cases   int      `json:"cases"`
	Units   int      `json:"units"`
	Results []Result `json:"results"`
}

// Run measures and prints the report to out.
func Run(ctx context.Context, out io.Writer, opt Options) (err error) {
	folder := opt.Folder
	if folder == "" {
		if folder, err = os.MkdirTemp("", "guanjia-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	report := Report{Cases: opt.Cases, Units: opt.Units, CPUs: cpus()}
	if report.FsyncMS, err = fsync(folder); err != nil {
		return err
	}
	h, shut, err := reference(ctx, folder)
	if err != nil {
		return err
	}
	defer shut()
	ref, err := serve(h)
	if err != nil {
		return err
	}
	defer ref.stop()
	for _, database := range []store.Dialect{store.SQLite, store.Postgres} {
		if database == store.Postgres && opt.Postgres == "" || database == store.SQLite && opt.Skip {
			continue
		}
		if err := measure(ctx, &report, opt, database, folder, ref); err != nil {
			return fmt.Errorf("%s: %w", database, err)
		}
	}
	if opt.JSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", " ")
		return enc.Encode(report)
	}
	return report.print(out)
}

// measure opens a small and a large house on one database, brings them to
// their size and loads them in rounds that alternate.
func measure(ctx context.Context, report *Report, opt Options, database store.Dialect, folder string, ref *target) (err error) {
	progress := func(format string, args ...any) {
		_, _ = fmt.Fprintf(opt.Log, "%s: "+format+"\n", append([]any{database}, args...)...) // progress only
	}
	var houses []*house
	for i, size := range []int{min(opt.Small, opt.Cases), opt.Cases} {
		if i == 1 && size <= houses[0].cases { // one house is both
			break
		}
		name := []string{"small", "large"}[i]
		if size >= opt.Cases {
			name = "large"
		}
		cfg := config.Config{Data: filepath.Join(folder, string(database)+"-"+name), KeyFile: filepath.Join(folder, string(database)+"-"+name+".key"), Listen: "127.0.0.1:0"}
		if database == store.Postgres {
			if cfg.DSN, err = schema(ctx, opt.Postgres, name); err != nil {
				return err
			}
		}
		if i == 1 && database == store.SQLite {
			if err := houses[0].copyTo(cfg.Data, cfg.KeyFile); err != nil {
				return err
			}
		}
		// Lines are formatted as in service and go nowhere: the disk is the data's.
		a, err := app.Open(ctx, app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		h, err := furnish(ctx, a, opt.Units, size, progress)
		if err != nil {
			return err
		}
		defer h.stop()
		houses = append(houses, h)
	}
	if err := read(ctx, report, opt, string(database), houses); err != nil {
		return err
	}
	if !wanted(opt, "create") {
		return nil
	}
	large := houses[len(houses)-1]
	// What an earlier run took in has fallen due meanwhile: that is not intake.
	if _, err := large.Cases.Fire(ctx); err != nil {
		return err
	}
	if err := large.Cases.Fill(ctx); err != nil {
		return err
	}
	large.Start(ctx) // the jobs of service run beside the intake
	for _, conns := range []int{1, 8} {
		if err := large.create(ctx, report, opt, string(database), ref, conns); err != nil {
			return err
		}
	}
	return nil
}

// wanted reports whether a job is to be measured.
func wanted(opt Options, job string) bool { return strings.HasPrefix(job, opt.Only) }

// schema makes the schema of a house in the database of dsn, if it is not
// there, and returns the address whose tables live in it.
func schema(ctx context.Context, dsn, name string) (string, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }() // nothing is left open in it
	u, err := url.Parse(dsn)
	if err != nil {
		return "", err
	}
	q := u.Query()
	name = strings.TrimPrefix(q.Get("search_path")+"_bench_"+name, "_")
	if _, err := db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", err
	}
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// settle lets PostgreSQL know its tables, as autovacuum does in service.
func (h *house) settle(ctx context.Context) error {
	if h.DB.Dialect() != store.Postgres {
		return nil
	}
	return h.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "ANALYZE")
		return err
	})
}

func (h *house) path(rest string) string { return "/api/v1/projects/" + projectCode + rest }

// job is one kind of request that only reads.
type job struct {
	name string
	make ask
}

// jobs lists what is read in a house.
func (h *house) jobs() []job {
	get := func(path string) (string, string, string, []byte) { return http.MethodGet, path, "", nil }
	found := []func(n int64) string{
		func(n int64) string { return phoneOf(int(n) * 7 % h.units)[7:] },
		func(n int64) string { return nameOf(int(n) * 11 % h.units)[:6] },
		func(n int64) string { return fmt.Sprintf("%d-1-%d01", int(n)%max(1, h.units/200)+1, int(n)%25+1) },
		func(n int64) string { return h.numbers[int(n)%len(h.numbers)] },
		func(n int64) string { return []string{"漏水", "对讲没有声音", "楼道灯", "电梯"}[n/5%4] },
	}
	list := []job{
		{"list 50 with count", func(int64) (string, string, string, []byte) { return get(h.path("/cases?count=true")) }},
		{"list 50 open by due", func(int64) (string, string, string, []byte) { return get(h.path("/cases?status=open&order=due")) }},
		{"open", func(n int64) (string, string, string, []byte) {
			return get(h.path("/cases/" + h.numbers[int(n*7919)%len(h.numbers)]))
		}},
		{"search", func(n int64) (string, string, string, []byte) {
			return get(h.path("/search?q=" + url.QueryEscape(found[int(n)%len(found)](n))))
		}},
		{"page of the list", func(int64) (string, string, string, []byte) { return get("/p/" + projectCode + "/cases?view=all") }},
		{"page of today", func(int64) (string, string, string, []byte) { return get("/p/" + projectCode + "/today") }},
		{"page of a case", func(n int64) (string, string, string, []byte) {
			return get("/p/" + projectCode + "/cases/" + h.numbers[int(n*7919)%len(h.numbers)])
		}},
	}
	// What search is asked for, one by one: on demand, not part of the table.
	for i, name := range []string{"search/phone", "search/name", "search/room", "search/number", "search/words"} {
		list = append(list, job{name, func(n int64) (string, string, string, []byte) {
			return get(h.path("/search?q=" + url.QueryEscape(found[i](n))))
		}})
	}
	return list
}

// read measures what only reads, house by house in alternating rounds.
func read(ctx context.Context, report *Report, opt Options, database string, houses []*house) error {
	for i, job := range houses[0].jobs() {
		if !wanted(opt, job.name) || strings.Contains(job.name, "/") && opt.Only == "" {
			continue
		}
		for _, conns := range []int{1, 8} {
			results := make([]Result, len(houses))
			samples := make([]sample, len(houses))
			next := make([]atomic.Int64, len(houses))
			for k, h := range houses {
				make := h.jobs()[i].make
				queries, err := h.queries(ctx, make)
				if err != nil {
					return err
				}
				if _, err := h.load(ctx, conns, opt.Span/4, &next[k], make); err != nil { // warm
					return err
				}
				results[k].Queries = queries
			}
			for range opt.Rounds {
				for k, h := range houses {
					s, err := h.load(ctx, conns, opt.Span, &next[k], h.jobs()[i].make)
					if err != nil {
						return err
					}
					samples[k].add(s)
				}
			}
			for k, h := range houses {
				r := samples[k].result()
				r.Database, r.Job, r.Cases, r.Connections, r.Queries = database, job.name, h.cases, conns, results[k].Queries
				if k > 0 {
					r.Growth = r.P99 / report.Results[len(report.Results)-1].P99
				}
				report.Results = append(report.Results, r)
			}
		}
	}
	return nil
}

// queries counts the statements of one request.
func (h *house) queries(ctx context.Context, make ask) (int, error) {
	// The second one: the first also reads what is then kept in memory.
	if _, err := h.load(ctx, 1, time.Nanosecond, new(atomic.Int64), make); err != nil {
		return 0, err
	}
	ctx, counter := store.WithCounter(ctx)
	r, err := h.request(ctx, make, 1)
	if err != nil {
		return 0, err
	}
	r.RemoteAddr = "127.0.0.1:1"
	r.RequestURI = ""
	rec := httptest.NewRecorder()
	h.handler.ServeHTTP(rec, r)
	if rec.Code/100 != 2 {
		return 0, fmt.Errorf("%s: %d: %.500s", r.URL, rec.Code, rec.Body)
	}
	return counter.N(), nil
}

// create takes cases in, in rounds that alternate with the reference.
func (h *house) create(ctx context.Context, report *Report, opt Options, database string, ref *target, conns int) error {
	run := now().UnixNano()
	intake := func(n int64) (string, string, string, []byte) {
		unit := int(n*31) % h.units
		body, err := json.Marshal(map[string]any{
			"procedure": "repair", "channel": "phone", "unit": fmt.Sprint(firstUnit + unit), "customer": fmt.Sprint(firstPerson + unit), "caller": nameOf(unit),
			"phone": phoneOf(unit), "words": said[int(n)%len(said)], "fields": answers(int(n)),
		})
		if err != nil {
			panic(err) // texts and numbers always encode
		}
		return http.MethodPost, h.path("/cases"), fmt.Sprintf("bench-%d-%d", run, n), body
	}
	plain := func(n int64) (string, string, string, []byte) {
		unit := int(n*31) % h.units
		body, err := json.Marshal(matter{
			Number: fmt.Sprintf("WX-%d-%d", run, n), Kind: "repair", Channel: "phone", Words: said[int(n)%len(said)], Unit: int64(unit), Person: int64(unit),
			Caller: nameOf(unit), Phone: phoneOf(unit), Owner: 1, OpenedAt: now().UnixMicro(), DueAt: now().UnixMicro() + 1,
		})
		if err != nil {
			panic(err) // texts and numbers always encode
		}
		return http.MethodPost, "/", "", body
	}
	queries, err := h.queries(ctx, func(int64) (string, string, string, []byte) { return intake(0) })
	if err != nil {
		return err
	}
	var n, m atomic.Int64
	var ours, theirs sample
	for range opt.Rounds {
		s, err := ref.load(ctx, conns, opt.Span, &m, plain)
		if err != nil {
			return err
		}
		theirs.add(s)
		if s, err = h.load(ctx, conns, opt.Span, &n, intake); err != nil {
			return err
		}
		ours.add(s)
		if err := h.Cases.Fill(ctx); err != nil { // what is left to index is not the reference's to bear
			return err
		}
	}
	r, base := ours.result(), theirs.result()
	r.Database, r.Job, r.Cases, r.Connections, r.Queries = database, "create", h.cases, conns, queries
	r.Ratio = r.PerSecond / base.PerSecond
	base.Database, base.Job, base.Connections, base.Queries = "reference", "create", conns, 1
	report.Results = append(report.Results, base, r)
	return nil
}
