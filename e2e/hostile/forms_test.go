package hostile

import (
	"bytes"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"guanjia/internal/demo"
)

var leaves = regexp.MustCompile(`^/(static|logout|api)|\.(xlsx|csv|svg|png|json|yaml|pdf)|/files/|export|lang=`)

var matter = regexp.MustCompile(`/cases/[A-Z]{2}-\d{4}-\d+$`)

// found is a form with the person who met it.
type found struct {
	form
	login string
	who   *http.Client
}

// meet follows the links of every page of every role, one page of each shape,
// from the doors of theirs too that no link leads to, and returns one form of
// each shape.
func meet(t *testing.T, p *place, people map[string]*http.Client, order []string, doors map[string][]string) (forms []found, pages map[string][]string) {
	t.Helper()
	known := map[string]bool{}
	pages = map[string][]string{}
	for _, login := range order {
		seen := map[string]bool{}
		cases := map[string]int{}
		queue := append([]string{"/", "/account", "/p/" + demo.ProjectCode + "/today"}, doors[login]...)
		for len(queue) > 0 {
			path := queue[0]
			queue = queue[1:]
			if seen[path] || leaves.MatchString(path) {
				continue
			}
			seen[path] = true
			// Cases stand at different steps, with different forms: some of each kind.
			if name := shape(path); matter.MatchString(path) && cases[name] < 12 {
				cases[name]++
			} else if seen[name] {
				continue
			} else {
				seen[name] = true
			}
			a := p.get(t, people[login], path)
			if a.status >= 500 {
				t.Errorf("%s: %s answers %d\n%s", login, path, a.status, p.log.lines())
			}
			if a.status/100 == 3 {
				queue = append(queue, a.location)
			}
			if a.status != http.StatusOK || !strings.HasPrefix(a.kind, "text/html") {
				continue
			}
			pages[login] = append(pages[login], path)
			links, list := read(path, a.body)
			queue = append(queue, links...)
			for _, f := range list {
				if k := f.key(); !known[k] {
					known[k] = true
					forms = append(forms, found{f, login, people[login]})
				}
			}
		}
	}
	return forms, pages
}

// filling is one way to fill forms in.
type filling struct {
	name string
	// words are what goes into a field of words.
	words func(mark string) string
	// plausible leaves fields of words that hold numbers to numbers.
	plausible bool
	// most is how many fields get the words; the rest stay short.
	most int
	// all puts the words into every other field too, hidden ones and choices.
	all bool
	// comes is what of the words must come back.
	comes func(mark string) string
}

const nasty = `"'></textarea></title><gjhostile gjhostile=1 onclick=gjhostile()><script>gjhostile()</script>'; DROP TABLE casefile_case; --{{7*7}} %s%d \u0000 ../../etc/passwd 𠮷😀👨‍👩‍👧 é`

var fillings = []filling{
	{name: "wild", all: true, words: func(m string) string { return m + nasty }},
	{name: "typed", words: func(m string) string { return m + nasty }, comes: func(m string) string { return m + nasty }},
	{name: "long", most: 3, words: func(m string) string { return m + strings.Repeat("漏水𠮷😀", 2500) }, comes: func(m string) string { return m + strings.Repeat("漏水𠮷😀", 20) }},
	{name: "short", plausible: true, words: func(m string) string { return m + `<gjhostile>'--𠮷` }, comes: func(m string) string { return m + `<gjhostile>'--𠮷` }},
	{name: "bytes", words: func(m string) string { return m + "a\x00b\xff\xfe\xed\xa0\x80c\u202e\r\n" }},
}

// secret are fields of words that are never given back.
var secret = []string{"id_number", "code"}

var people atomic.Int64

