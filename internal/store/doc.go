// Package store keeps everything in one database: SQLite inside by default,
// PostgreSQL by DSN.
//
// It owns: opening, the one writer of SQLite whose transactions share commits, their flush,
// the read snapshots, identifiers, migrations, the translation of driver errors.
// It does not own any domain table: each room brings its own migrations
// and writes its own SQL with bound arguments. It knows no room.
// Start at Open, then DB.Write and DB.Read.
//
// SQL is written once, in the subset both databases share, with ? for
// arguments. Instants are integer microseconds UTC (Micros), dates ISO text,
// booleans 0/1. NULLs order differently: write NULLS LAST or avoid NULL.
// Case folding differs: fold in Go before storing.
package store
