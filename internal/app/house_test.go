package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// file is a Go source file of the project with what it imports.
type file struct {
	dir, name string
	imports   []string
}

func sources(t *testing.T) []file {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var list []file
	fset := token.NewFileSet()
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "testdata" || d.Name() == "data") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		x := file{dir: path.Dir(name), name: path.Base(name)}
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			x.imports = append(x.imports, p)
		}
		list = append(list, x)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// rooms are the domain packages: platform and pure packages may not know them.
var rooms = []string{"estate", "casefile", "desk", "importer", "work", "care", "resident", "integration", "letters"}

func isRoom(imported string) bool {
	name, ok := strings.CutPrefix(imported, "guanjia/internal/")
	if !ok {
		return false
	}
	name, _, _ = strings.Cut(name, "/")
	return slices.Contains(rooms, name)
}

func in(dir string, names ...string) bool {
	for _, n := range names {
		if dir == "internal/"+n || strings.HasPrefix(dir, "internal/"+n+"/") {
			return true
		}
	}
	return false
}

// TestImportsPointDownwards says what no package of a layer may import; which
// stands on which is TestArchitectureIsTrue.
func TestImportsPointDownwards(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		where := f.dir + "/" + f.name
		for _, i := range f.imports {
			third := strings.Contains(strings.Split(i, "/")[0], ".")
			switch {
			case in(f.dir, "text", "errs", "calendar", "phone"):
				if third || strings.HasPrefix(i, "guanjia/") && !in(strings.TrimPrefix(i, "guanjia/"), "text", "errs") {
					t.Errorf("%s imports %s: leaves stand on the standard library", where, i)
				}
			case in(f.dir, "procedure", "engine", "scenario"):
				if i == "database/sql" || i == "net/http" || i == "guanjia/internal/store" || i == "guanjia/internal/web" || isRoom(i) {
					t.Errorf("%s imports %s: rules are pure", where, i)
				}
			case in(f.dir, "store", "jobs", "auth", "audit", "vault", "files", "search", "notice", "backup", "module", "config", "web"):
				if isRoom(i) {
					t.Errorf("%s imports %s: the platform knows no room", where, i)
				}
			}
			if i == "guanjia/internal/app" && !strings.HasPrefix(f.dir, "cmd/") && !strings.HasPrefix(f.dir, "e2e") && !in(f.dir, "demo") && !strings.HasPrefix(f.dir, "bench") {
				t.Errorf("%s imports app: only the commands, the demo, the benches and the end-to-end tests build the house", where)
			}
			if i == "database/sql" && !in(f.dir, "store") && f.dir != "bench" && !strings.HasPrefix(f.dir, "bench/") {
				t.Errorf("%s imports database/sql: rooms use store.Tx", where)
			}
			if i == "net/http" && strings.HasPrefix(f.name, "store") && !in(f.dir, "store") {
				t.Errorf("%s imports net/http: storage knows no HTTP", where)
			}
		}
	}
}

// TestEveryPackageSaysWhatItOwns: a package comment tells a newcomer what is in
// the room and where to start.
func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	for _, f := range sources(t) {
		parsed, err := parser.ParseFile(fset, filepath.Join(root, f.dir, f.name), nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		said[f.dir] = said[f.dir] || parsed.Doc != nil && (strings.HasPrefix(parsed.Doc.Text(), "Package ") || strings.HasPrefix(parsed.Doc.Text(), "Command "))
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("%s has no package comment", dir)
		}
	}
}
