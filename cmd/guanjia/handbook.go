package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"guanjia/internal/app"
	"guanjia/internal/coverage"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

type handbookCmd struct {
	Check    checkCmd    `cmd:"" help:"Check every procedure, profile, role and rule."`
	Coverage coverageCmd `cmd:"" help:"Play the stories and say which rules are proved, carried or open."`
	Diff     diffCmd     `cmd:"" help:"Say in words how another handbook differs from this one."`
}

type checkCmd struct {
	Folder string `arg:"" optional:"" help:"Handbook folder; the one inside the binary when left out." type:"existingdir"`
}

// Run prints every finding; status 1 when one is a refusal.
func (c *checkCmd) Run(ctx context.Context) error {
	h, problems := procedure.Load(app.Source(c.Folder))
	there, err := app.TakeInventory(ctx)
	if err != nil {
		return err
	}
	problems = append(problems, procedure.CheckHandbook(h, there.Env)...)
	for _, p := range problems {
		fmt.Println(p.String())
	}
	if procedure.Refused(problems) {
		return exitCode(1)
	}
	fmt.Printf("%d procedures, %d profiles, %d roles: nothing is refused\n", len(h.Procedures), len(h.Profiles), len(h.Roles))
	return nil
}

type coverageCmd struct {
	Folder string `arg:"" optional:"" help:"Handbook folder; the one inside the binary when left out." type:"existingdir"`
	JSON   bool   `help:"One JSON object a rule."`
	Mutate bool   `help:"Take each lever away and see that its stories notice; with --tests spoil the program and see that the tests notice."`
	Tests  bool   `help:"Run the Go tests that rules name, too; in a checkout with Go."`
}

// Run plays the stories; status 1 when one fails.
func (c *coverageCmd) Run(ctx context.Context) error {
	source := app.Source(c.Folder)
	there, err := app.TakeInventory(ctx)
	if err != nil {
		return err
	}
	opt := coverage.Options{Mutate: c.Mutate, Things: there.Things, House: app.Stories(ctx)}
	if c.Tests {
		opt.Tests = goTests
	}
	if c.Tests && c.Mutate {
		if opt.Spoil, err = mutants(ctx); err != nil {
			return err
		}
	}
	r, err := coverage.Handbook(ctx, source, opt)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := r.WriteJSON(os.Stdout); err != nil {
			return err
		}
	} else if err := r.WriteText(os.Stdout, text.EN); err != nil {
		return err
	}
	if !r.Passed() {
		return exitCode(1)
	}
	return nil
}

type diffCmd struct {
	Other string `arg:"" help:"The other handbook's folder." type:"existingdir"`
	From  string `help:"Compare with this folder instead of the handbook inside the binary." type:"existingdir"`
	Lang  string `help:"zh or en." default:"en" enum:"zh,en"`
}

// Run prints the differences in words.
func (c *diffCmd) Run() error {
	before, err := loadHandbook(app.Source(c.From))
	if err != nil {
		return err
	}
	after, err := loadHandbook(os.DirFS(c.Other))
	if err != nil {
		return err
	}
	changes := procedure.DiffHandbook(before, after)
	for _, change := range changes {
		fmt.Println(change.Words.In(text.Parse(c.Lang)))
	}
	if len(changes) == 0 {
		fmt.Println("no difference")
	}
	return nil
}

func loadHandbook(source fs.FS) (*procedure.Handbook, error) {
	h, problems := procedure.Load(source)
	if procedure.Refused(problems) {
		for _, p := range problems {
			fmt.Fprintln(os.Stderr, p.String())
		}
		return nil, exitCode(1)
	}
	return h, nil
}
