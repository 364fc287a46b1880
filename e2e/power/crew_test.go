package power

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"guanjia/e2e/house"
)

const project = "/p/linjiang"

// deed is one command of a person, with what it leaves behind.
type deed struct {
	kind  string // intake, note, step
	words string // unique
	form  url.Values
	path  string
	by    *http.Client
	acked bool
}

// crew is people at work: each takes matters in, notes things down and sends
// orders out, one command after the other, and remembers what was confirmed.
type crew struct {
	people []*http.Client
	mu     sync.Mutex
	deeds  []*deed
	said   map[string]int // refusals, by what they said
	n      int
}

func hire(t *testing.T, s *house.Server, logins ...string) *crew {
	t.Helper()
	c := &crew{said: map[string]int{}}
	for _, login := range logins {
		p, err := s.Login(login)
		if err != nil {
			t.Fatal(err)
		}
		c.people = append(c.people, p)
	}
	return c
}

func (c *crew) note(d *deed) *deed {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	d.words = fmt.Sprintf("%s〔%06d〕", d.words, c.n)
	c.deeds = append(c.deeds, d)
	return d
}

func (c *crew) confirmed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, d := range c.deeds {
		if d.acked {
			n++
		}
	}
	return n
}

// errGone is an answer that never came: the command may or may not be done.
var errGone = errors.New("no answer")

// send sends a deed; only an answer that says so confirms it.
func (c *crew) send(ctx context.Context, p *http.Client, base string, d *deed) error {
	d.by = p
	status, body, err := house.Post(ctx, p, base+d.path, d.form)
	switch {
	case err != nil:
		return errGone
	case status == http.StatusSeeOther:
		c.mu.Lock()
		d.acked = true
		c.mu.Unlock()
		return nil
	}
	return fmt.Errorf("%s: status %d: %s", d.kind, status, trouble(body))
}

var (
	tags    = regexp.MustCompile(`(?s)<(script|style|nav|header)[^>]*>.*?</(script|style|nav|header)>|<[^>]+>`)
	digits  = regexp.MustCompile(`错误编号 \S+|\d+`)
	version = regexp.MustCompile(`name="version" value="(\d+)"`)
	step    = regexp.MustCompile(`name="step" value="(\w+)"`)
	cases   = regexp.MustCompile(`/cases/(WX-\d{4}-\d{4,})"`)
)

func trouble(body string) string {
	words := strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
	return string([]rune(words)[:min(len([]rune(words)), 160)])
}

func (c *crew) intake(key string, save bool) *deed {
	do := "send"
	if save {
		do = "save"
	}
	d := c.note(&deed{kind: "intake", words: "厨房水龙头关不紧，一直滴水", path: project + "/desk/take"})
	d.form = url.Values{
		"kind": {"repair"}, "words": {d.words}, "key": {key}, "do": {do}, "caller": {"周慧兰"}, "phone": {"13800006621"}, "place": {"大堂"},
		"field.part": {"common"}, "field.fault": {"water"}, "field.trade": {"plumbing"}, "field.grade": {"general"},
	}
	return d
}

// work goes on until ctx ends; the server may die at any moment.
func (c *crew) work(ctx context.Context, base string) {
	var all sync.WaitGroup
	for _, p := range c.people {
		all.Go(func() {
			for ctx.Err() == nil {
				err := c.round(ctx, p, base)
				if errors.Is(err, errGone) {
					return
				}
				if err != nil {
					if c.refused(err) > 1000 {
						return // nothing gets through: the test says so
					}
					<-pause(15*time.Millisecond, 30*time.Millisecond) // a person tries again
				}
			}
		})
	}
	all.Wait()
}

// refused keeps what a refusal said, without numbers, and counts them.
func (c *crew) refused(err error) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said[digits.ReplaceAllString(err.Error(), "#")]++
	all := 0
	for _, n := range c.said {
		all += n
	}
	return all
}

