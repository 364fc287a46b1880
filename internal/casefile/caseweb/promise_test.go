package caseweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
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

// proves DSK-06: a promise names who asked, with the case and the number they
// gave, not the owner of the unit it is about.
func TestAPromiseNamesWhoAsked(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		stranger := ""
		for _, at := range []struct {
			name          string
			customer      int64
			caller, phone string
			has, lacks    []string
		}{
			{"a stranger of the unit", 0, "路过的小赵", "8613900002222", []string{"路过的小赵", "139****2222"}, []string{c.Owner.Name, "13900002222"}},
			{"a customer", c.Owner.ID, "", "", []string{c.Owner.Name, "/people/" + strconv.FormatInt(c.Owner.ID, 10)}, nil},
		} {
			k, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{
				Project: c.Project.ID, Procedure: "repair", Channel: "resident", Unit: c.Unit.ID, Customer: at.customer, Caller: at.caller, Phone: at.phone, Words: at.name,
				Fields: map[string]any{"part": "in_unit", "fault": "water", "trade": "plumbing", "grade": "small"},
			})
			c.Check(err)
			p, err := c.Desk.Promise(context.Background(), c.Actor("desk"), desk.Promise{Project: c.Project.ID, Case: k.ID, Unit: c.Unit.ID, Words: "回话 " + at.name, Due: c.Clock.Now().Add(time.Hour)})
			c.Check(err)
			path := "/p/lin/desk/promises/" + strconv.FormatInt(p.ID, 10)
			if at.customer == 0 {
				stranger = path
			}
			c.Get("desk", path).Want(t, http.StatusOK).
				Has(t, append(at.has, `href="/p/lin/cases/`+k.Number+`">`+k.Number)...).Lacks(t, at.lacks...)
		}
		c.Get("desk", "/p/lin/desk").Want(t, http.StatusOK).Has(t, "路过的小赵")
		looks := func() (n int64) {
			c.Check(c.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM audit_entry WHERE action = 'desk.promise.look'")
				return err
			}))
			return n
		}
		if n := looks(); n != 0 {
			t.Errorf("%d looks before anybody looked", n)
		}
		c.Get("desk", stranger).Has(t, `href="?show=phone"`)
		c.Get("desk", stranger+"?show=phone").Want(t, http.StatusOK).Has(t, `href="tel:13900002222"`)
		if n := looks(); n != 1 {
			t.Errorf("%d looks on record", n)
		}
	})
}
