package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guanjia/internal/errs"
)

// FuzzRequest throws bodies, types and parameters at an operation: it either
// takes them or refuses them as Invalid; it never falls over.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][3]string{
		{`{"procedure":"repair","unit":"7"}`, "application/json", "limit=3"}, {`{"unit":9007199254740993}`, "application/json; charset=utf-8", ""},
		{`{"fields":{"a":[[[[1]]]]}}`, "application/json", "from=2026-11-20"}, {"\x00\xff", "text/plain", "limit=-9&x=%zz"}, {`{"unit":"1e9"}`, "", "count=maybe"},
		{strings.Repeat(`{"fields":`, 50), "application/json", "after=" + strings.Repeat("A", 300)},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	type in struct {
		Limit int    `query:"limit"`
		Count bool   `query:"count"`
		After string `query:"after"`
		Key   string `header:"Idempotency-Key"`
		Body  NewCase
	}
	op := call("fuzz", http.MethodPost, "/x", "x.y.z", "x", "x", http.StatusOK, func(_ context.Context, in in) (NewCase, error) { return in.Body, nil })
	f.Fuzz(func(t *testing.T, body, media, query string) {
		r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(body))
		r.Header.Set("Content-Type", media)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		err := op.serve(w, r)
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%v", err)
		}
		if err == nil && w.Code != http.StatusOK {
			t.Errorf("status %d", w.Code)
		}
	})
}

// TestDigestOf reads the digests of RFC 9530 and refuses what only looks like one.
func TestDigestOf(t *testing.T) {
	t.Parallel()
	const good = "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:"
	for header, want := range map[string]int{"": 0, good: 32, "md5=:AAAA:": 0, "md5=:AAAA:, " + good: 32, "sha-256=:AAAA:": -1, "sha-256=nonsense": -1} {
		got, err := digestOf(header)
		if (err != nil) != (want < 0) || err == nil && len(got) != want {
			t.Errorf("%q: %x, %v", header, got, err)
		}
	}
}
