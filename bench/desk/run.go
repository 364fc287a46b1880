package desk

import (
	"context"
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
	"sync/atomic"
	"time"

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
	Folder   string        // on the disk to be measured; "": a temporary one
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
	Bytes       int64   `json:"bytes"`   // of an answer
	Queries     int     `json:"queries"` // statements of one request, its own transaction only
	Ratio       float64 `json:"ratio,omitempty"`
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
		if database == store.Postgres && opt.Postgres == "" {
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

// measure builds the house on one database and loads it, small and large.
func measure(ctx context.Context, report *Report, opt Options, database store.Dialect, folder string, ref *target) (err error) {
	cfg := config.Config{Data: filepath.Join(folder, "data-"+string(database)), KeyFile: filepath.Join(folder, string(database)+".key"), Listen: "127.0.0.1:0"}
	if database == store.Postgres {
		cfg.DSN = opt.Postgres
	}
	// Lines are formatted as in service and go nowhere: the disk is the data's.
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	progress := func(format string, args ...any) {
		_, _ = fmt.Fprintf(opt.Log, "%s: "+format+"\n", append([]any{database}, args...)...) // progress only
	}
	began := now()
	house, err := furnish(ctx, a, opt.Units)
	if err != nil {
		return err
	}
	defer house.stop()
	progress("%d units in %s", opt.Units, now().Sub(began).Round(time.Second))
	for _, size := range []int{min(opt.Small, opt.Cases), opt.Cases} {
		if house.cases >= size {
			continue
		}
		began = now()
		if err := house.addCases(ctx, size); err != nil {
			return err
		}
		if err := house.settle(ctx); err != nil {
			return err
		}
		progress("%d cases in %s", house.cases, now().Sub(began).Round(time.Second))
		if err := house.read(ctx, report, opt, string(database)); err != nil {
			return err
		}
	}
	a.Start(ctx) // the jobs of service run beside the intake
	for _, conns := range []int{1, 8} {
		if err := house.create(ctx, report, opt, string(database), ref, conns); err != nil {
			return err
		}
	}
	return nil
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

// read measures the pages that only read.
func (h *house) read(ctx context.Context, report *Report, opt Options, database string) error {
	get := func(path string) (string, string, string, []byte) { return http.MethodGet, path, "", nil }
	found := []func(n int64) string{
		func(n int64) string { return phoneOf(int(n) * 7 % h.units)[7:] },
		func(n int64) string { return nameOf(int(n) * 11 % h.units)[:6] },
		func(n int64) string { return fmt.Sprintf("%d-1-%d01", int(n)%max(1, h.units/200)+1, int(n)%25+1) },
		func(n int64) string { return h.numbers[int(n)%len(h.numbers)] },
		func(n int64) string { return []string{"漏水", "对讲没有声音", "楼道灯", "电梯"}[n%4] },
	}
	jobs := []struct {
		name string
		make ask
	}{
		{"list 50 with count", func(int64) (string, string, string, []byte) { return get(h.path("/cases?count=true")) }},
		{"list 50 open by due", func(int64) (string, string, string, []byte) { return get(h.path("/cases?status=open&order=due")) }},
		{"open", func(n int64) (string, string, string, []byte) {
			return get(h.path("/cases/" + h.numbers[int(n*7919)%len(h.numbers)]))
		}},
		{"search", func(n int64) (string, string, string, []byte) {
			return get(h.path("/search?q=" + url.QueryEscape(found[int(n)%len(found)](n))))
		}},
		{"page of the list", func(int64) (string, string, string, []byte) { return get("/p/" + projectCode + "/cases?view=all") }},
		{"page of a case", func(n int64) (string, string, string, []byte) {
			return get("/p/" + projectCode + "/cases/" + h.numbers[int(n*7919)%len(h.numbers)])
		}},
	}
	for _, job := range jobs {
		queries, err := h.queries(ctx, job.make)
		if err != nil {
			return err
		}
		for _, conns := range []int{1, 8} {
			var n atomic.Int64
			if _, err := h.load(ctx, conns, opt.Span/4, &n, job.make); err != nil { // warm
				return err
			}
			s, err := h.load(ctx, conns, opt.Span*time.Duration(opt.Rounds), &n, job.make)
			if err != nil {
				return err
			}
			r := s.result()
			r.Database, r.Job, r.Cases, r.Connections, r.Queries = database, job.name, h.cases, conns, queries
			report.Results = append(report.Results, r)
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
