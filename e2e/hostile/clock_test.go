package hostile

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/demo"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

var (
	taken    = regexp.MustCompile(`WX-\d{4}-\d+`)
	negative = regexp.MustCompile(`(剩|超时|left|over)\s*-\d|-\d+ (天|小时|分)`)
)

// The machine's clock steps back an hour, forward a day and back again, while
// people work: nobody is logged out, the same key makes no second case, numbers
// and ids stay unique, each level of a clock is told once, due times stand where
// they were stamped, and no page shows less than no time.
func TestClockJumps(t *testing.T) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": storetest.PostgresDSN} {
		if name == "postgres" && os.Getenv(storetest.Env) == "off" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			clock := calendar.NewManual(demo.Now)
			p := open(t, dsn(t), clock)
			c := p.enter(t, "linxiao")
			due := func() {
				t.Helper()
				for range 20 {
					n, err := p.app.Runner().RunDue(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if n == 0 {
						return
					}
				}
			}
			take := func(key, words string) string {
				t.Helper()
				form := url.Values{
					"kind": {"repair"}, "words": {words}, "key": {key}, "do": {"send"}, "caller": {"周慧兰"}, "phone": {"13800006621"}, "place": {"大堂"},
					"field.part": {"common"}, "field.fault": {"water"}, "field.trade": {"plumbing"}, "field.grade": {"general"},
				}
				a := p.send(t, c, http.MethodPost, at+"/desk/take", "application/x-www-form-urlencoded", []byte(form.Encode()))
				if a.status != http.StatusSeeOther {
					t.Fatalf("%s: %d %.300s\n%s", key, a.status, sentence(a.body), p.log.lines())
				}
				return p.one(t, "SELECT number FROM casefile_case WHERE words = ?", words)
			}
			due()
			first := take("jump-1", "钟跳之前说的事")
			stamped := p.all(t, "SELECT name, due_at FROM casefile_clock WHERE case_id = (SELECT id FROM casefile_case WHERE number = ?) ORDER BY name", first)
			if len(stamped) == 0 {
				t.Fatal("the case has no clock")
			}
			numbers := []string{first}
			for i, jump := range []time.Duration{-time.Hour, 24 * time.Hour, -24 * time.Hour, 26 * time.Hour, -30 * 24 * time.Hour, 30 * 24 * time.Hour} {
				clock.Add(jump)
				due()
				if again := take("jump-1", "钟跳之前说的事"); again != first {
					t.Errorf("after %s the same key made %s beside %s", jump, again, first)
				}
				number := take(fmt.Sprintf("jump-%d", i+2), fmt.Sprintf("第 %d 次跳钟之后说的事", i+1))
				if slices.Contains(numbers, number) {
					t.Errorf("after %s the number %s was given twice", jump, number)
				}
				numbers = append(numbers, number)
				for _, path := range []string{"/today", "/cases", "/desk", "/cases/" + first, "/cases/" + number, "/follow-ups", "/board", "/notices"} {
					a := p.get(t, c, at+path)
					if a.status != http.StatusOK {
						t.Errorf("after %s %s answers %d: is the person logged out?\n%s", jump, path, a.status, p.log.lines())
					}
					if found := negative.FindString(sentence(a.body)); found != "" {
						t.Errorf("after %s %s shows %q", jump, path, found)
					}
				}
				due()
				due() // a second run of the timer at the same time does nothing more
			}
			if now := p.all(t, "SELECT name, due_at FROM casefile_clock WHERE case_id = (SELECT id FROM casefile_case WHERE number = ?) ORDER BY name", first); !slices.Equal(now[:len(stamped)], stamped) {
				t.Errorf("due times moved: %v, stamped %v", now, stamped)
			}
			for what, query := range map[string]string{
				"levels told twice":    "SELECT case_id || ' ' || body FROM casefile_event WHERE kind = 'level' GROUP BY case_id, body HAVING count(*) > 1",
				"numbers given twice":  "SELECT number FROM casefile_case GROUP BY project_id, number HAVING count(*) > 1",
				"cases doubled":        "SELECT words FROM casefile_case WHERE words LIKE '%钟%' GROUP BY words HAVING count(*) > 1",
				"jobs waiting doubled": "SELECT kind FROM jobs_job WHERE state = 'waiting' AND unique_key <> '' GROUP BY kind, unique_key HAVING count(*) > 1",
			} {
				if list := p.all(t, query); len(list) > 0 {
					t.Errorf("%s: %v", what, list)
				}
			}
			if levels := p.all(t, "SELECT body FROM casefile_event WHERE kind = 'level'"); len(levels) == 0 {
				t.Error("no level was told in all the days that passed: the timer did not run")
			}
			v, err := p.app.Cases.Verify(t.Context(), auth.System, 0)
			if err != nil || len(v.Findings) > 0 {
				t.Errorf("verify: %v %+v", err, v.Findings)
			}
			if !taken.MatchString(first) || strings.Contains(p.log.lines(), "panic") {
				t.Errorf("the first case is %q", first)
			}
		})
	}
}

// all gives the rows of a query, columns joined by a space.
func (p *place) all(t *testing.T, query string, args ...any) []string {
	t.Helper()
	var list []string
	err := p.app.DB.Read(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		if strings.HasPrefix(query, "SELECT name, due_at") {
			list, err = store.All(ctx, tx, func(scan store.Scan) (string, error) {
				var name string
				var due int64
				err := scan(&name, &due)
				return fmt.Sprint(name, " ", due), err
			}, query, args...)
			return err
		}
		list, err = store.All(ctx, tx, store.Value[string], query, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

func (p *place) one(t *testing.T, query string, args ...any) string {
	t.Helper()
	list := p.all(t, query, args...)
	if len(list) != 1 {
		t.Fatalf("%s %v: %d rows", query, args, len(list))
	}
	return list[0]
}
