package caseweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"guanjia/e2e/center"
)

// proves DSK-05: the owner asks somebody to take the case over; it passes when
// they accept, and stays when they decline.
func TestTheCaseIsHandedOn(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		mate := c.Hire("mate", "desk", c.Project.ID)
		k := c.Repair("水龙头滴水")
		at := "/p/lin/cases/" + k.Number
		form := at + "/way/owner"
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, form, "移交首问责任")
		c.Get("mate", at).Want(t, http.StatusOK).Lacks(t, form) // neither owner nor asked
		c.Get("desk", form).Want(t, http.StatusOK).Has(t, fmt.Sprintf(`value="%d"`, mate.Account))
		c.Post("desk", form, url.Values{"choice": {""}}).Want(t, http.StatusUnprocessableEntity).Has(t, "请选接手的人")
		ask := url.Values{"choice": {fmt.Sprint(mate.Account)}, "text": {"明天起休假"}}
		for _, answer := range []string{"decline", "accept"} {
			c.Post("desk", form, ask).Want(t, http.StatusSeeOther)
			if s := c.Case(k.ID).State; s.Owner != c.Actor("desk").Account || s.Offered != mate.Account {
				t.Fatalf("before the answer: %+v", s)
			}
			c.Get("mate", form).Want(t, http.StatusOK).Has(t, "我接手", "我不接")
			c.Post("mate", form, url.Values{"choice": {answer}}).Want(t, http.StatusSeeOther)
			want := map[string]int64{"decline": c.Actor("desk").Account, "accept": mate.Account}[answer]
			if s := c.Case(k.ID).State; s.Owner != want || s.Offered != 0 {
				t.Errorf("after %s: %+v", answer, s)
			}
		}
	})
}

// A wrong amount stands in the form that is shown again, with its reason.
func TestWhatCouldNotBeReadStands(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯坏", "charge": "paid"}, nil)
		form := url.Values{"step": {"quote"}, "outcome": {"agreed"}, "field.quote.0.item": {"阀芯"}, "field.quote.0.sort": {"material"}, "field.quote.0.amount": {"六十"}, "field.pay_by": {"bill"}}
		c.Post("technician", "/p/lin/work/"+k.Number+"/do", form).Want(t, http.StatusUnprocessableEntity).Has(t, `value="六十"`, `value="阀芯"`)
	})
}

// A total that is worked out from rows runs along with them on the case page, and
// is not what is missing: its rows are.
// proves REP-06, CMP-05
func TestATotalIsNotMissing(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯坏", "charge": "paid"}, nil)
		page := c.Get("technician", "/p/lin/cases/"+k.Number).Want(t, http.StatusOK).Has(t, `data-sum="quote.amount"`, `data-sum-sort="money"`, `value="0.00"`).Body
		missing := regexp.MustCompile(`(?s)<ul class="gj-miss.*?</ul>`).FindString(page)
		if !strings.Contains(missing, "报价") || strings.Contains(missing, "合计") {
			t.Errorf("missing: %s", missing)
		}
		form := url.Values{"step": {"quote"}, "outcome": {"agreed"}, "version": {strconv.Itoa(k.State.Version)},
			"field.quote.0.item": {"阀芯"}, "field.quote.0.sort": {"material"}, "field.quote.0.amount": {"60"}, "field.quote.1.item": {"人工"}, "field.quote.1.sort": {"labour"}, "field.quote.1.amount": {"25.5"}}
		c.Post("technician", "/p/lin/cases/"+k.Number+"/do", form).Want(t, http.StatusUnprocessableEntity).Has(t, `value="85.50"`)
	})
}
