package coverage

import (
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"guanjia/handbook"
	"guanjia/internal/procedure"
)

// Every clause that a Go test proves has a place of the program to spoil, and
// every mutation fits the sources as they are.
func TestEveryTestedClauseHasItsMutation(t *testing.T) {
	t.Parallel()
	pages, _, err := procedure.LoadPages(handbook.FS, "rules")
	if err != nil {
		t.Fatal(err)
	}
	all, err := Mutations(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	spare := maps.Clone(all)
	for _, page := range pages {
		for _, rule := range page.Rules {
			for _, c := range rule.Clauses {
				if !strings.HasPrefix(c.Lever, "test ") {
					continue
				}
				if _, ok := all[c.ID]; !ok {
					t.Errorf("%s is proved by %s; nothing says what of the program it stands on", c.ID, c.Lever)
				}
				delete(spare, c.ID)
			}
		}
	}
	for id := range spare {
		t.Errorf("%s has a mutation, but no test proves it", id)
	}
}

func TestMutationsThatDoNotFit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ mutation, says string }{
		"gone":          {`A-01.1: {in: a.go, take: "if c {", put: "if d {"}`, "A-01.1: what it takes away stands 0 times"},
		"not distinct":  {`A-01.1: {in: a.go, take: "x", put: "y"}`, "stands 2 times"},
		"nothing taken": {`A-01.1: {in: a.go, take: "", put: "y"}`, "once is wanted"},
		"nothing new":   {`A-01.1: {in: a.go, take: "if a {", put: "if a {"}`, "something else"},
		"a test":        {`A-01.1: {in: a_test.go, take: "if a {", put: "if b {"}`, "no source of the program"},
		"elsewhere":     {`A-01.1: {in: ../a.go, take: "if a {", put: "if b {"}`, "no source of the program"},
		"no such file":  {`A-01.1: {in: b.go, take: "if a {", put: "if b {"}`, "b.go"},
		"unknown word":  {`A-01.1: {in: a.go, take: "if a {", put: "if b {", why: ""}`, "why"},
	} {
		_, err := Mutations(fstest.MapFS{
			"a.go": {Data: []byte("package a\nif a {\nx, x")}, "a_test.go": {Data: []byte("if a {")},
			MutationFolder + "/x.yaml": {Data: []byte(c.mutation)},
		})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}
