package work

import (
	"testing"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
)

// The technician's deadline is the work's, not the call the desk promised.
func TestDeadlineIsTheWorks(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 11, 20, hour, 0, 0, 0, time.UTC) }
	word := engine.ClockState{Name: "next_word", Run: engine.RunRunning, Limit: engine.LimitPromise, Due: at(9)}
	finish := engine.ClockState{Name: "finish", Run: engine.RunRunning, Limit: "1 day", Due: at(20)}
	arrive := engine.ClockState{Name: "arrive", Run: engine.RunRunning, Limit: "2 hours", Due: at(12)}
	met := engine.ClockState{Name: "dispatch", Run: engine.RunMet, Limit: "10 minutes", Due: at(8)}
	for name, x := range map[string]struct {
		clocks []engine.ClockState
		want   string
	}{
		"the work's":       {[]engine.ClockState{met, word, finish, arrive}, "arrive"},
		"last":             {[]engine.ClockState{finish, word}, "finish"},
		"only the promise": {[]engine.ClockState{met, word}, "next_word"},
		"none":             {[]engine.ClockState{met}, ""},
	} {
		if got, ok := Deadline(casefile.Case{Clocks: x.clocks}); got.Name != x.want || ok != (x.want != "") {
			t.Errorf("%s: %q %v", name, got.Name, ok)
		}
	}
}
