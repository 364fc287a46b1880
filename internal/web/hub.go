package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
)

// Hub tells open pages that something changed. Rooms publish a topic after
// their commit; a page hears the topic's name and fetches anew what it shows,
// with its own rights: no content passes through here.
type Hub struct {
	mu     sync.Mutex
	closed bool
	ears   map[int64]map[*ear]struct{} // by project
}

// ear is one open page.
type ear struct {
	mu     sync.Mutex
	topics []string
	wake   chan struct{}
}

// NewHub makes a Hub.
func NewHub() *Hub { return &Hub{ears: map[int64]map[*ear]struct{}{}} }

// Publish tells the open pages of a project that topic changed ("case",
// "call", "notice"). Call it after the commit. It never waits: topics that a
// slow page has not fetched yet are told once.
func (h *Hub) Publish(project int64, topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for e := range h.ears[project] {
		e.tell(topic)
	}
}

// Close ends all streams; part of shutting down.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, ears := range h.ears {
		for e := range ears {
			close(e.wake)
		}
	}
	h.ears = map[int64]map[*ear]struct{}{}
}

// Open is how many pages listen to a project.
func (h *Hub) Open(project int64) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.ears[project])
}

func (h *Hub) listen(project int64) (*ear, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false
	}
	e := &ear{wake: make(chan struct{}, 1)}
	if h.ears[project] == nil {
		h.ears[project] = map[*ear]struct{}{}
	}
	h.ears[project][e] = struct{}{}
	return e, true
}

func (h *Hub) leave(project int64, e *ear) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.ears[project], e)
	if len(h.ears[project]) == 0 {
		delete(h.ears, project)
	}
}

func (e *ear) tell(topic string) {
	e.mu.Lock()
	if !slices.Contains(e.topics, topic) {
		e.topics = append(e.topics, topic)
	}
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default: // a wake is pending already
	}
}

func (e *ear) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.topics
	e.topics = nil
	return t
}

const (
	heartbeat  = 25 * time.Second // below the idle limit of common proxies
	streamLife = 10 * time.Minute // then the page asks anew, and its session is checked anew
)

// events is the stream of topic names of a project.
func (s *Shell) events(w http.ResponseWriter, r *http.Request) error {
	project := ProjectOf(r.Context())
	actor, _ := auth.From(r.Context())
	if len(actor.Roles(project.ID)) == 0 {
		return errRefused("a role in the project")
	}
	e, ok := s.cfg.Hub.listen(project.ID)
	if !ok {
		return errs.New(errs.Unavailable, "web.events.closing", "系统正在重启，稍后自动恢复。", "Restarting; this comes back by itself.")
	}
	defer s.cfg.Hub.leave(project.ID, e)
	ctl := http.NewResponseController(w)
	_ = ctl.SetWriteDeadline(time.Time{}) // not every connection has one
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	send := func(format string, args ...any) bool {
		_, err := fmt.Fprintf(w, format, args...)
		return err == nil && ctl.Flush() == nil
	}
	if !send("retry: 3000\n\n") {
		return nil
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	end := time.NewTimer(streamLife)
	defer end.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-end.C:
			return nil
		case <-beat.C:
			if !send(": here\n\n") {
				return nil
			}
		case _, open := <-e.wake:
			if !open {
				return nil
			}
			if topics := e.take(); len(topics) > 0 && !send("event: changed\ndata: %s\n\n", strings.Join(topics, " ")) {
				return nil
			}
		}
	}
}
