package authweb_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/auth/authweb"
	"guanjia/internal/calendar"
	"guanjia/internal/files"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
	"guanjia/internal/text"
	"guanjia/internal/vault"
	"guanjia/internal/web"
)

const good = "绿萝爬满了三楼窗台"

var jinxiu = web.Project{ID: 7, Code: "jinxiu", Name: "锦绣花园"}

type projects struct{}

func (projects) ByCode(_ context.Context, code string) (web.Project, error) {
	if code != jinxiu.Code {
		return web.Project{}, http.ErrMissingFile
	}
	return jinxiu, nil
}

func (projects) ListFor(context.Context, auth.Actor) ([]web.Project, error) {
	return []web.Project{jinxiu}, nil
}

type house struct {
	t     *testing.T
	auth  *auth.Service
	audit *audit.Service
	files *files.Service
	db    *store.DB
	clock *calendar.Manual
	site  *httptest.Server
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	rooms := []store.Migrations{auth.Migrations(), audit.Migrations(), vault.Migrations(), files.Migrations()}
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		keys, err := vault.NewKeys()
		if err != nil {
			t.Fatal(err)
		}
		h := &house{t: t, clock: clock}
		h.audit = audit.New(audit.Options{DB: db, Key: keys.SigningKey(), Clock: clock})
		h.auth, err = auth.New(auth.Options{
			DB: db, Sealer: keys, Trail: h.audit, Clock: clock, AdminRole: "admin",
			Hash: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32},
			Roles: func() []auth.Role {
				return []auth.Role{
					{Name: "admin", Title: text.B("管理员", "Administrator"), Permissions: []string{auth.PermView, auth.PermManage, audit.PermView, audit.PermVerify}},
					{Name: "desk", Title: text.B("前台", "Front desk")},
					{Name: "cashier", Title: text.B("收费", "Cashier"), SecondFactor: true},
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		h.audit.NameBy(h.auth.Names)
		pages := authweb.New(authweb.Options{Auth: h.auth, Projects: projects{}.ListFor})
		vaults := vault.New(vault.Options{DB: db, Keys: keys, Audit: h.audit, Clock: clock})
		h.files, err = files.New(files.Options{DB: db, Audit: h.audit, Dir: t.TempDir(), Cache: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		h.db = db
		mods := []module.Module{pages.Module(), h.audit.Module(), vaults.Module(), h.files.Module()}
		for _, err := range module.Check(mods) {
			t.Error(err)
		}
		cfg := web.Config{Clock: clock, Projects: projects{}, Sessions: h.auth, Menu: authweb.Menu(), SaveLang: h.auth.SetLang}
		for _, m := range mods {
			cfg.Routes, cfg.Nav = append(cfg.Routes, m.Routes...), append(cfg.Nav, m.Nav...)
		}
		shell, err := web.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		h.site = httptest.NewServer(shell.Handler())
		t.Cleanup(h.site.Close)
		fn(t, h)
	})
}

func (h *house) add(login, name string, grants ...auth.Grant) auth.Account {
	h.t.Helper()
	a, err := h.auth.CreateAccount(h.t.Context(), auth.System, auth.NewAccount{Login: login, Name: name, Phone: "13800006621", Password: good, Grants: grants})
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// browser keeps cookies and follows redirects.
type browser struct {
	h *house
	c *http.Client
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h: h, c: &http.Client{Jar: jar}}
}

// do sends a request and returns the page; form nil means GET.
func (b *browser) do(status int, path string, form url.Values) string {
	b.h.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(b.h.t.Context(), method, b.h.site.URL+path, body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "zh-CN")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := b.c.Do(req)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	if res.StatusCode != status {
		b.h.t.Fatalf("%s %s: status %d, want %d\n%s", method, path, res.StatusCode, status, raw)
	}
	return string(raw)
}

func (b *browser) login(login string) string {
	b.h.t.Helper()
	return b.do(200, "/login", url.Values{"login": {login}, "password": {good}, "next": {"/account"}})
}

func has(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(page, w) {
			t.Errorf("the page lacks %q:\n%s", w, page)
		}
	}
}

var (
	linkOf   = regexp.MustCompile(`/setup/[A-Za-z0-9_-]{43}`)
	secretOf = regexp.MustCompile(`<code>((?:[A-Z2-7]{1,4} ?)+)</code>`)
)

// proves PLT-01, PLT-04: first set-up, log-in, own account, sessions, leaving
func TestPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		token, _, err := h.auth.FirstSetup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		boss := h.browser()
		page := boss.do(422, "/setup/"+token, url.Values{"login": {"boss"}, "name": {"陈经理<b>"}, "password": {"12345678"}})
		has(t, page, "太常见", "陈经理&lt;b&gt;", `aria-invalid="true"`)
		if strings.Contains(page, "12345678") {
			t.Error("the password is sent back")
		}
		has(t, boss.do(200, "/setup/"+token+"?next=/account", url.Values{"login": {"boss"}, "name": {"陈经理"}, "password": {good}}), "陈经理")
		h.browser().do(404, "/setup/"+token, nil)

		has(t, boss.do(200, "/users/new", nil), "管理员", "锦绣花园")
		page = boss.do(200, "/users", url.Values{"login": {"wangli"}, "name": {"王丽"}, "grant": {"7:desk"}})
		link := linkOf.FindString(page)
		if link == "" {
			t.Fatalf("no link on the page:\n%s", page)
		}
		has(t, boss.do(422, "/users", url.Values{"login": {"wangli"}, "name": {"王丽二"}}), "已经有人用了", "王丽二")
		wang := h.browser()
		has(t, wang.do(200, link, nil), "王丽", "wangli")
		wang.do(200, link, url.Values{"password": {good}})
		has(t, wang.do(200, "/account", nil), "王丽", "前台", "锦绣花园")
		wang.do(403, "/users", nil)
		wang.do(403, "/audit", nil)
		wang.do(403, "/users/new", nil)
		wang.do(403, "/users", url.Values{"login": {"evil"}, "name": {"坏"}})

		has(t, wang.do(422, "/account/password", url.Values{"present": {"不是这个密码"}, "password": {"另一句足够长的话"}}), "密码不对")
		has(t, wang.do(200, "/account", url.Values{"name": {"王丽"}, "phone": {"13800006621"}, "lang": {"en"}}), "My account")
		other := h.browser()
		other.login("wangli")
		has(t, wang.do(200, "/account/sessions", nil), "This device", "End all other sessions")
		wang.do(200, "/account/sessions/end", url.Values{"session": {"0"}})
		has(t, other.do(200, "/account", nil), `name="password"`) // back at the log-in
		has(t, wang.do(200, "/account/password", url.Values{"present": {good}, "password": {"另一句足够长的话"}}), "My account")
		wang.do(200, "/logout", url.Values{})
		has(t, wang.do(200, "/account", nil), `action="/login"`)
		has(t, h.browser().do(422, "/login", url.Values{"login": {"wangli"}, "password": {good}}), "登录名或密码不对", `value="wangli"`)
		has(t, h.browser().do(200, "/login?next=https://evil.example/", nil), `name="next" value="/"`)
	})
}

