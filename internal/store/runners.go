package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"
)

// snapshotRunner reads on the pool of readers with prepared statements.
type snapshotRunner struct {
	db *DB
	tx *sql.Tx
}

func (r snapshotRunner) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return r.tx.ExecContext(ctx, rebind(r.db.dialect, query), args...)
}

func (r snapshotRunner) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if r.db.dialect == Postgres { // pgx caches prepared statements itself
		return r.tx.QueryContext(ctx, rebind(Postgres, query), args...)
	}
	s := r.db.stmts.get(r.db.read, query)
	if s == nil {
		return r.tx.QueryContext(ctx, query, args...)
	}
	return r.tx.StmtContext(ctx, s).QueryContext(ctx, args...)
}

// plainRunner is a PostgreSQL transaction.
type plainRunner struct{ tx *sql.Tx }

func (r plainRunner) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return r.tx.ExecContext(ctx, rebind(Postgres, query), args...)
}

func (r plainRunner) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return r.tx.QueryContext(ctx, rebind(Postgres, query), args...)
}

// stmtCache keeps prepared statements of the SQLite readers by their text.
type stmtCache struct {
	mu      sync.RWMutex
	m       map[string]*sql.Stmt
	pending map[string]bool
}

// get returns the prepared statement, or nil while it is being prepared.
// Preparing takes a connection of the pool: a reader that waited for it would
// hold its own meanwhile, and as many of them as there are connections would
// wait for each other for ever. It is done beside them instead.
func (c *stmtCache) get(db *sql.DB, query string) *sql.Stmt {
	c.mu.RLock()
	s := c.m[query]
	c.mu.RUnlock()
	if s != nil {
		return s
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m, c.pending = map[string]*sql.Stmt{}, map[string]bool{}
	}
	if c.m[query] == nil && !c.pending[query] {
		c.pending[query] = true
		go c.prepare(db, query)
	}
	return c.m[query]
}

func (c *stmtCache) prepare(db *sql.DB, query string) {
	s, err := db.PrepareContext(context.Background(), query)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, query)
	switch {
	case err != nil: // the reader that asked gets the same error from its own query
	case c.m == nil: // closed meanwhile
		_ = s.Close()
	default:
		c.m[query] = s
	}
}

func (c *stmtCache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.m {
		_ = s.Close()
	}
	c.m = nil
}

var rebound sync.Map // query with ? → query with $n

// rebind turns ? into $1, $2 … for PostgreSQL; quoted text stays as it is.
func rebind(d Dialect, query string) string {
	if d == SQLite || !strings.Contains(query, "?") {
		return query
	}
	if q, ok := rebound.Load(query); ok {
		return q.(string)
	}
	var b strings.Builder
	n, quoted := 0, false
	for i := 0; i < len(query); i++ {
		c := query[i]
		switch {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	q := b.String()
	rebound.Store(query, q)
	return q
}