// plausible is what a field of words takes that holds no words: "" for one that does.
func plausible(name string) string {
	for part, v := range map[string]string{
		"phone": "13800006621", "mobile": "13800006621", "office": "025-84010001", "outside": "13800006621", "number": "13800006621", "area": "88.5", "area_code": "025", "amount": "12.50", "total": "12.50", "rent": "1200",
		"count": "2", "keys": "2", "heads": "2", "floor": "3", "days": "", "plate": "苏A12345", "url": "https://example.com/hook?a=<gjhostile>", "from": "13800006621", "other": "WX-2611-0001",
		"login": fmt.Sprintf("gj%d", people.Add(1)), "code": "hostile",
		"unit": "1-1-0102", "room": "2609", "orientation": "南", "building": "9栋", "entrance": "", "tenant": "赵小光", "finding": "",
	} {
		if name == part || strings.HasSuffix(name, "."+part) || strings.HasSuffix(name, "_"+part) {
			return v
		}
	}
	return ""
}

// fill gives the values a person would send.
func (f found) fill(how filling, mark string) (url.Values, []string) {
	v := url.Values{}
	var said []string
	for _, c := range f.controls {
		switch {
		case c.kind == "file" || c.kind == "button" || c.kind == "submit" || c.kind == "image" || c.kind == "reset":
		case slices.Contains(typed, c.kind):
			if slices.Contains(secret, c.name) {
				v.Add(c.name, "110101199003078515")
				continue
			}
			if n := plausible(c.name); how.plausible && n != "" {
				v.Add(c.name, n)
				continue
			}
			words := fmt.Sprintf("%s_%d_字", mark, len(said))
			if how.most == 0 || len(said) < how.most {
				words = how.words(words)
			}
			v.Add(c.name, words)
			said = append(said, words)
		case how.all:
			v.Add(c.name, how.words(mark))
		case c.kind == "checkbox":
			if c.checked || v.Get(c.name) == "" {
				v.Add(c.name, c.value)
			}
		case c.kind == "radio" || c.kind == "select":
			value := c.value
			for i := len(c.options) - 1; value == "" && i >= 0; i-- {
				value = c.options[i]
			}
			v.Add(c.name, value)
		case c.value != "":
			v.Add(c.name, c.value)
		case c.kind == "date":
			v.Add(c.name, "2026-11-23")
		case c.kind == "datetime-local":
			v.Add(c.name, "2026-11-23T10:00")
		case c.kind == "month":
			v.Add(c.name, "2026-11")
		case c.kind == "time":
			v.Add(c.name, "10:00")
		case c.kind == "number":
			v.Add(c.name, "2")
		case c.kind == "password":
			v.Add(c.name, mark)
		default:
			v.Add(c.name, c.value)
		}
	}
	for _, c := range f.controls { // the button pressed
		if (c.kind == "button" || c.kind == "submit") && !how.all {
			v.Add(c.name, c.value)
			break
		}
	}
	return v, said
}

// anew is the form as its page shows it now: what was sent before may have
// changed versions and keys.
func (f found) anew(t *testing.T, p *place) found {
	t.Helper()
	if f.method != http.MethodPost {
		return f
	}
	a := p.get(t, f.who, f.page)
	_, forms := read(f.page, a.body)
	for _, now := range forms {
		if a.status == http.StatusOK && now.action == f.action && now.key() == f.key() {
			f.form = now
			return f
		}
	}
	return f
}

