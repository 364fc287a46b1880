// Package upgrade proves that data of earlier builds open in this one: an
// archive of each release lies in testdata and is restored, verified and worked
// on to the end (PLT-03, PLT-06).
//
// A release adds its own archive before it is tagged:
//
//	GUANJIA_ARCHIVE=$PWD/e2e/upgrade/testdata/0.1.tar.gz go test ./e2e/upgrade -run TestArchiveOfThisBuild
//
// which writes the archive and, beside it, the key of its secrets; both are
// committed and never made again.
package upgrade

import (
	"os"
	"path/filepath"
	"testing"
)

// An archive of this very build is made as the next release will make it.
func TestArchiveOfThisBuild(t *testing.T) {
	file := filepath.Join(t.TempDir(), "this.tar.gz")
	makeArchive(t, file)
	if to := os.Getenv("GUANJIA_ARCHIVE"); to != "" {
		keep(t, file, to)
		keep(t, filepath.Join(filepath.Dir(file), "data.key"), to+".key")
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 300<<10 {
		t.Errorf("the archive has %d KB; at most 300", info.Size()>>10)
	}
	t.Logf("%d KB", info.Size()>>10)
}

func keep(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
