package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
)

var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is valid
	return w
}}

// compress packs text answers. Files of static come packed already; event
// streams and pictures stay as they are.
func (s *Shell) compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		p := &packed{ResponseWriter: w}
		defer p.close()
		next.ServeHTTP(p, r)
	})
}

type packed struct {
	http.ResponseWriter
	gz      *gzip.Writer
	decided bool
}

func (p *packed) WriteHeader(status int) {
	if !p.decided && status >= 200 {
		p.decided = true
		h := p.Header()
		if status != http.StatusNoContent && status != http.StatusNotModified && h.Get("Content-Encoding") == "" && packable(h.Get("Content-Type")) {
			h.Set("Content-Encoding", "gzip")
			h.Add("Vary", "Accept-Encoding")
			h.Del("Content-Length")
			p.gz = packers.Get().(*gzip.Writer) //nolint:forcetypeassert // the pool holds nothing else
			p.gz.Reset(p.ResponseWriter)
		}
	}
	p.ResponseWriter.WriteHeader(status)
}

func packable(sort string) bool {
	sort, _, _ = strings.Cut(sort, ";")
	switch sort {
	case "text/html", "text/plain", "text/csv", "application/json", "application/problem+json", "image/svg+xml":
		return true
	}
	return false
}

func (p *packed) Write(b []byte) (int, error) {
	if !p.decided {
		if p.Header().Get("Content-Type") == "" {
			p.Header().Set("Content-Type", http.DetectContentType(b))
		}
		p.WriteHeader(http.StatusOK)
	}
	if p.gz != nil {
		return p.gz.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// FlushError sends what is packed so far.
func (p *packed) FlushError() error {
	if p.gz != nil {
		if err := p.gz.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(p.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (p *packed) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *packed) close() {
	if p.gz != nil {
		_ = p.gz.Close() // the reader went away: nothing to do
		packers.Put(p.gz)
		p.gz = nil
	}
}

// begun reports whether part of the answer is out.
func (p *packed) begun() bool { return p.decided }