// round is one matter: taken in and sent out, or recorded, noted and then sent.
func (c *crew) round(ctx context.Context, p *http.Client, base string) error {
	quick := rand.IntN(2) == 0                                               //nolint:gosec // which of two ways
	d := c.intake(fmt.Sprintf("k-%d-%d", os.Getpid(), rand.Int64()), !quick) //nolint:gosec // unique is enough
	if err := c.send(ctx, p, base, d); err != nil || quick {
		return err
	}
	// Any open case will do, one of the demo's too: people work on each other's.
	_, list, err := house.Get(ctx, p, base+project+"/cases?view=open")
	if err != nil {
		return errGone
	}
	found := cases.FindStringSubmatch(list)
	if found == nil {
		_, list, err = house.Get(ctx, p, base+project+"/desk")
		if err != nil {
			return errGone
		}
		found = cases.FindStringSubmatch(list)
	}
	if found == nil {
		return nil
	}
	path := project + "/cases/" + found[1]
	n := c.note(&deed{kind: "note", words: "已电话核实", path: path + "/note"})
	n.form = url.Values{"text": {n.words}}
	if err := c.send(ctx, p, base, n); err != nil {
		return err
	}
	_, page, err := house.Get(ctx, p, base+path)
	if err != nil {
		return errGone
	}
	v, s := version.FindStringSubmatch(page), step.FindStringSubmatch(page)
	if v == nil || s == nil || s[1] != "dispatch" {
		return nil
	}
	o := c.note(&deed{kind: "step", words: found[1] + " ", path: path + "/do"})
	o.form = url.Values{"step": {"dispatch"}, "version": {v[1]}, "outcome": {"sent"}}
	if err := c.send(ctx, p, base, o); err != nil && strings.Contains(err.Error(), "409") {
		return nil // a colleague was first: said, and nothing was done
	} else if err != nil {
		return err
	}
	return nil
}

// again sends once more what got no answer: intakes, whose key makes that safe.
func (c *crew) again(ctx context.Context, t *testing.T, base string) {
	t.Helper()
	for _, d := range c.deeds {
		if d.acked || d.kind != "intake" {
			continue
		}
		if err := c.send(ctx, d.by, base, d); err != nil { // a key is a person's own
			t.Fatalf("sent once more: %v", err)
		}
	}
}

// check compares what was confirmed with what is there.
func (c *crew) check(t *testing.T, in *installation) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	there := map[string]int{}
	for _, w := range in.strings(t, "SELECT words FROM casefile_case WHERE words LIKE '%〔%'") {
		there[w]++
	}
	for _, body := range in.strings(t, "SELECT body FROM casefile_event WHERE kind = 'note' AND body LIKE '%〔%'") {
		if at := strings.Index(body, "已电话核实"); at >= 0 {
			end := strings.Index(body[at:], "〕")
			there[body[at:at+end+len("〕")]]++
		}
	}
	sent := map[string]int{}
	for _, number := range in.strings(t, `SELECT c.number FROM casefile_event e JOIN casefile_case c ON c.id = e.case_id
		WHERE e.kind = 'done' AND e.head LIKE '%"step":"dispatch"%'`) {
		sent[number]++
	}
	lost, double := 0, 0
	for _, d := range c.deeds {
		n := there[d.words]
		if d.kind == "step" {
			number, _, _ := strings.Cut(d.words, " ")
			n = sent[number]
		}
		if d.acked && n == 0 {
			lost++
			t.Errorf("lost, though confirmed: %s %s", d.kind, d.words)
		}
		if n > 1 {
			double++
			t.Errorf("there %d times: %s %s", n, d.kind, d.words)
		}
	}
	if numbers := in.strings(t, "SELECT number FROM casefile_case GROUP BY project_id, number HAVING count(*) > 1"); len(numbers) > 0 {
		t.Errorf("numbers given twice: %v", numbers)
	}
	if lost+double > 0 {
		t.Fatalf("%d lost, %d doubled", lost, double)
	}
}

// pause is a random moment in a burst.
func pause(from, to time.Duration) <-chan time.Time {
	return time.After(from + time.Duration(rand.Int64N(int64(to-from)))) //nolint:gosec // any moment
}
