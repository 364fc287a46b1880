package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guanjia/e2e/browser"
	"guanjia/e2e/house"
	"guanjia/internal/demo"
	"guanjia/internal/text"
)

var (
	ids    = regexp.MustCompile(`\d{6,}|[A-Z]{2,3}-\d{4}-\d+|[A-Z]{3}-\d+|(handbook/[a-z]+/)[^/?]+`)
	hrefs  = regexp.MustCompile(`href="(/[^"#]*)"`)
	rooms  = regexp.MustCompile(`^/$|^/account|^/p/linjiang/(today|desk|cases)`) // the rooms of the desk, cases and the day
	leaves = regexp.MustCompile(`^/(static|logout|login)|\.(xlsx|csv|svg|png|json|yaml)|/files/|export|print`)
)

// shape is an address without what differs from row to row: pages of one shape
// are looked at once.
func shape(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	keys := []string{}
	for k := range u.Query() {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return ids.ReplaceAllString(u.Path, "$1*") + "?" + strings.Join(keys, "&")
}

// crawl follows the links of pages a role sees, one page of each shape.
func crawl(t *testing.T, s *house.Server, c *http.Client, login string) []string {
	t.Helper()
	seen := map[string]bool{}
	var pages []string
	queue := []string{"/", "/account", "/account/sessions", at + "/today"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if seen[shape(path)] || leaves.MatchString(path) || !rooms.MatchString(path) {
			continue
		}
		seen[shape(path)] = true
		status, body, err := house.Get(context.Background(), c, s.URL+path)
		if err != nil {
			t.Fatal(err)
		}
		if status == http.StatusSeeOther || status == http.StatusFound {
			queue = append(queue, at+"/today")
			continue
		}
		if status != http.StatusOK {
			if status != http.StatusForbidden {
				t.Errorf("%s: %s answers %d", login, path, status)
			}
			continue
		}
		if !strings.Contains(body, "<html") {
			continue
		}
		pages = append(pages, path)
		for _, found := range hrefs.FindAllStringSubmatch(body, -1) {
			queue = append(queue, strings.ReplaceAll(found[1], "&amp;", "&"))
		}
	}
	return pages
}

// Every page of the desk, of cases, of the day and of the account that a role reaches is accessible, fits its screen and writes no
// error, light and dark, in both languages, on desk and phone. Pages that two
// roles reach are looked at once; each in two of the four looks, all in a soak.
func TestEveryPageOfEveryRole(t *testing.T) {
	s := demoHouse(t)
	b := browser.Start(t)
	looks := []struct {
		name string
		view browser.View
	}{
		{"zh-light", browser.Desk.In(text.ZH, "light")}, {"en-dark-phone", browser.Phone.In(text.EN, "dark")},
		{"en-light", browser.Desk.In(text.EN, "light")}, {"zh-dark-wall", browser.Wall.In(text.ZH, "dark")},
	}
	done := map[string]bool{}
	n := 0
	for _, login := range roles() {
		var pages []string
		c, err := s.Login(login) // once: log-ins are counted
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range crawl(t, s, c, login) {
			if !done[shape(path)] {
				done[shape(path)] = true
				pages = append(pages, path)
			}
		}
		for i, look := range looks {
			speakAs(t, s, c, look.view.Lang)
			tab := b.Open(t, s.URL+"/account", look.view.As(c.Jar.Cookies(u)...))
			for k, path := range pages {
				if os.Getenv("GUANJIA_SOAK") != "1" && i%2 != (n+k)%2 {
					continue
				}
				t.Run(fmt.Sprintf("%s%s/%s", login, path, look.name), func(t *testing.T) {
					p := tab.In(t)
					p.Go(s.URL + path)
					p.NoSideways()
					p.Axe()
					p.Quiet()
				})
			}
			tab.Close()
		}
		speakAs(t, s, c, text.ZH)
		n += len(pages)
	}
	t.Logf("%d pages", n)
}

func roles() []string {
	var list []string
	seen := map[string]bool{}
	for _, s := range demo.Team {
		if !seen[s.Role] {
			seen[s.Role] = true
			list = append(list, s.Login)
		}
	}
	return list
}

// Pictures of the main pages for docs/screens: GUANJIA_SCREENS=docs/screens
// go test ./e2e/browser -run TestScreens
func TestScreens(t *testing.T) {
	s := demoHouse(t)
	b := browser.Start(t)
	c, err := s.Login("linxiao")
	if err != nil {
		t.Fatal(err)
	}
	_, list, err := house.Get(context.Background(), c, s.URL+at+"/cases")
	if err != nil {
		t.Fatal(err)
	}
	find := func(re, in string) string {
		t.Helper()
		found := regexp.MustCompile(re).FindStringSubmatch(in)
		if found == nil {
			t.Fatalf("nothing like %s", re)
		}
		return strings.ReplaceAll(found[1], "&amp;", "&")
	}
	repair, complaint := find(`href="(/p/linjiang/cases/WX-[^"]+)"`, list), find(`href="(/p/linjiang/cases/TS-[^"]+)"`, list)
	unit := find(`href="(/p/linjiang/units/\d+)"`, list)
	_, page, err := house.Get(context.Background(), c, s.URL+repair)
	if err != nil {
		t.Fatal(err)
	}
	ways := regexp.MustCompile(`href="(`+repair+`/[a-z_/]+)"`).FindAllStringSubmatch(page, -1)
	plain := browser.Desk.In(text.ZH, "light")
	type shot struct {
		name, path, login string
		all               bool
	}
	shots := []shot{
		{"desk", at + "/desk", "linxiao", true}, {"calls", at + "/desk/calls", "linxiao", false}, {"cases", at + "/cases", "linxiao", true},
		{"cases-empty", at + "/cases?text=" + url.QueryEscape("没有这样的事项"), "linxiao", false},
		{"case-repair", repair, "linxiao", true}, {"case-complaint", complaint, "linxiao", false}, {"unit", unit, "linxiao", true},
		{"today-desk", at + "/today", "linxiao", false}, {"today", at + "/today", "wuhaiyan", true}, {"today-director", at + "/today", "shenwen", false},
		{"today-technician", at + "/today", "hezhiqiang", false},
	}
	for i, w := range ways {
		if i < 4 {
			shots = append(shots, shot{"case-way-" + w[1][strings.LastIndex(w[1], "/")+1:], w[1], "linxiao", i == 0})
		}
	}
	people := map[string]*http.Client{}
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []text.Lang{text.ZH, text.EN} {
		for _, x := range shots {
			views := map[string]browser.View{"": plain}
			switch {
			case lang == text.EN && !x.all:
				continue
			case lang == text.EN:
				views = map[string]browser.View{"-en": browser.Desk.In(text.EN, "light"), "-en-phone": browser.Phone.In(text.EN, "dark")}
			case x.all:
				views["-dark"], views["-phone"] = browser.Desk.In(text.ZH, "dark"), browser.Phone.In(text.ZH, "light")
			}
			if people[x.login] == nil {
				if people[x.login], err = s.Login(x.login); err != nil {
					t.Fatal(err)
				}
			}
			person := people[x.login]
			speakAs(t, s, person, lang)
			cookies := person.Jar.Cookies(u)
			for suffix, view := range views {
				p := b.Open(t, s.URL+x.path, view.As(cookies...))
				p.Shot(x.name + suffix)
				p.Close()
			}
			speakAs(t, s, person, text.ZH)
		}
	}
}