func (f found) send(t *testing.T, p *place, v url.Values) answer {
	t.Helper()
	if f.method != http.MethodPost {
		path, _, _ := strings.Cut(f.action, "?")
		return p.send(t, f.who, http.MethodGet, path+"?"+v.Encode(), "", nil)
	}
	if !f.multipart {
		return p.send(t, f.who, http.MethodPost, f.action, "application/x-www-form-urlencoded", []byte(v.Encode()))
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, list := range v {
		for _, x := range list {
			if err := w.WriteField(name, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range f.controls {
		if c.kind != "file" {
			continue
		}
		part, err := w.CreateFormFile(c.name, "../../<img src=x onerror=gjhostile()>𠮷.xlsx")
		if err == nil {
			_, err = part.Write([]byte("PK\x03\x04 no workbook, no picture \x00\xff"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return p.send(t, f.who, http.MethodPost, f.action, w.FormDataContentType(), b.Bytes())
}

// Every field of every form of every page takes SQL, HTML, rare characters,
// ten thousand characters and broken bytes: nothing breaks, nothing of it
// becomes markup on any page, and what was typed comes back when refused.
func TestEveryFieldOfEveryForm(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		people := map[string]*http.Client{}
		var order []string
		seen := map[string]bool{}
		for _, s := range demo.Team {
			if !seen[s.Role] {
				seen[s.Role] = true
				order = append(order, s.Login)
				people[s.Login] = p.enter(t, s.Login)
			}
		}
		order = append(order, "")
		people[""] = p.visitor(t)
		doors := openDoors(t, p, people)
		forms, _ := meet(t, p, people, order, doors.to)
		for _, need := range []string{"/r/", "/survey/", "/p/" + demo.ProjectCode + "/import/"} {
			if !slices.ContainsFunc(forms, func(f found) bool { return f.method == http.MethodPost && strings.HasPrefix(f.action, need) }) {
				t.Errorf("the walk meets no form that goes to %s", need)
			}
		}
		sent, taken, refused := 0, 0, 0
		for i, f := range forms {
			if !f.fillable(fields) {
				continue
			}
			for k, how := range fillings {
				if how.name == "wild" && strings.Contains(f.action, "preferences") {
					continue
				}
				mark := fmt.Sprintf("gj%03dx%d", i, k)
				f = doors.next(f).anew(t, p)
				v, said := f.fill(how, mark)
				a := f.send(t, p, v)
				sent++
				where := fmt.Sprintf("%s %s %s (on %s) as %s", how.name, f.method, f.action, f.page, f.login)
				if a.status >= 500 {
					t.Errorf("%s: %d\n%s", where, a.status, p.log.lines())
					continue
				}
				if bad := hurt(a.body); bad != "" && strings.HasPrefix(a.kind, "text/html") {
					t.Errorf("%s: became markup: %s", where, bad)
				}
				if a.status/100 == 3 {
					if taken++; os.Getenv("GUANJIA_FORMS") != "" {
						t.Log("taken:", where)
					}
					continue
				}
				if a.status/100 != 4 {
					continue
				}
				if refused++; os.Getenv("GUANJIA_FORMS") != "" {
					t.Logf("refused: %s: %d %.200s", where, a.status, sentence(a.body))
				}
				if f.method != http.MethodPost || how.comes == nil {
					continue
				}
				plain := html.UnescapeString(a.body)
				for n := range said {
					words := fmt.Sprintf("%s_%d_字", mark, n)
					if how.most == 0 || n < how.most {
						words = how.comes(words)
					}
					if !strings.Contains(plain, words) {
						t.Errorf("%s: refused with %d, and words %d are not in the answer: %.300s", where, a.status, n, sentence(a.body))
						break
					}
				}
			}
		}
		t.Logf("%d forms, %d times sent: %d taken, %d refused", len(forms), sent, taken, refused)
		if os.Getenv("GUANJIA_FORMS") != "" {
			for _, f := range forms {
				t.Log(f.login, f.key(), f.page)
			}
		}
		// Now look at every page again, with all that in the books.
		after, pages := meet(t, p, people, order, doors.to)
		looked := 0
		for login, list := range pages {
			for _, path := range list {
				looked++
				a := p.get(t, people[login], path)
				if bad := hurt(a.body); bad != "" {
					t.Errorf("%s: %s holds markup of hostile words: %s", login, path, bad)
				}
			}
		}
		t.Logf("%d pages looked at, %d forms", looked, len(after))
		if looked < 100 || taken < 20 {
			t.Errorf("%d pages and %d forms taken: the walk has come to little", looked, taken)
		}
	})
}

var tags = regexp.MustCompile(`(?s)<(script|style|nav|header)[^>]*>.*?</(script|style|nav|header)>|<[^>]+>`)

func sentence(body string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
}
