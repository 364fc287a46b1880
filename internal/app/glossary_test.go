package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v4"

	"guanjia/handbook"
	"guanjia/internal/app"
)

// root is the folder of the module.
const root = "../.."

// term is a row of the glossary.
type term struct {
	zh, en, yaml, golang, sql, url string
}

// glossary reads docs/glossary.md: its rows, and the words it bans.
func glossary(t *testing.T) (rows []term, banned []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "docs/glossary.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if list, ok := strings.CutPrefix(line, "Nowhere: "); ok {
			for w := range strings.SplitSeq(strings.TrimSuffix(list, "."), ", ") {
				banned = append(banned, strings.ToLower(w))
			}
		}
		c := strings.Split(line, "|")
		if len(c) != 9 || strings.HasPrefix(c[1], "---") || strings.Contains(c[2], "English") {
			continue
		}
		for i := range c {
			c[i] = strings.TrimSpace(c[i])
		}
		rows = append(rows, term{zh: c[1], en: c[2], yaml: c[3], golang: c[4], sql: c[5], url: c[6]})
	}
	if len(rows) < 50 || len(banned) < 5 {
		t.Fatalf("the glossary reads as %d rows, %d words that are not used", len(rows), len(banned))
	}
	return rows, banned
}

var coded = regexp.MustCompile("`([^`]+)`")

// codes are the names of a cell that stand in code.
func codes(cell string) []string {
	var list []string
	for _, m := range coded.FindAllStringSubmatch(cell, -1) {
		list = append(list, m[1])
	}
	return list
}

// lower splits a name or wording into its words: "SavedView", "follow-ups" and
// "saved_view" are two each; a plural counts as one of the thing.
func lower(s string) []string {
	var b strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	list := strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLower(r) || r > unicode.MaxASCII })
	for i, w := range list {
		list[i] = singular(w)
	}
	return list
}

func singular(w string) string {
	switch {
	case w == "people":
		return "person"
	case strings.HasSuffix(w, "ies"):
		return strings.TrimSuffix(w, "ies") + "y"
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && len(w) > 3:
		return strings.TrimSuffix(w, "s")
	}
	return w
}

