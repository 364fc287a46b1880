package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

var rooms = []store.Migrations{jobs.Migrations()}

type bench struct {
	t     *testing.T
	db    *store.DB
	clock *calendar.Manual
	queue jobs.Queue
}

func each(t *testing.T, fn func(b *bench)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		fn(&bench{t: t, db: db, clock: clock})
	})
}

func (b *bench) runner(opts jobs.Options, specs ...jobs.Spec) *jobs.Runner {
	b.t.Helper()
	opts.Log = slog.New(slog.DiscardHandler)
	r, err := jobs.NewRunner(b.db, &b.queue, specs, opts)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bench) enqueue(list ...jobs.Enqueue) {
	b.t.Helper()
	err := b.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		for _, e := range list {
			if err := b.queue.Enqueue(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) runDue(r *jobs.Runner, want int) {
	b.t.Helper()
	n, err := r.RunDue(context.Background())
	if err != nil || n != want {
		b.t.Fatalf("RunDue did %d jobs, %v; want %d", n, err, want)
	}
}

func (b *bench) counts() jobs.Counts {
	b.t.Helper()
	c, err := b.queue.Count(context.Background(), b.db)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// log collects what was done, by argument.
type log struct {
	mu   sync.Mutex
	done []string
}

func (l *log) work(_ context.Context, j jobs.Job) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = append(l.done, fmt.Sprintf("%s %s %d", j.Kind, j.Args, j.Attempt))
	return nil
}

func TestAJobExistsExactlyWhenItsTransactionCommits(t *testing.T) {
	each(t, func(b *bench) {
		var l log
		r := b.runner(jobs.Options{}, jobs.Spec{Kind: "probe.it", Work: l.work})
		wish := errors.New("wish")
		err := b.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			if err := b.queue.Enqueue(ctx, tx, jobs.Enqueue{Kind: "probe.it", Args: "never"}); err != nil {
				return err
			}
			return wish
		})
		if !errors.Is(err, wish) {
			b.t.Fatal(err)
		}
		b.runDue(r, 0)
		b.enqueue(jobs.Enqueue{Kind: "probe.it", Args: "one"})
		b.runDue(r, 1)
		b.runDue(r, 0)
		if diff := cmp.Diff([]string{`probe.it "one" 1`}, l.done); diff != "" {
			b.t.Error(diff)
		}
		if c := b.counts(); c != (jobs.Counts{}) {
			b.t.Errorf("done jobs leave nothing behind: %+v", c)
		}
	})
}

func TestUniqueKeepsOneWaitingJobAtTheEarlierTime(t *testing.T) {
	each(t, func(b *bench) {
		var l log
		r := b.runner(jobs.Options{}, jobs.Spec{Kind: "probe.it", Work: l.work})
		at := func(d time.Duration) time.Time { return storetest.Start.Add(d) }
		b.enqueue(
			jobs.Enqueue{Kind: "probe.it", Args: "a", Unique: "k", RunAt: at(time.Hour)},
			jobs.Enqueue{Kind: "probe.it", Args: "b", Unique: "k", RunAt: at(time.Minute)},
			jobs.Enqueue{Kind: "probe.it", Args: "c", Unique: "k", RunAt: at(2 * time.Hour)},
			jobs.Enqueue{Kind: "probe.it", Args: "other", Unique: "k2"},
			jobs.Enqueue{Kind: "probe.it", Args: "free"},
			jobs.Enqueue{Kind: "probe.it", Args: "free"},
		)
		b.runDue(r, 3)
		b.clock.Add(time.Minute)
		b.runDue(r, 1)
		b.clock.Add(3 * time.Hour)
		b.runDue(r, 0)
		want := []string{`probe.it "other" 1`, `probe.it "free" 1`, `probe.it "free" 1`, `probe.it "a" 1`}
		if diff := cmp.Diff(want, l.done); diff != "" {
			b.t.Error(diff)
		}
	})
}

func TestUniqueLetsTheNextOneInWhileOneRuns(t *testing.T) {
	each(t, func(b *bench) {
		runs := 0
		r := b.runner(jobs.Options{}, jobs.Spec{Kind: "probe.it", Work: func(context.Context, jobs.Job) error {
			if runs++; runs == 1 {
				// Something happens while the job runs: it must be looked at again.
				b.enqueue(jobs.Enqueue{Kind: "probe.it", Unique: "k"})
				return errors.New("and this run fails")
			}
			return nil
		}})
		b.enqueue(jobs.Enqueue{Kind: "probe.it", Unique: "k"})
		b.runDue(r, 2)
		b.clock.Add(time.Hour)
		b.runDue(r, 0) // the failed one gave way to the waiting one
	})
}

