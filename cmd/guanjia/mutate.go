package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"guanjia/internal/coverage"
)

// mutants runs the tests of clauses with the program spoiled, in the checkout
// the command is called in; nothing in it is touched (go test -overlay).
func mutants(ctx context.Context) (coverage.Spoil, error) {
	root, err := output(exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}"))
	if err != nil {
		return nil, fmt.Errorf("--tests needs Go and the sources of guanjia: call it in the checkout: %w", err)
	}
	checkout := strings.TrimSpace(string(root))
	all, err := coverage.Mutations(os.DirFS(checkout))
	if err != nil {
		return nil, err
	}
	folders, err := packages(ctx)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, clause, name string) (string, error) {
		m, ok := all[clause]
		if !ok {
			return "nothing says what of the program it stands on: " + coverage.MutationFolder, nil
		}
		pkg, test, _ := strings.Cut(name, ".")
		fmt.Fprintf(os.Stderr, "%s: %s without its place in %s\n", clause, name, m.In)
		return spoiled(ctx, checkout, m, folders[pkg], test)
	}, nil
}

// spoiled runs one test with m in the program and says why the test cannot be
// said to notice; "" when it does.
func spoiled(ctx context.Context, checkout string, m coverage.Mutation, folders []string, test string) (string, error) {
	src, err := m.Spoil(os.DirFS(checkout))
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "guanjia-mutant-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a source file; left over it does no harm
	file, overlay := filepath.Join(dir, "spoiled.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
		return "", err
	}
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(checkout, filepath.FromSlash(m.In)): file}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json", "-count=1", "-overlay", overlay, "-run", "^" + test + "$"}, folders...)...)
	cmd.Dir = checkout
	out, err := cmd.Output()
	if failed := new(exec.ExitError); err != nil && !errors.As(err, &failed) {
		return "", fmt.Errorf("running %s: %w", test, err)
	}
	return unnoticed(out, test), nil
}

// unnoticed reads what go test -json says of a spoiled program. A program that
// does not build, and a test that is not there, notice nothing.
func unnoticed(out []byte, test string) string {
	failed, passed := false, false
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var e struct{ Action, Test string }
		if dec.Decode(&e) != nil {
			return "what go test says cannot be read"
		}
		switch {
		case e.Action == "build-fail":
			return "with its place of the program spoiled it does not build"
		case e.Test == test && e.Action == "fail":
			failed = true
		case e.Test == test && e.Action == "pass":
			passed = true
		}
	}
	switch {
	case failed:
		return ""
	case passed:
		return "its test passes with its place of the program spoiled"
	default:
		return "its test did not run"
	}
}
