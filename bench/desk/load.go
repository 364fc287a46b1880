package desk

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// target is a server on loopback, over real connections.
type target struct {
	base    string
	handler http.Handler
	cookies []*http.Cookie
	stop    func()
}

func serve(h http.Handler) (*target, error) {
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(ln) }() // ends with stop
	return &target{base: "http://" + ln.Addr().String(), handler: h, stop: func() { _ = srv.Close() }}, nil
}

// ask makes the n-th request of a job.
type ask func(n int64) (method, path, key string, body []byte)

func (t *target) request(ctx context.Context, make ask, n int64) (*http.Request, error) {
	method, path, key, body := make(n)
	r, err := http.NewRequestWithContext(ctx, method, t.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	r.Header.Set("Accept-Language", "zh-CN")
	for _, c := range t.cookies {
		r.AddCookie(c)
	}
	return r, nil
}

// sample is what one stretch of load gave.
type sample struct {
	took  []time.Duration
	bytes int64
	span  time.Duration
}

func (s *sample) add(o sample) {
	s.took, s.bytes, s.span = append(s.took, o.took...), s.bytes+o.bytes, s.span+o.span
}

// load asks from conns connections, each waiting for its answer before the
// next question, for the given span. Any answer but a success ends it.
func (t *target) load(ctx context.Context, conns int, span time.Duration, next *atomic.Int64, make ask) (sample, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: conns, DisableCompression: true}}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var all sample
	var group sync.WaitGroup
	start := now()
	for range conns {
		group.Go(func() {
			var own sample
			for now().Sub(start) < span && ctx.Err() == nil {
				r, err := t.request(ctx, make, next.Add(1))
				if err != nil {
					cancel(err)
					return
				}
				began := now()
				resp, err := client.Do(r)
				if err != nil {
					cancel(err)
					return
				}
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close() // read to its end
				if err == nil && resp.StatusCode/100 != 2 {
					err = fmt.Errorf("%s %s: %s: %.500s", r.Method, r.URL.Path, resp.Status, body)
				}
				if err != nil {
					cancel(err)
					return
				}
				own.took = append(own.took, now().Sub(began))
				own.bytes += int64(len(body))
			}
			mu.Lock()
			defer mu.Unlock()
			all.add(own)
		})
	}
	group.Wait()
	all.span = now().Sub(start)
	if err := context.Cause(ctx); err != nil {
		return all, err
	}
	return all, nil
}

func now() time.Time { return time.Now() } //nolint:forbidigo // a machine duration, not business time

// quantile is the duration below which share of the sorted list lies, in ms.
func quantile(sorted []time.Duration, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(len(sorted)-1, int(share*float64(len(sorted))))].Microseconds()) / 1000
}

func (s sample) result() Result {
	slices.Sort(s.took)
	r := Result{N: len(s.took), P50: quantile(s.took, 0.50), P95: quantile(s.took, 0.95), P99: quantile(s.took, 0.99)}
	if s.span > 0 && len(s.took) > 0 {
		r.PerSecond, r.Bytes = float64(len(s.took))/s.span.Seconds(), s.bytes/int64(len(s.took))
	}
	return r
}
