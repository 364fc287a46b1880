package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guanjia/internal/app"
	"guanjia/internal/estate"
)

// leaf is a page of the product: what it is called, which address has it, and
// who looks at it. Its picture is docs/screens/<name>.png.
type leaf struct {
	name   string
	route  string // as in the table of routes, without "GET "
	as     string // log-in; "" a visitor
	path   string // with {parts} that the scene knows; "" is the route's own
	press  string // a button pressed after the page has come, for pages that answer a form
	phone  bool   // a page for the phone: its picture is taken there
	paper  bool   // keeps the width of its paper
	turns  bool   // comes with a picture in English, in the dark and on the phone
	error  bool   // the page of an error: the console says so too
	theirs bool   // shows what a file of theirs says, in its words
	quiet  bool   // checked, but its picture would only repeat another's
}

// Who looks: the one who has the page before them in their work.
const (
	clerk = "linxiao"
	chief = "wuhaiyan"
	tech  = "hezhiqiang"
	root  = "admin"
)

// book lists every page. A new route without a line here fails the test.
func book(s *scene) []leaf {
	const p = "/p/{project}"
	pages := []leaf{
		{name: "login", route: "/login"},
		{name: "login-code", route: "/login/code"},
		{name: "login-factor", route: "/login/factor"},
		{name: "setup", route: "/setup/{token}"},
		{name: "account", route: "/account", as: clerk},
		{name: "account-factor", route: "/account", as: "chenjia", press: `form[action="/account/factor"] button`},
		{name: "sessions", route: "/account/sessions", as: clerk},
		{name: "users", route: "/users", as: root},
		{name: "users-project", route: p + "/users", as: chief, quiet: true},
		{name: "user-new", route: "/users/new", as: root},
		{name: "user", route: "/users/{account}", as: root},
		{name: "audit", route: "/audit", as: root},
		{name: "audit-project", route: p + "/audit", as: chief, quiet: true},
		{name: "projects", route: "/projects", as: root},
		{name: "project-new", route: "/projects/new", as: root},
		{name: "settings", route: p + "/settings", as: root},
		{name: "integrations", route: p + "/integrations/{$}", as: chief, path: p + "/integrations/"},
		{name: "hook", route: p + "/integrations/hooks/{id}", as: chief, path: p + "/integrations/hooks/{hook}"},

		{name: "today", route: p + "/today", as: chief, turns: true},
		{name: "today-desk", route: p + "/today", as: clerk},
		{name: "today-director", route: p + "/today", as: "shenwen"},
		{name: "today-department", route: p + "/today", as: "zhoujian"},
		{name: "today-technician", route: p + "/today", as: tech},
		{name: "today-cashier", route: p + "/today", as: "xumin"},
		{name: "today-guard", route: p + "/today", as: "qingang"},
		{name: "cases", route: p + "/cases", as: clerk, turns: true},
		{name: "cases-empty", route: p + "/cases", as: clerk, path: p + "/cases?view=all&q=%E6%B2%A1%E6%9C%89%E8%BF%99%E6%A0%B7%E7%9A%84%E4%BA%8B"},
		{name: "case", route: p + "/cases/{number}", as: clerk, turns: true},
		{name: "case-print", route: p + "/cases/{number}/print", as: clerk, paper: true},
		{name: "case-way", route: p + "/cases/{number}/way/{way}", as: chief, turns: true},
		{name: "register-cases-print", route: p + "/registers/cases/print", as: clerk, paper: true},
		{name: "search", route: p + "/search", as: clerk, path: p + "/search?q=0301"},
		{name: "notices", route: p + "/notices", as: chief},

		{name: "desk", route: p + "/desk", as: clerk, turns: true},
		{name: "desk-new", route: p + "/desk/new", as: clerk},
		{name: "desk-answers", route: p + "/desk/answers", as: clerk},
		{name: "desk-phrases", route: p + "/desk/phrases", as: clerk},
		{name: "desk-tally", route: p + "/desk/tally", as: clerk},
		{name: "desk-slips", route: p + "/desk/slips", as: chief},
		{name: "desk-slip", route: p + "/desk/slips/{number}", as: chief, path: p + "/desk/slips/{slip}", paper: true},
		{name: "desk-duplicates", route: p + "/desk/duplicates", as: clerk},
		{name: "desk-merge", route: p + "/desk/merge/{number}", as: clerk, path: p + "/desk/merge/{double}"},
		{name: "promise", route: p + "/desk/promises/{promise}", as: clerk},
		{name: "calls", route: p + "/desk/calls", as: clerk},
		{name: "journal", route: p + "/journal", as: clerk},
		{name: "journal-print", route: p + "/journal/print", as: clerk, paper: true},
		{name: "answers", route: p + "/answers", phone: true},

		{name: "board", route: p + "/board", as: chief, turns: true},
		{name: "board-wall", route: p + "/board", as: chief, path: p + "/board?wall=1"},
		{name: "trades", route: p + "/board/trades", as: chief},
		{name: "work", route: p + "/work", as: tech, phone: true},
		{name: "work-order", route: p + "/work/{number}", as: tech, path: p + "/work/{order}", phone: true},
		{name: "work-step", route: p + "/work/{number}/step", as: tech, path: p + "/work/{order}/step", phone: true},
		{name: "work-cannot", route: p + "/work/{number}/cannot", as: tech, path: p + "/work/{order}/cannot", phone: true},

		{name: "follow-ups", route: p + "/follow-ups", as: chief},
		{name: "follow-ups-register", route: p + "/follow-ups/register", as: chief},
		{name: "follow-ups-register-print", route: p + "/follow-ups/register/print", as: chief, paper: true},
		{name: "visits", route: p + "/visits", as: chief},
		{name: "surveys", route: p + "/surveys", as: chief},
		{name: "survey", route: p + "/surveys/{survey}", as: chief},
		{name: "survey-sheets", route: p + "/surveys/{survey}/sheets", as: chief, paper: true},
		{name: "survey-answer", route: "/survey/{token}", path: "/survey/{sheet}", phone: true},
		{name: "figures", route: p + "/figures", as: chief},

		{name: "resident-codes", route: p + "/residents/units/{unit}", as: clerk},
		{name: "resident-areas", route: p + "/residents/areas", as: clerk},
		{name: "resident-code-print", route: p + "/residents/links/{id}/print", as: clerk, path: p + "/residents/links/{link}/print", paper: true},
		{name: "resident", route: "/r/{token}", path: "/r/{code}", phone: true},
		{name: "resident-code-label", route: p + "/residents/links/{id}/print", as: clerk, path: p + "/residents/links/{link}/print?size=label", paper: true, quiet: true},
		{name: "resident-large", route: "/r/{token}", path: "/r/{code}?large=1", phone: true},

		{name: "units", route: p + "/units", as: chief},
		{name: "houses", route: p + "/houses", as: chief},
		{name: "building-edit", route: p + "/buildings/{id}/edit", as: chief, path: p + "/buildings/{building}/edit"},
		{name: "unit-new", route: p + "/units/new", as: chief},
		{name: "unit", route: p + "/units/{unit}", as: clerk, turns: true},
		{name: "unit-edit", route: p + "/units/{unit}/edit", as: chief},
		{name: "unit-person-new", route: p + "/units/{unit}/people/new", as: chief},
		{name: "unit-person-end", route: p + "/units/{unit}/people/{occupancy}/end", as: chief},
		{name: "unit-emergency", route: p + "/units/{unit}/emergency", as: chief},
		{name: "unit-changes", route: p + "/units/{unit}/changes", as: chief},
		{name: "people", route: p + "/people", as: chief},
		{name: "person-new", route: p + "/people/new", as: chief},
		{name: "person", route: p + "/people/{person}", as: chief},
		{name: "person-edit", route: p + "/people/{person}/edit", as: chief},
		{name: "directory", route: p + "/directory", as: chief},
		{name: "directory-print", route: p + "/directory/print", as: chief, paper: true},
		{name: "registers", route: p + "/registers", as: chief},
		{name: "register-segments-rule", route: p + "/registers/segments/rule", as: chief},
		{name: "register-new", route: p + "/registers/{register}/new", as: chief, path: p + "/registers/keys/new"},
		{name: "register-entry", route: p + "/registers/{register}/{id}", as: chief, path: p + "/registers/keys/{entry}"},
		{name: "register-entry-edit", route: p + "/registers/{register}/{id}/edit", as: chief, path: p + "/registers/keys/{entry}/edit"},

		{name: "import", route: p + "/import", as: root},
		{name: "import-preview", route: p + "/import/{upload}", as: root, theirs: true},
		{name: "import-revert", route: p + "/import/{upload}/revert", as: root, path: p + "/import/{imported}/revert", theirs: true},
		{name: "letters", route: p + "/letters", as: root},
		{name: "letters-file", route: p + "/letters/{file}", as: root},

		{name: "handbook", route: p + "/handbook", as: clerk},
		{name: "handbook-rule", route: p + "/handbook/rules/{id}", as: clerk, path: p + "/handbook/rules/DSK-05"},
		{name: "handbook-procedures", route: p + "/handbook/procedures", as: clerk},
		{name: "handbook-profiles", route: p + "/handbook/profiles", as: clerk},
		{name: "handbook-difference", route: p + "/handbook/profiles", as: clerk, path: p + "/handbook/profiles?a=residential&b=office-tower"},

		{name: "handbook-versions", route: p + "/handbook/procedures/{name}/versions", as: clerk, path: p + "/handbook/procedures/repair/versions"},

		{name: "handbook-changes", route: p + "/handbook/changes", as: root},
		{name: "handbook-change", route: p + "/handbook/changes/{id}", as: root, path: p + "/handbook/changes/{change}"},

		{name: "error-unknown", route: "", as: clerk, path: p + "/nothing-here", error: true},
		{name: "error-refused", route: "", as: tech, path: "/audit", error: true},
		{name: "error-link", route: "", path: "/r/no-such-code-0000", error: true},
	}
	for _, r := range estate.Registers {
		pages = append(pages,
			leaf{name: "register-" + r.Name, route: p + "/registers/{register}", as: chief, path: p + "/registers/" + r.Name, quiet: r.Name != "keys" && r.Name != "vehicles"},
			leaf{name: "register-" + r.Name + "-print", route: p + "/registers/{register}/print", as: chief, path: p + "/registers/" + r.Name + "/print", paper: true, quiet: r.Name != "keys"})
	}
	if s == nil {
		return pages
	}
	for _, c := range s.cases {
		part := strings.Fields(c)
		pages = append(pages, leaf{name: "case-" + part[0] + "-" + part[2], route: p + "/cases/{number}", as: chief, path: p + "/cases/" + part[1], quiet: true})
	}
	for _, kind := range []string{"procedures", "profiles"} {
		for _, name := range handbookNames(kind) {
			route := map[string]string{"procedures": "/handbook/procedures/{name}", "profiles": "/handbook/profiles/{name}"}[kind]
			pages = append(pages, leaf{name: "handbook-" + kind + "-" + name, route: p + route, as: clerk, path: p + "/handbook/" + kind + "/" + name, quiet: name != "repair" && name != "residential"})
		}
	}
	return pages
}

