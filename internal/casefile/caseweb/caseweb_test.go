package caseweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/estate"
)

const phone = "13900001111"

// Each page opens to whom its right belongs, shows no whole number, and says no
// more than that it is not there to who may not see the case (LAW-02).
func TestWhoSeesWhichPage(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("厨房水管漏了")
		at := "/p/lin/cases/" + k.Number
		for _, page := range []struct {
			path string
			open []string // who may; the others of these roles may not
			code int      // what those get
			says []string
		}{
			{"/p/lin/today", []string{"desk", "supervisor", "director", "technician"}, http.StatusForbidden, nil},
			{"/p/lin/cases?view=open", []string{"desk", "supervisor", "director"}, http.StatusForbidden, []string{k.Number, "厨房水管漏了"}},
			{"/p/lin/cases.xlsx?view=open", []string{"desk", "supervisor", "director", "auditor"}, http.StatusForbidden, nil},
			{"/p/lin/registers/cases/print?kind=repair", []string{"desk", "supervisor", "director", "auditor"}, http.StatusForbidden, []string{k.Number}},
			{at, []string{"desk", "supervisor", "director"}, http.StatusNotFound, []string{"厨房水管漏了", "王芳", "139****1111"}},
			{at + "/print", []string{"desk", "supervisor", "director", "auditor"}, http.StatusForbidden, []string{k.Number, "厨房水管漏了"}},
			{at + "/way/cancel", []string{"desk", "supervisor", "director"}, http.StatusNotFound, []string{"取消事项"}},
		} {
			for _, who := range []string{"desk", "supervisor", "director", "technician", "auditor"} {
				got := c.Get(who, page.path)
				may := strings.Contains(" "+strings.Join(page.open, " ")+" ", " "+who+" ")
				switch {
				case may:
					got.Want(t, http.StatusOK).Has(t, page.says...)
				case who == "technician" && strings.HasPrefix(page.path, "/p/lin/cases?"): // a list of what is theirs
					got.Want(t, http.StatusOK).Lacks(t, k.Number, "厨房水管漏了", "王芳")
				case who == "auditor": // looks at lists and paper, works on nothing
					got.Want(t, http.StatusForbidden).Lacks(t, "厨房水管漏了", "王芳")
				default:
					got.Want(t, page.code).Lacks(t, "厨房水管漏了", "王芳")
				}
				got.Lacks(t, phone)
			}
			if got := c.Get("", page.path); got.Code == http.StatusOK || strings.Contains(got.Body, "水管") || !strings.Contains(got.To, "/login") {
				t.Errorf("a visitor opens %s: %d", page.path, got.Code)
			}
		}
	})
}

// What one project holds, the other's people neither see nor change, whichever
// of the two addresses they try (PLT-04).
func TestAnotherProjectsCase(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("厨房水管漏了")
		far := c.NewProject("far", "远山居", "residential")
		c.Hire("stranger", "supervisor", far.ID)
		version := strconv.Itoa(k.State.Version)
		for _, at := range []string{"/p/lin", "/p/far"} {
			one := at + "/cases/" + k.Number
			for _, path := range []string{one, one + "/print", one + "/way/pause", at + "/cases?q=" + url.QueryEscape("水管"), at + "/cases.xlsx"} {
				got := c.Get("stranger", path)
				got.Lacks(t, "厨房水管漏了", "王芳", phone)
				if list := strings.HasPrefix(path, "/p/far/cases?") || path == "/p/far/cases.xlsx"; !list && got.Code != http.StatusNotFound && got.Code != http.StatusForbidden {
					t.Errorf("%s: %d", path, got.Code)
				}
			}
			for _, post := range []string{"/note", "/do", "/way/cancel", "/way/erase"} {
				got := c.Post("stranger", one+post, url.Values{"version": {version}, "text": {"不归我管"}, "step": {"dispatch"}, "outcome": {"sent"}})
				if got.Code != http.StatusNotFound && got.Code != http.StatusForbidden {
					t.Errorf("%s: %d", one+post, got.Code)
				}
			}
		}
		if after := c.Case(k.ID); after.State.Version != k.State.Version {
			t.Errorf("the case went from version %d to %d", k.State.Version, after.State.Version)
		}
	})
}

