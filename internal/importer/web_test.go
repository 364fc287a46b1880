package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"guanjia/internal/auth"
	"guanjia/internal/module"
	"guanjia/internal/web"
)

// desk is the importer's pages behind the real shell.
type desk struct {
	*site
	handler http.Handler
}

func (d *desk) ByCode(ctx context.Context, code string) (web.Project, error) {
	return d.estate.ByCode(ctx, code)
}

// Resolve knows people by the cookie "who".
func (d *desk) Resolve(_ context.Context, r *http.Request) (auth.Actor, bool, error) {
	c, err := r.Cookie("who")
	if err != nil {
		return auth.Actor{}, false, nil //nolint:nilerr // no cookie is a visitor
	}
	rights := map[string][]string{"keeper": {PermRun}, "clerk": {"estate.unit.view"}}
	return auth.Actor{Account: 8, Login: c.Value, Name: "林晓", Grants: []auth.Grant{{Project: d.project, Role: c.Value}}}.WithPermissions(rights), true, nil
}

func newDesk(t *testing.T, h *site) *desk {
	t.Helper()
	d := &desk{site: h}
	shell, err := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Clock: h.clock, Projects: d, Sessions: d, Routes: h.Module().Routes, Nav: h.Module().Nav})
	must(t, err)
	d.handler = shell.Handler()
	return d
}

func (d *desk) ask(who, method, path string, body *bytes.Buffer, kind string) *httptest.ResponseRecorder {
	if body == nil {
		body = &bytes.Buffer{}
	}
	r := httptest.NewRequest(method, path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "who", Value: who})
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

func (d *desk) upload(who string, data []byte) *httptest.ResponseRecorder {
	d.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", "台账<b>.xlsx")
	must(d.t, err)
	_, err = part.Write(data)
	must(d.t, err)
	must(d.t, form.Close())
	return d.ask(who, "POST", "/p/jinxiu/import", &b, form.FormDataContentType())
}

func (d *desk) post(path string, form url.Values) *httptest.ResponseRecorder {
	return d.ask("keeper", "POST", path, bytes.NewBufferString(form.Encode()), "application/x-www-form-urlencoded")
}

func contains(t *testing.T, w *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, s := range words {
		if !strings.Contains(w.Body.String(), s) {
			t.Errorf("the page lacks %q", s)
		}
	}
}

// proves EST-17, INS-11: upload, look, correct the mapping, import, take back, on the pages.
func TestPages(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, h *site) {
		d := newDesk(t, h)
		contains(t, d.ask("keeper", "GET", "/p/jinxiu/import", nil, ""), 200, "还没有上传过", "下载空白模板")
		contains(t, d.upload("keeper", []byte("楼栋,房号\n1栋,101\n")), 422, "这是文本（CSV）文件")
		w := d.upload("keeper", workbook(t, units(map[int][]any{6: {nil, nil, nil, nil, -3}, 8: {10: "１３９１２３４５６７８"}})))
		at := w.Header().Get("Location")
		if w.Code != 303 || at == "" {
			t.Fatalf("status %d, location %q", w.Code, at)
		}
		page := d.ask("keeper", "GET", at, nil, "")
		contains(t, page, 200, "台账&lt;b&gt;.xlsx", "有 1 处需要更正", "E6", "面积必须大于零", "略过有问题的行")
		if strings.Contains(page.Body.String(), "<b>.xlsx") {
			t.Error("the name of the file is not escaped")
		}
		tidied := d.ask("keeper", "GET", at+"?view=changes", nil, "")
		contains(t, tidied, 200, "139****5678")
		if strings.Contains(tidied.Body.String(), "13912345678") || strings.Contains(tidied.Body.String(), "１３９１２３４５６７８") {
			t.Error("a whole phone number is shown")
		}
		left := d.ask("keeper", "GET", at+"?view=left", nil, "")
		contains(t, left, 200, "表头")
		fact := regexp.MustCompile(`略过的行</dt>\s*<dd[^>]*>\s*(\d+)`).FindStringSubmatch(left.Body.String())
		if rows := strings.Count(left.Body.String(), "<tr") - 1; fact == nil || fact[1] != strconv.Itoa(rows) || rows < 1 {
			t.Errorf("the head counts %v rows left out, the list has %d", fact, rows)
		}
		marked := d.ask("keeper", "GET", at+"/marked.xlsx", nil, "")
		contains(t, marked, 200)
		if _, err := Read(marked.Body); err != nil {
			t.Errorf("the marked copy: %v", err)
		}
		contains(t, d.ask("keeper", "GET", "/p/jinxiu/import/template.xlsx", nil, ""), 200)

		// Without the tick nothing goes in; with it, the rest does.
		contains(t, d.post(at+"/run", nil), 422, "还有 1 处需要更正")
		contains(t, d.post(at+"/mapping", url.Values{"kind-0": {""}}), 303)
		contains(t, d.ask("keeper", "GET", at, nil, ""), 200, "没有可以导入的新内容")
		contains(t, d.post(at+"/mapping", url.Values{"kind-0": {"unit"}}), 303)
		contains(t, d.post(at+"/run", url.Values{"leave_out": {"1"}}), 303)
		contains(t, d.ask("keeper", "GET", at, nil, ""), 200, "正在导入")
		if n, err := h.runner.RunDue(t.Context()); n != 1 || err != nil {
			t.Fatalf("%d jobs, %v", n, err)
		}
		contains(t, d.ask("keeper", "GET", at, nil, ""), 200, "已导入 69 条记录", "整批撤回")
		contains(t, d.ask("keeper", "GET", "/p/jinxiu/import", nil, ""), 200, "已导入", "整批撤回")
		there := h.counts()
		would := fmt.Sprintf("会撤回 %d 套房屋、%d 位客户", there["unit"], there["person"])
		if there["unit"] == 0 || there["person"] == 0 {
			t.Fatal(there)
		}
		contains(t, d.ask("keeper", "GET", at+"/revert", nil, ""), 200, would, `name="sure"`, `name="reason"`)
		for _, form := range []url.Values{nil, {"sure": {"1"}}, {"reason": {"传错了<b>"}}, {"sure": {"1"}, "reason": {" "}}} {
			w := d.post(at+"/revert", form)
			contains(t, w, 422, would, "操作记录")
			if n := strings.Count(w.Body.String(), "操作记录里"); n != 1 {
				t.Errorf("where the reason stays is said %d times", n)
			}
		}
		if h.counts()["unit"] == 0 {
			t.Fatal("taken back without a tick or a reason")
		}
		contains(t, d.post(at+"/revert", url.Values{"sure": {"1"}, "reason": {"传错了文件"}}), 303)
		if len(h.vault.reverts) != 1 || h.vault.reverts[0] != "传错了文件" {
			t.Errorf("the trail says %q", h.vault.reverts)
		}
		contains(t, d.ask("keeper", "GET", at+"/revert", nil, ""), 303)
		back := d.ask("keeper", "GET", at, nil, "")
		contains(t, back, 200, "已整批撤回", "重新上传")
		if strings.Contains(back.Body.String(), "会导入") {
			t.Error("a batch taken back is said to be imported")
		}
		contains(t, d.ask("keeper", "GET", "/p/jinxiu/import", nil, ""), 200, "已撤回", "撤回了 69")
		if h.counts()["unit"] != 0 {
			t.Errorf("%v", h.counts())
		}
	})
}

