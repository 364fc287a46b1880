package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/estate"
	"guanjia/internal/store"
)

// office is a house with one project and people at work in it.
type office struct {
	*app.App
	project estate.Project
	people  map[string]member
}

func eachOffice(t *testing.T, profile string, fn func(t *testing.T, o office)) {
	t.Helper()
	eachHouse(t, func(t *testing.T, a *app.App) {
		ctx := context.Background()
		p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "first", Name: "临江", Profile: profile, AreaCode: "025"})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		o := office{App: a, project: p, people: map[string]member{}}
		for _, role := range []string{"desk", "supervisor", "technician"} {
			o.people[role] = enter(t, a, role, p.ID)
		}
		fn(t, o)
	})
}

// answer is what came back, with the statements it took.
type answer struct {
	code    int
	body    string
	queries int
	header  http.Header
}

func (o office) send(who string, r *http.Request) answer {
	ctx, count := store.WithCounter(r.Context())
	r = r.WithContext(ctx)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range o.people[who].cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	o.Handler().ServeHTTP(w, r)
	return answer{w.Code, w.Body.String(), count.N(), w.Header()}
}

func (o office) get(who, path string) answer {
	return o.send(who, httptest.NewRequest(http.MethodGet, "/p/first"+path, nil))
}

func (o office) post(who, path string, form url.Values) answer {
	r := httptest.NewRequest(http.MethodPost, "/p/first"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.send(who, r)
}

func firstSheet(t *testing.T, body string) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(io.LimitReader(strings.NewReader(body), 8<<20))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// hostile is what must come back only as text.
const hostile = `"><script>alert(1)</script>' OR 1=1; DROP TABLE desk_call;--𠮷😀`

// proves DSK-13, DSK-14, DSK-02, DSK-04, DSK-11, DSK-20: answers, phrases, kinds
// and the tally, in few statements, with hostile words only shown as words.
func TestDeskShelf(t *testing.T) {
	t.Parallel()
	eachOffice(t, "duty-desk", func(t *testing.T, o office) {
		for path, want := range map[string]string{
			"/desk/answers?q=退费":  "对账单有疑问",
			"/desk/phrases?q=道别":  "谢谢您来电，再见",
			"/desk/new":           "团队参观",
			"/desk/new?q=拾到":      "没有含",
			"/desk/new?q=存放处":     "留言失物代管",
			"/desk/tally":         "铃响 3 声内接听",
			"/answers":            "物业费由什么构成",
			"/desk?kind=keeping":  "存放处",
			"/desk?kind=nonsense": "新事项",
		} {
			got := o.get("desk", path)
			if got.code != http.StatusOK || !strings.Contains(got.body, want) {
				t.Errorf("%s: %d, lacks %q", path, got.code, want)
			}
			if !strings.HasPrefix(path, "/desk?") && got.queries > 10 {
				t.Errorf("%s: %d statements", path, got.queries)
			}
		}
		for _, path := range []string{"/desk/answers", "/desk/phrases", "/desk/new", "/answers"} {
			got := o.get("desk", path+"?q="+url.QueryEscape(hostile))
			if got.code != http.StatusOK || strings.Contains(got.body, "<script>alert") {
				t.Errorf("%s with hostile words: %d", path, got.code)
			}
		}
		if got := o.get("desk", "/desk/tally?month="+url.QueryEscape("2026-13'")); got.code != http.StatusOK {
			t.Errorf("a month that is none: %d", got.code)
		}
		rows := firstSheet(t, o.get("desk", "/desk/tally.xlsx").body)
		if len(rows) < 4 || rows[len(rows)-1][0] != "合计" {
			t.Errorf("the workbook says %v", rows)
		}
		english := httptest.NewRequest(http.MethodGet, "/p/first/answers", nil)
		english.Header.Set("Accept-Language", "en")
		if got := o.send("nobody", english); !strings.Contains(got.body, "A question about a bill") {
			t.Errorf("english answers: %d", got.code)
		}
	})
}

// proves DSK-08: what was not urgent at night becomes a case at the morning
// handover, once, and the journal says so.
func TestNightItemBecomesACase(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		day := o.DB.Clock().Now().Format("2006-01-02")
		if got := o.post("desk", "/journal", url.Values{"sort": {"item"}, "day": {day}, "words": {"三栋大堂门吸松了" + hostile}}); got.code != http.StatusSeeOther {
			t.Fatalf("%d: %s", got.code, got.body)
		}
		page := o.get("desk", "/journal?day="+day)
		_, rest, ok := strings.Cut(page.body, "/journal/entries/")
		if !ok || strings.Contains(page.body, "<script>alert") {
			t.Fatalf("the item is not offered, or not as words: %s", page.body)
		}
		if page.queries > 18 {
			t.Errorf("the journal takes %d statements", page.queries)
		}
		entry, _, _ := strings.Cut(rest, "/")
		turn := "/journal/entries/" + entry + "/case"
		for kind, want := range map[string]int{"analysis": http.StatusUnprocessableEntity, "": http.StatusUnprocessableEntity} {
			if got := o.post("desk", turn, url.Values{"kind": {kind}}); got.code != want {
				t.Errorf("kind %q: %d, want %d", kind, got.code, want)
			}
		}
		if got := o.post("technician", turn, url.Values{"kind": {"repair"}}); got.code != http.StatusForbidden {
			t.Errorf("a technician: %d", got.code)
		}
		if got := o.post("desk", turn, url.Values{"kind": {"repair"}}); got.code != http.StatusSeeOther || !strings.Contains(got.header.Get("Location"), "/cases/") {
			t.Fatalf("turning it: %d %s", got.code, got.header.Get("Location"))
		}
		if got := o.post("desk", turn, url.Values{"kind": {"repair"}}); got.code != http.StatusConflict {
			t.Errorf("a second time: %d", got.code)
		}
		page = o.get("desk", "/journal?day="+day)
		if strings.Contains(page.body, "/journal/entries/") || !strings.Contains(page.body, "转为事项") {
			t.Error("the journal still offers it")
		}
		if list := o.get("desk", "/cases"); strings.Count(list.body, "三栋大堂门吸松了") == 0 {
			t.Error("there is no case of it")
		}
		rows := firstSheet(t, o.get("supervisor", "/journal.xlsx?day="+day).body)
		if len(rows) < 5 {
			t.Errorf("the workbook says %v", rows)
		}
		for _, path := range []string{"/journal?day=0001-01-01&shift=99", "/journal?day=" + url.QueryEscape(hostile), "/journal/print?shift=-1"} {
			if got := o.get("supervisor", path); got.code != http.StatusOK || strings.Contains(got.body, "<script>alert") {
				t.Errorf("%s: %d", path, got.code)
			}
		}
	})
}

