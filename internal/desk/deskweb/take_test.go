package deskweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"guanjia/e2e/center"
)

// proves DSK-03: the desk's form says what keeps a matter from going on: nobody
// is sent out on half an intake, and one that is only recorded names its gaps.
func TestHalfAnIntakeSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		half := url.Values{"kind": {"repair"}, "words": {"有个东西坏了"}, "caller": {"王芳"}, "phone": {"13900001111"}, "place": {"3栋大堂"}, "key": {"half"}, "field.part": {"common"}, "do": {"send"}}
		c.Post("desk", "/p/lin/desk/take", half).Want(t, http.StatusUnprocessableEntity).Has(t, "还没有派出，也还没有记下", "派出之前要填", "有个东西坏了")
		if list := c.CasesOf("repair"); len(list) != 0 {
			t.Fatalf("%d cases came of a refused form", len(list))
		}
		then := func(form url.Values) center.Answer { // what the bar on the next page says
			t.Helper()
			r := httptest.NewRequest(http.MethodGet, "/p/lin/desk", nil)
			r.Header.Set("Cookie", c.Post("desk", "/p/lin/desk/take", form).Want(t, http.StatusSeeOther).Header.Get("Set-Cookie"))
			return c.Send("desk", r).Want(t, http.StatusOK)
		}
		half.Set("do", "save")
		then(half).Has(t, "已记下，还差：", "故障", "工种")
		if list := c.CasesOf("repair"); len(list) != 1 || list[0].State.Step != "take" {
			t.Errorf("recorded: %+v", list)
		}
		then(url.Values{"kind": {"complaint"}, "words": {"保洁态度差"}, "caller": {"王芳"}, "phone": {"13900001111"}, "key": {"c"}, "do": {"send"}}).Has(t, "已记下，还差：")
	})
}
