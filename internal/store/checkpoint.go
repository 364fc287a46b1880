package store

import (
	"context"
	"os"
	"time"
)

// The log of SQLite is put back into the file beside the writer, a second's
// worth at a time: pages that many transactions touch are then written once for
// all of them, and nobody who saves something waits for it. When the log grows
// nevertheless, the writer itself puts back what is left (fullLog).
const (
	backEvery = time.Second
	smallLog  = 16 << 20 // bytes: below it is not worth two flushes
	fullLog   = 32_768   // pages
)

// putBack runs until done is closed.
func (db *DB) putBack(done <-chan struct{}) {
	tick := time.NewTicker(backEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		log, err := os.Stat(db.path + "-wal")
		if err != nil || log.Size() < smallLog || db.writer.flush.failed() != nil || !db.writer.flush.wrote.Swap(false) || !db.inFlight.enter() {
			continue
		}
		var busy, held, back int
		err = db.read.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &held, &back)
		db.inFlight.leave()
		if err != nil || back < held { // somebody still reads it: the next turn's
			db.writer.flush.wrote.Store(true)
		}
	}
}
