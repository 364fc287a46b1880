package main

import (
	"context"
	"errors"
	"os"
	"runtime/pprof"
	"time"

	"guanjia/bench/desk"
	labels "guanjia/bench/messages"
	"guanjia/handbook"
	"guanjia/internal/messages"
	"guanjia/internal/procedure"
)

// benchCmd measures; it is no part of the tests.
type benchCmd struct {
	Desk     benchDeskCmd     `cmd:"" help:"Measure taking in, listing, opening and finding cases beside a plain reference."`
	Messages benchMessagesCmd `cmd:"" help:"Measure the words of kinds against labelled messages of residents."`
}

type benchMessagesCmd struct {
	File string `arg:"" help:"The messages (CSV)." type:"existingfile"`
	JSON bool   `help:"One JSON object."`
}

// Run prints precision and recall of each kind, and the majority baseline.
func (c *benchMessagesCmd) Run(ctx context.Context) error {
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		return errors.New("the handbook in this program cannot be used")
	}
	least, err := book.Profiles["residential"].Number("analysis.people", nil)
	if err != nil {
		return err
	}
	return messages.BenchCommand(ctx, os.Stdout, handbook.FS, labels.Labels, c.File, int(least), c.JSON)
}

type benchDeskCmd struct {
	Cases    int           `help:"Cases in the project." default:"50000"`
	Units    int           `help:"Units in it." default:"10000"`
	Small    int           `help:"Cases of the measurement that the large one is compared with." default:"10000"`
	Span     time.Duration `help:"Length of one round of one job." default:"2s"`
	Rounds   int           `help:"Rounds, alternating with the reference." default:"3"`
	Postgres string        `help:"DSN of a PostgreSQL database of its own to measure beside SQLite; what is seeded there is kept." env:"GUANJIA_BENCH_POSTGRES"`
	NoSqlite bool          `help:"Leave SQLite out."`
	Folder   string        `help:"Folder on the disk to measure, kept and used again by the next run; a temporary one when empty." name:"dir" aliases:"folder" type:"path"`
	Only     string        `help:"Measure only the jobs whose name begins so; - only seeds."`
	Profile  string        `help:"Write a CPU profile here." type:"path"`
	JSON     bool          `help:"One JSON object."`
}

// Run measures the desk; progress goes to the standard error.
func (c *benchDeskCmd) Run(ctx context.Context) error {
	if c.Profile != "" {
		f, err := os.Create(c.Profile)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // the profile is complete when it stops
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	return desk.Run(ctx, os.Stdout, desk.Options{
		Cases: c.Cases, Units: c.Units, Small: c.Small, Span: c.Span, Rounds: c.Rounds, Postgres: c.Postgres, Folder: c.Folder, Only: c.Only, Skip: c.NoSqlite, JSON: c.JSON, Log: os.Stderr,
	})
}
