package store

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"
)

// idEpoch is 2020-01-01 UTC in milliseconds.
const idEpoch = 1577836800000

// idSource makes identifiers of 41 bits of milliseconds, 10 bits of node and
// 12 bits of sequence. It never goes back, even when the machine's clock does.
type idSource struct {
	mu   sync.Mutex
	node int64
	last int64 // milliseconds << 12 | sequence
}

func newIDSource(node int64) *idSource { return &idSource{node: node} }

func (s *idSource) next() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := (time.Now().UnixMilli() - idEpoch) << 12 //nolint:forbidigo // identifiers follow the machine
	if now > s.last {
		s.last = now
	} else {
		s.last++ // the sequence may run into the next millisecond: still unique
	}
	return s.last>>12<<22 | s.node<<12 | s.last&0xfff
}

// randomNode picks the node number of a PostgreSQL client.
func randomNode() (int64, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b[:]) >> 54), nil
}
