// Command guanjia is the one binary: demo, serve, handbook, import, backup,
// restore, verify, bench. It reads flags, environment and file, calls app, and prints
// for people. It holds no rules. Start at cli.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// cli is the commands and their flags.
type cli struct {
	Config kong.ConfigFlag `help:"Settings file (YAML); see guanjia serve --help for the names." type:"path" env:"GUANJIA_CONFIG"`

	Demo     demoCmd           `cmd:"" help:"Make and serve a demo project; prints address and log-ins."`
	Serve    serveCmd          `cmd:"" help:"Serve an installation."`
	Handbook handbookCmd       `cmd:"" help:"Check, prove and compare handbooks."`
	Import   importCmd         `cmd:"" help:"Check or import an opening workbook."`
	Messages importMessagesCmd `cmd:"" name:"import-messages" help:"Take a file of residents' messages in as written requests."`
	Backup   backupCmd         `cmd:"" help:"Write everything into one archive, while others work."`
	Restore  restoreCmd        `cmd:"" help:"Bring an archive back into an empty installation."`
	Verify   verifyCmd         `cmd:"" help:"Recompute cases from their logs and check the audit chain."`
	Bench    benchCmd          `cmd:"" help:"Measure the desk, or the words of messages."`
	Version  versionCmd        `cmd:"" help:"Print the version."`
}

// exitCode carries a status through kong's error path.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit %d", int(c)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	parser := kong.Must(&c, kong.Name("guanjia"), kong.Description("管家 · Guanjia: software for property service centres."),
		kong.UsageOnError(), kong.Configuration(yamlSettings), kong.BindTo(ctx, (*context.Context)(nil)))
	k, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	if err := k.Run(); err != nil {
		var code exitCode
		if errors.As(err, &code) {
			os.Exit(int(code))
		}
		fmt.Fprintln(os.Stderr, say(err))
		os.Exit(1)
	}
}

// say is an error for the person at the terminal: in both languages, with the
// faulty settings, and the cause for whoever helps.
func say(err error) string {
	e := errs.As(err)
	if e == nil {
		return "guanjia: " + err.Error()
	}
	out := "guanjia: " + e.Message.In(text.ZH) + "\n         " + e.Message.In(text.EN)
	for _, f := range e.Fields {
		out += fmt.Sprintf("\n  --%s: %s %s", f.Path, f.Message.In(text.ZH), f.Message.In(text.EN))
	}
	if cause := errors.Unwrap(e); cause != nil {
		out += "\n  (" + cause.Error() + ")"
	}
	return out
}