// What a second reading leaves out is counted once and wholly: units that are
// there, lines that are there, the others.
func TestRowsLeftOutAreCountedOnce(t *testing.T) {
	t.Parallel()
	v := previewView{P: &Preview{Plan: &Plan{Already: 1196, AlreadyLines: 414}}, Counts: map[string]int{"left": 1641}}
	want := []leftCount{{"系统里已有的房屋", 1196}, {"系统里已有的登记表记录", 414}, {"其他略过的行", 31}}
	if got := leftCounts(t.Context(), v); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	v.P.Plan = &Plan{}
	if got := leftCounts(t.Context(), v); !slices.Equal(got, []leftCount{{"略过的行", 1641}}) {
		t.Errorf("nothing is there: %v", got)
	}
}

// Every route refuses who may not import, and a stranger's number is no upload here.
func TestPagesAreClosed(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, h *site) {
		d := newDesk(t, h)
		u := h.take(workbook(t, units(nil)))
		for _, route := range h.Module().Routes {
			method, path, _ := strings.Cut(route.Pattern, " ")
			path = strings.NewReplacer("{project}", "jinxiu", "{upload}", fmt.Sprint(u.ID)).Replace(path)
			if w := d.ask("clerk", method, path, nil, ""); w.Code != http.StatusForbidden {
				t.Errorf("%s %s: %d for somebody without the right", method, path, w.Code)
			}
			if w := d.ask("", method, path, nil, ""); w.Code != http.StatusUnauthorized && w.Code != http.StatusSeeOther {
				t.Errorf("%s %s: %d for a visitor", method, path, w.Code)
			}
		}
		contains(t, d.ask("keeper", "GET", "/p/jinxiu/import/99", nil, ""), 404)
		contains(t, d.ask("keeper", "GET", "/p/jinxiu/import/x", nil, ""), 404)
		contains(t, d.ask("keeper", "POST", "/p/jinxiu/import", nil, ""), 422, "没有选择文件")
	})
}

func TestModuleIsSound(t *testing.T) {
	t.Parallel()
	s := &Service{}
	mods := []module.Module{{Name: "estate"}, s.Module()}
	if found := module.Check(mods); len(found) > 0 {
		t.Error(errors.Join(found...))
	}
}

// An upload that is cut off leaves an error in words, not half a workbook to import.
func TestBrokenUpload(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, h *site) {
		d := newDesk(t, h)
		w := d.ask("keeper", "POST", "/p/jinxiu/import", bytes.NewBufferString("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\nPK"), "multipart/form-data; boundary=x")
		contains(t, w, 422, "文件没有收全")
	})
}
