package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// goTests runs tests named "package.TestName" with the Go of this machine, in
// the checkout the command is called in. Passed are those that Go says passed;
// a failing test is no error of the command.
func goTests(ctx context.Context, names []string) (map[string]bool, error) {
	folders, err := packages(ctx)
	if err != nil {
		return nil, err
	}
	wanted := map[string][]string{} // import path → tests
	for _, name := range names {
		pkg, test, _ := strings.Cut(name, ".")
		for _, folder := range folders[pkg] {
			wanted[folder] = append(wanted[folder], test)
		}
	}
	passed := map[string]bool{}
	for _, pkg := range slices.Sorted(maps.Keys(wanted)) {
		slices.Sort(wanted[pkg])
		fmt.Fprintf(os.Stderr, "go test %s\n", pkg)
		out, err := output(exec.CommandContext(ctx, "go", "test", "-json", "-run", "^("+strings.Join(slices.Compact(wanted[pkg]), "|")+")$", pkg))
		var failed *exec.ExitError
		if err != nil && !errors.As(err, &failed) {
			return nil, fmt.Errorf("running the tests of %s: %w", pkg, err)
		}
		if err := verdicts(bytes.NewReader(out), passed); err != nil {
			return nil, fmt.Errorf("reading the tests of %s: %w", pkg, err)
		}
	}
	return passed, nil
}

// packages are the import paths of the checkout by their last word.
func packages(ctx context.Context) (map[string][]string, error) {
	out, err := output(exec.CommandContext(ctx, "go", "list", "-f", "{{.Module.Path}} {{.ImportPath}}", "./..."))
	if err != nil {
		return nil, fmt.Errorf("--tests needs Go and the sources of guanjia: call it in the checkout: %w", err)
	}
	found := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		module, pkg, _ := strings.Cut(strings.TrimSpace(line), " ")
		if module == "guanjia" {
			found[path.Base(pkg)] = append(found[path.Base(pkg)], pkg)
		}
	}
	if len(found) == 0 {
		return nil, errors.New("--tests needs the sources of guanjia: call it in the checkout")
	}
	return found, nil
}

func output(cmd *exec.Cmd) ([]byte, error) {
	cmd.Stderr = os.Stderr
	return cmd.Output()
}

// verdicts reads what go test -json says of whole tests, not of their parts. A
// test that one package passes and another of the same last word fails is not
// passed.
func verdicts(r io.Reader, passed map[string]bool) error {
	for dec := json.NewDecoder(r); ; {
		var e struct{ Action, Package, Test string }
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		name := path.Base(e.Package) + "." + e.Test
		switch e.Action {
		case "pass":
			if _, said := passed[name]; !said {
				passed[name] = true
			}
		case "fail", "skip":
			passed[name] = false
		}
	}
}
