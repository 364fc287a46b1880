package static_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guanjia/internal/web/static"
)

func get(t *testing.T, path, encoding string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w
}

func TestFilesAreKeptByTheirContent(t *testing.T) {
	t.Parallel()
	for name, sort := range map[string]string{"gj.js": "text/javascript", "guanjia.css": "text/css", "tabler.css": "text/css", "htmx.min.js": "text/javascript", "echarts.min.js": "text/javascript", "icon.svg": "image/svg+xml"} {
		plain, packed := get(t, static.Path(name), ""), get(t, static.Path(name), "gzip")
		if plain.Code != 200 || !strings.HasPrefix(plain.Header().Get("Content-Type"), sort) || !strings.Contains(plain.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, plain.Code, plain.Header())
		}
		if packed.Header().Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s: not packed", name)
		}
		unpack, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(unpack)
		if err != nil || string(data) != plain.Body.String() {
			t.Errorf("%s: packed and plain differ (%v)", name, err)
		}
	}
}

func TestOldAndUnknownAddresses(t *testing.T) {
	t.Parallel()
	if w := get(t, "/static/000000000000/gj.js", ""); w.Code != 200 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("an address of an older version: %d %q", w.Code, w.Header().Get("Cache-Control"))
	}
	for _, path := range []string{"/static/x/nothing.js", "/static/", "/static/x/../static.go", "/static/x/embed.go"} {
		if w := get(t, path, ""); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a page may name a file that is not there")
		}
	}()
	static.Path("nothing.js")
}

// The history on a printed slip does not touch the table above it.
func TestTheHistoryOnPaperStandsClearOfTheTable(t *testing.T) {
	t.Parallel()
	css := get(t, static.Path("guanjia.css"), "").Body.String()
	if !strings.Contains(css, ".gj-a4 :is(.gj-form + .gj-shots, .gj-form + .gj-tl, .gj-shots + .gj-tl) { margin-top: 4mm; }") {
		t.Error("the history begins on the border of the table")
	}
}

// A table to fill in keeps its headings on the phone: else its rows are blank boxes.
func TestTablesToFillInHaveHeadingsOnThePhone(t *testing.T) {
	t.Parallel()
	css := get(t, static.Path("guanjia.css"), "").Body.String()
	if !strings.Contains(css, "[data-gj-phone] .gj-entry thead { display: block; }") || strings.Contains(css, ".gj-entry thead { display: none") {
		t.Error("the headings of a table are hidden on the phone")
	}
}
