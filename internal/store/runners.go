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
	s, err := r.db.stmts.get(ctx, r.db.read, query)
	if err != nil {
		return nil, err
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
	mu sync.RWMutex
	m  map[string]*sql.Stmt
}

func (c *stmtCache) get(ctx context.Context, db *sql.DB, query string) (*sql.Stmt, error) {
	c.mu.RLock()
	s, ok := c.m[query]
	c.mu.RUnlock()
	if ok {
		return s, nil
	}
	s, err := db.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.m[query]; ok {
		_ = s.Close()
		return old, nil
	}
	if c.m == nil {
		c.m = map[string]*sql.Stmt{}
	}
	c.m[query] = s
	return s, nil
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
