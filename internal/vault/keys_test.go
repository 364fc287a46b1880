package vault_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"guanjia/internal/vault"
)

// proves LAW-03: the key file is private, needed, and never replaced silently
func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sub", "guanjia.key")
	_, _, err := vault.OpenKeys(path, false)
	wantCode(t, err, "vault.key.missing")
	k, made, err := vault.OpenKeys(path, true)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	sealed, err := k.Seal("a", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	again, made, err := vault.OpenKeys(path, true)
	if err != nil || made {
		t.Fatal(made, err)
	}
	if plain, err := again.Open("a", sealed); err != nil || string(plain) != "secret" {
		t.Fatalf("%q, %v", plain, err)
	}
	if again.Digest("p", "v") != k.Digest("p", "v") || again.Digest("p", "v") == again.Digest("q", "v") || !again.SigningKey().Equal(k.SigningKey()) {
		t.Fatal("digests or signatures do not survive")
	}
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // the point of the test
		t.Fatal(err)
	}
	_, _, err = vault.OpenKeys(path, true)
	wantCode(t, err, "vault.key.open")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err = vault.OpenKeys(path, true)
	wantCode(t, err, "vault.key.broken")
}

// Any flipped bit, cut or foreign place is refused; nothing panics.
func TestSealProperties(t *testing.T) {
	t.Parallel()
	k, err := vault.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := k.Seal("place", plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.Open("place", sealed); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%x, %v", got, err)
		}
		if _, err := k.Open("elsewhere", sealed); err == nil {
			t.Fatal("opened elsewhere")
		}
		bad := bytes.Clone(sealed)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := k.Open("place", bad); err == nil {
			t.Fatal("opened although altered")
		}
		if _, err := k.Open("place", sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")]); err == nil {
			t.Fatal("opened although cut")
		}
	})
}
