package store

import (
	"context"
	"sync"
)

// Counter counts the statements run under a context, so that a test can hold
// a page to its number of queries and the log can show it.
type Counter struct {
	mu      sync.Mutex
	queries []string
}

type counterKey struct{}

// WithCounter returns a context whose statements are counted.
func WithCounter(ctx context.Context) (context.Context, *Counter) {
	c := &Counter{}
	return context.WithValue(ctx, counterKey{}, c), c
}

// N is the number of statements so far.
func (c *Counter) N() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queries)
}

// Queries lists the statements so far.
func (c *Counter) Queries() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.queries...)
}

func countQuery(ctx context.Context, query string) {
	if c, ok := ctx.Value(counterKey{}).(*Counter); ok {
		c.mu.Lock()
		c.queries = append(c.queries, query)
		c.mu.Unlock()
	}
}
