package desk

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

func cpus() int { return runtime.NumCPU() }

// fsync is the median time in ms to write one page and sync it in folder.
func fsync(folder string) (ms float64, err error) {
	f, err := os.Create(filepath.Join(folder, "fsync"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }() // it has served
	page := make([]byte, 4096)
	took := make([]time.Duration, 0, 200)
	for range cap(took) {
		began := now()
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, now().Sub(began))
	}
	slices.Sort(took)
	return quantile(took, 0.5), nil
}

// print writes the report for people; what misses its aim says so.
func (r Report) print(out io.Writer) error {
	if _, err := fmt.Fprintf(out, "%d cpus · fsync %.2f ms · %d cases · %d units\n\n", r.CPUs, r.FsyncMS, r.Cases, r.Units); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(w, "database\tjob\tcases\tconns\tper s\tp50 ms\tp95\tp99\tstatements\tbytes\tratio\tp99 growth\t"); err != nil {
		return err
	}
	for _, x := range r.Results {
		ratio, growth := "", ""
		if x.Growth != 0 {
			growth = fmt.Sprintf("%.2f", x.Growth)
		}
		if x.Ratio != 0 {
			ratio = fmt.Sprintf("%.2f", x.Ratio)
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.0f\t%.2f\t%.2f\t%.2f\t%d\t%d\t%s\t%s\t%s\n", x.Database, x.Job, x.Cases, x.Connections, x.PerSecond,
			x.P50, x.P95, x.P99, x.Queries, x.Bytes, ratio, growth, strings.Join(r.missed(x), "; ")); err != nil {
			return err
		}
	}
	return w.Flush()
}

// missed lists the aims that a result does not reach.
func (r Report) missed(x Result) []string {
	if x.Connections != 8 || x.Database == "reference" {
		return nil
	}
	var list []string
	aim := func(ok bool, words string) {
		if !ok {
			list = append(list, "missed: "+words)
		}
	}
	switch {
	case x.Job == "create":
		aim(x.Ratio >= 0.5, "half of the reference")
		return list
	case strings.HasPrefix(x.Job, "list"):
		aim(x.PerSecond >= 500, "500/s")
	case x.Job == "open":
		aim(x.PerSecond >= 2000, "2,000/s")
	}
	aim(x.P99 <= 50, "p99 of 50 ms")
	aim(x.Growth <= 2, "twice the p99 of the small project")
	return list
}
