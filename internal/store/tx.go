package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"guanjia/internal/errs"
)

// Tx is one transaction: a write of DB.Write or a snapshot of DB.Read.
// SQL has ? for arguments on both databases.
type Tx struct {
	db       *DB
	now      time.Time
	run      runner
	after    []func()
	readOnly bool
}

// runner is what a Tx stands on: the SQLite writer, a snapshot, a PostgreSQL
// transaction.
type runner interface {
	exec(ctx context.Context, query string, args []any) (sql.Result, error)
	query(ctx context.Context, query string, args []any) (*sql.Rows, error)
}

// Now is the one business time of this transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// NewID makes an identifier (see DB.NewID).
func (tx *Tx) NewID() int64 { return tx.db.ids.next() }

// Dialect tells which database tx runs on; few rooms need to ask.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

// HasTable reports whether the database has a table.
func (tx *Tx) HasTable(ctx context.Context, name string) (bool, error) {
	query := "SELECT count(*) FROM sqlite_master WHERE name = ?"
	if tx.Dialect() == Postgres {
		query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = ?"
	}
	n, err := One(ctx, tx, Value[int64], query, name)
	return n > 0, err
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	countQuery(ctx, query)
	res, err := tx.run.exec(ctx, query, args)
	if err != nil {
		return 0, translate(err)
	}
	return res.RowsAffected()
}

// Query runs a query; the caller closes the rows. Most callers want All.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	countQuery(ctx, query)
	rows, err := tx.run.query(ctx, query, args)
	if err != nil {
		return nil, translate(err)
	}
	return rows, nil
}

// AfterCommit calls fn once the transaction is on disk; not at all when it is
// rolled back. fn must be quick and must not fail: waking a worker, telling
// listening pages.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

func (tx *Tx) committed() {
	for _, fn := range tx.after {
		fn()
	}
}

// ErrNoRow is what One returns, wrapped in errs.NotFound, when nothing matched.
var ErrNoRow = errors.New("no row")

// Scan is the part of *sql.Rows that a scanning function needs.
type Scan func(dest ...any) error

// Raw is a text as the driver has it, good until the next row: for readers of
// millions of rows who copy none.
type Raw = sql.RawBytes

// All runs a query and collects one value per row.
func All[T any](ctx context.Context, tx *Tx, scan func(Scan) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []T
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, translate(rows.Err())
}

// One runs a query and returns its first row; errs.NotFound when there is none.
func One[T any](ctx context.Context, tx *Tx, scan func(Scan) (T, error), query string, args ...any) (T, error) {
	var zero T
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return zero, err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return zero, translate(err)
		}
		return zero, errs.New(errs.NotFound, "not_found", "没有找到。", "Nothing found.").Wrap(ErrNoRow)
	}
	v, err := scan(rows.Scan)
	if err != nil {
		return zero, err
	}
	return v, translate(rows.Err())
}

// Value scans a single column: One(ctx, tx, Value[int64], "SELECT count(*) …").
func Value[T any](scan Scan) (T, error) {
	var v T
	err := scan(&v)
	return v, err
}

// Lock is the suffix that locks the selected rows until the transaction ends;
// empty on SQLite, whose single writer needs none.
func (tx *Tx) Lock() string {
	if tx.db.dialect == Postgres && !tx.readOnly {
		return " FOR UPDATE"
	}
	return ""
}

// Micros is an instant as it is stored: microseconds since 1970 UTC, 0 for the
// zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Bool is a truth as it is stored.
func Bool(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Marks are n places for bound values: "?, ?, ?".
func Marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
