package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"sync"
	"time"
)

// idEpoch is 2020-01-01 UTC in milliseconds.
const idEpoch = 1577836800000

// idSource makes identifiers of 41 bits of milliseconds, 10 bits of node and
// 12 bits of sequence. It never goes back, even when the machine's clock does;
// across a restart the mark in the database sees to that.
type idSource struct {
	mu   sync.Mutex
	node int64
	last int64 // milliseconds << 12 | sequence
	now  func() time.Time
}

func newIDSource(node int64) *idSource {
	return &idSource{node: node, now: time.Now} //nolint:forbidigo // identifiers follow the machine
}

// above lets identifiers begin above last.
func (s *idSource) above(last int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last, last)
}

// given is how far identifiers were given out.
func (s *idSource) given() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func (s *idSource) next() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := (s.now().UnixMilli() - idEpoch) << 12
	if now > s.last {
		s.last = now
	} else {
		s.last++ // the sequence may run into the next millisecond: still unique
	}
	return s.last>>12<<22 | s.node<<12 | s.last&0xfff
}

// nodeLock is the first key of the advisory locks that stand for node numbers.
const nodeLock = 0x676a // "gj"

// nodes is how many processes can work on one PostgreSQL at once.
const nodes = 1 << 10

// leaseNode takes a node number nobody else holds on this PostgreSQL: an
// advisory lock that lives as long as the connection returned. Should that
// connection break, the number is kept; another process that takes it too
// would make a doubled identifier only in the same millisecond and at the same
// count, which the primary keys then refuse.
func leaseNode(ctx context.Context, pool *sql.DB) (int64, *sql.Conn, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, nil, err
	}
	first := int64(binary.BigEndian.Uint64(b[:]) % nodes)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return 0, nil, err
	}
	for i := range int64(nodes) {
		n := (first + i) % nodes
		free := false
		if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1, $2)", nodeLock, n).Scan(&free); err != nil {
			return 0, nil, errors.Join(err, conn.Close())
		}
		if free {
			return n, conn, nil
		}
	}
	return 0, nil, errors.Join(errors.New("all node numbers are taken"), conn.Close())
}
