package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// proves PLT-01 (nobody without a session), PLT-02 (denied by default)
func TestWhoMayEnter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		who, path string
		status    int
		holds     string
	}{
		"visitor is sent to log in":          {"", "/p/jinxiu/cases?q=1", 303, ""},
		"visitor learns no project":          {"", "/p/nowhere/cases", 303, ""},
		"visitor sees public page":           {"", "/login", 200, "login"},
		"visitor at unknown page":            {"", "/nowhere", 404, "找不到"},
		"role opens the page":                {"lin", "/p/jinxiu/cases", 200, "工单"},
		"unknown project":                    {"lin", "/p/nowhere/cases", 404, "没有这个项目"},
		"missing permission":                 {"lin", "/p/jinxiu/keys", 403, "你的岗位没有这项权限"},
		"no role in the project":             {"wu", "/p/jinxiu/cases", 403, "Your role does not include this"},
		"logged in is enough for an account": {"wu", "/account", 200, "account"},
		"unknown page":                       {"lin", "/p/jinxiu/nothing", 404, "没有这个页面"},
		"the system cannot come by HTTP":     {"system", "/p/jinxiu/cases", 500, "系统出了故障"},
		"sessions away":                      {"away", "/p/jinxiu/cases", 500, "系统出了故障"},
		"front goes to the first work":       {"lin", "/", 303, ""},
		"events need a role":                 {"wu", "/p/jinxiu/events", 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := h.ask(t, c.who, "GET", c.path)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.holds) {
				t.Errorf("%d, want %d with %q in:\n%s", w.Code, c.status, c.holds, w.Body)
			}
		})
	}
	if got := h.ask(t, "", "GET", "/p/jinxiu/cases?q=1").Header().Get("Location"); got != "/login?next=%2Fp%2Fjinxiu%2Fcases%3Fq%3D1" {
		t.Errorf("visitor sent to %q", got)
	}
}

func TestRouteWithoutPermissionIsRefused(t *testing.T) {
	t.Parallel()
	base := web.Config{Clock: calendar.NewManual(time.Unix(0, 0)), Projects: projects{}, Sessions: sessions{}}
	for name, routes := range map[string][]web.Route{
		"no permission": {{Pattern: "GET /x", Handler: say("x")}},
		"no handler":    {{Pattern: "GET /x", Permission: auth.Public}},
		"no method":     {{Pattern: "/x", Permission: auth.Public, Handler: say("x")}},
		"twice":         {{Pattern: "GET /x", Permission: auth.Public, Handler: say("x")}, {Pattern: "GET /x", Permission: auth.Public, Handler: say("y")}},
	} {
		cfg := base
		cfg.Routes = routes
		if _, err := web.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// proves PLT-04
func TestErrorNumberFindsTheLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/p/jinxiu/broken", "/p/jinxiu/panic"} {
		w := h.ask(t, "lin", "GET", path)
		if w.Code != http.StatusInternalServerError {
			t.Fatalf("%s: status %d", path, w.Code)
		}
		body := w.Body.String()
		_, rest, ok := strings.Cut(body, `class="gj-number">`)
		number, _, _ := strings.Cut(rest, "<")
		if !ok || len(number) != 9 {
			t.Fatalf("%s: no error number in\n%s", path, body)
		}
		fault := ""
		for line := range strings.Lines(h.log.String()) {
			if strings.Contains(line, "number="+number) && strings.Contains(line, "level=ERROR") {
				fault = line
			}
		}
		if !strings.Contains(fault, "disk gone") && !strings.Contains(fault, "boom") {
			t.Errorf("%s: number %s leads to no cause in the log: %q", path, number, fault)
		}
		if strings.Contains(body, "disk gone") || strings.Contains(body, "boom") {
			t.Errorf("%s: the page shows the cause", path)
		}
		for what, words := range map[string]string{
			"what happened": "系统出了故障", "what is safe": "之前保存的都在", "what to do": "再试一次；仍不行，把错误编号告诉管理员",
		} {
			if !strings.Contains(body, words) {
				t.Errorf("%s: the page does not say %s", path, what)
			}
		}
	}
	if !strings.Contains(h.log.String(), "boom") {
		t.Error("the cause of the panic is not in the log")
	}
}

func TestSecurityHeadersOnEveryAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/p/jinxiu/cases", "/nowhere", "/p/jinxiu/broken", "/static/x/gj.js", "/api/v1/broken"} {
		w := h.ask(t, "lin", "GET", path)
		csp := w.Header().Get("Content-Security-Policy")
		for _, need := range []string{"default-src 'self'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, need) {
				t.Errorf("%s: policy lacks %s: %q", path, need, csp)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy allows unsafe things: %q", path, csp)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: sniffing is allowed", path)
		}
	}
}

// A page that carries inline script, handlers or styles would not work under
// the policy: none may be drawn.
func TestPagesCarryNothingInline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pages := []string{"/p/jinxiu/cases", "/nowhere"}
	for _, sheet := range ui.Sheets {
		pages = append(pages, "/gallery?page="+sheet)
	}
	bad := regexp.MustCompile(`(?i)\sstyle=|<style|\son[a-z]+=|javascript:|<script(?:>| [^>]*>[^<])`)
	for _, path := range pages {
		w := h.ask(t, "lin", "GET", path)
		if m := bad.FindString(w.Body.String()); m != "" {
			t.Errorf("%s carries %q", path, m)
		}
	}
}

func TestCrossSiteChangesAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"own page":             {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, http.StatusSeeOther},
		"another site":         {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
		"another origin":       {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, http.StatusForbidden},
		"a program, no origin": {func(*http.Request) {}, http.StatusSeeOther},
	} {
		if w := h.ask(t, "lin", "POST", "/p/jinxiu/cases", c.change); w.Code != c.status {
			t.Errorf("%s: %d, want %d", name, w.Code, c.status)
		}
	}
}

func TestWhatWasDoneIsSaidOnceAndEscaped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	done := h.ask(t, "lin", "POST", "/p/jinxiu/cases")
	var carried *http.Cookie
	for _, c := range done.Result().Cookies() {
		if c.Name == "gj_undo" {
			carried = c
		}
	}
	if carried == nil || !carried.HttpOnly {
		t.Fatalf("no undo carried: %v", done.Header())
	}
	page := h.ask(t, "lin", "GET", "/p/jinxiu/cases", func(r *http.Request) { r.AddCookie(carried) })
	body := page.Body.String()
	if !strings.Contains(body, "已转给 &lt;罗永&gt;") || !strings.Contains(body, `action="/p/jinxiu/cases/undo"`) {
		t.Errorf("undo bar missing in\n%s", body)
	}
	if !strings.Contains(strings.Join(page.Header().Values("Set-Cookie"), ";"), "gj_undo=; Path=/; Max-Age=0") {
		t.Errorf("it would be said again: %v", page.Header().Values("Set-Cookie"))
	}
}

func TestLargeBodyIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/p/jinxiu/cases", strings.NewReader("a="+strings.Repeat("x", 2<<20)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "who", Value: "lin"})
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "1024 KB") {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
}

func TestLanguageOfPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lang := func(who string, change func(*http.Request)) string {
		return h.ask(t, who, "GET", "/gallery", change).Header().Get("Content-Language")
	}
	for name, c := range map[string]struct{ got, want string }{
		"nothing said":             {lang("lin", func(*http.Request) {}), "zh-CN"},
		"browser asks for English": {lang("lin", func(r *http.Request) { r.Header.Set("Accept-Language", "fr, en-GB;q=0.8, zh;q=0.5") }), "en"},
		"cookie before browser": {lang("lin", func(r *http.Request) {
			r.Header.Set("Accept-Language", "en")
			r.AddCookie(&http.Cookie{Name: "gj_lang", Value: "zh-CN"})
		}), "zh-CN"},
		"account before cookie": {lang("wu", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "gj_lang", Value: "zh-CN"}) }), "en"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", name, c.got, c.want)
		}
	}
}