func TestFailuresWaitLongerEachTimeAndEndInTheList(t *testing.T) {
	each(t, func(b *bench) {
		var attempts []int
		r := b.runner(jobs.Options{}, jobs.Spec{Kind: "probe.it", Attempts: 3, Work: func(_ context.Context, j jobs.Job) error {
			attempts = append(attempts, j.Attempt)
			if j.Attempt == 2 {
				panic("boom")
			}
			return errors.New("no \x00 answer")
		}})
		b.enqueue(jobs.Enqueue{Kind: "probe.it", Args: map[string]any{"n": 1}})
		b.runDue(r, 1)
		b.clock.Add(jobs.Wait(1) - time.Second)
		b.runDue(r, 0)
		b.clock.Add(time.Second)
		b.runDue(r, 1)
		b.clock.Add(jobs.Wait(2))
		b.runDue(r, 1)
		b.clock.Add(24 * time.Hour)
		b.runDue(r, 0)
		if diff := cmp.Diff([]int{1, 2, 3}, attempts); diff != "" {
			b.t.Error(diff)
		}
		failed, err := b.queue.ListFailed(context.Background(), b.db, 10)
		if err != nil || len(failed) != 1 {
			b.t.Fatalf("failed: %+v, %v", failed, err)
		}
		if failed[0].Error != "no  answer" || failed[0].Attempt != 3 || string(failed[0].Args) != `{"n":1}` {
			b.t.Errorf("failed: %+v", failed[0])
		}

		retry := func() error {
			return b.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				return b.queue.Retry(ctx, tx, failed[0].ID)
			})
		}
		if err := retry(); err != nil {
			b.t.Fatal(err)
		}
		if err := retry(); errs.KindOf(err) != errs.NotFound {
			b.t.Errorf("a second retry: %v", err)
		}
		b.runDue(r, 1)
	})
}

func TestSnoozeCostsNoAttemptAndCancelEndsAtOnce(t *testing.T) {
	each(t, func(b *bench) {
		var attempts []int
		r := b.runner(jobs.Options{},
			jobs.Spec{Kind: "probe.later", Work: func(_ context.Context, j jobs.Job) error {
				if attempts = append(attempts, j.Attempt); len(attempts) == 1 {
					return jobs.Snooze(time.Hour)
				}
				return nil
			}},
			jobs.Spec{Kind: "probe.never", Work: func(context.Context, jobs.Job) error {
				return jobs.Cancel(errors.New("the number does not exist"))
			}})
		b.enqueue(jobs.Enqueue{Kind: "probe.later"}, jobs.Enqueue{Kind: "probe.never"})
		b.runDue(r, 2)
		b.clock.Add(59 * time.Minute)
		b.runDue(r, 0)
		b.clock.Add(time.Minute)
		b.runDue(r, 1)
		if diff := cmp.Diff([]int{1, 1}, attempts); diff != "" {
			b.t.Error(diff)
		}
		if c := b.counts(); c.Failed != 1 || c.Waiting != 0 {
			b.t.Errorf("counts: %+v", c)
		}
	})
}

func TestPeriodicKindsRunOncePerIntervalAmongNodes(t *testing.T) {
	each(t, func(b *bench) {
		var l log
		spec := jobs.Spec{Kind: "probe.tick", Every: 15 * time.Second, Work: l.work}
		one, two := b.runner(jobs.Options{}, spec), b.runner(jobs.Options{}, spec)
		b.runDue(one, 1)
		b.runDue(two, 0)
		b.clock.Add(14 * time.Second)
		b.runDue(two, 0)
		b.clock.Add(time.Second)
		b.runDue(two, 1)
		b.runDue(one, 0)
		b.clock.Add(time.Hour) // missed turns are not made up for
		b.runDue(one, 1)
		b.clock.Add(-48 * time.Hour) // the clock is set back: no silence of two days
		b.runDue(one, 1)
	})
}

func TestAKilledWorkersJobRunsAgain(t *testing.T) {
	each(t, func(b *bench) {
		ctx := context.Background()
		opts := jobs.Options{Lease: time.Hour} // machine time never renews it within the test
		var l log
		r := b.runner(opts, jobs.Spec{Kind: "probe.it", Work: l.work})
		killed := b.runner(opts, jobs.Spec{Kind: "probe.it", Work: func(context.Context, jobs.Job) error {
			// The process dies here: the row is as it would be left. Another
			// node looks before and after the lease ends.
			b.runDue(r, 0)
			b.clock.Add(59 * time.Minute)
			b.runDue(r, 0)
			b.clock.Add(time.Minute)
			b.runDue(r, 1)
			return errors.New("too late: this result must not count")
		}})
		b.enqueue(jobs.Enqueue{Kind: "probe.it", Args: 1})
		b.runDue(killed, 1)
		if diff := cmp.Diff([]string{"probe.it 1 2"}, l.done); diff != "" {
			b.t.Error(diff)
		}
		if c := b.counts(); c != (jobs.Counts{}) {
			b.t.Errorf("counts: %+v", c)
		}
		if b.db.Dialect() == store.SQLite { // one process only: no need to wait
			once := b.runner(opts, jobs.Spec{Kind: "probe.it", Work: func(context.Context, jobs.Job) error {
				if err := r.Recover(ctx); err != nil {
					b.t.Error(err)
				}
				b.runDue(r, 1)
				return nil
			}})
			b.enqueue(jobs.Enqueue{Kind: "probe.it", Args: 2})
			b.runDue(once, 1)
		}
	})
}

