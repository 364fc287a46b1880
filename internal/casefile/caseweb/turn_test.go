package caseweb_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"guanjia/e2e/center"
)

// proves INS-01: a step of a post is that post's to do though the work is still
// with the technician: on the first page, in its list, and in nobody else's.
func TestAStepWaitsForItsPost(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		c.Hire("cashier", "cashier", c.Project.ID)
		k := c.Repair("水龙头滴水")
		waits := func(who, words string, want bool) {
			t.Helper()
			list := c.Get(who, "/p/lin/cases?view=turn").Want(t, http.StatusOK)
			if want {
				c.Get(who, "/p/lin/today").Want(t, http.StatusOK).Has(t, k.Number)
				list.Has(t, words)
			} else {
				list.Lacks(t, words)
			}
		}
		waits("desk", "水龙头滴水", true) // to be sent
		waits("supervisor", "水龙头滴水", true)
		waits("cashier", "水龙头滴水", false)
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		waits("technician", "水龙头滴水", true)
		waits("desk", "水龙头滴水", false)
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯坏", "charge": "paid"}, nil)
		quote := []map[string]any{{"item": "阀芯", "sort": "material", "amount": int64(4500)}}
		k = c.Do("technician", k, "quote", "agreed", map[string]any{"quote": quote, "total": int64(4500), "pay_by": "bill"}, nil)
		k = c.Do("technician", k, "work", "done", map[string]any{"result": "fixed", "did": "换阀芯"}, nil)
		k = c.Do("technician", k, "finish", "signed", map[string]any{"signed_by": []string{"1"}}, nil)
		c.Do("technician", k, "sign", "refused", nil, nil)
		waits("supervisor", "水龙头滴水", true)
		waits("technician", "水龙头滴水", false)
		k = c.Do("supervisor", k, "review", "done", map[string]any{"review": "当面说明，再修一次"}, nil)
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯坏", "charge": "paid"}, nil)
		k = c.Do("technician", k, "quote", "agreed", map[string]any{"quote": quote, "total": int64(4500), "pay_by": "bill"}, nil)
		k = c.Do("technician", k, "work", "done", map[string]any{"result": "fixed", "did": "换阀芯"}, nil)
		k = c.Do("technician", k, "finish", "signed", map[string]any{"signed_by": []string{"1"}}, nil)
		k = c.Do("technician", k, "sign", "signed", map[string]any{"approved_by": []string{"2"}}, nil)
		waits("cashier", "水龙头滴水", true)
		waits("supervisor", "水龙头滴水", false)
		c.Get("cashier", "/p/lin/cases/"+k.Number).Want(t, http.StatusOK)
	})
}

// The history says to whom work was sent, who has it instead and who had it
// before, on the page and on paper.
// proves REP-03
func TestTheHistorySaysToWhom(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		c.Hire("陈刚", "technician", c.Project.ID)
		c.Hire("周敏", "desk", c.Project.ID)
		k := c.Repair("龙头滴水")
		at := "/p/lin/cases/" + k.Number
		id := func(who string) string { return strconv.FormatInt(c.Actor(who).Account, 10) }
		way := func(name, to, words string) {
			t.Helper()
			c.Post("supervisor", at+"/way/"+name, url.Values{"choice": {to}, "text": {words}, "version": {strconv.Itoa(c.Case(k.ID).State.Version)}}).Want(t, http.StatusSeeOther)
		}
		c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		way("assign", id("陈刚"), "他离得近")
		way("owner", id("周敏"), "林晓休假")
		said := []string{"完成「派单」：派给 technician", "转交给 陈刚（原来是 technician）", "请 周敏 接手首问责任"}
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, said...)
		c.Get("desk", at+"/print").Want(t, http.StatusOK).Has(t, said...)
	})
}

// Nobody is chosen beforehand to whom a case goes, nor a step to which it is
// moved: sending the form as it opens changes nothing and says what is missing.
func TestNothingIsChosenForAHandOver(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("龙头滴水")
		at := "/p/lin/cases/" + k.Number + "/way/"
		for way, says := range map[string]string{"assign": "请选转给谁", "jump": "请选调到哪一步"} {
			c.Get("supervisor", at+way).Want(t, http.StatusOK).Has(t, `<option value="" selected>请选择</option>`)
			c.Post("supervisor", at+way, url.Values{"choice": {""}, "text": {"他离得近"}, "version": {strconv.Itoa(k.State.Version)}}).
				Want(t, http.StatusUnprocessableEntity).Has(t, says, "他离得近")
		}
		if now := c.Case(k.ID).State; now.Version != k.State.Version {
			t.Errorf("the case went to version %d", now.Version)
		}
	})
}
