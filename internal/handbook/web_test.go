package handbook

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guanjia/handbook"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

func shipped(t testing.TB) *Service {
	t.Helper()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	s, err := New(book, handbook.FS)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// get asks the module's own route for a page.
func get(t testing.TB, s *Service, lang text.Lang, path string) (string, error) {
	t.Helper()
	mux, err := http.NewServeMux(), error(nil)
	for _, r := range NewPages(s, nil).Module().Routes {
		mux.HandleFunc(r.Pattern, func(w http.ResponseWriter, req *http.Request) { err = r.Handler(w, req) })
	}
	ctx := text.WithLang(web.WithProject(context.Background(), web.Project{ID: 7, Code: "jinxiu", Name: "锦绣华庭", Profile: "residential"}), lang)
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, http.MethodGet, path, http.NoBody))
	return rec.Body.String(), err
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := shipped(t)
	for name, tt := range map[string]struct {
		lang  text.Lang
		path  string
		shows []string
		lacks []string
	}{
		"all rules":          {text.ZH, "/p/jinxiu/handbook", []string{"REP-04", "LAW-16", "332 条"}, nil},
		"rules of a page":    {text.EN, "/p/jinxiu/handbook?page=repair", []string{"REP-04", "14 rules"}, []string{"CMP-01"}},
		"rules by words":     {text.ZH, "/p/jinxiu/handbook?q=%E7%88%86%E7%AE%A1", []string{"REP-04"}, []string{"REP-05"}},
		"rules by state":     {text.ZH, "/p/jinxiu/handbook?state=open&page=billing", []string{"BIL-01", "36 条"}, nil},
		"no rule fits":       {text.EN, "/p/jinxiu/handbook?q=zzzz", []string{"No rule fits"}, nil},
		"words stay words":   {text.EN, "/p/jinxiu/handbook?q=%3Cscript%3E", []string{"&lt;script&gt;"}, []string{"<script>\""}},
		"rule":               {text.ZH, "/p/jinxiu/handbook/rules/REP-04", []string{"15 分钟", "REP-04.1", "B4.1.3", "写字楼漏水：一刻钟内三方到场", "已证明"}, []string{"repair-leak-office-in-time"}},
		"rule of rooms":      {text.EN, "/p/jinxiu/handbook/rules/BIL-05", []string{"later: ", "billing"}, []string{"proved"}},
		"procedures":         {text.ZH, "/p/jinxiu/handbook/procedures", []string{"维修", "投诉", "TS-{yy}{mm}-{seq}"}, nil},
		"procedure":          {text.ZH, "/p/jinxiu/handbook/procedures/repair", []string{"<svg class=\"gj-flow\"", "step-quote", "clock-arrive", "首问责任人", "15 分钟", "报价*"}, nil},
		"procedure, English": {text.EN, "/p/jinxiu/handbook/procedures/complaint", []string{"Complaint", "first contact", "3 working days", "CMP-12"}, nil},
		"figures":            {text.ZH, "/p/jinxiu/handbook/profiles", []string{"repair.leak_on_scene", "complaint.major.answer", "当天"}, []string{"repair.warranty.waterproof"}},
		"two profiles":       {text.EN, "/p/jinxiu/handbook/profiles?a=residential&b=office-tower", []string{"repair.arrive.leak", "15 minutes", "30 minutes"}, []string{"Grade 3 standard</a>"}},
		"what is the same":   {text.EN, "/p/jinxiu/handbook/profiles?a=residential&b=campus&all=yes", []string{"survey.each", "repair.arrive.leak"}, nil},
		"profile":            {text.ZH, "/p/jinxiu/handbook/profiles/grade-3", []string{"三级服务标准", "repair.arrive.leak", "1 小时"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := get(t, s, tt.lang, tt.path)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range tt.shows {
				if !strings.Contains(page, w) {
					t.Errorf("does not show %q", w)
				}
			}
			for _, w := range tt.lacks {
				if strings.Contains(page, w) {
					t.Errorf("shows %q, and must not", w)
				}
			}
		})
	}
}

func TestUnknownThingsAreNotFound(t *testing.T) {
	t.Parallel()
	s := shipped(t)
	for _, path := range []string{"/rules/REP-99", "/procedures/dance", "/profiles/castle"} {
		if _, err := get(t, s, text.ZH, "/p/jinxiu/handbook"+path); errs.KindOf(err) != errs.NotFound {
			t.Errorf("%s: got %v, want not found", path, err)
		}
	}
}

// The state of a rule is that of its clauses that are not of rooms to come.
func TestStateOfARule(t *testing.T) {
	t.Parallel()
	s := shipped(t)
	s.prove = func() map[string]bool { return map[string]bool{"A.1": true} }
	here := func(id string) procedure.Clause { return procedure.Clause{ID: id, Lever: "step repair.take"} }
	later := procedure.Clause{ID: "A.9", Later: "billing"}
	for name, tt := range map[string]struct {
		clauses []procedure.Clause
		want    State
	}{
		"nothing here":           {[]procedure.Clause{later}, Open},
		"all proved":             {[]procedure.Clause{here("A.1")}, Proved},
		"proved, rest later":     {[]procedure.Clause{later, here("A.1"), later}, Proved},
		"one is carried only":    {[]procedure.Clause{here("A.1"), here("A.2")}, Carried},
		"carried and rest later": {[]procedure.Clause{here("A.2"), later}, Carried},
	} {
		if got := s.Rule(procedure.Rule{ID: "A", Clauses: tt.clauses}); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
