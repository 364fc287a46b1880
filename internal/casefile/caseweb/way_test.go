package caseweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
)

// proves REP-07: the paper of a case says that something was turned down and
// not signed; a stop with a name and a time alone reads as confirmed.
func TestPaperSaysWhatWasTurnedDown(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		at := "/p/lin/cases/" + k.Number + "/print"
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯老化", "charge": "paid"}, nil)
		k = c.Do("technician", k, "quote", "declined", map[string]any{"quote": []any{map[string]any{"item": "阀芯", "sort": "material", "amount": int64(6000)}}, "pay_by": "cash"}, nil)
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, " · technician · 客户不同意").Lacks(t, "没有签")
		k = c.Do("technician", k, k.State.Step, "", map[string]any{"after_no": "close", "why_not": "太贵"}, nil)
		if k.State.Status != engine.Closed {
			t.Fatalf("at %s", k.State.Step)
		}
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, "没有签")
	})
}

// proves DSK-05: who tells a customer says by which way, on the case page as on
// the page of follow-ups.
func TestTheWayOfTellingIsAsked(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{Project: c.Project.ID, Procedure: "enquiry", Channel: "phone", Unit: c.Unit.ID, Words: "押金怎么退", Fields: map[string]any{"kind": "suggestion"}})
		c.Check(err)
		k = c.Do("desk", k, "reply", "", map[string]any{"now": "yes", "scope": "yes"}, nil)
		at := "/p/lin/cases/" + k.Number
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, `name="by" value="call" checked`, `name="by" value="letter"`)
		form := url.Values{"step": {"tell"}, "outcome": {"told"}, "version": {strconv.Itoa(k.State.Version)}, "by": {"visit"}}
		c.Post("desk", at+"/do", form).Want(t, http.StatusUnprocessableEntity).Has(t, `name="by" value="visit" checked`) // no answer yet; what was chosen stays
		form.Set("field.answer", "凭收据到前台办")
		c.Post("desk", at+"/do", form).Want(t, http.StatusSeeOther)
		v, err := c.Cases.View(context.Background(), c.Actor("desk"), c.Project.ID, k.Number)
		c.Check(err)
		by := ""
		for _, e := range v.Events {
			if e.Kind == engine.EvDone && e.Step == "tell" {
				by, _ = e.Data["by"].(string)
			}
		}
		if by != "visit" {
			t.Errorf("told by %q", by)
		}
	})
}