func (o office) open(t *testing.T, procedure, words string, unit int64) casefile.Case {
	t.Helper()
	c, err := o.Cases.Open(context.Background(), o.people["desk"].actor, casefile.Opening{Project: o.project.ID, Procedure: procedure, Channel: "phone", Words: words, Unit: unit, Caller: "王芳"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// proves DSK-21: near-duplicates are offered for merging, and merging is taken
// back; what a customer says again goes into the case that is there.
func TestDoublesAreMerged(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		const said = "小区东门旁边的路灯已经坏了两个多星期，晚上老人带孩子回家很不安全，请尽快派人来修"
		first := o.open(t, "repair", said, 0)
		second := o.open(t, "repair", "再反映一次："+said+"<script>alert(1)", 0)
		other := o.open(t, "repair", "电梯里的广告声音太大，影响休息，请调低一点", 0)
		page := o.get("desk", "/desk/duplicates")
		if page.code != http.StatusOK || !strings.Contains(page.body, second.Number) || strings.Contains(page.body, other.Number) || strings.Contains(page.body, "<script>alert") {
			t.Errorf("the doubles: %d", page.code)
		}
		if page.queries > 14 {
			t.Errorf("the doubles take %d statements", page.queries)
		}
		if form := o.get("desk", "/desk/merge/"+second.Number); !strings.Contains(form.body, first.Number) {
			t.Errorf("merging does not offer the first: %d", form.code)
		}
		for name, form := range map[string]url.Values{"nothing chosen": {}, "no such case": {"other": {hostile}}, "itself": {"into": {second.Number}}} {
			if got := o.post("desk", "/desk/merge/"+second.Number, form); got.code != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", name, got.code)
			}
		}
		if got := o.post("desk", "/desk/merge/"+second.Number, url.Values{"into": {first.Number}}); got.code != http.StatusSeeOther {
			t.Fatalf("merging: %d %s", got.code, got.body)
		}
		if got := o.get("desk", "/desk/duplicates"); strings.Contains(got.body, "并入 "+first.Number+"</") && !strings.Contains(got.body, "/desk/unmerge/"+second.Number) {
			t.Error("what was merged is not offered to be taken back")
		}
		// From the case that went on, the merged one opens, and says where it is taken back.
		if got := o.get("desk", "/cases/"+first.Number); !strings.Contains(got.body, "/cases/"+second.Number+"?view=all") {
			t.Error("the merged case is linked by an address that leads back")
		}
		if got := o.get("desk", "/cases/"+second.Number+"?view=all"); got.code != http.StatusOK || !strings.Contains(got.body, "撤回合并") {
			t.Errorf("the merged case: %d", got.code)
		}
		if got := o.post("technician", "/desk/unmerge/"+second.Number, nil); got.code != http.StatusForbidden {
			t.Errorf("a technician takes it back: %d", got.code)
		}
		if got := o.post("desk", "/desk/unmerge/"+second.Number, nil); got.code != http.StatusSeeOther {
			t.Errorf("taking it back: %d", got.code)
		}
		if got := o.post("desk", "/desk/unmerge/"+second.Number, nil); got.code != http.StatusConflict {
			t.Errorf("a second time: %d", got.code)
		}
		if got := o.post("desk", "/desk/join", url.Values{"join": {fmt.Sprint(first.ID)}, "words": {"又来问什么时候修"}}); got.code != http.StatusSeeOther {
			t.Errorf("adding to the first: %d", got.code)
		}
		if got := o.get("desk", "/cases/"+first.Number); !strings.Contains(got.body, "又来问什么时候修") {
			t.Error("the first case does not say that the customer came back")
		}
		if got := o.post("desk", "/desk/join", url.Values{"join": {fmt.Sprint(first.ID)}}); got.code != http.StatusUnprocessableEntity {
			t.Errorf("adding nothing: %d", got.code)
		}
		if got := o.post("desk", "/desk/join", url.Values{"join": {"1"}, "words": {"x"}}); got.code != http.StatusNotFound {
			t.Errorf("adding to no case: %d", got.code)
		}
	})
}

