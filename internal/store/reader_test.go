package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

// More readers than connections, each meeting statements for the first time
// while the others hold their snapshots.
func TestReadersDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	storetest.Each(t, nil, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		for round := range 20 {
			var wg sync.WaitGroup
			for reader := range 16 {
				wg.Go(func() {
					err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
						want := int64(round*100 + reader)
						got, err := store.One(ctx, tx, store.Value[int64], fmt.Sprintf("SELECT %d", want))
						if err == nil && got != want {
							err = fmt.Errorf("got %d, want %d", got, want)
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
	})
}
