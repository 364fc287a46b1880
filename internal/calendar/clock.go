package calendar

import (
	"sync"
	"time"
)

// Zone is the time zone of every project: China has one zone and no summer time.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Clock tells the time. Rooms take one instead of calling time.Now, so that
// tests and the demo decide what time it is.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock in Zone.
func System() Clock { return systemClock{} }

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now().In(Zone).Truncate(time.Microsecond) }

// RunningFrom is a clock that reads start now and runs on from there: the
// clock of the demo, whose history and pictures repeat.
func RunningFrom(start time.Time) Clock {
	return &runningClock{start: start.In(Zone), began: time.Now()}
}

type runningClock struct {
	start time.Time
	began time.Time
}

func (c *runningClock) Now() time.Time {
	return c.start.Add(time.Since(c.began)).Truncate(time.Microsecond)
}

// Manual is a clock that stands still until it is moved; for tests, scenarios
// and the writing of history.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual makes a Manual that reads t.
func NewManual(t time.Time) *Manual { return &Manual{now: t.In(Zone)} }

// Now is the time the clock was last set to.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set moves the clock to t, forwards or backwards.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = t.In(Zone)
}

// Add moves the clock by d.
func (m *Manual) Add(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}
