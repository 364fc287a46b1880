package coverage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// Options of a run over a whole handbook.
type Options struct {
	Mutate bool
	Things procedure.Things // routes, tables, actions, tests there are; procedures and profiles are filled in
	House  NewStage         // nil: stories that need pages or rooms are not played
	Tests  RunTests         // nil: tests are not run
	Spoil  Spoil            // nil: tests are not asked about a spoiled program
}

// Handbook runs coverage over a handbook folder: its rules, its stories, its
// procedures. A handbook that is refused is an error naming every refusal.
func Handbook(ctx context.Context, fsys fs.FS, opt Options) (*Report, error) {
	book, problems := procedure.Load(fsys)
	pages, more, err := procedure.LoadPages(fsys, "rules")
	if err != nil {
		return nil, fmt.Errorf("coverage: %w", err)
	}
	if all := slices.Concat(problems, more); procedure.Refused(all) {
		bad := make([]error, len(all))
		for i, p := range all {
			bad[i] = errors.New(p.String())
		}
		return nil, fmt.Errorf("the handbook is refused: %w", errors.Join(bad...))
	}
	stories, err := scenario.Load(fsys, "scenarios")
	if err != nil {
		return nil, fmt.Errorf("coverage: %w", err)
	}
	cal, err := calendar.Load(fsys, "calendars/cn.json")
	if err != nil {
		return nil, fmt.Errorf("coverage: %w", err)
	}
	opt.Things.Procedures, opt.Things.Profiles = book.Procedures, book.Profiles
	return Run(ctx, Config{
		Book: book, Pages: pages, Stories: stories, Things: opt.Things, Mutate: opt.Mutate, Workers: runtime.GOMAXPROCS(0),
		NewStage: func(book *procedure.Handbook, profile string) (Stage, error) { return NewMemory(book, profile, cal) },
		NewHouse: opt.House, Tests: opt.Tests, Spoil: opt.Spoil,
	})
}
