package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"

	"guanjia/internal/calendar"
)

// Dialect names the database behind a DB.
type Dialect string

// The two databases.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Config says what to open.
type Config struct {
	// DSN is "sqlite:PATH" (or a bare path) or "postgres://…".
	DSN string
	// Clock is what Tx.Now reads; the system clock when nil.
	Clock calendar.Clock
	// Readers bounds the reading connections; 8 when 0.
	Readers int
}

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	dialect  Dialect
	clock    calendar.Clock
	read     *sql.DB
	write    *sql.DB // the same pool as read on PostgreSQL
	writer   *writer // SQLite only
	ids      *idSource
	mark     mark
	stmts    stmtCache
	lease    *sql.Conn // PostgreSQL: holds the node number of this process
	inFlight inFlight
	path     string // SQLite file
	dsn      string
}

// Open opens the database of cfg, creating a SQLite file that does not exist.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.Clock == nil {
		cfg.Clock = calendar.System()
	}
	if cfg.Readers == 0 {
		cfg.Readers = 8
	}
	if strings.HasPrefix(cfg.DSN, "postgres://") || strings.HasPrefix(cfg.DSN, "postgresql://") {
		return openPostgres(ctx, cfg)
	}
	return openSQLite(ctx, cfg)
}

func openSQLite(ctx context.Context, cfg Config) (*DB, error) {
	path := strings.TrimPrefix(strings.TrimPrefix(cfg.DSN, "sqlite:"), "//")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	// busy_timeout comes first: the pragmas after it may have to wait.
	pragmas := "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)"
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	write, err := sql.Open("sqlite", file+pragmas+fmt.Sprintf("&_pragma=cache_size(-16384)&_pragma=wal_autocheckpoint(%d)&_txlock=immediate", fullLog))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", file+pragmas+"&_pragma=query_only(1)&_pragma=cache_size(-8192)")
	if err != nil {
		return nil, err
	}
	read.SetMaxOpenConns(cfg.Readers)
	read.SetMaxIdleConns(cfg.Readers)
	if err := write.PingContext(ctx); err != nil {
		_ = write.Close()
		_ = read.Close()
		return nil, fmt.Errorf("opening %s: %w", path, translate(err))
	}
	db := &DB{
		dialect: SQLite, clock: cfg.Clock, read: read, write: write,
		ids: newIDSource(0), path: path, dsn: cfg.DSN,
	}
	db.writer = startWriter(db)
	go db.putBack(db.writer.quit)
	return db, nil
}

func openPostgres(ctx context.Context, cfg Config) (*DB, error) {
	pool, err := sql.Open("pgx", cfg.DSN)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(cfg.Readers*2 + 1) // one holds the node number
	pool.SetMaxIdleConns(cfg.Readers * 2)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("reaching PostgreSQL: %w", translate(err))
	}
	node, lease, err := leaseNode(ctx, pool)
	if err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("taking a node number: %w", translate(err))
	}
	return &DB{
		dialect: Postgres, clock: cfg.Clock, read: pool, write: pool,
		ids: newIDSource(node), dsn: cfg.DSN, lease: lease,
	}, nil
}

// Close waits for the write and the reads in hand and closes every connection:
// after it nothing of db touches the file any more. What comes later is
// Unavailable. A second call does nothing.
func (db *DB) Close() error {
	if !db.inFlight.close() {
		return nil
	}
	if db.writer != nil {
		db.writer.stop()
	}
	db.stmts.close()
	if db.lease != nil {
		_ = db.lease.Close()
	}
	err := closePool(db.read)
	if db.write != db.read { // after the readers, so that the log is put back into the file
		err = errors.Join(err, closePool(db.write))
	}
	return err
}

// closePool closes p and waits until it has let go of its last connection: what
// a request given up still rolls back, or a connection on its way in, outlives
// sql.DB.Close, and would make a log beside a file that is perhaps moved or
// removed by then. A reservation that never becomes a connection is not waited
// for longer than goneWait.
func closePool(p *sql.DB) error {
	err := p.Close()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range int(goneWait / time.Millisecond) {
		if p.Stats().OpenConnections == 0 {
			break
		}
		<-tick.C
	}
	return err
}

// Dialect tells which database is behind db.
func (db *DB) Dialect() Dialect { return db.dialect }

// DSN is the address db was opened with; it may hold a password, do not log it.
func (db *DB) DSN() string { return db.dsn }

// Path is the SQLite file, "" on PostgreSQL.
func (db *DB) Path() string { return db.path }

// Clock is the business clock of this installation.
func (db *DB) Clock() calendar.Clock { return db.clock }

// NewID makes an identifier: unique across nodes, growing with time, positive.
func (db *DB) NewID() int64 { return db.ids.next() }

// Write runs fn in one transaction and returns when its commit is on disk.
// When fn returns an error nothing of it is kept. On SQLite several calls may
// share one commit; each still stands or falls alone. fn must be short (no
// network, no waiting; 250 ms at most), must use only tx, and must not call
// Write again. Errors of the database come back as *errs.Error kinds Conflict
// (a constraint), Unavailable (disk full, server gone) or as they are.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if db.writer != nil {
		return db.writer.do(ctx, fn)
	}
	return db.writePostgres(ctx, fn)
}

// Busy reports whether others wait to write: work in the background then makes
// way. PostgreSQL has many writers, there nobody waits.
func (db *DB) Busy() bool { return db.writer != nil && len(db.writer.queue) > 0 }

// Read runs fn on one consistent snapshot. fn cannot change anything.
func (db *DB) Read(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if !db.inFlight.enter() {
		return errClosed()
	}
	defer db.inFlight.leave()
	opts := &sql.TxOptions{ReadOnly: true}
	if db.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	stx, err := db.read.BeginTx(ctx, opts)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = stx.Rollback() }()
	tx := &Tx{db: db, now: db.clock.Now(), run: snapshotRunner{db: db, tx: stx}, readOnly: true}
	return translate(fn(ctx, tx))
}

func (db *DB) writePostgres(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(writingKey{}) != nil {
		return errNestedWrite
	}
	if !db.inFlight.enter() {
		return errClosed()
	}
	defer db.inFlight.leave()
	stx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = stx.Rollback() }()
	tx := &Tx{db: db, now: db.clock.Now(), run: plainRunner{tx: stx}}
	if err := fn(context.WithValue(ctx, writingKey{}, true), tx); err != nil {
		return translate(err)
	}
	if err := db.commitPostgres(ctx, stx); err != nil {
		return translate(err)
	}
	tx.committed()
	return nil
}
