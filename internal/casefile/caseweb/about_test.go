package caseweb_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
)

// A case taken in without unit and customer gets both from its page: searched,
// chosen, in the lists at once; the log says so.
func TestUnitAndCustomerFromTheCasePage(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{Project: c.Project.ID, Procedure: "enquiry", Channel: "phone", Caller: "陌生人", Words: "想问停水几点结束"})
		c.Check(err)
		at := "/p/lin/cases/" + k.Number
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, "补房屋和客户")
		c.Get("desk", at+"/way/about?find=9-9-999").Want(t, http.StatusOK).Has(t, "没有找到")
		value := fmt.Sprintf("%d:%d", c.Unit.ID, c.Owner.ID)
		c.Get("desk", at+"/way/about?find="+url.QueryEscape(c.Owner.Name)).Want(t, http.StatusOK).Has(t, "没有定房屋", `value="`+value+`"`, fmt.Sprintf(`value="%d:0"`, c.Unit.ID)).Lacks(t, phone)
		form := url.Values{"version": {strconv.Itoa(k.State.Version)}, "choice": {value}}
		c.Post("desk", at+"/way/about", form).Want(t, http.StatusSeeOther)
		if got := c.Case(k.ID); got.Unit != c.Unit.ID || got.Customer != c.Owner.ID || got.Caller != "陌生人" || got.Phone != "" || got.Plate == "" {
			t.Errorf("%+v", got)
		}
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, "定了房屋和客户："+c.Unit.Title()).Lacks(t, "补房屋和客户")
		c.Post("desk", at+"/way/about", form).Want(t, http.StatusUnprocessableEntity)
		c.Get("desk", at+"/way/about").Want(t, http.StatusOK).Has(t, `<option value="" selected>请选择`)
		blind := url.Values{"version": {strconv.Itoa(c.Case(k.ID).State.Version)}, "choice": {""}, "text": {"按错了"}}
		c.Post("desk", at+"/way/about", blind).Want(t, http.StatusUnprocessableEntity).Has(t, "请先查找")
		if got := c.Case(k.ID); got.Unit != c.Unit.ID || got.Customer != c.Owner.ID {
			t.Errorf("cleared without a choice: %+v", got)
		}
		c.Get("auditor", at+"/way/about?find=1502").Lacks(t, c.Owner.Name)
	})
}
