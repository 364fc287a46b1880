package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// listed is a line of the list of packages in docs/architecture.md.
type listed struct {
	path   string
	number string // of its tables, "" for none
}

func architecture(t *testing.T) (list []listed, text string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "docs/architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^ (\d\d|  )   ([a-z0-9_/-]+) {2,}\S`).FindAllStringSubmatch(string(raw), -1) {
		list = append(list, listed{m[2], strings.TrimSpace(m[1])})
	}
	if len(list) < 50 {
		t.Fatalf("the list reads as %d packages", len(list))
	}
	return list, string(raw)
}

// packages is every package of the module with what it imports of the module,
// tests aside.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2) {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if d.IsDir() || filepath.Ext(p) != ".go" {
			return nil
		}
		dir, err := filepath.Rel(root, filepath.Dir(p))
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		found[dir] = append(found[dir], "")
		if strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if own, ok := strings.CutPrefix(name, "guanjia/"); ok && err == nil {
				found[dir] = append(found[dir], own)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestArchitectureIsTrue: the page names every package once, each below what
// it imports, with the number of its tables; paths it names elsewhere are there.
func TestArchitectureIsTrue(t *testing.T) {
	t.Parallel()
	list, text := architecture(t)
	there := packages(t)
	at := map[string]int{}
	for i, l := range list {
		if _, twice := at[l.path]; twice {
			t.Errorf("%s is named twice", l.path)
		}
		at[l.path] = i
		if there[l.path] == nil {
			t.Errorf("there is no package %s", l.path)
		}
		files, err := filepath.Glob(filepath.Join(root, l.path, "migrations", "*.sql"))
		if err != nil {
			t.Fatal(err)
		}
		if l.number == "" != (len(files) == 0) {
			t.Errorf("%s: number %q, %d migrations", l.path, l.number, len(files))
		}
		for _, f := range files {
			if l.number != "" && !strings.HasPrefix(filepath.Base(f), l.number) {
				t.Errorf("%s is said to have number %s", f, l.number)
			}
		}
	}
	for path, imports := range there {
		here, ok := at[path]
		if !ok {
			t.Errorf("%s is not named", path)
		}
		for _, used := range imports {
			if used != "" && at[used] >= here {
				t.Errorf("%s imports %s, which stands below it", path, used)
			}
		}
	}
	for _, m := range regexp.MustCompile("`((?:internal|client|bench|docs|handbook|cmd|e2e)[a-z/_]*(?:\\.go)?)/?`").FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
			t.Errorf("%s is not there", m[1])
		}
	}
	pages := regexp.MustCompile("`([a-z]+web)`").FindAllStringSubmatch(text, -1)
	for _, m := range pages {
		if !slices.ContainsFunc(list, func(l listed) bool { return strings.HasSuffix(l.path, "/"+m[1]) }) {
			t.Errorf("%s is not there", m[1])
		}
	}
}
