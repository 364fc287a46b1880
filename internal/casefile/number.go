package casefile

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/store"
)

// numbers hands out case numbers from blocks that this process has reserved,
// so that two openings wait for each other at most once a block. Numbers are
// per project, kind and month and may have gaps. Blocks start at one, so that a
// quiet desk counts without gaps, and double while numbers are taken quickly.
type numbers struct {
	mu     sync.Mutex
	blocks map[seriesKey]*block
}

type seriesKey struct {
	project int64
	series  string
}

type block struct {
	next, end int64 // numbers next … end-1 are free
	size      int64
	reserved  time.Time
}

const (
	largestBlock = 256
	quickBlock   = 10 * time.Second // a block used up within it doubles the next one
)

func newNumbers() *numbers { return &numbers{blocks: map[seriesKey]*block{}} }

// take gives the next number of the pattern ("WX-{yy}{mm}-{seq}") at a time.
func (n *numbers) take(ctx context.Context, tx *store.Tx, project int64, pattern string, at time.Time) (string, error) {
	at = at.In(calendar.Zone)
	series := strings.NewReplacer("{yyyy}", at.Format("2006"), "{yy}", at.Format("06"), "{mm}", at.Format("01"), "{dd}", at.Format("02")).Replace(pattern)
	if !strings.Contains(series, "{seq}") {
		series += "-{seq}"
	}
	key := seriesKey{project, series}
	seq, size, ok := n.fromBlock(key, tx.Now())
	if !ok {
		var err error
		if seq, err = n.reserve(ctx, tx, key, size); err != nil {
			return "", err
		}
	}
	digits := strconv.FormatInt(seq, 10)
	if len(digits) < 4 {
		digits = fmt.Sprintf("%04d", seq)
	}
	return strings.Replace(series, "{seq}", digits, 1), nil
}

func (n *numbers) fromBlock(key seriesKey, now time.Time) (seq, size int64, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	b := n.blocks[key]
	switch {
	case b == nil:
		return 0, 1, false
	case b.next < b.end:
		b.next++
		return b.next - 1, 0, true
	case now.Sub(b.reserved).Abs() < quickBlock:
		return 0, min(b.size*2, largestBlock), false
	default:
		return 0, 1, false
	}
}

// reserve takes a block in the transaction at hand and uses its first number.
// The others become free when the transaction commits: were they given out
// before, a rollback would let the database give them out again.
func (n *numbers) reserve(ctx context.Context, tx *store.Tx, key seriesKey, size int64) (int64, error) {
	end, err := store.One(ctx, tx, store.Value[int64], `INSERT INTO casefile_number (project_id, series, next) VALUES (?, ?, ?)
		ON CONFLICT (project_id, series) DO UPDATE SET next = casefile_number.next + ?
		RETURNING next`, key.project, key.series, 1+size, size)
	if err != nil {
		return 0, err
	}
	first, now := end-size, tx.Now()
	tx.AfterCommit(func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		b := n.blocks[key]
		if b == nil || b.next >= b.end {
			n.blocks[key] = &block{next: first + 1, end: end, size: size, reserved: now}
		}
	})
	return first, nil
}
