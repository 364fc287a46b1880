package desk_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"guanjia/e2e/center"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/resident"
)

// proves DSK-01, DSK-05: what a resident reports on their own page rings at the
// desk, and a word they add later rings for who answers for the case.
func TestAResidentsWordsRing(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		second := c.Hire("second", "desk", c.Project.ID)
		told := func(who, words string, want int) {
			t.Helper()
			page, err := c.Notice.List(ctx, c.Actor(who), c.Project.ID, 0, 50)
			c.Check(err)
			n := 0
			for _, x := range page.Notices {
				if strings.Contains(x.Text.ZH, words) && strings.HasPrefix(x.Link, "/p/lin/cases/") {
					n++
				}
			}
			if n != want {
				t.Errorf("%s was told “%s” %d times, want %d", who, words, n, want)
			}
		}
		send := func(path string, form url.Values) string {
			t.Helper()
			return c.Post("", path, form).Want(t, http.StatusSeeOther).Header.Get("Location")
		}
		l, err := c.Residents.Make(ctx, auth.System, resident.Link{Project: c.Project.ID, Kind: resident.Area, Place: "3栋大堂"})
		c.Check(err)
		progress := send("/r/"+l.Token, url.Values{"kind": {"other"}, "words": {"大堂的门关不上"}, "key": {"k1"}})
		told("desk", "住户报来：大堂的门关不上", 1)
		told("second", "住户报来：大堂的门关不上", 1)
		told("technician", "住户报来", 0)
		k := c.CasesOf("repair")[0]
		owner, other := "desk", "second"
		if k.State.Owner == second.Account {
			owner, other = other, owner
		}
		send(progress+"/add", url.Values{"text": {"刚报完想起来"}, "key": {"k2"}}) // it still belongs to the report
		told(owner, "住户补充", 0)
		c.Clock.Add(5 * time.Minute)
		for range 2 { // sent twice, told once
			send(progress+"/add", url.Values{"text": {"门口还有一摊水"}, "key": {"k3"}})
		}
		told(owner, "住户补充：门口还有一摊水", 1)
		told(other, "住户补充", 0)
		_, err = c.Cases.Do(ctx, c.Actor("desk"), casefile.Doing{Case: k.ID, Command: engine.Command{Kind: engine.EvNote, Data: map[string]any{"text": "下午去看"}}})
		c.Check(err)
		told(owner, "下午去看", 0)
	})
}
