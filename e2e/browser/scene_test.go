package browser_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"guanjia/e2e/house"
)

// scene is the demo made ready to be looked at: what pages need beyond the
// demo's own data was brought there through the pages themselves, and a value
// is known for each part of an address.
type scene struct {
	*house.Server
	is    map[string]string // "unit" to the number that stands for {unit}
	cases []string          // a case at each step of each procedure, "repair-arrive WX-2611-0102"

	mu     sync.Mutex
	people map[string]*http.Client
}

// as is somebody logged in; "" is a visitor.
func (s *scene) as(login string) (*http.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if login == "" {
		return http.DefaultClient, nil
	}
	if s.people[login] == nil { // once: log-ins are counted
		c, err := s.Login(login)
		if err != nil {
			return nil, err
		}
		s.people[login] = c
	}
	return s.people[login], nil
}

func (s *scene) get(t *testing.T, login, path string) string {
	t.Helper()
	c, err := s.as(login)
	if err != nil {
		t.Fatal(err)
	}
	status, body, err := house.Get(context.Background(), c, s.URL+path)
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %v %.300s", path, status, err, body)
	}
	return body
}

// post sends a form and returns what came of it.
func (s *scene) post(t *testing.T, login, path string, form url.Values) string {
	t.Helper()
	c, err := s.as(login)
	if err != nil {
		t.Fatal(err)
	}
	status, body, err := house.Post(context.Background(), c, s.URL+path, form)
	if err != nil || status >= http.StatusBadRequest {
		t.Fatalf("%s %v: %d %v %q", path, form, status, err, regexp.MustCompile(`(?s)(invalid-feedback|gj-err|role="alert").{300}`).FindAllString(body, 5))
	}
	return body
}

// upload sends a file and returns the address it leads to.
func (s *scene) upload(t *testing.T, login, path, name string, content []byte) string {
	t.Helper()
	c, err := s.as(login)
	if err != nil {
		t.Fatal(err)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.URL+path, &form)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %d %v %.2000s", path, res.StatusCode, err, body)
	}
	return res.Header.Get("Location")
}

// find is the first group of pattern in page, with the entities of HTML undone.
func find(t *testing.T, pattern, page string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("nothing like %s in %.3000s", pattern, page)
	}
	return strings.ReplaceAll(found[1], "&amp;", "&")
}

