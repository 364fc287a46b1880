package power

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"guanjia/e2e/house"
)

// Aims of the start; the test fails at twice the aim, so that a busy machine
// does not, and prints what was measured (docs/measured.md).
const (
	firstPageAim = 3 * time.Second
	serveAim     = time.Second
	restAim      = 100 << 20
)

// The first page of a demo from an empty folder, a server on data that are
// there, and the memory it holds when nobody asks for anything.
func TestMeasuredStart(t *testing.T) {
	binary := house.Binary(t)
	data := filepath.Join(t.TempDir(), "data")
	var s *house.Server
	first := time.Hour
	for range 3 { // the best of three, each from an empty folder: others use the machine too
		if s != nil {
			s.Kill()
		}
		began := time.Now()
		var err error
		if s, err = house.Launch(binary, nil, "demo", "--data", data, "--listen", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		if first = min(first, time.Since(began)); first < firstPageAim {
			break
		}
	}
	c, err := s.Login("wuhaiyan")
	if err != nil {
		t.Fatal(err)
	}
	if status, _, err := house.Get(t.Context(), c, s.URL+project+"/today"); err != nil || status != http.StatusOK {
		t.Fatalf("today: %d %v", status, err)
	}
	s.Stop()

	served := time.Hour
	for range 3 { // the best of three, as above
		s.Stop()
		began := time.Now()
		if s, err = house.Launch(binary, nil, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log", "error"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Kill)
		if served = min(served, time.Since(began)); served < serveAim {
			break
		}
	}
	rest, err := s.RSS()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/today", "/cases", "/desk"} {
		if c, err = s.Login("wuhaiyan"); err != nil {
			t.Fatal(err)
		}
		if status, _, err := house.Get(t.Context(), c, s.URL+project+path); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %v", path, status, err)
		}
	}
	used, err := s.RSS()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("demo's first page from an empty folder: %s (aim %s)\nserve on existing data: %s (aim %s)\nmemory at rest: %d MB, after three log-ins and pages: %d MB (aim %d MB)\n",
		first.Round(10*time.Millisecond), firstPageAim, served.Round(10*time.Millisecond), serveAim, rest>>20, used>>20, restAim>>20)
	if first > 2*firstPageAim || served > 2*serveAim || rest > 2*restAim {
		t.Error("more than twice an aim")
	}
}
