package careweb

import (
	"net/netip"
	"sync"
	"time"
)

// What one address may ask of the pages without log-in.
const (
	limitEach = 30
	limitSpan = time.Minute
	limitMost = 50_000 // addresses remembered at once
)

// limiter counts requests by address in fixed spans of time.
type limiter struct {
	mu    sync.Mutex
	since time.Time
	seen  map[netip.Addr]int
}

// pass counts one request; false when the address has asked too often.
func (l *limiter) pass(from netip.Addr, now time.Time) bool {
	if from.Is6() && !from.Is4In6() { // one home has many addresses of one network
		if p, err := from.Prefix(64); err == nil {
			from = p.Addr()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := now.Sub(l.since); l.seen == nil || d >= limitSpan || d < 0 || len(l.seen) >= limitMost {
		l.since, l.seen = now, map[netip.Addr]int{}
	}
	l.seen[from]++
	return l.seen[from] <= limitEach
}