// schema is the tables of all rooms with their columns, from the migrations.
func schema(t *testing.T, a *app.App) map[string][]string {
	t.Helper()
	tables := map[string][]string{}
	table := regexp.MustCompile(`(?s)CREATE TABLE ([a-z_]+) \((.*?)\n\)`)
	column := regexp.MustCompile(`(?m)^\s*([a-z_0-9]+)\s+(?:TEXT|INTEGER|BLOB)`)
	added := regexp.MustCompile(`ALTER TABLE ([a-z_]+) ADD COLUMN ([a-z_0-9]+)`)
	for _, m := range a.Migrations() {
		err := fs.WalkDir(m.FS, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := fs.ReadFile(m.FS, p)
			for _, c := range table.FindAllStringSubmatch(string(raw), -1) {
				tables[c[1]] = append(tables[c[1]], "")
				for _, x := range column.FindAllStringSubmatch(c[2], -1) {
					tables[c[1]] = append(tables[c[1]], x[1])
				}
			}
			for _, c := range added.FindAllStringSubmatch(string(raw), -1) {
				tables[c[1]] = append(tables[c[1]], c[2])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(tables) < 50 {
		t.Fatalf("only %d tables", len(tables))
	}
	return tables
}

// vocabulary is every word of the handbook's YAML, and which of them are words
// of the language of procedures rather than names.
func vocabulary(t *testing.T) (all, language map[string]bool) {
	t.Helper()
	all, language = map[string]bool{"handbook/": true}, map[string]bool{}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode {
			all[n.Value] = true
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	err := fs.WalkDir(handbook.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if d.IsDir() {
			all[path.Base(p)+"/"] = true
		}
		if err != nil || path.Ext(p) != ".yaml" {
			return err
		}
		raw, err := fs.ReadFile(handbook.FS, p)
		if err != nil {
			return err
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(raw, &doc); err != nil {
			return err
		}
		walk(&doc)
		if !strings.HasPrefix(p, "procedures/") {
			return nil
		}
		for key, part := range members(doc.Content[0]) {
			language[key] = true
			for inner, piece := range members(part) {
				all[key+"."+inner] = true
				if slices.Contains([]string{"fields", "papers", "clocks", "steps"}, key) {
					for word := range members(piece) {
						language[word] = true
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, language
}

func members(n *yaml.Node) map[string]*yaml.Node {
	m := map[string]*yaml.Node{}
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = n.Content[i+1]
		}
	}
	return m
}

// sourcesOf reads the module's own Go and templ files: the declared names
// ("casefile", "casefile.Case", "Case.Number") and the text of all.
func sourcesOf(t *testing.T) (names map[string]bool, text string) {
	t.Helper()
	names = map[string]bool{}
	var all strings.Builder
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(p, "_test.go") || strings.HasSuffix(p, "_templ.go") {
			return err
		}
		if ext := filepath.Ext(p); ext != ".go" && ext != ".templ" {
			return nil
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		all.Write(raw)
		if filepath.Ext(p) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, raw, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		names[f.Name.Name] = true
		for _, d := range f.Decls {
			declared(f.Name.Name, d, names)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, all.String()
}

func declared(pkg string, d ast.Decl, names map[string]bool) {
	gen, ok := d.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, s := range gen.Specs {
		switch s := s.(type) {
		case *ast.ValueSpec:
			for _, n := range s.Names {
				names[pkg+"."+n.Name] = true
			}
		case *ast.TypeSpec:
			names[pkg+"."+s.Name.Name] = true
			if st, ok := s.Type.(*ast.StructType); ok {
				for _, f := range st.Fields.List {
					for _, n := range f.Names {
						names[s.Name.Name+"."+n.Name] = true
					}
				}
			}
		}
	}
}

// TestGlossaryHolds: what the glossary says a thing is called in YAML, Go, SQL,
// addresses and on the screen, it is called there.
func TestGlossaryHolds(t *testing.T) {
	t.Parallel()
	a := house(t, "")
	rows, _ := glossary(t)
	tables, routes := schema(t, a), patterns(a)
	words, _ := vocabulary(t)
	names, text := sourcesOf(t)
	var columns []string
	for table, list := range tables {
		for _, c := range list {
			columns = append(columns, strings.TrimSuffix(table+"."+c, "."), c)
		}
	}
	for _, row := range rows {
		for _, zh := range strings.FieldsFunc(row.zh, func(r rune) bool { return r == '、' || r == '/' }) {
			if !strings.Contains(text, zh) {
				t.Errorf("%s: no screen says it", zh)
			}
		}
		for _, w := range codes(row.yaml) {
			if !words[w] {
				t.Errorf("%s: the handbook's YAML has no %s", row.zh, w)
			}
		}
		for _, w := range codes(row.golang) {
			if !names[w] && !words[w] {
				t.Errorf("%s: there is no %s in Go", row.zh, w)
			}
		}
		for _, w := range codes(row.sql) {
			if !slices.Contains(columns, w) {
				t.Errorf("%s: there is no table or column %s", row.zh, w)
			}
		}
		for _, w := range codes(row.url) {
			if !slices.ContainsFunc(routes, func(r string) bool { return strings.Contains(r+"/", w+"/") }) {
				t.Errorf("%s: no address has %s", row.zh, w)
			}
		}
	}
}

func patterns(a *app.App) []string {
	var list []string
	for _, m := range a.Mods {
		for _, r := range m.Routes {
			_, p, _ := strings.Cut(r.Pattern, " ")
			list = append(list, p)
		}
	}
	return list
}

// TestNamesAreOfTheGlossary: a table, an address, a package or a word of the
// language of procedures is made of words of the glossary or of those listed
// here, and of none that the glossary bans.
func TestNamesAreOfTheGlossary(t *testing.T) {
	t.Parallel()
	a := house(t, "")
	rows, banned := glossary(t)
	known := map[string]bool{}
	for _, r := range rows {
		for _, cell := range []string{r.en, r.yaml, r.golang, r.sql, r.url} {
			for _, w := range lower(cell) {
				known[w] = true
			}
		}
	}
	used := map[string]bool{}
	check := func(where, name string) {
		for _, w := range lower(name) {
			if slices.Contains(banned, w) {
				t.Errorf("%s %s: the glossary bans %q", where, name, w)
			}
			used[w] = true
			if !known[w] && !technical[w] {
				t.Errorf("%s %s: %q stands neither in the glossary nor among the technical words", where, name, w)
			}
		}
	}
	for table, columns := range schema(t, a) {
		check("table", table)
		for _, c := range columns {
			if thing, ok := strings.CutSuffix(c, "_id"); ok {
				check("column of "+table, thing)
			}
			for _, w := range lower(c) {
				if slices.Contains(banned, w) {
					t.Errorf("column %s.%s: the glossary bans %q", table, c, w)
				}
			}
		}
	}
	for _, p := range patterns(a) {
		for part := range strings.SplitSeq(p, "/") {
			check("address "+p+":", strings.Trim(part, "{}$"))
		}
	}
	_, language := vocabulary(t)
	for w := range language {
		check("word of procedures", w)
	}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() != "internal" && !strings.Contains(p, "testdata") && !strings.Contains(p, "migrations") {
			check("package", strings.TrimSuffix(d.Name(), "web"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for w := range technical {
		if known[w] || !used[w] {
			t.Errorf("%q needs no place among the technical words", w)
		}
	}
	_, text := sourcesOf(t)
	for _, w := range banned {
		if regexp.MustCompile(`[^\x00-\x7f]`).MatchString(w) && strings.Contains(text, w) {
			t.Errorf("a screen says %s", w)
		}
	}
}

// technical are words of programs, not of the trade.
var technical = set(
	// what programs are made of
	"app caseform column command config demo entity err excel genicon gentabler head house index job json openapi part r",
	"schedule scope static store storetest template term text ui unindexed v word xlsx",
	// doors
	"active factor identity known login logout pace password recovery reset setup try",
	// verbs and adverbs of buttons, and of the language of procedures
	"about actor add again analyse area ask assign before behind caller cancel cannot clear code count cti day do draw drop duplicate edit end",
	"erase erasure export filed finish forget forgotten from group hidden hint intake join jump keep limit look mapping mark marked",
	"move need new not note off open other parent pause phone photo pick place post print proposal purpose rate read reason remind",
	"reopen required restamp resume revert revoke run see send settle sign small subject tally tell title today told unmask unmerge",
	"until urgent verify way when who with withdraw",
)

func set(words ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words {
		for x := range strings.FieldsSeq(w) {
			m[x] = true
		}
	}
	return m
}
