package estate_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"guanjia/internal/auth"
	"guanjia/internal/estate"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/web"
)

// logged is a session that is always the same person.
type logged struct{ actor auth.Actor }

func (l logged) Resolve(context.Context, *http.Request) (auth.Actor, bool, error) {
	return l.actor, true, nil
}

// front is the house behind its web shell, with one person logged in.
type front struct {
	*house
	http.Handler
}

func (h *house) front(permissions ...string) front {
	h.t.Helper()
	pages, find := estate.NewPages(h.Service, nil, nil), search.NewPages(h.db, search.New(), estate.SearchKinds()...)
	shell, err := web.New(web.Config{
		Log: slog.New(slog.DiscardHandler), Clock: h.clock, Projects: h.Service, Sessions: logged{clerk(h.project, permissions...)}, SearchPath: "/p/{project}/search",
		Routes: append(pages.Module().Routes, find.Module().Routes...), Nav: pages.Module().Nav,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return front{h, shell.Handler()}
}

var everything = []string{
	estate.PermView, estate.PermEdit, estate.PermPerson, estate.PermUnmask, estate.PermExport, estate.PermRegister, estate.PermDirectory,
}

func (f front) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	f.t.Helper()
	r := httptest.NewRequest(method, "/p/jinxiu"+path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func (f front) get(path string, want ...string) string {
	f.t.Helper()
	w := f.send("GET", path, nil)
	body := w.Body.String()
	if w.Code != http.StatusOK {
		f.t.Fatalf("GET %s: %d %.400s", path, w.Code, body)
	}
	for _, s := range want {
		if !strings.Contains(body, s) {
			f.t.Errorf("GET %s: no %q", path, s)
		}
	}
	return body
}

func (f front) post(path string, status int, form url.Values) *httptest.ResponseRecorder {
	f.t.Helper()
	w := f.send("POST", path, form)
	if w.Code != status {
		f.t.Fatalf("POST %s: %d, want %d: %.600s", path, w.Code, status, w.Body)
	}
	return w
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

const evil = `<script>alert(1)</script>'"; DROP TABLE estate_unit --𠮷🎉`

// proves EST-13, EST-01, EST-05: the pages stand, from an empty project to a
// unit's whole file, and show what was typed as text.
func TestPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		f := h.front(everything...)
		for _, path := range []string{"/units", "/houses", "/people", "/registers", "/units/new", "/people/new", "/search", "/search?q=" + url.QueryEscape(evil)} {
			f.get(path, "</html>")
		}
		for _, r := range estate.Registers {
			f.get("/registers/"+r.Name, r.Title.ZH)
			f.get("/registers/"+r.Name+"/new", "</form>")
			f.get("/registers/"+r.Name+"/print", r.Form)
		}
		w := f.post("/units/new", http.StatusUnprocessableEntity, form("building", "3栋", "room", "", "floor", "x", "area", "abc", "use", "residence", "state", "vacant", "note", "留着"))
		for _, s := range []string{"填写房号", "楼层在", "面积写成", "留着"} {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("refused form lacks %q", s)
			}
		}
		f.post("/units/new", http.StatusSeeOther, form("building", "3栋", "entrance", "1单元", "room", "1502", "floor", "15", "area", "118.62", "use", "residence", "state", "owner_occupied", "note", evil))
		f.post("/units/new", http.StatusConflict, form("building", "3栋", "entrance", "1单元", "room", "1502", "floor", "15", "area", "118.62", "use", "residence", "state", "vacant"))
		var u estate.Unit
		h.read(func(ctx context.Context, tx *store.Tx) error {
			list, err := h.UnitsByRoom(ctx, tx, h.project, "31502")
			if err == nil {
				u = list[0]
			}
			return err
		})
		unit := fmt.Sprintf("/units/%d", u.ID)
		f.post(unit+"/people/new", http.StatusUnprocessableEntity, form("name", evil, "phone", "123456", "capacity", "owner", "from", "2019-06-28"))
		f.post(unit+"/people/new", http.StatusSeeOther, form("name", evil, "phone", "13812346621", "capacity", "owner", "from", "2019-06-28", "residing", "1"))
		again := f.post(unit+"/people/new", http.StatusUnprocessableEntity, form("name", evil, "capacity", "household", "relation", "儿子", "from", ""))
		if !strings.Contains(again.Body.String(), "已有同名的人") {
			t.Error("a namesake is not offered")
		}
		f.post(unit+"/emergency", http.StatusSeeOther, form("emergency[0].name", evil, "emergency[0].mobile", "13655305530", "emergency[0].office", "1"))
		body := f.get(unit, "118.62", "138****6621", "业主", "&lt;script&gt;", "还差 1 位办公时间联系人")
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "13812346621") {
			t.Error("the unit page shows raw markup or a whole number")
		}
		f.get(unit+"/edit", "1502")
		f.get(unit+"/changes", "新建")
		f.get("/houses", "1502")
		f.get("/units?state=owner_occupied&use=residence&q=1502", "1502")
		f.get("/search?q=6621", "/people/")
		f.get("/search?q=3-1-1502", unit)
		if w := f.send("GET", "/units/999", nil); w.Code != http.StatusNotFound {
			t.Errorf("unknown unit: %d", w.Code)
		}
		if w := f.send("GET", "/registers/nothing", nil); w.Code != http.StatusNotFound {
			t.Errorf("unknown register: %d", w.Code)
		}
	})
}

