package power

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"
)

// points is how often the process is killed: few in the suite, many in a soak.
func points(few int) int {
	if os.Getenv("GUANJIA_SOAK") == "1" {
		return few * 10
	}
	return few
}

// readyWithin is how soon a killed server must be ready again: the middle one of
// its starts, for a busy machine may hold up any single one.
const readyWithin = 10 * time.Second

// proves PLT-03: whatever was confirmed is there exactly once, whenever the
// process is killed, and what got no answer may be sent again.
func TestKilledAtAnyMoment(t *testing.T) {
	for name, db := range map[string]struct {
		points int
		dsn    func(t *testing.T) string
	}{
		"sqlite":   {50, func(*testing.T) string { return "" }},
		"postgres": {8, func(t *testing.T) string { dsn, _ := cluster(t); return dsn }},
	} {
		t.Run(name, func(t *testing.T) {
			in := install(t, db.dsn(t))
			s, _ := in.serve(t)
			people := hire(t, s, "linxiao", "chenjia", "wuhaiyan", "linxiao")
			var starts []time.Duration
			n := points(db.points)
			for range n {
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() {
					people.work(ctx, s.URL)
					close(done)
				}()
				<-pause(20*time.Millisecond, 450*time.Millisecond)
				s.Kill()
				stop()
				<-done
				again, took := in.serve(t)
				s = again
				starts = append(starts, took)
				people.again(t.Context(), t, s.URL)
				people.check(t, in)
			}
			s.Kill()
			in.verify(t)
			slices.Sort(starts)
			if middle := starts[len(starts)/2]; middle > readyWithin {
				t.Errorf("ready after %s", middle)
			}
			t.Logf("killed %d times: %d commands confirmed, slowest start %s, refusals %v", n, people.confirmed(), starts[len(starts)-1].Round(time.Millisecond), people.said)
			if people.confirmed() < n {
				t.Errorf("only %d commands were confirmed: the crew did not work", people.confirmed())
			}
		})
	}
}
