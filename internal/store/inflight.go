package store

import (
	"sync"
	"time"
)

// closeWait bounds how long Close waits for reads in hand; a read longer than
// this is cut off.
const closeWait = 10 * time.Second

// goneWait bounds how long Close waits for connections that are being closed.
const goneWait = 2 * time.Second

// inFlight counts the transactions that use connections beside the writer, so
// that Close does not return while one of them still holds the file open.
type inFlight struct {
	mu      sync.Mutex
	n       int
	closing bool
	idle    chan struct{} // closed when closing and n reaches 0
}

// enter reports false when the database is closing.
func (f *inFlight) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing {
		return false
	}
	f.n++
	return true
}

func (f *inFlight) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n--; f.closing && f.n == 0 {
		close(f.idle)
	}
}

// close lets nobody in any more and waits for those inside; false when it was
// called before.
func (f *inFlight) close() bool {
	f.mu.Lock()
	if f.closing {
		f.mu.Unlock()
		return false
	}
	f.closing, f.idle = true, make(chan struct{})
	if f.n == 0 {
		close(f.idle)
	}
	f.mu.Unlock()
	timer := time.NewTimer(closeWait)
	defer timer.Stop()
	select {
	case <-f.idle:
	case <-timer.C:
	}
	return true
}