// proves PLT-02: masked until asked for with a reason, and not at all without
// the right.
func TestUnmaskPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		p := h.person("周慧兰", "13812346621")
		path := fmt.Sprintf("/people/%d", p.ID)
		plain := h.front(estate.PermView)
		if strings.Contains(plain.get(path), "/unmask") {
			t.Error("unmasking is offered without the right")
		}
		if w := plain.send("POST", path+"/unmask", form("reason", "看看")); w.Code != http.StatusForbidden {
			t.Errorf("without the right: %d", w.Code)
		}
		if w := plain.send("GET", "/units/new", nil); w.Code != http.StatusForbidden {
			t.Errorf("editing without the right: %d", w.Code)
		}
		f := h.front(everything...)
		f.post(path+"/unmask", http.StatusUnprocessableEntity, form("reason", ""))
		if body := f.post(path+"/unmask", http.StatusOK, form("reason", "回电")).Body.String(); !strings.Contains(body, "13812346621") {
			t.Error("the whole number is not shown")
		}
		if len(h.audit.looks) != 1 {
			t.Errorf("looks: %v", h.audit.looks)
		}
	})
}

// proves PLT-02: the form to change somebody shows whole numbers, so opening it
// leaves its trace; so does a form refused with the numbers that stand by now.
func TestTheFormOfAPersonIsALook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		p, bare := h.person("周慧兰", "13812346621"), h.person("何建国")
		f := h.front(estate.PermView, estate.PermPerson)
		path := fmt.Sprintf("/people/%d/edit", p.ID)
		f.get(path, "13812346621", "已记入操作记录")
		if l := h.audit.looks; len(l) != 1 || l[0].ID != p.ID || l[0].Entity != "person" || l[0].Field != "phone" || l[0].Reason != "改资料" || l[0].Project != h.project {
			t.Errorf("looks: %+v", l)
		}
		f.post(path, http.StatusUnprocessableEntity, form("version", "1", "kind", estate.Natural, "name", ""))
		if len(h.audit.looks) != 1 {
			t.Errorf("a form that shows only what was typed: %v", h.audit.looks)
		}
		f.post(path, http.StatusConflict, form("version", "999", "kind", estate.Natural, "name", "周慧兰"))
		f.get(fmt.Sprintf("/people/%d/edit", bare.ID))
		f.get("/people/new")
		if len(h.audit.looks) != 2 {
			t.Errorf("looks: %v", h.audit.looks)
		}
	})
}

// proves EST-16: the export has every row, in Excel, whatever is in it.
func TestExport(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		b := fillBatch(t, h, 60)
		if err := h.PublishBatch(context.Background(), auth.System, b); err != nil {
			t.Fatal(err)
		}
		h.person("=SUM(A1)", "13812346621")
		f := h.front(everything...)
		for path, want := range map[string]int{"/units.xlsx": 63, "/units.xlsx?state=let": 3, "/people.xlsx": 64} {
			w := f.send("GET", path, nil)
			x, err := excelize.OpenReader(w.Body)
			if err != nil {
				t.Fatalf("%s: %d %v", path, w.Code, err)
			}
			rows, err := x.GetRows("Sheet1")
			if err != nil || len(rows) != want {
				t.Fatalf("%s: %d rows, want %d: %v", path, len(rows), want, err)
			}
			if path == "/units.xlsx" {
				if diff := cmp.Diff([]string{"1栋1单元", "100", "15", "118.62", "住宅", "", "", "", "空置", "2019-06-28", "业主一"}, rows[3]); diff != "" {
					t.Error(diff)
				}
			}
			for i := range rows {
				if formula, _ := x.GetCellFormula("Sheet1", fmt.Sprintf("A%d", i+1)); formula != "" {
					t.Errorf("%s: a name became a formula: %s", path, formula)
				}
			}
			if all := fmt.Sprint(rows); strings.Contains(all, "13812346621") {
				t.Errorf("%s holds a whole phone number", path)
			}
		}
		if len(h.audit.looks) != 3 {
			t.Errorf("exports on record: %d", len(h.audit.looks))
		}
	})
}

