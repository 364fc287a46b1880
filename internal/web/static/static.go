package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	thirdparty "guanjia/third_party"
)

//go:embed *.css *.js *.svg
var own embed.FS

// Prefix is where the files live.
const Prefix = "/static/"

type file struct {
	sort   string // content type
	plain  []byte
	packed []byte // gzip; nil where it does not pay
}

type set struct {
	version string
	files   map[string]file
}

var load = sync.OnceValue(func() set {
	all := map[string][]byte{}
	for _, from := range []fs.FS{own, thirdparty.Files} {
		err := fs.WalkDir(from, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(from, p)
			all[path.Base(p)] = data
			return err
		})
		if err != nil {
			panic(fmt.Sprintf("static: reading embedded files: %v", err))
		}
	}
	s := set{files: map[string]file{}}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		_, _ = fmt.Fprintf(sum, "%s %d\n", name, len(all[name])) // a hash does not fail
		_, _ = sum.Write(all[name])
		sort := mime.TypeByExtension(path.Ext(name))
		switch path.Ext(name) {
		case ".js":
			sort = "text/javascript; charset=utf-8"
		case ".css":
			sort = "text/css; charset=utf-8"
		case ".svg":
			sort = "image/svg+xml"
		}
		s.files[name] = file{sort: sort, plain: all[name], packed: pack(all[name])}
	}
	s.version = hex.EncodeToString(sum.Sum(nil))[:12]
	return s
})

func pack(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	_, _ = w.Write(data)                                  // a buffer does not fail
	_ = w.Close()
	if b.Len() >= len(data) {
		return nil
	}
	return b.Bytes()
}

// Path is the address of a file: "gj.js" becomes "/static/3f…/gj.js". All files
// share one version, so scripts may import each other by relative address. An
// unknown name panics: it is a fault in a page, met by the first test that draws it.
func Path(name string) string {
	s := load()
	if _, ok := s.files[name]; !ok {
		panic("static: no file named " + name)
	}
	return Prefix + s.version + "/" + name
}

// Handler serves the files. A known address may be kept for a year; an address
// of an older version gets today's file, kept only briefly.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := load()
		version, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
		f, ok := s.files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.sort)
		h.Set("Vary", "Accept-Encoding")
		h.Set("Cache-Control", "public, max-age=60")
		if version == s.version {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		body := f.plain
		if f.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = f.packed
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // the reader went away: nothing to do
		}
	})
}