// handbookNames lists the procedures or profiles we ship.
func handbookNames(kind string) []string {
	var names []string
	files, _ := filepath.Glob(filepath.Join("..", "..", "handbook", kind, "*.yaml")) // a pattern of ours is well formed
	deeper, _ := filepath.Glob(filepath.Join("..", "..", "handbook", kind, "*", "*.yaml"))
	for _, f := range append(files, deeper...) {
		names = append(names, strings.ReplaceAll(strings.TrimSuffix(filepath.Base(f), ".yaml"), "-", map[string]string{"procedures": "_", "profiles": "-"}[kind]))
	}
	slices.Sort(names)
	return names
}

// noPages are routes that answer something else than a page: a file, a part of
// a page, data, a way on.
var noPages = regexp.MustCompile(`\.(xlsx|json)$|/excel$|^/files/|^/api/|/audit/heads$|/events$|/notices/\{\}$|/photos/\{\}$|^/gallery$|^/health$|^/\{\$\}$`)

// Every route that answers a page has a line in the book, every line has a route, and every
// line a picture.
func TestEveryRouteIsInTheBook(t *testing.T) {
	inv, err := app.TakeInventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{}
	served, known, pictures := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for r := range inv.Things.Routes {
		if path, ok := strings.CutPrefix(r, "GET "); ok {
			served[parts.ReplaceAllString(path, "{}")] = true
		}
	}
	for _, l := range book(s) {
		known[parts.ReplaceAllString(l.route, "{}")] = true
		for _, v := range l.pictures() {
			pictures[v.name] = true
		}
		if l.route != "" && !served[parts.ReplaceAllString(l.route, "{}")] {
			t.Errorf("the page %s is at an address that no room serves: %s", l.name, l.route)
		}
	}
	for path := range served {
		if !known[path] && !noPages.MatchString(path) {
			t.Errorf("%s: nobody looks at this page; give it a line in book and a picture", path)
		}
	}
	for name := range pictures {
		if _, err := os.Stat(filepath.Join("..", "..", "docs", "screens", name+".png")); err != nil {
			t.Errorf("no picture of %s in docs/screens: make pictures", name)
		}
	}
}

var parts = regexp.MustCompile(`\{(\w+)\}`)

// where is the address of a page in the scene.
func (l leaf) where(t *testing.T, s *scene) string {
	t.Helper()
	path := l.path
	if path == "" {
		path = l.route
	}
	return parts.ReplaceAllStringFunc(path, func(part string) string {
		v, ok := s.is[strings.Trim(part, "{}")]
		if !ok {
			t.Fatal(fmt.Errorf("the page %s asks for %s, which the scene does not know", l.name, part))
		}
		return v
	})
}