func TestUnknownKindsWaitForANodeThatKnowsThem(t *testing.T) {
	each(t, func(b *bench) {
		var l log
		old := b.runner(jobs.Options{})
		b.enqueue(jobs.Enqueue{Kind: "probe.new"})
		b.runDue(old, 1)
		b.clock.Add(jobs.Wait(1))
		b.runDue(b.runner(jobs.Options{}, jobs.Spec{Kind: "probe.new", Work: l.work}), 1)
		if len(l.done) != 1 {
			b.t.Errorf("done: %v", l.done)
		}
	})
}

func TestRunWakesOnCommitAndLosesAndDoublesNothing(t *testing.T) {
	each(t, func(b *bench) {
		const n = 200
		var mu sync.Mutex
		times := map[string]int{}
		done := make(chan struct{})
		work := func(_ context.Context, j jobs.Job) error {
			mu.Lock()
			defer mu.Unlock()
			if times[string(j.Args)]++; len(times) == n {
				select {
				case done <- struct{}{}:
				default:
				}
			}
			return nil
		}
		ctx, stop := context.WithCancel(context.Background())
		var nodes sync.WaitGroup
		// The second node hears of the first one's commits by looking: Poll is
		// long, so that passing within the time limit proves the wake-up.
		for range 2 {
			r := b.runner(jobs.Options{Poll: time.Hour, Workers: 3}, jobs.Spec{Kind: "probe.it", Work: work})
			nodes.Go(func() {
				if err := r.Run(ctx); err != nil {
					b.t.Error(err)
				}
			})
		}
		var writers sync.WaitGroup
		for w := range 4 {
			writers.Go(func() {
				for i := range n / 4 {
					b.enqueue(jobs.Enqueue{Kind: "probe.it", Args: fmt.Sprint(w, " ", i)})
				}
			})
		}
		writers.Wait()
		select {
		case <-done:
		case <-time.After(5 * time.Minute):
			b.t.Error("not everything was done in time")
		}
		stop()
		nodes.Wait()
		mu.Lock()
		defer mu.Unlock()
		for k, v := range times {
			if v != 1 {
				b.t.Errorf("%s was done %d times", k, v)
			}
		}
		if c := b.counts(); c != (jobs.Counts{}) {
			b.t.Errorf("counts: %+v", c)
		}
	})
}

func TestStoppingPutsBackWhatDoesNotFinish(t *testing.T) {
	each(t, func(b *bench) {
		ctx, stop := context.WithCancel(context.Background())
		var began atomic.Bool
		r := b.runner(jobs.Options{Grace: time.Millisecond}, jobs.Spec{Kind: "probe.long", Work: func(ctx context.Context, _ jobs.Job) error {
			began.Store(true)
			stop()
			<-ctx.Done()
			return ctx.Err()
		}})
		b.enqueue(jobs.Enqueue{Kind: "probe.long"})
		if err := r.Run(ctx); err != nil {
			b.t.Fatal(err)
		}
		if c := b.counts(); !began.Load() || c.Waiting != 1 || c.Running != 0 || c.Failed != 0 {
			b.t.Errorf("began %v, counts %+v", began.Load(), c)
		}
		var l log
		b.runDue(b.runner(jobs.Options{}, jobs.Spec{Kind: "probe.long", Work: l.work}), 1)
		if diff := cmp.Diff([]string{"probe.long null 1"}, l.done); diff != "" {
			b.t.Errorf("an interruption is no failed attempt: %s", diff)
		}
	})
}

func TestWaitGrowsToAnHour(t *testing.T) {
	t.Parallel()
	last := time.Duration(0)
	for n := 1; n < 40; n++ {
		w := jobs.Wait(n)
		if w < last || w > time.Hour {
			t.Errorf("Wait(%d) = %s after %s", n, w, last)
		}
		last = w
	}
	if jobs.Wait(1) != 2*time.Second || last != time.Hour {
		t.Errorf("from %s to %s", jobs.Wait(1), last)
	}
}

func TestDoubledKindsAreRefused(t *testing.T) {
	t.Parallel()
	work := func(context.Context, jobs.Job) error { return nil }
	for name, specs := range map[string][]jobs.Spec{
		"twice":    {{Kind: "a.b", Work: work}, {Kind: "a.b", Work: work}},
		"nameless": {{Work: work}},
		"idle":     {{Kind: "a.b"}},
	} {
		if _, err := jobs.NewRunner(nil, &jobs.Queue{}, specs, jobs.Options{}); err == nil || !strings.HasPrefix(err.Error(), "jobs: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