// Lists go on and back by keyset without losing or doubling a row.
func TestPagingGoesOnAndBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		b := fillBatch(t, h, 25)
		if err := h.PublishBatch(context.Background(), auth.System, b); err != nil {
			t.Fatal(err)
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			var on, back []string
			filter := estate.UnitFilter{Project: h.project, Limit: 10}
			for {
				page, err := h.ListUnits(ctx, tx, filter)
				if err != nil {
					return err
				}
				if page.Total != 25 {
					t.Errorf("total %d", page.Total)
				}
				for _, u := range page.Rows {
					on = append(on, u.Code)
				}
				if filter.After = page.Next; filter.After == "" {
					filter.Before = page.Prev
					break
				}
			}
			for filter.Before != "" {
				page, err := h.ListUnits(ctx, tx, filter)
				if err != nil {
					return err
				}
				var codes []string
				for _, u := range page.Rows {
					codes = append(codes, u.Code)
				}
				back = append(codes, back...)
				filter.Before = page.Prev
			}
			if len(on) != 25 || fmt.Sprint(back) != fmt.Sprint(on[:20]) {
				t.Errorf("on %v\nback %v", on, back)
			}
			people := 0
			pf := estate.PersonFilter{Project: h.project, Limit: 10}
			for {
				page, err := h.ListPeople(ctx, tx, pf)
				if err != nil {
					return err
				}
				people += len(page.Rows)
				if pf.After = page.Next; pf.After == "" {
					break
				}
			}
			if people != 25 {
				t.Errorf("people %d", people)
			}
			return nil
		})
	})
}

// Pages hold to a number of statements however many rows they show.
func TestQueriesPerPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		b := fillBatch(t, h, 60)
		if err := h.PublishBatch(context.Background(), auth.System, b); err != nil {
			t.Fatal(err)
		}
		f := h.front(everything...)
		var u estate.Unit
		h.read(func(ctx context.Context, tx *store.Tx) error {
			list, err := h.UnitsByRoom(ctx, tx, h.project, "1-1-100")
			u = list[0]
			return err
		})
		for path, most := range map[string]int{"/units": 6, "/people": 6, "/houses": 6, fmt.Sprintf("/units/%d", u.ID): 13, "/registers/keys": 6, "/search?q=1": 6} {
			ctx, n := store.WithCounter(context.Background())
			r := httptest.NewRequestWithContext(ctx, "GET", "/p/jinxiu"+path, nil)
			w := httptest.NewRecorder()
			f.ServeHTTP(w, r)
			if w.Code != http.StatusOK || n.N() > most {
				t.Errorf("%s: %d, %d statements, want at most %d", path, w.Code, n.N(), most)
			}
			if body, _ := io.ReadAll(w.Body); len(body) > 400_000 {
				t.Errorf("%s: %d bytes", path, len(body))
			}
		}
	})
}

// Two people change one record: the second sees at each field what is stored
// now and who changed it, keeps what was typed, and saves over it knowingly. A
// form refused for something else does not learn the newer version.
// proves EST-16
func TestAStaleFormShowsWhatIsThereNow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		u := h.unit("3栋", "1单元", "1502")
		p := h.person("周慧兰", "13812346621")
		e := h.enter("keys", "label", "3-1502-a", "part", "door", "note", "")
		f := h.front(estate.PermView, estate.PermEdit, estate.PermPerson, estate.PermRegister)
		hidden := regexp.MustCompile(`name="version" value="(\d+)"`)
		for name, c := range map[string]struct {
			path, fault   string
			first, second []string
		}{
			"unit":   {fmt.Sprintf("/units/%d/edit", u.ID), "floor", []string{"note", "甲说的"}, []string{"note", "乙说的"}},
			"person": {fmt.Sprintf("/people/%d/edit", p.ID), "birthday", []string{"note", "甲说的"}, []string{"note", "乙说的"}},
			"key":    {fmt.Sprintf("/registers/keys/%d/edit", e.ID), "part", []string{"note", "甲说的"}, []string{"note", "乙说的"}},
		} {
			sent := func(version string, pairs ...string) (int, string) {
				t.Helper()
				base := map[string]string{"version": version, "floor": "15", "use": u.Use, "state": u.State, "kind": estate.Natural, "name": "周慧兰", "label": "3-1502-a", "part": "door"}
				for i := 0; i < len(pairs); i += 2 {
					base[pairs[i]] = pairs[i+1]
				}
				var list []string
				for k, v := range base {
					list = append(list, k, v)
				}
				w := f.send("POST", c.path, form(list...))
				return w.Code, w.Body.String()
			}
			version := func(page string) string {
				t.Helper()
				m := hidden.FindStringSubmatch(page)
				if m == nil {
					t.Fatalf("%s: no version in %.3000s", name, page)
				}
				return m[1]
			}
			old := version(f.send("GET", c.path, nil).Body.String())
			if code, page := sent(old, c.first...); code != http.StatusSeeOther {
				t.Fatalf("%s: first: %d %.3000s", name, code, page)
			}
			if code, page := sent(old, append(c.second, c.fault, "?")...); code != http.StatusUnprocessableEntity || version(page) != old {
				t.Errorf("%s: a fault: %d, version %s of %s", name, code, version(page), old)
			}
			code, page := sent(old, c.second...)
			if code != http.StatusConflict || !strings.Contains(page, "现在是：甲说的（") || !strings.Contains(page, "改的）") || !strings.Contains(page, "乙说的") {
				t.Errorf("%s: stale: %d %.4000s", name, code, page)
			}
			if code, page := sent(version(page), c.second...); code != http.StatusSeeOther {
				t.Errorf("%s: knowingly: %d %.3000s", name, code, page)
			}
			if page := f.send("GET", c.path, nil).Body.String(); !strings.Contains(page, "乙说的") {
				t.Errorf("%s: not saved", name)
			}
		}
	})
}

