package caseweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"guanjia/e2e/center"
)

// Whatever is done beside the steps, the page that follows says that it was saved.
func TestActionsSayThatTheyWereSaved(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		at := "/p/lin/cases/" + c.Repair("水龙头滴水").Number
		for _, x := range []struct {
			path string
			form url.Values
			want string
		}{
			{"/note", url.Values{"text": {"门口有狗"}}, "记一笔：已记下"},
			{"/note", url.Values{"text": {"下午去"}, "told": {"1"}}, "回话：已记下"},
			{"/way/told", url.Values{"text": {"明早去"}}, "回话：已记下"},
			{"/way/promise", url.Values{"text": {"回电话"}, "until": {"2026-11-21T09:00"}}, "答应客户：已记下"},
		} {
			r := httptest.NewRequest(http.MethodGet, at, nil)
			r.Header.Set("Cookie", c.Post("desk", at+x.path, x.form).Want(t, http.StatusSeeOther).Header.Get("Set-Cookie"))
			c.Send("desk", r).Want(t, http.StatusOK).Has(t, x.want)
		}
	})
}
