package procedure

import (
	"io/fs"
	"strings"
	"testing"

	"guanjia/handbook"
)

// The guide's example is read by the reader it describes, and the guide names
// every kind, every type and every outcome.
func TestGuideTellsTheTruth(t *testing.T) {
	t.Parallel()
	guide, err := fs.ReadFile(handbook.FS, "procedures/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(guide), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	d, ps := Read("README.md", []byte(example))
	if len(ps) > 0 || len(d.Steps) != 3 {
		t.Fatalf("%d steps, %v", len(d.Steps), ps)
	}
	for k, words := range Outcomes {
		if !strings.Contains(string(guide), "| `"+string(k)+"` | "+strings.Join(words, " · ")) {
			t.Errorf("the guide lacks %s: %v", k, words)
		}
	}
	for _, w := range append(fieldTypes, Events...) {
		if !strings.Contains(string(guide), w) {
			t.Errorf("the guide lacks %s", w)
		}
	}
}