// Who left a field alone does not undo what somebody else wrote there: the form
// shown again has what stands now, and saving it keeps both.
// proves EST-16
func TestAStaleFormKeepsWhatOthersWrote(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		u := h.unit("3栋", "1单元", "1502")
		p := h.person("周慧兰", "13812346621")
		e := h.enter("keys", "label", "3-1502-a", "part", "door", "note", "")
		b := h.building(u.Building)
		f := h.front(estate.PermView, estate.PermEdit, estate.PermPerson, estate.PermRegister)
		hidden := regexp.MustCompile(`name="(version|was)" value="([^"]*)"`)
		for name, c := range map[string]struct {
			path, theirs, value string // what the other changes
			base                []string
		}{
			"unit":   {fmt.Sprintf("/units/%d/edit", u.ID), "layout", "三室两厅", []string{"floor", "15", "use", u.Use, "state", u.State}},
			"person": {fmt.Sprintf("/people/%d/edit", p.ID), "wishes", "午休不打电话", []string{"kind", estate.Natural, "name", "周慧兰", "phones[0].number", "13812346621", "phones[0].label", ""}},
			"phone":  {fmt.Sprintf("/people/%d/edit", p.ID), "phones[1].number", "13812346622", []string{"kind", estate.Natural, "name", "周慧兰", "phones[0].number", "13812346621", "phones[0].label", "", "phones[1].number", ""}},
			"key":    {fmt.Sprintf("/registers/keys/%d/edit", e.ID), "part", "mailbox", []string{"label", "3-1502-a", "part", "door"}},
			"building": {fmt.Sprintf("/buildings/%d/edit", u.Building), "entrances[0].name", "东门",
				[]string{"name", "3栋", "floors", "", "year", "", "entrances[0].id", fmt.Sprint(b.Entrances[0].ID), "entrances[0].name", "1单元"}},
		} {
			opened := func(page string) map[string]string {
				m := map[string]string{}
				for i := 0; i < len(c.base); i += 2 {
					m[c.base[i]] = c.base[i+1]
				}
				for _, x := range hidden.FindAllStringSubmatch(page, -1) {
					m[x[1]] = html.UnescapeString(x[2])
				}
				return m
			}
			send := func(m map[string]string) (int, string) {
				var list []string
				for k, v := range m {
					list = append(list, k, v)
				}
				w := f.send("POST", c.path, form(list...))
				return w.Code, w.Body.String()
			}
			page := f.get(c.path)
			other, mine := opened(page), opened(page)
			other[c.theirs] = c.value
			if code, page := send(other); code != http.StatusSeeOther {
				t.Fatalf("%s: the other: %d %.3000s", name, code, page)
			}
			mine["note"] = "我写的" + name
			code, page := send(mine)
			shown := strings.Contains(page, c.value) || c.value == "mailbox" && regexp.MustCompile(`value="mailbox"[^>]*selected`).MatchString(page)
			if code != http.StatusConflict || !shown || !strings.Contains(page, "您没有改这一栏，已换成现在的内容（") || !strings.Contains(page, mine["note"]) {
				t.Errorf("%s: %d %.6000s", name, code, page)
			}
			again := opened(page)
			again["note"], again[c.theirs] = mine["note"], c.value
			if code, page := send(again); code != http.StatusSeeOther {
				t.Errorf("%s: again: %d %.3000s", name, code, page)
			}
		}
	})
}
