package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"guanjia/internal/config"
	"guanjia/internal/text"
	"guanjia/internal/vault"
)

// untilAddress keeps what is printed and stops the server once it has said
// where it is.
type untilAddress struct {
	bytes.Buffer
	stop context.CancelFunc
}

func (w *untilAddress) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("/setup/")) {
		w.stop()
	}
	return w.Buffer.Write(p)
}

// Who starts an installation for the first time is told what the key file
// means, in both languages; who starts it again is not.
func TestServeTellsOfANewKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := serveCmd{Config: config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "house.key"), Listen: "127.0.0.1:0", Log: "error"}}
	start := func() string {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		out := untilAddress{stop: stop}
		if err := cmd.serve(ctx, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	notice := vault.LossNotice(cmd.KeyFile)
	first, again := start(), start()
	for _, lang := range []text.Lang{text.ZH, text.EN} {
		if n := strings.Count(first, notice.In(lang)); n != 1 {
			t.Errorf("%s: the notice stands %d times in\n%s", lang, n, first)
		}
	}
	if strings.Contains(again, cmd.KeyFile) {
		t.Errorf("told again:\n%s", again)
	}
}
