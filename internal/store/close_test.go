package store_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"guanjia/internal/store"
)

// After Close nothing of the program holds the file any more, although requests
// were given up in the middle of their reads.
func TestCloseLetsGoOfTheFile(t *testing.T) {
	t.Parallel()
	for range 60 {
		dir := t.TempDir()
		db, err := store.Open(context.Background(), store.Config{DSN: filepath.Join(dir, "a.db"), Readers: 4})
		if err != nil {
			t.Fatal(err)
		}
		var busy sync.WaitGroup
		for range 12 {
			busy.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(3000))*time.Microsecond)
				defer cancel()
				_ = db.Read(ctx, func(ctx context.Context, tx *store.Tx) error { // given up, or not: both are meant
					_, err := store.One(ctx, tx, store.Value[int64],
						"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT count(*) FROM n")
					return err
				})
			})
		}
		busy.Wait()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if held := open(t, dir); len(held) > 0 {
			t.Fatalf("after closing the program still holds %v", held)
		}
	}
}

// open lists the files under dir that this process holds open.
func open(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var held []string
	for _, e := range entries {
		file, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && strings.HasPrefix(file, dir) { // else gone meanwhile, or another test's
			held = append(held, file)
		}
	}
	return held
}