// proves DSK-09: only what was passed on has a slip.
func TestSlips(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		c := o.open(t, "enquiry", "物业费怎么算", 0)
		if got := o.get("desk", "/desk/slips/"+c.Number); got.code != http.StatusNotFound {
			t.Errorf("a slip of what was not passed on: %d", got.code)
		}
		got := o.get("desk", "/desk/slips?department="+url.QueryEscape(hostile))
		if got.code != http.StatusOK || strings.Contains(got.body, "<script>alert") || got.queries > 16 {
			t.Errorf("slips: %d, %d statements", got.code, got.queries)
		}
	})
}

// Residents' messages from the command line become cases once, with their own
// times, however often the file comes.
func TestMessagesAreImportedOnce(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		ctx := context.Background()
		const file = "id,user,subject,time,text\n1,甲,东门路灯坏了,2026-09-01 08:00,东门旁边的路灯坏了两个星期，晚上很黑\n2,乙,停车费太贵,2026-09-02 09:00,停车费突然涨价，要求公示收费依据\n"
		for range 2 {
			if f, err := o.ImportMessages(ctx, "first", "u-desk", "来信.csv", strings.NewReader(file)); err != nil || f.Letters != 2 {
				t.Fatalf("%+v, %v", f, err)
			}
		}
		page, err := o.Cases.List(ctx, auth.System, casefile.Filter{Project: o.project.ID})
		if err != nil || page.Total != 2 {
			t.Fatalf("%d cases, %v", page.Total, err)
		}
		if at := page.Cases[0].State.OpenedAt.Format("2006-01-02 15:04"); at != "2026-09-02 09:00" {
			t.Errorf("the newest was opened %s", at)
		}
		for _, c := range page.Cases {
			for _, k := range c.Clocks {
				if k.Run == engine.RunLate || k.Run == engine.RunRunning && !k.Due.After(o.DB.Clock().Now()) {
					t.Errorf("%s is late on arrival: %s due %s", c.Number, k.Name, k.Due)
				}
			}
		}
		if _, err := o.ImportMessages(ctx, "nowhere", "u-desk", "x.csv", strings.NewReader(file)); err == nil {
			t.Error("a project that is none took letters in")
		}
		if _, err := o.ImportMessages(ctx, "first", "nobody", "x.csv", strings.NewReader(file)); err == nil {
			t.Error("nobody answers for the letters")
		}
	})
}
