package browser_test

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guanjia/e2e/browser"
	"guanjia/internal/demo"
	"guanjia/internal/text"
)

// demoWords are data of the demo that happen to be wordings of ours too: plates,
// the name of a building, what the visit and the survey of the scene were given, what was written
// into the search when a case was taken in.
var demoWords = regexp.MustCompile(`^(\d+栋.*|商铺|听取意见，说明改进|2026 年物业服务意见征询|维修来得快、修得好吗？|对物业服务总体满意吗？|维修|最希望我们改进什么？)$`)

// latinNames are names and signs that stay as they are on a Chinese page.
var latinNames = regexp.MustCompile(`(?i)\b(guanjia|english|excel|xlsx|csv|sha-?256|totp|https?://\S*|[a-z]{2,3}-\d[\w-]*|[a-z0-9._-]+@[a-z0-9.-]+|webhook|json|api|openapi|cti|utf-?8|gbk|[A-Z0-9]{4}-[A-Z0-9]{4}|[a-z]+(\.[a-z_]+)+|` + logins() + `)\b|[a-z]+:\S*`)

// logins are names too, written as they are typed.
func logins() string {
	list := []string{"xinlai"} // whom the scene adds
	for _, s := range demo.Team {
		list = append(list, s.Login)
	}
	return strings.Join(list, "|")
}

// Every page is accessible, fits its screen, writes no error, can be pressed
// with a thumb and speaks one language. Each is opened once: wide and light,
// then narrow and dark; pages take turns in the language and in which of the
// two is looked at with all of axe, and of pages that repeat another a third is
// taken. A soak looks at all of it.
func TestEveryPage(t *testing.T) {
	s := set(t)
	b := browser.Start(t)
	w, err := ourWordings()
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string][]leaf{}
	var people []string
	for _, l := range book(s) {
		if pages[l.as] == nil {
			people = append(people, l.as)
		}
		pages[l.as] = append(pages[l.as], l)
	}
	all := os.Getenv("GUANJIA_SOAK") == "1"
	n := 0
	for _, who := range people {
		for k, lang := range []text.Lang{text.ZH, text.EN} {
			tab := s.open(t, b, who, lang)
			for i, l := range pages[who] {
				if !all && ((i+n)%2 != k || l.quiet && (i+n)%3 != 0) {
					continue
				}
				t.Run(l.name+"/"+string(lang), func(t *testing.T) {
					look(t, tab.In(t), s.URL+l.where(t, s), l, lang, w, all, (i+n)%4 < 2)
				})
			}
			tab.Close()
		}
		n += len(pages[who])
	}
	t.Logf("%d pages", n)
}

// open is a tab in which somebody is logged in and reads lang.
func (s *scene) open(t *testing.T, b *browser.Browser, who string, lang text.Lang) *browser.Page {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	view := browser.Desk.In(lang, "light")
	c, err := s.as(who)
	if err != nil {
		t.Fatal(err)
	}
	if who != "" {
		speakAs(t, s.Server, c, lang)
		t.Cleanup(func() { speakAs(t, s.Server, c, text.ZH) })
		view = view.As(c.Jar.Cookies(u)...)
	}
	return b.Open(t, s.URL+"/login", view)
}

func look(t *testing.T, p *browser.Page, address string, l leaf, lang text.Lang, w *wordings, all, wide bool) {
	p.Turn(browser.Desk)
	p.Go(address)
	if l.press != "" {
		p.Press(l.press)
	}
	p.Turn(browser.Desk.In(lang, "light"))
	p.NoSideways()
	if all || wide {
		p.Axe()
	} else {
		p.Contrast()
	}
	if lang == text.ZH {
		p.OnlyChinese(latinNames)
	} else if !l.theirs {
		p.NoChinese(func(said string) bool { return w.ours(said) && !demoWords.MatchString(said) })
	}
	p.Turn(browser.Phone.In(lang, "dark"))
	if !l.paper {
		p.NoSideways()
		p.Thumbs()
	}
	if all || !wide {
		p.Axe()
	} else {
		p.Contrast()
	}
	if l.error {
		p.Expect("Failed to load resource")
	}
	p.Quiet()
}

// picture is one picture of a page.
type picture struct {
	name string
	view browser.View
}

// pictures are those that docs/screens holds of a page.
func (l leaf) pictures() []picture {
	if l.quiet {
		return nil
	}
	if l.phone {
		return []picture{{l.name, browser.Phone.In(text.ZH, "light")}}
	}
	list := []picture{{l.name, browser.Desk.In(text.ZH, "light")}}
	if strings.HasSuffix(l.name, "-wall") {
		list[0].view = browser.Wall.In(text.ZH, "dark")
	}
	if l.turns {
		list = append(list, picture{l.name + "-en", browser.Desk.In(text.EN, "light")}, picture{l.name + "-dark", browser.Desk.In(text.ZH, "dark")}, picture{l.name + "-phone", browser.Phone.In(text.ZH, "light")})
	}
	return list
}

// Pictures of every page for docs/screens, made when asked for (make pictures).
// GUANJIA_SCREENS_ONLY bounds them to names that match.
func TestScreens(t *testing.T) {
	if os.Getenv("GUANJIA_SCREENS") == "" {
		return // nothing was asked for
	}
	only, err := regexp.Compile(os.Getenv("GUANJIA_SCREENS_ONLY"))
	if err != nil {
		t.Fatal(err)
	}
	s := set(t)
	b := browser.Start(t)
	for _, lang := range []text.Lang{text.ZH, text.EN} {
		tabs := map[string]*browser.Page{}
		for _, l := range book(s) {
			shots := slices.DeleteFunc(l.pictures(), func(x picture) bool { return x.view.Lang != lang || !only.MatchString(x.name) })
			if len(shots) == 0 {
				continue
			}
			if tabs[l.as] == nil {
				tabs[l.as] = s.open(t, b, l.as, lang)
			}
			p := tabs[l.as]
			for _, x := range shots {
				p.Turn(x.view)
				p.Go(s.URL + l.where(t, s))
				if l.press != "" {
					p.Press(l.press)
				}
				p.Turn(x.view)
				p.Shot(x.name)
			}
		}
		for _, p := range tabs {
			p.Close()
		}
	}
	fmt.Println("pictures are in", os.Getenv("GUANJIA_SCREENS"))
}
