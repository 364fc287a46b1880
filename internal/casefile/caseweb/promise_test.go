package caseweb_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"guanjia/e2e/center"
	"guanjia/internal/desk"
	"guanjia/internal/store"
)

// proves DSK-06: what was promised in a case is the desk's to keep, once,
// wherever it was said; the customer's word in the case keeps it.
func TestPromisesOfACaseAreTheDesks(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		open := func() (list []desk.Promise) {
			c.Check(c.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
				list, err = c.Desk.OpenPromises(ctx, tx, c.Project.ID, 0, 0, 10)
				return err
			}))
			return list
		}
		at, console := "/p/lin/cases/"+k.Number, "/p/lin/desk"
		c.Post("desk", at+"/way/promise", url.Values{"until": {c.Clock.Now().Add(time.Hour).Format("2006-01-02T15:04")}, "text": {"一小时内回话"}}).Want(t, http.StatusSeeOther)
		if got := open(); len(got) != 1 || got[0].Words != "一小时内回话" || got[0].Case != k.ID || got[0].Owner != c.Actor("desk").Account {
			t.Fatalf("promises: %+v", got)
		}
		c.Get("desk", console).Want(t, http.StatusOK).Has(t, "一小时内回话")
		c.Post("desk", at+"/note", url.Values{"text": {"师傅在路上，半小时到"}, "told": {"yes"}}).Want(t, http.StatusSeeOther)
		if got := open(); len(got) != 0 {
			t.Errorf("the customer was told, and still: %+v", got)
		}
		c.Get("desk", console).Want(t, http.StatusOK).Lacks(t, "一小时内回话")
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, "限 答应的时间").Lacks(t, "限 promise")

		later := c.Clock.Now().Add(24 * time.Hour).Format("2006-01-02T15:04")
		c.Post("desk", at+"/way/pause", url.Values{"choice": {"parts"}, "until": {later}, "text": {"等阀芯到货"}}).Want(t, http.StatusSeeOther)
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, "等材料").Lacks(t, "parts")
	})
}
