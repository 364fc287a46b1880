package browser_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"guanjia/e2e/browser"
	"guanjia/e2e/house"
	"guanjia/internal/text"
)

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