// proves PLT-01: the second factor on screen
func TestSecondFactorPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("qianhong", "钱红", auth.Grant{Project: 7, Role: "cashier"})
		b := h.browser()
		has(t, b.login("qianhong"), "先设置动态口令")
		has(t, b.do(200, "/account", nil), `action="/login"`) // not in yet
		page := b.do(200, "/login/factor", url.Values{"next": {"/account"}})
		has(t, page, `class="qr"`)
		m := secretOf.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no secret on the page:\n%s", page)
		}
		secret := strings.ReplaceAll(m[1], " ", "")
		has(t, b.do(422, "/login/factor/finish", url.Values{"code": {"000000"}}), "口令不对")
		code, err := totp.GenerateCode(secret, h.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		page = b.do(200, "/login/factor/finish", url.Values{"code": {code}, "next": {"/account"}})
		if n := len(regexp.MustCompile(`<code>[a-z2-7]{4}(-[a-z2-7]{4}){3}</code>`).FindAllString(page, -1)); n != 10 {
			t.Errorf("%d recovery codes on the page", n)
		}
		has(t, b.do(200, "/account", nil), "还剩 10 个恢复码")
		has(t, b.do(422, "/account/factor/off", url.Values{"password": {good}}), "必须用动态口令")
		again := h.browser()
		has(t, again.login("qianhong"), "再输入动态口令")
		has(t, again.do(422, "/login/code", url.Values{"code": {code}}), "已经用过")
		h.clock.Add(30e9)
		if code, err = totp.GenerateCode(secret, h.clock.Now()); err != nil {
			t.Fatal(err)
		}
		has(t, again.do(200, "/login/code", url.Values{"code": {code}, "next": {"/account"}}), "钱红")
	})
}

