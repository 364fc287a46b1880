package main

import (
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"

	"guanjia/internal/errs"
)

// yamlSettings lets kong take flags from a YAML file whose keys are the flags'
// names. An unknown key is refused: a typing slip must not pass silently.
func yamlSettings(r io.Reader) (kong.Resolver, error) {
	values := map[string]any{}
	if err := yaml.NewDecoder(r).Decode(&values); err != nil && err != io.EOF { //nolint:errorlint // io.EOF is never wrapped here
		return nil, errs.New(errs.Invalid, "config.file", "设置文件不是能读的 YAML。", "The settings file is not readable YAML.").Wrap(err)
	}
	return settings{values}, nil
}

type settings struct{ values map[string]any }

// Validate refuses keys that no command has.
func (s settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	_ = kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if f, ok := node.(*kong.Flag); ok {
			known[f.Name] = true
		}
		return next(nil)
	})
	for key := range s.values {
		if !known[key] {
			return errs.Newf(errs.Invalid, "config.key", "设置文件里的“%s”没有这个设置。", "The settings file has %q, which is no setting.", key)
		}
	}
	return nil
}

// Resolve finds the value of a flag.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	v, ok := s.values[flag.Name]
	if !ok {
		return nil, nil //nolint:nilnil // kong's word for "not set here"
	}
	if list, ok := v.([]any); ok {
		parts := make([]string, 0, len(list))
		for _, x := range list {
			if str, ok := x.(string); ok {
				parts = append(parts, str)
			}
		}
		return strings.Join(parts, ","), nil
	}
	return v, nil
}

func logger(level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l}))
}

type versionCmd struct{}

// Run prints what this binary was built from.
func (versionCmd) Run() error {
	version := "development"
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			version = v
		}
		version += " " + info.GoVersion
	}
	_, err := os.Stdout.WriteString("guanjia " + version + "\n")
	return err
}
