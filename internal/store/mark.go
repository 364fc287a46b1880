package store

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// MarkTable holds how far identifiers were given out, so that a restart after
// the machine's clock stepped back gives none a second time. It belongs to the
// database it lies in: backups leave it out.
const MarkTable = "store_mark"

// markAhead is how far the mark is written ahead: 2 s, as idSource counts. A
// busy database writes it every two seconds, an idle one never.
const markAhead = 2000 << 12

const (
	makeMark = "CREATE TABLE IF NOT EXISTS " + MarkTable + " (one BIGINT NOT NULL PRIMARY KEY, reached BIGINT NOT NULL)"
	readMark = "SELECT reached FROM " + MarkTable
	sqlMark  = "INSERT INTO " + MarkTable + " (one, reached) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET reached = excluded.reached WHERE " +
		MarkTable + ".reached < excluded.reached"
)

// mark is what the database is known to hold in MarkTable.
type mark struct {
	there   atomic.Bool // the table exists
	reached atomic.Int64
}

// loadMark makes the table where it is missing and lets identifiers begin above
// what it holds.
func (db *DB) loadMark(ctx context.Context) error {
	if _, err := db.write.ExecContext(ctx, makeMark); err != nil {
		return translate(err)
	}
	rows, err := db.write.QueryContext(ctx, readMark)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var reached int64
		if err := rows.Scan(&reached); err != nil {
			return err
		}
		db.ids.above(reached)
		db.mark.raise(reached)
	}
	if err := rows.Err(); err != nil {
		return translate(err)
	}
	db.mark.there.Store(true)
	return nil
}

// reserve writes the mark ahead, in the transaction that is about to commit,
// when identifiers have passed it: none is stored that the mark does not cover.
// The mark written is 0 when none was needed; raise it after the commit.
func (db *DB) reserve(write func(query string, args ...any) error) (int64, error) {
	given := db.ids.given()
	if !db.mark.there.Load() || given <= db.mark.reached.Load() {
		return 0, nil
	}
	next := given + markAhead
	return next, write(rebind(db.dialect, sqlMark), next)
}

// Reach makes identifiers begin above reached from the next opening on: for a
// restore, whose rows may come from a machine with its clock ahead.
func Reach(ctx context.Context, tx *Tx, reached int64) error {
	_, err := tx.Exec(ctx, sqlMark, reached)
	return err
}

// raise notes that the database holds reached.
func (m *mark) raise(reached int64) {
	for {
		known := m.reached.Load()
		if known >= reached || m.reached.CompareAndSwap(known, reached) {
			return
		}
	}
}

// commitPostgres commits stx with the mark.
func (db *DB) commitPostgres(ctx context.Context, stx *sql.Tx) error {
	reached, err := db.reserve(func(query string, args ...any) error {
		_, err := stx.ExecContext(ctx, query, args...)
		return err
	})
	if err != nil {
		return err
	}
	if err := stx.Commit(); err != nil {
		return err
	}
	db.mark.raise(reached)
	return nil
}