// proves PLT-02, PLT-05: users and roles are managed by right, after a fresh
// password, and the trail shows it
func TestAdministration(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		wang := h.add("wangli", "王丽")
		h.add("boss", "陈经理", auth.Grant{Role: "admin"})
		boss, w := h.browser(), h.browser()
		boss.login("boss")
		w.login("wangli")
		path := "/users/" + strconv.FormatInt(wang.ID, 10)
		page := boss.do(200, "/users", nil)
		has(t, page, "王丽", "陈经理", "管理员（整个公司）", "138****6621")
		if strings.Contains(page, "13800006621") {
			t.Error("a phone number is not masked")
		}
		w.do(403, "/users", nil)
		w.do(404, "/users/1", nil)
		w.do(403, path+"/active", url.Values{"active": {"0"}})
		w.do(403, path+"/grant", url.Values{"grant": {"0:admin"}})
		has(t, boss.do(200, path+"/grant", url.Values{"grant": {"7:desk"}}), "前台", "岗位已授予")
		has(t, boss.do(422, path+"/grant", url.Values{"grant": {"rubbish"}}), "请从列表里选")
		h.clock.Add(16 * 60e9)
		has(t, boss.do(422, path+"/revoke", url.Values{"grant": {"7:desk"}}), "再确认一次", `action="/account/confirm"`)
		has(t, boss.do(422, "/account/confirm", url.Values{"password": {"wrong-password"}, "next": {path}}), "密码不对")
		has(t, boss.do(200, "/account/confirm", url.Values{"password": {good}, "next": {path}}), "停用账号")
		has(t, boss.do(200, path+"/active", url.Values{"active": {"0"}}), "已停用")
		has(t, w.do(200, "/account", nil), `action="/login"`)

		if _, err := h.audit.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		page = boss.do(200, "/audit", nil)
		has(t, page, "停用账号", "授予岗位", "登录", "陈经理", "封存到第 1 批")
		page = boss.do(200, "/audit?action=auth.grant.give&from=2026-11-20&to=2026-11-20", nil)
		has(t, page, "授予岗位")
		if strings.Contains(page, `title="auth.login"`) {
			t.Error("the filter lets everything through")
		}
		has(t, boss.do(200, "/audit?from=2026-11-21", nil), "没有符合的记录")
		has(t, boss.do(200, "/audit/verify", url.Values{}), "核验完成：1 批")
		if sheet := boss.do(200, "/audit.xlsx", nil); !strings.HasPrefix(sheet, "PK\x03\x04") {
			t.Error("no Excel file")
		}
		has(t, boss.do(200, "/audit/heads", nil), `"signature"`)
		has(t, boss.do(200, "/audit?action=audit.entry.export", nil), "导出操作记录")
	})
}

// proves PLT-02, PLT-12: a file behind the whole house: by right, locked down
func TestFileDownload(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		wang := h.add("wangli", "王丽", auth.Grant{Project: 7, Role: "desk"})
		h.add("other", "别人")
		h.files.SetGuard("probe.case", func(_ context.Context, _ *store.Tx, actor auth.Actor, f files.File, _ bool) error {
			if actor.IsSystem() || len(actor.Roles(f.Project)) > 0 {
				return nil
			}
			return actor.Need("probe.case.view", f.Project)
		})
		got, err := h.files.Receive(t.Context(), "说明.txt", strings.NewReader("关水阀"))
		if err != nil {
			t.Fatal(err)
		}
		var f files.File
		err = h.db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
			f, err = h.files.Attach(ctx, tx, auth.System, files.To{Project: 7, Owner: "probe.case", ID: wang.ID}, got)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w, other := h.browser(), h.browser()
		has(t, other.do(200, files.Path(f.ID), nil), `action="/login"`)
		w.login("wangli")
		other.login("other")
		if body := w.do(200, files.Path(f.ID), nil); body != "关水阀" {
			t.Errorf("%q came back", body)
		}
		other.do(404, files.Path(f.ID), nil)
		other.do(404, files.SmallPath(f.ID), nil)
		w.do(404, files.SmallPath(f.ID), nil)
		w.do(404, "/files/none", nil)
		res, err := w.c.Get(h.site.URL + files.Path(f.ID)) //nolint:noctx // the test's own server
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		if got := res.Header.Get("Content-Security-Policy"); got != "sandbox; default-src 'none'" {
			t.Errorf("the policy of the download is %q", got)
		}
	})
}
