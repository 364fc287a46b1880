package web

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/web/static"
)

// visit is what is known about one request while it is served.
type visit struct {
	number  string // shown on error pages, found in the log
	pattern string
	account int64
	client  netip.Addr
	secure  bool
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// Number is the error number of the request: shown on its error page and found
// in every log line about it.
func Number(ctx context.Context) string { return visitOf(ctx).number }

// ClientIP is the address the request came from, seen through trusted proxies
// only. For limits and sessions; it never goes to the log.
func ClientIP(ctx context.Context) netip.Addr { return visitOf(ctx).client }

// Secure reports whether the person reached us over TLS, here or at a trusted
// proxy; cookies are then marked Secure.
func Secure(ctx context.Context) bool { return visitOf(ctx).secure }

// visits numbers requests, catches panics, and writes one log line each,
// without addresses or names: the pattern instead of the path.
func (s *Shell) visits(next http.Handler) http.Handler {
	clock := calendar.System()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := clock.Now()
		v := &visit{number: newNumber()}
		v.client, v.secure = s.origin(r)
		ctx := context.WithValue(r.Context(), visitKey{}, v)
		r = r.WithContext(context.WithValue(ctx, shellKey{}, s))
		if v.client.IsValid() {
			// Rooms that count by address see the person's, not the proxy's.
			r.RemoteAddr = netip.AddrPortFrom(v.client, 0).String()
		}
		out := &meter{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // the documented sentinel of net/http
					panic(p)
				}
				s.fail(out, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
			level := slog.LevelInfo
			if strings.HasPrefix(r.URL.Path, static.Prefix) {
				level, v.pattern = slog.LevelDebug, static.Prefix
			}
			s.cfg.Log.Log(ctx, level, "request", "number", v.number, "method", r.Method, "route", v.pattern,
				"status", out.status, "bytes", out.bytes, "account", v.account, "ms", clock.Now().Sub(start).Milliseconds())
		}()
		next.ServeHTTP(out, r)
	})
}

// newNumber is eight letters and digits that can be read out on the phone.
func newNumber() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails
	n := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(b[:])
	return n[:4] + "-" + n[4:]
}

// origin is the client's address and whether it came over TLS. Forwarded
// headers count only when they come from a trusted proxy, read from the right.
func (s *Shell) origin(r *http.Request) (netip.Addr, bool) {
	secure := r.TLS != nil
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, secure
	}
	addr := ap.Addr().Unmap()
	trusted := func(a netip.Addr) bool {
		return slices.ContainsFunc(s.cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	if !trusted(addr) {
		return addr, secure
	}
	if proto := r.Header.Get("X-Forwarded-Proto"); proto != "" {
		secure = proto == "https"
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		addr = a.Unmap()
		if !trusted(addr) {
			break
		}
	}
	return addr, secure
}

// meter counts what is answered and knows whether anything was.
type meter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (m *meter) WriteHeader(status int) {
	if m.status == 0 {
		m.status = status
	}
	m.ResponseWriter.WriteHeader(status)
}

func (m *meter) Write(b []byte) (int, error) {
	if m.status == 0 {
		m.status = http.StatusOK
	}
	n, err := m.ResponseWriter.Write(b)
	m.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (m *meter) Unwrap() http.ResponseWriter { return m.ResponseWriter }

// begun reports whether part of the answer is out.
func (m *meter) begun() bool { return m.status != 0 }
