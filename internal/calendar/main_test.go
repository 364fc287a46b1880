package calendar

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// GUANJIA_SOAK=1 runs the property tests at their full count.
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("GUANJIA_SOAK") == "1" {
		if err := flag.Set("rapid.checks", "100000"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}
