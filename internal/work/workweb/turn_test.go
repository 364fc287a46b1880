package workweb_test

import (
	"net/http"
	"testing"

	"guanjia/e2e/center"
)

// Where the step is not the technician's, the order says whose it is.
func TestTheOrderSaysWhoseTurnItIs(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		path := "/p/lin/work/" + k.Number
		c.Get("technician", path).Want(t, http.StatusOK).Lacks(t, "现在是“")
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯老化", "charge": "free"}, nil)
		k = c.Do("technician", k, "work", "done", map[string]any{"result": "fixed", "did": "换了阀芯"}, nil)
		k = c.Do("technician", k, "finish", "signed", map[string]any{"signed_by": "1"}, nil)
		c.Do("technician", k, "sign", "refused", nil, nil)
		c.Get("technician", path).Want(t, http.StatusOK).Has(t, "现在是“客户不签字”，该主管办")
	})
}

// Who signs their own work has nothing to refuse: the other button says that it
// is not done yet. A customer may refuse.
// proves REP-07
func TestOnesOwnSignatureIsNotRefused(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("龙头滴水")
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯磨损", "charge": "free"}, nil)
		k = c.Do("technician", k, "work", "done", map[string]any{"result": "fixed", "did": "换阀芯"}, nil)
		pages := []string{"/p/lin/work/" + k.Number + "/step", "/p/lin/cases/" + k.Number}
		who := []string{"technician", "supervisor"}
		for i, page := range pages {
			c.Get(who[i], page).Want(t, http.StatusOK).Has(t, "还没做完，退回").Lacks(t, "不签字")
		}
		c.Do("technician", k, "finish", "signed", map[string]any{"signed_by": []string{"1"}}, nil)
		for i, page := range pages {
			c.Get(who[i], page).Want(t, http.StatusOK).Has(t, "不签字").Lacks(t, "还没做完，退回")
		}
	})
}
