package browser_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// wordings are the Chinese wordings of our own that have an English one: what
// stands in code as a pair, and in the handbook as zh beside en.
type wordings struct {
	whole  map[string]bool
	format []*regexp.Regexp // those with places for values
}

var han = regexp.MustCompile(`\p{Han}`)

var ourWordings = sync.OnceValues(func() (*wordings, error) {
	w := &wordings{whole: map[string]bool{}}
	verb := regexp.MustCompile(`%[-+0-9.]*[a-zA-Z]`)
	add := func(zh, en string) {
		zh = strings.Join(strings.Fields(zh), " ")
		switch {
		case !han.MatchString(zh) || han.MatchString(en) || utf8.RuneCountInString(zh) < 2: // one character may be anybody's
		case verb.MatchString(zh):
			if plain := verb.ReplaceAllString(zh, ""); len(han.FindAllString(plain, -1)) > 1 {
				w.format = append(w.format, regexp.MustCompile("^"+verb.ReplaceAllString(regexp.QuoteMeta(zh), ".*")+"$"))
			}
		default:
			w.whole[zh] = true
		}
	}
	err := filepath.WalkDir(filepath.Join("..", "..", "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(filepath.ToSlash(path), "internal/demo/") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for i := range len(call.Args) - 1 { // a Chinese literal with an English one after it
				zh, ok := literal(call.Args[i])
				en, also := literal(call.Args[i+1])
				if ok && also && en != "" {
					add(zh, en)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w, nil
})

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// ours reports whether words are a Chinese wording of ours that has an English one.
func (w *wordings) ours(words string) bool {
	words = strings.Trim(words, " ：:·，。、（）()")
	return w.whole[words] || slices.ContainsFunc(w.format, func(re *regexp.Regexp) bool { return re.MatchString(words) })
}

// The wordings are found, so that a page can be told from its data.
func TestOurWordings(t *testing.T) {
	w, err := ourWordings()
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]bool{"前台": true, "下一步": true, "另有 12 件": true, "卫生间漏水，楼上好像没人": false, "林晓": false} {
		if w.ours(words) != want {
			t.Errorf("%q: ours %v, want %v", words, !want, want)
		}
	}
}