func TestPreferencesAreKeptAndNeverLeadAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for next, want := range map[string]string{"/p/jinxiu/cases?q=1": "/p/jinxiu/cases?q=1", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "": "/"} {
		form := url.Values{"theme": {"dark"}, "lang": {"xx"}, "next": {next}}
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/preferences", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
		if c := strings.Join(w.Header().Values("Set-Cookie"), ";"); !strings.Contains(c, "gj_theme=dark") || strings.Contains(c, "gj_lang") {
			t.Errorf("cookies %q", c)
		}
	}
}

func TestRailShowsWhatIsPermittedAndWhereOneIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := h.ask(t, "lin", "GET", "/p/jinxiu/cases").Body.String()
	if !strings.Contains(body, `<a href="/p/jinxiu/cases" aria-current="page">`) {
		t.Errorf("the rail does not mark the page:\n%s", body)
	}
	if strings.Contains(body, "钥匙") {
		t.Error("the rail offers what is not permitted")
	}
	if strings.Index(body, "工单") > strings.Index(body, "设置") {
		t.Error("the rail is out of order")
	}
	// a company page is not for who has the right in one project: the page of the project is
	if !strings.Contains(body, `href="/p/jinxiu/part"`) || strings.Contains(body, "/account/projects") || strings.Contains(body, "别的项目") {
		t.Error("the rail does not lead to the project's own page")
	}
}

func TestAnswersForProgramsAndParts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.ask(t, "lin", "GET", "/api/v1/broken")
	if w.Code != http.StatusUnprocessableEntity || w.Header().Get("Content-Type") != "application/problem+json" ||
		!strings.Contains(w.Body.String(), `"path":"phone"`) || !strings.Contains(w.Body.String(), `"code":"api.invalid"`) {
		t.Errorf("%d %s\n%s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if w := h.ask(t, "", "GET", "/api/v1/broken"); w.Code != http.StatusUnauthorized {
		t.Errorf("API without session: %d", w.Code)
	}
	part := func(r *http.Request) { r.Header.Set("HX-Request", "true") }
	w = h.ask(t, "lin", "GET", "/p/jinxiu/broken", part)
	if w.Header().Get("HX-Retarget") != "#gj-trouble" || strings.Contains(w.Body.String(), "<html") {
		t.Errorf("a part got\n%s", w.Body)
	}
	if w := h.ask(t, "", "GET", "/p/jinxiu/cases", part); !strings.HasPrefix(w.Header().Get("HX-Redirect"), "/login?next=") {
		t.Errorf("a part without session got %v", w.Header())
	}
	if w := h.ask(t, "lin", "DELETE", "/login"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("unknown method: %d %q", w.Code, w.Header().Get("Allow"))
	}
}

// A page is at most 60 KB packed; the list of the gallery is a full one.
func TestPageWeight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, sheet := range ui.Sheets {
		w := h.ask(t, "lin", "GET", "/gallery?page="+sheet, func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") })
		if w.Header().Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s: not packed", sheet)
		}
		if w.Body.Len() > 60<<10 || w.Body.Len() < 500 {
			t.Errorf("%s weighs %d bytes", sheet, w.Body.Len())
		}
	}
}

