package procedure

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"guanjia/handbook"
)

var update = flag.Bool("update", false, "write what the checker says into testdata/refused")

// What every example stands on; an example may bring its own.
var common = map[string]string{
	"roles/roles.yaml": `desk: {zh: 前台, en: Desk}
supervisor: {zh: 主管, en: Supervisor}
director: {zh: 主任, en: Director}
technician: {zh: 维修工, en: Technician}
cashier: {zh: 收费员, en: Cashier}
`,
	"profiles/one.yaml": "profile: one\ntitle: 一 / One\n" + commonFigures,
	"profiles/two.yaml": "profile: two\ntitle: 二 / Two\n" + commonFigures,
}

const commonFigures = `departments: {service: 客服 / Service}
trades: {plumbing: 水暖 / Plumbing}
job:
  answer: {leak: 1 hour, other: 1 day}
  small: 500 yuan
  levels: [{at: 80 %, tell: owner}, {at: due, tell: supervisor}]
`

var exampleEnv = Env{
	Actions: []string{"casefile.open@1", "passes.issue@1", "utility.cut@1"}, Facts: []string{"warranty.covers", "billing.arrears"}, Events: []string{"pass.expires"},
	Holders: map[string]int{"desk": 2, "supervisor": 1, "director": 1, "technician": 3},
	Guarded: []string{"auth.account.manage"},
}

// Each example is a handbook with something wrong in it, and what the reader
// and the checker must say about it: where, what, what to do.
func TestRefused(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/refused/*.txtar")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{}
			for name, src := range common {
				fsys[name] = &fstest.MapFile{Data: []byte(src)}
			}
			var want string
			for _, f := range ar.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				fsys[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			h, ps := Load(fsys)
			ps = append(ps, CheckHandbook(h, exampleEnv)...)
			var got strings.Builder
			for _, p := range ps {
				if p.What.ZH == "" || p.What.EN == "" || p.Do.ZH == "" || p.Do.EN == "" || p.Pos.Line == 0 || p.Pos.Col == 0 {
					t.Errorf("%s lacks words or a place: %+v", p.Code, p)
				}
				if s := p.What.ZH + p.What.EN + p.Do.ZH + p.Do.EN; strings.Contains(s, "%!") {
					t.Errorf("%s is badly formatted: %s", p.Code, s)
				}
				got.WriteString(p.String() + "\n" + "    " + p.What.ZH + "；" + p.Do.ZH + "\n")
			}
			if *update {
				ar.Files = slices.DeleteFunc(ar.Files, func(f txtar.File) bool { return f.Name == "want" })
				ar.Files = append(ar.Files, txtar.File{Name: "want", Data: []byte(got.String())})
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want == "" {
				t.Fatal("the example does not say what is wanted")
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The vocabulary stays small: a seventeenth kind of step needs a better reason
// than one procedure.
func TestKindsHaveACeiling(t *testing.T) {
	t.Parallel()
	if len(Outcomes) > 16 || len(kinds) != len(Outcomes) {
		t.Errorf("%d kinds with outcomes, %d known to the reader; the ceiling is 16", len(Outcomes), len(kinds))
	}
	for _, k := range kinds {
		if _, ok := Outcomes[Kind(k)]; !ok {
			t.Errorf("kind %s has no outcomes", k)
		}
	}
}

// Every figure a clock of a shipped procedure counts by must be missed when it
// is taken out of the profile that others are like.
func TestEveryLimitIsMissed(t *testing.T) {
	t.Parallel()
	h, _ := Load(handbook.FS)
	profile := h.Profiles["residential"]
	for _, d := range h.Procedures {
		for _, k := range d.Clocks {
			for _, path := range []string{k.Limit, k.Levels} {
				if path == "promise" || !isFigurePath(path) {
					continue
				}
				path, _, _ = strings.Cut(path, ".{")
				cut := *profile
				cut.root = profile.root.clone()
				parent := cut.root
				parts := strings.Split(path, ".")
				for _, p := range parts[:len(parts)-1] {
					parent = parent.get(p)
				}
				parent.remove(parts[len(parts)-1])
				without := *h
				without.Profiles = map[string]*Figures{"residential": &cut}
				if !Refused(Check(d, &without, Env{})) {
					t.Errorf("%s.%s: nobody misses %s", d.Name, k.Name, path)
				}
			}
		}
	}
}
