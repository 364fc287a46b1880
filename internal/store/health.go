package store

import "context"

// Saving is why nothing can be saved until the program is started anew: nil as
// long as all is well. It asks nobody and may be called for every page.
func (db *DB) Saving() error {
	if db.writer == nil {
		return nil // PostgreSQL looks after its own disk
	}
	return db.writer.flush.failed()
}

// Reading reports whether the database answers. Errors: Unavailable.
func (db *DB) Reading(ctx context.Context) error {
	return db.Read(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := One(ctx, tx, Value[int64], "SELECT 1")
		return err
	})
}
