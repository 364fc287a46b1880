package procedure

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"guanjia/handbook"
	"guanjia/internal/text"
)

// Whatever bytes come in: no panic, every refusal has a place and words in
// both languages, and what is accepted can be checked, laid out and read again
// with the same hash.
func FuzzRead(f *testing.F) {
	_ = fs.WalkDir(handbook.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			src, _ := fs.ReadFile(handbook.FS, p)
			f.Add(src)
		}
		return nil
	})
	files, _ := filepath.Glob("testdata/refused/*.txtar")
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range ar.Files {
			if strings.HasSuffix(x.Name, ".yaml") {
				f.Add(x.Data)
			}
		}
	}
	h, _ := Load(handbook.FS)
	f.Fuzz(func(t *testing.T, src []byte) {
		_, _ = LoadFigures("x.yaml", src)
		d, ps := Read("x.yaml", src)
		for _, p := range ps {
			if p.Pos.Line < 1 || p.Pos.Col < 1 || p.What.ZH == "" || p.What.EN == "" {
				t.Fatalf("no place or no words: %+v", p)
			}
		}
		if Refused(ps) {
			return
		}
		again, _ := Read("x.yaml", src)
		if again.Hash != d.Hash {
			t.Fatal("the hash is not stable")
		}
		Check(d, h, Env{})
		if len(d.Steps) > 0 {
			_ = Layout(d, h.Profiles["residential"], Marks{Here: d.Steps[0].Name}).SVG(text.ZH, d.Title.ZH)
		}
		if same := Diff(d, again); len(same) > 0 {
			t.Fatalf("differs from itself: %v", same)
		}
	})
}
