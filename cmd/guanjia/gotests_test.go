package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Only a test that Go says passed counts: not one skipped, failed, or of which
// only a part passed.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	passed := map[string]bool{}
	err := verdicts(strings.NewReader(`{"Action":"run","Package":"guanjia/internal/vault","Test":"TestLook"}
{"Action":"pass","Package":"guanjia/internal/vault","Test":"TestLook/sqlite"}
{"Action":"pass","Package":"guanjia/internal/vault","Test":"TestLook"}
{"Action":"pass","Package":"guanjia/internal/vault","Test":"TestHalf/sqlite"}
{"Action":"fail","Package":"guanjia/internal/vault","Test":"TestHalf"}
{"Action":"skip","Package":"guanjia/internal/vault","Test":"TestSkipped"}
{"Action":"fail","Package":"guanjia/internal/vault"}
`), passed)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, name := range []string{"vault.TestLook", "vault.TestHalf", "vault.TestSkipped", "vault.TestNowhere"} {
		got[name] = passed[name]
	}
	if diff := cmp.Diff(map[string]bool{"vault.TestLook": true, "vault.TestHalf": false, "vault.TestSkipped": false, "vault.TestNowhere": false}, got); diff != "" {
		t.Error(diff)
	}
	if err := verdicts(strings.NewReader("FAIL no JSON"), passed); err == nil {
		t.Error("what is no JSON was believed")
	}
}
