package store

import "time"

// SetMachineClock lets identifiers follow another clock than the machine's.
func (db *DB) SetMachineClock(now func() time.Time) {
	db.ids.mu.Lock()
	defer db.ids.mu.Unlock()
	db.ids.now = now
}
