package browser_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"guanjia/e2e/house"
	"guanjia/internal/demo"
)

func TestMain(m *testing.M) { house.Main(m) }

// demoOnce starts the demo, on PostgreSQL when GUANJIA_E2E_DATABASE says so.
var demoOnce = sync.OnceValues(func() (*house.Server, error) {
	dir, err := os.MkdirTemp("", "guanjia-demo-*")
	if err != nil {
		return nil, err
	}
	house.AtEnd(func() { _ = os.RemoveAll(dir) })
	args := []string{"demo", "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0"}
	if os.Getenv("GUANJIA_E2E_DATABASE") == "postgres" {
		dsn, err := schema()
		if err != nil {
			return nil, err
		}
		args = append(args, "--dsn", dsn)
	}
	s, err := house.Launch(demoBinary, nil, args...)
	if err == nil {
		house.AtEnd(s.Kill)
	}
	return s, err
})

var demoBinary string

// demoHouse is the one demo that the tests of pages look at; what a test
// changes there, the others must bear.
func demoHouse(t *testing.T) *house.Server {
	t.Helper()
	demoBinary = house.Binary(t)
	s, err := demoOnce()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// demoPhone is the number of a household that lives in its own unit.
func demoPhone(t *testing.T) string {
	t.Helper()
	for _, u := range demo.MakePlan().Units {
		if u.State == "owner_occupied" && len(u.People) > 0 && u.People[0].Phone != "" {
			return u.People[0].Phone
		}
	}
	t.Fatal("nobody lives in the demo")
	return ""
}