// A form that is refused comes back with what was typed and says what is wrong;
// nothing has changed (DSK-04).
func TestRefusedFormsKeepTheirWords(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("厨房水管漏了")
		at := "/p/lin/cases/" + k.Number
		version := strconv.Itoa(k.State.Version)
		for name, row := range map[string]struct {
			who, path string
			form      url.Values
			keeps     []string
		}{
			"a time nobody can read":   {"desk", "/way/promise", url.Values{"text": {"下午到 <b>"}, "until": {"明天"}}, []string{"下午到 &lt;b&gt;", "请选日期和时间"}},
			"a promise without a time": {"desk", "/way/promise", url.Values{"text": {"下午一定到"}}, []string{"下午一定到"}},
			"a pause without a reason": {"desk", "/way/pause", url.Values{"text": {"等人回来"}}, []string{"等人回来"}},
			"about nobody":             {"desk", "/way/about", url.Values{"find": {"1502"}, "text": {"认错了"}}, []string{"认错了", "先查找"}},
			"another home, no why":     {"desk", "/way/about", url.Values{"choice": {"0:0"}}, []string{"请写明为什么"}},
			"to nobody":                {"supervisor", "/way/assign", url.Values{"text": {"他在三号楼"}}, []string{"他在三号楼"}},
			"to a step that is not":    {"supervisor", "/way/jump", url.Values{"choice": {"dance"}, "text": {"先跳一步"}}, []string{"先跳一步"}},
			"no right to it":           {"desk", "/way/jump", url.Values{"choice": {"quote"}, "text": {"客户不要了"}}, []string{"客户不要了", "人工调整步骤"}},
			"still open":               {"supervisor", "/way/erase", url.Values{"text": {"本人来函"}}, []string{"本人来函", "没有办结"}},
			"an old page":              {"supervisor", "/way/cancel", url.Values{"version": {"1"}, "text": {"客户自己修了"}}, []string{"客户自己修了"}},
			"another step's form":      {"desk", "/do", url.Values{"step": {"quote"}, "outcome": {"agreed"}, "field_quote_note": {"x"}}, nil},
			"an outcome there is not":  {"desk", "/do", url.Values{"step": {"dispatch"}, "outcome": {"danced"}}, nil},
		} {
			if row.form.Get("version") == "" {
				row.form.Set("version", version)
			}
			got := c.Post(row.who, at+row.path, row.form)
			if got.Code < 400 || got.Code >= 500 {
				t.Errorf("%s: %d", name, got.Code)
			}
			got.Has(t, row.keeps...).Lacks(t, phone, "到 <b>")
			if after := c.Case(k.ID); after.State.Version != k.State.Version {
				t.Fatalf("%s: the case changed", name)
			}
		}
		c.Get("desk", at+"/way/dance").Want(t, http.StatusNotFound)
		c.Post("desk", at+"/note", url.Values{"text": {" "}, "version": {version}}).Want(t, http.StatusUnprocessableEntity)
		c.Post("desk", at+"/note", url.Values{"text": {"带梯子"}, "version": {version}}).Want(t, http.StatusSeeOther)
		c.Get("desk", at).Has(t, "带梯子")
	})
}

// A view of one's own is one's own: nobody else lists or drops it.
func TestSavedViewsAreOnesOwn(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		c.Post("desk", "/p/lin/saved", url.Values{"name": {" "}, "query": {"status=open"}}).Want(t, http.StatusUnprocessableEntity)
		c.Post("desk", "/p/lin/saved", url.Values{"name": {"三栋漏水"}, "query": {"status=open&q=漏"}}).Want(t, http.StatusSeeOther)
		c.Get("desk", "/p/lin/cases").Want(t, http.StatusOK).Has(t, "三栋漏水")
		c.Get("supervisor", "/p/lin/cases").Want(t, http.StatusOK).Lacks(t, "三栋漏水")
	})
}

// The list names a customer of another kind too: a company's case shows the
// company, and still no whole number.
func TestAListMasksEveryNumber(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		company, err := c.Estate.CreatePerson(context.Background(), auth.System, c.Project.ID, estate.Person{Kind: estate.Company, Name: "百货公司"}, []estate.NewPhone{{Number: "13800007777"}})
		c.Check(err)
		_, err = c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "enquiry", Channel: "phone", Unit: c.Unit.ID, Customer: company.ID, Caller: company.Name, Phone: "13800007777", Words: "问装卸时间",
			Fields: map[string]any{"kind": "hours"},
		})
		c.Check(err)
		for _, path := range []string{"/p/lin/cases?view=open", "/p/lin/today", "/p/lin/registers/cases/print?kind=enquiry"} {
			c.Get("supervisor", path).Want(t, http.StatusOK).Lacks(t, "13800007777", "138 0000 7777")
		}
		c.Get("supervisor", "/p/lin/cases?q=13800007777").Want(t, http.StatusOK) // says back what was typed
		c.Get("supervisor", "/p/lin/cases?view=open").Has(t, "问装卸时间")
	})
}
