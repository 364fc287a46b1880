package coverage

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Mutation is the place of the program that a clause proved by a Go test stands
// on, and what spoils it: with Take replaced by Put in the file In, the clause's
// test must fail. They are kept in internal/coverage/mutations, a file a page.
type Mutation struct {
	In   string `yaml:"in"`   // a source file, from the root of the checkout
	Take string `yaml:"take"` // stands in it once
	Put  string `yaml:"put"`
}

// MutationFolder is where a checkout keeps its mutations.
const MutationFolder = "internal/coverage/mutations"

// Mutations reads those of a checkout by clause. Errors name the clause whose
// mutation does not fit the sources any more.
func Mutations(checkout fs.FS) (map[string]Mutation, error) {
	files, err := fs.Glob(checkout, path.Join(MutationFolder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	all := map[string]Mutation{}
	for _, file := range files {
		src, err := fs.ReadFile(checkout, file)
		if err != nil {
			return nil, err
		}
		var page map[string]Mutation
		if err := yaml.Load(src, &page, yaml.WithKnownFields()); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for clause, m := range page {
			if _, twice := all[clause]; twice {
				return nil, fmt.Errorf("%s: %s has a mutation already", file, clause)
			}
			if _, err := m.Spoil(checkout); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", file, clause, err)
			}
			all[clause] = m
		}
	}
	return all, nil
}

// Spoil is the source of m's file with its place spoiled.
func (m Mutation) Spoil(checkout fs.FS) (string, error) {
	if !fs.ValidPath(m.In) || !strings.HasSuffix(m.In, ".go") || strings.HasSuffix(m.In, "_test.go") {
		return "", fmt.Errorf("%q is no source of the program", m.In)
	}
	src, err := fs.ReadFile(checkout, m.In)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(src), m.Take); m.Take == "" || m.Take == m.Put || n != 1 {
		return "", fmt.Errorf("what it takes away stands %d times in %s; once is wanted, and something else in its place", n, m.In)
	}
	return strings.Replace(string(src), m.Take, m.Put, 1), nil
}
