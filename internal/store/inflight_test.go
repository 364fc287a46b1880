package store_test

import (
	"context"
	"runtime"
	"testing"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

// Close returns after the reads in hand, and what comes meanwhile is told that
// the system is stopping.
func TestCloseWaitsForReads(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB, calendar.Clock, []store.Migrations) *store.DB{
		"sqlite": storetest.OpenSQLite, "postgres": storetest.OpenPostgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t, calendar.System(), nil)
			ctx := context.Background()
			inside, release, read, closed := make(chan struct{}), make(chan struct{}), make(chan error, 1), make(chan error, 1)
			go func() {
				read <- db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
					close(inside)
					<-release
					_, err := store.One(ctx, tx, store.Value[int64], "SELECT 1")
					return err
				})
			}()
			<-inside
			go func() { closed <- db.Close() }()
			for { // until Close has begun
				err := db.Read(ctx, func(context.Context, *store.Tx) error { return nil })
				if errs.CodeOf(err) == "store.closed" {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				runtime.Gosched()
			}
			select {
			case err := <-closed:
				t.Fatalf("closed over a read in hand: %v", err)
			default:
			}
			close(release)
			if err := <-read; err != nil {
				t.Errorf("the read in hand: %v", err)
			}
			if err := <-closed; err != nil {
				t.Errorf("closing: %v", err)
			}
		})
	}
}
