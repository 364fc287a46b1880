package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"guanjia/internal/config"
)

type importMessagesCmd struct {
	config.Config `embed:""`
	File          string `arg:"" help:"The messages (CSV with a heading: id, user, subject, time, text)." type:"existingfile"`
	Project       string `required:"" help:"Code of the project they are for."`
	By            string `required:"" help:"Log-in of who answers for them first."`
}

// Run takes a file of residents' messages in as written requests with their
// own times; a message that is there already makes no second case.
func (c *importMessagesCmd) Run(ctx context.Context) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	a, err := open(ctx, c.Config, os.Stderr)
	if err != nil {
		return err
	}
	taken, err := a.ImportMessages(ctx, c.Project, c.By, filepath.Base(c.File), file)
	if err := errors.Join(err, a.Close()); err != nil {
		return err
	}
	fmt.Printf("%d 封来信已立案，%d 行没有读懂 · %d messages are cases, %d lines were not understood\n  /p/%s/letters/%d\n",
		taken.Letters, taken.Faults, taken.Letters, taken.Faults, c.Project, taken.ID)
	return nil
}