func TestClientBehindProxies(t *testing.T) {
	t.Parallel()
	var got netip.Addr
	var secure bool
	var seen string // what log-in counts tries by
	route := web.Route{Pattern: "GET /ip", Permission: auth.Public, Handler: func(_ http.ResponseWriter, r *http.Request) error {
		got, secure, seen = web.ClientIP(r.Context()), web.Secure(r.Context()), auth.Address(r)
		return nil
	}}
	shell, err := web.New(web.Config{Clock: calendar.NewManual(time.Unix(0, 0)), Projects: projects{}, Sessions: sessions{}, Routes: []web.Route{route},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	handler := shell.Handler()
	for name, c := range map[string]struct {
		remote, forwarded, client string
		secure                    bool
	}{
		"direct":                       {"203.0.113.9:4000", "", "203.0.113.9", false},
		"a stranger claims an address": {"203.0.113.9:4000", "1.2.3.4", "203.0.113.9", false},
		"through the proxy":            {"10.0.0.2:4000", "198.51.100.7", "198.51.100.7", true},
		"through two, forged in front": {"10.0.0.2:4000", "1.2.3.4, 198.51.100.7, 10.0.0.3", "198.51.100.7", true},
		"proxy says nonsense":          {"10.0.0.2:4000", "198.51.100.7, x", "10.0.0.2", true},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/ip", http.NoBody)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
			r.Header.Set("X-Forwarded-Proto", "https")
		}
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if got.String() != c.client || seen != c.client || secure != c.secure {
			t.Errorf("%s: %s (log-in sees %s) secure %v, want %s %v", name, got, seen, secure, c.client, c.secure)
		}
	}
}

// The log tells the route, never the address with what was searched for.
func TestLogCarriesNoPersonalData(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ask(t, "lin", "GET", "/p/jinxiu/cases?q=13800001234")
	h.ask(t, "lin", "GET", "/p/jinxiu/unknown/13800001234")
	if log := h.log.String(); strings.Contains(log, "13800001234") || !strings.Contains(log, "route=\"GET /p/{project}/cases\"") {
		t.Errorf("log:\n%s", log)
	}
}

// A part of a page is drawn without the look-ups of the rail and the bell.
func TestPartsAreCheap(t *testing.T) {
	t.Parallel()
	asked := 0
	shell, err := web.New(web.Config{
		Clock: calendar.NewManual(time.Unix(0, 0)), Projects: projects{}, Sessions: sessions{}, BellPath: "/p/{project}/notices",
		Bell:   func(context.Context) (int, error) { asked++; return 3, nil },
		Routes: []web.Route{{Pattern: "GET /p/{project}/part", Permission: "test.case.see", Handler: say("part")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{handler: shell.Handler()}
	if w := h.ask(t, "lin", "GET", "/p/jinxiu/part", func(r *http.Request) { r.Header.Set("HX-Request", "true") }); w.Code != 200 || asked != 0 {
		t.Errorf("%d, bell asked %d times", w.Code, asked)
	}
	if h.ask(t, "lin", "GET", "/p/jinxiu/part"); asked != 1 {
		t.Errorf("a page asked the bell %d times", asked)
	}
}

// Each kind of failure has its status, its words, and nothing of the cause.
func TestEveryKindHasItsPage(t *testing.T) {
	t.Parallel()
	kinds := map[errs.Kind]int{
		errs.Invalid: 422, errs.Forbidden: 403, errs.NotFound: 404, errs.Conflict: 409, errs.Unavailable: 503, errs.TooMany: 429, errs.Internal: 500,
	}
	var routes []web.Route
	for kind := range kinds {
		routes = append(routes, web.Route{Pattern: "GET /fail/" + string(kind), Permission: auth.LoggedIn, Handler: func(http.ResponseWriter, *http.Request) error {
			return errs.New(kind, "test.failed", "具体说明。", "In detail.").Wrap(errors.New("secret cause"))
		}})
	}
	h := newHouse(t, routes...)
	for kind, status := range kinds {
		for who, lang := range map[string]text.Lang{"lin": text.ZH, "wu": text.EN} {
			w := h.ask(t, who, "GET", "/fail/"+string(kind))
			body := w.Body.String()
			if w.Code != status || strings.Contains(body, "secret cause") || !strings.Contains(body, `class="gj-number">`) || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d\n%s", kind, w.Code, body)
			}
			words := text.B("具体说明。", "In detail.").In(lang)
			if kind != errs.Internal && !strings.Contains(body, words) {
				t.Errorf("%s in %s lacks %q", kind, lang, words)
			}
		}
	}
}
