package main

import (
	"context"
	"os"

	labels "guanjia/bench/messages"
	"guanjia/handbook"
	"guanjia/internal/messages"
)

// benchCmd measures; it is no part of the tests.
type benchCmd struct {
	Messages benchMessagesCmd `cmd:"" help:"Measure the words of kinds against labelled messages of residents."`
}

type benchMessagesCmd struct {
	File string `arg:"" help:"The messages (CSV)." type:"existingfile"`
	JSON bool   `help:"One JSON object."`
}

// Run prints precision and recall of each kind, and the majority baseline.
func (c *benchMessagesCmd) Run(ctx context.Context) error {
	return messages.BenchCommand(ctx, os.Stdout, handbook.FS, labels.Labels, c.File, c.JSON)
}
