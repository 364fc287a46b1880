package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"guanjia/handbook"
	"guanjia/internal/module"
	"guanjia/internal/procedure"
)

// Rooms say which figures their code reads, so that the checker can name those
// that nothing reads. Nobody has to remember to: every figure named in the code
// of a room is among those it says, and what it says is named in its code.
func TestRoomsSayWhichFiguresTheyRead(t *testing.T) {
	t.Parallel()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	said := map[string][]string{}
	if err := withThrowAway(t.Context(), func(a *App) error {
		for _, m := range a.Mods {
			said[m.Name] = m.Figures
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	read := readFigures(t, "..", book)
	if len(read) < 3 {
		t.Fatalf("the code of %d rooms names figures", len(read))
	}
	for room, named := range read {
		for path, at := range named {
			if !slices.ContainsFunc(said[room], func(s string) bool { return s == path || isPart(path, s) }) {
				t.Errorf("%s: the code of %s reads the figure %q, and its Module does not say so", at, room, path)
			}
		}
	}
	for room, list := range said {
		for _, s := range list {
			named := false
			for path := range read[room] {
				named = named || path == s || isPart(path, s)
			}
			if !named {
				t.Errorf("%s says that it reads the figure %q, and its code does not name it", room, s)
			}
			if !slices.ContainsFunc(book.ProfileNames(), func(p string) bool { return book.Profiles[p].Has(strings.TrimSuffix(s, ".*"), nil) }) {
				t.Errorf("%s reads the figure %q, which no profile has", room, s)
			}
		}
	}
}

// isPart: path is the beginning that code completes ("powers."), and said is of it.
func isPart(path, said string) bool {
	return strings.HasSuffix(path, ".") && strings.HasPrefix(said, path)
}

// A room whose code names a figure that it does not say is found.
func TestForgottenFigureIsFound(t *testing.T) {
	t.Parallel()
	book, _ := procedure.Load(handbook.FS)
	for src, want := range map[string]string{
		`package x; func f(g G) { g.Limit("desk.draft_kept", nil) }`:                              "desk.draft_kept",
		`package x; const path = "targets.satisfaction"`:                                          "targets.satisfaction",
		`package x; func f(g G, who string) { g.Words("powers."+who, nil) }`:                      "powers.",
		`package x; func f(g G) { g.Choices("departments", nil) }`:                                "departments",
		`package x; func f() M { return M{Figures: []string{"desk.draft_kept"}} }`:                "",
		`package x; func f() { permission("casefile.case.view") }`:                                "",
		`package x; func f(g G) { g.Limit("repair.arrive.{fault}.{grade}", nil) }`:                "repair.arrive.{fault}.{grade}",
		`package x; func Figures() []string { return []string{"desk.draft_kept", "desk.hours"} }`: "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		namedFigures(file, book, func(path string, _ token.Pos) { got = path })
		if got != want {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}

// The warning reaches whoever checks the handbook, and the shipped one gives none.
func TestUnreadFiguresAreNamed(t *testing.T) {
	t.Parallel()
	env := procedure.Env{}
	if err := withThrowAway(t.Context(), func(a *App) error { env = envOf(a.Mods); return nil }); err != nil {
		t.Fatal(err)
	}
	book, _ := procedure.Load(handbook.FS)
	for _, p := range procedure.CheckHandbook(book, env) {
		t.Errorf("the shipped handbook: %s", p)
	}
	env.Figures = envOf([]module.Module{{Name: "none", Figures: []string{"trades"}}}).Figures
	if !slices.ContainsFunc(procedure.CheckHandbook(book, env), func(p procedure.Problem) bool {
		return p.Warning && p.Code == "figure.unused" && strings.Contains(p.What.EN, `"desk.draft_kept"`) && p.Pos.Line > 1
	}) {
		t.Error("nobody misses a reader of desk.draft_kept")
	}
}

// readFigures are the figures that code names, by room and path, with a place.
func readFigures(t *testing.T, root string, book *procedure.Handbook) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		room, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		switch room {
		case "engine": // the room of cases brings it
			room = "casefile"
		case "procedure": // the language itself
			return nil
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			return err
		}
		namedFigures(parsed, book, func(path string, pos token.Pos) {
			if out[room] == nil {
				out[room] = map[string]string{}
			}
			out[room][path] = set.Position(pos).String()
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lookups are the ways to read a figure.
var lookups = []string{"Choices", "Has", "Keys", "Levels", "Limit", "Lookup", "Money", "Number", "Share", "Text", "Word", "Words", "YesNo"}

// namedFigures calls fn with every figure a file names outside what it says it
// reads: a literal that is a path of some profile, the beginning of one that
// code completes, or one word given to a look-up.
func namedFigures(file *ast.File, book *procedure.Handbook, fn func(path string, pos token.Pos)) {
	there := func(path string) bool {
		return slices.ContainsFunc(book.ProfileNames(), func(p string) bool { return book.Profiles[p].Has(strings.TrimSuffix(path, "."), nil) })
	}
	literal := func(e ast.Expr) (string, bool) {
		l, ok := e.(*ast.BasicLit)
		if !ok || l.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(l.Value)
		return s, err == nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.KeyValueExpr: // Module{Figures: …}
			if key, ok := x.Key.(*ast.Ident); ok && key.Name == "Figures" {
				return false
			}
		case *ast.FuncDecl:
			return x.Name.Name != "Figures" || x.Recv != nil
		case *ast.CallExpr:
			if sel, ok := x.Fun.(*ast.SelectorExpr); ok && len(x.Args) == 2 && slices.Contains(lookups, sel.Sel.Name) {
				if s, ok := literal(x.Args[0]); ok && !strings.Contains(s, ".") && there(s) {
					fn(s, x.Pos())
				}
			}
		case *ast.BasicLit:
			if s, ok := literal(x); ok && strings.Contains(s, ".") && there(s) {
				fn(s, x.Pos())
			}
		}
		return true
	})
}
