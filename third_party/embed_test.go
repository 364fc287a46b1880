package thirdparty

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every folder carries licence, version and renewal script, and its files are
// the released ones.
func TestFilesAreAsReleased(t *testing.T) {
	t.Parallel()
	sums, err := filepath.Glob("*/SHA256SUMS")
	if err != nil || len(sums) < 5 {
		t.Fatalf("found %d checksum files, want at least 5 (%v)", len(sums), err)
	}
	for _, sum := range sums {
		dir := filepath.Dir(sum)
		for _, need := range []string{"VERSION", "renew.sh", "LICENSE"} {
			if _, err := os.Stat(filepath.Join(dir, need)); err != nil {
				t.Errorf("%s: %v", dir, err)
			}
		}
		f, err := os.Open(sum)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			want, name, ok := strings.Cut(lines.Text(), "  ")
			if !ok {
				t.Fatalf("%s: odd line %q", sum, lines.Text())
			}
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Error(err)
				continue
			}
			if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != want {
				t.Errorf("%s/%s differs from its checksum", dir, name)
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
}