// set makes the demo ready: each line brings about what a page shows.
func set(t *testing.T) *scene {
	t.Helper()
	s := &scene{Server: demoHouse(t), is: map[string]string{"project": "linjiang"}, people: map[string]*http.Client{}}

	s.is["unit"] = find(t, `href="/p/linjiang/units/(\d+)"`, s.get(t, chief, at+"/units?q=0301"))
	unit := s.get(t, chief, at+"/units/"+s.is["unit"])
	s.is["building"] = find(t, `href="/p/linjiang/buildings/(\d+)/edit"`, s.get(t, chief, at+"/houses"))
	s.is["person"] = find(t, `href="/p/linjiang/people/(\d+)"`, unit)
	s.is["occupancy"] = find(t, `/people/(\d+)/end"`, unit)
	s.cases = manyCases(t, s)
	s.is["number"] = strings.Fields(s.cases[0])[1]
	s.is["way"] = find(t, `href="`+at+`/cases/`+s.is["number"]+`/way/([a-z_/]+)"`, s.get(t, chief, at+"/cases/"+s.is["number"]))
	s.is["order"] = find(t, `href="/p/linjiang/work/([A-Z]{2}-[\d-]+)"`, s.get(t, "hezhiqiang", at+"/work"))
	s.is["promise"] = find(t, `/desk/promises/(\d+)"`, s.get(t, clerk, at+"/desk"))
	s.is["double"] = s.is["number"] // any case may be joined with another
	asked := find(t, `href="(/p/linjiang/cases/ZX-[^"]+)"`, s.get(t, clerk, at+"/cases?view=open&kind=enquiry"))
	s.post(t, clerk, asked+"/do", formOf(t, s.get(t, clerk, asked), asked+"/do", url.Values{"field.now": {"no"}, "field.scope": {"yes"}, "outcome": {"done"}}))
	s.post(t, clerk, asked+"/do", formOf(t, s.get(t, clerk, asked), asked+"/do", url.Values{"field.specialist": {"engineering"}, "field.promised": {"2026-11-20T17:00"}, "outcome": {"sent"}}))
	s.is["slip"] = lastOf(asked)
	s.is["notice"] = find(t, `/notices/(\d+)"`, s.get(t, chief, at+"/notices"))

	s.post(t, chief, at+"/registers/keys/new", url.Values{"version": {"0"}, "label": {"K-0301"}, "unit": {"3栋1单元0301"}, "part": {"door"}, "count": {"2"}})
	s.is["entry"] = find(t, `href="/p/linjiang/registers/keys/(\d+)"`, s.get(t, chief, at+"/registers/keys"))

	s.post(t, chief, at+"/surveys", formOf(t, s.get(t, chief, at+"/surveys"), at+"/surveys", nil))
	s.is["survey"] = find(t, `href="/p/linjiang/surveys/([^"/?]+)"`, s.get(t, chief, at+"/surveys"))
	sent := at + "/surveys/" + s.is["survey"]
	page := s.get(t, chief, sent)
	file := find(t, `href="(/p/linjiang/cases/YJ-[^"]+)"`, page)
	s.post(t, "shenwen", file+"/do", formOf(t, s.get(t, "shenwen", file), file+"/do", url.Values{"outcome": {"approved"}}))
	s.post(t, chief, sent+"/send", url.Values{"share": {"10"}})
	s.is["sheet"] = find(t, `/survey/([A-Za-z0-9_-]{8,})`, s.get(t, chief, at+"/surveys/"+s.is["survey"]+"/sheets"))
	for i, sheet := range regexp.MustCompile(`/survey/([A-Za-z0-9_-]{8,})`).FindAllStringSubmatch(s.get(t, chief, sent+"/sheets"), 9) {
		if sheet[1] != s.is["sheet"] { // which stays to be answered
			form := formOf(t, s.get(t, "", sheet[0]), sheet[0], nil)
			for k := range form {
				if i%3 == 0 && form.Get(k) == "5" {
					form.Set(k, "4")
				}
			}
			s.post(t, "", sheet[0], form)
		}
	}
	s.post(t, chief, at+"/visits", formOf(t, s.get(t, chief, at+"/visits"), at+"/visits", nil))

	s.post(t, chief, at+"/residents/units/"+s.is["unit"], url.Values{})
	codes := s.get(t, chief, at+"/residents/units/"+s.is["unit"])
	s.is["link"] = find(t, `/residents/links/(\d+)/`, codes)
	s.is["code"] = find(t, `/r/([A-Za-z0-9_.-]{8,})`, codes)
	s.post(t, chief, at+"/residents/areas", url.Values{"place": {"3栋大堂"}})

	s.post(t, chief, at+"/integrations/tokens", url.Values{"name": {"电话系统"}, "role": {"phone_system"}})
	s.post(t, chief, at+"/integrations/hooks", formOf(t, s.get(t, chief, at+"/integrations/"), at+"/integrations/hooks", url.Values{"url": {"https://example.com/guanjia"}}))
	s.is["hook"] = find(t, `/integrations/hooks/(\d+)"`, s.get(t, chief, at+"/integrations/"))

	made := s.post(t, root, "/users", url.Values{"name": {"新来的人"}, "login": {"xinlai"}, "phone": {"13900001199"}, "grant": {""}})
	s.is["token"] = find(t, `/setup/([A-Za-z0-9_.-]+)`, made)
	s.is["account"] = find(t, `href="/users/(\d+)"`, s.get(t, root, "/users"))

	s.post(t, root, at+"/settings", formOf(t, s.get(t, root, at+"/settings"), at+"/settings", url.Values{"figures": {"repair.accept: 20 minutes"}, "reason": {"夜里只有一个人，接单给足时间"}}))
	s.is["change"] = find(t, `handbook/changes/(\d+)"`, s.get(t, root, at+"/handbook/changes"))

	book, err := os.ReadFile(filepath.Join("..", "..", "internal", "importer", "testdata", "opening-jinxiu.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	s.is["upload"] = lastOf(s.upload(t, root, at+"/import", "锦绣.xlsx", book))
	s.is["imported"] = lastOf(s.imported(t, at+"/import"))
	letters, err := os.ReadFile(filepath.Join("..", "..", "internal", "messages", "testdata", "samples.csv"))
	if err != nil {
		t.Fatal(err)
	}
	s.is["file"] = lastOf(s.upload(t, root, at+"/letters", "来信.csv", letters))
	return s
}

// imported brings two units in, so that there is something to take back.
func (s *scene) imported(t *testing.T, path string) string {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, row := range [][]any{
		{"楼栋", "单元", "楼层", "房号", "建筑面积", "用途", "状态", "业主姓名", "手机"},
		{"19栋", "1单元", 1, "101", 88.6, "住宅", "已入住", "方小满", "13900001901"},
		{"19栋", "1单元", 1, "102", 96.2, "住宅", "已入住", "龚长庚", "13900001902"},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := errors.Join(f.SetSheetName("Sheet1", "房屋"), f.Write(&b)); err != nil {
		t.Fatal(err)
	}
	upload := s.upload(t, root, path, "19栋.xlsx", b.Bytes())
	s.post(t, root, upload+"/run", url.Values{"leave_out": {"1"}})
	for range 600 {
		if strings.Contains(s.get(t, root, upload), upload+"/revert") {
			return upload
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the import does not end")
	return ""
}

func lastOf(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address[strings.LastIndex(address, "/")+1:]
}

// manyCases finds a case at each step of each procedure the demo has.
func manyCases(t *testing.T, s *scene) []string {
	t.Helper()
	row := regexp.MustCompile(`(?s)<tr data-href="/p/linjiang/cases/([^"]+)">(.*?)</tr>`)
	cell := regexp.MustCompile(`<td[^>]*>([^<]*)</td>`)
	var list []string
	for _, kind := range []string{"repair", "complaint", "enquiry", "follow_up", "visit", "survey", "directory", "analysis", "forum", "group_visit", "handover_defect", "keeping"} {
		seen := map[string]bool{}
		for _, view := range []string{"view=open", "view=open&status=closed", "view=all&status=cancelled", "view=all&status=merged", "view=all"} {
			for _, found := range row.FindAllStringSubmatch(s.get(t, "wuhaiyan", at+"/cases?"+view+"&kind="+kind), -1) {
				step := ""
				if cells := cell.FindAllStringSubmatch(found[2], -1); len(cells) > 2 {
					step = cells[len(cells)-2][1]
				}
				if step = strings.TrimSpace(step); step == "" { // closed ones stand nowhere
					step = view[strings.LastIndex(view, "=")+1:]
				}
				if !seen[step] {
					seen[step] = true
					list = append(list, fmt.Sprintf("%s %s %s", kind, found[1], step))
				}
			}
		}
	}
	if len(list) == 0 {
		t.Fatal("the demo holds no case")
	}
	return list
}

// formOf is what a form of a page would send as it stands; more goes over it.
func formOf(t *testing.T, page, action string, more url.Values) url.Values {
	t.Helper()
	form := find(t, `(?s)(<form[^>]*action="`+regexp.QuoteMeta(action)+`".*?</form>)`, page)
	send := url.Values{}
	for _, f := range regexp.MustCompile(`<input[^>]*>`).FindAllString(form, -1) {
		name := regexp.MustCompile(`name="([^"]*)"`).FindStringSubmatch(f)
		value := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(f)
		choice := strings.Contains(f, `type="radio"`) && !strings.Contains(f, "checked")
		if name == nil || choice && send.Has(name[1]) {
			continue
		}
		v := ""
		if value != nil {
			v = value[1]
		}
		if strings.Contains(f, `type="checkbox"`) || !send.Has(name[1]) {
			send.Add(name[1], v)
		}
	}
	for _, f := range regexp.MustCompile(`(?s)<select[^>]*name="([^"]*)".*?</select>`).FindAllStringSubmatch(form, -1) {
		chosen := regexp.MustCompile(`<option value="([^"]*)"[^>]*selected`).FindStringSubmatch(f[0])
		if chosen == nil {
			chosen = regexp.MustCompile(`<option value="([^"]+)"`).FindStringSubmatch(f[0])
		}
		if chosen != nil {
			send.Set(f[1], chosen[1])
		}
	}
	for _, f := range regexp.MustCompile(`(?s)<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>`).FindAllStringSubmatch(form, -1) {
		send.Set(f[1], f[2])
	}
	for k, v := range more {
		send[k] = v
	}
	return send
}
