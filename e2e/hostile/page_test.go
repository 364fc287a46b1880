package hostile

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// control is a field of a form as a browser sees it.
type control struct {
	name, kind, value string
	options           []string // of a select or a group of radios
	multiple, checked bool
}

// form is a form of a page.
type form struct {
	page, action, method string
	multipart            bool
	controls             []control
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func value(n *html.Node, name string) string {
	v, _ := attr(n, name)
	return v
}

func walk(n *html.Node, fn func(*html.Node)) {
	fn(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, fn)
	}
}

func inner(n *html.Node) string {
	var b strings.Builder
	walk(n, func(c *html.Node) {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	})
	return b.String()
}

// read gives the links and forms of a page.
func read(page, body string) (links []string, forms []form) {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil, nil
	}
	byID := map[string]*form{}
	var all []*form
	at := map[*html.Node]*form{}
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		switch n.Data {
		case "a":
			if h := value(n, "href"); strings.HasPrefix(h, "/") {
				links = append(links, h)
			}
		case "form":
			action := value(n, "action")
			if action == "" {
				action = page
			}
			f := &form{page: page, action: resolve(page, action), method: strings.ToUpper(value(n, "method")), multipart: value(n, "enctype") == "multipart/form-data"}
			at[n] = f
			all = append(all, f)
			if id := value(n, "id"); id != "" {
				byID[id] = f
			}
		}
	})
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode || !slices.Contains([]string{"input", "select", "textarea", "button"}, n.Data) {
			return
		}
		f := byID[value(n, "form")]
		for up := n.Parent; f == nil && up != nil; up = up.Parent {
			f = at[up]
		}
		if _, off := attr(n, "disabled"); f != nil && !off {
			f.add(n)
		}
	})
	for _, f := range all {
		forms = append(forms, *f)
	}
	return links, forms
}

func (f *form) add(n *html.Node) {
	c := control{name: value(n, "name"), kind: n.Data, value: value(n, "value")}
	if n.Data == "button" && value(n, "formaction") == "" && c.name == "" {
		return
	}
	switch n.Data {
	case "input":
		if c.kind = strings.ToLower(value(n, "type")); c.kind == "" {
			c.kind = "text"
		}
		_, c.checked = attr(n, "checked")
		if c.kind == "radio" {
			for i := range f.controls {
				if old := &f.controls[i]; old.kind == "radio" && old.name == c.name {
					old.options = append(old.options, c.value)
					if c.checked {
						old.value, old.checked = c.value, true
					}
					return
				}
			}
			c.options = []string{c.value}
		}
	case "textarea":
		c.value = inner(n)
	case "select":
		_, c.multiple = attr(n, "multiple")
		walk(n, func(o *html.Node) {
			if o.Type == html.ElementNode && o.Data == "option" {
				v, ok := attr(o, "value")
				if !ok {
					v = inner(o)
				}
				c.options = append(c.options, v)
				if _, ok := attr(o, "selected"); ok {
					c.value = v
				}
			}
		})
		if c.value == "" && len(c.options) > 0 {
			c.value = c.options[0]
		}
	}
	if c.name != "" {
		f.controls = append(f.controls, c)
	}
}

func resolve(page, to string) string {
	base, err := url.Parse(page)
	if err != nil {
		return to
	}
	u, err := base.Parse(to)
	if err != nil {
		return to
	}
	return u.RequestURI()
}

var numbers = regexp.MustCompile(`([A-Z]{2}-)\d{4}-\d+|[A-Z]{3}-\d+|\d{3,}|/\d+|(handbook/[a-z]+/)[^/?]+|([a-z]+\.)?\d+`)

// shape is an address without what differs from row to row.
func shape(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	var keys []string
	for k := range u.Query() {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return numbers.ReplaceAllString(u.Path, "$1$2*") + "?" + strings.Join(keys, "&")
}

// key names forms that differ in rows only.
func (f form) key() string {
	var names []string
	for _, c := range f.controls {
		name := numbers.ReplaceAllString(c.name, "*")
		if c.kind == "hidden" && (c.name == "step" || c.name == "kind" || c.name == "what") {
			name += "=" + c.value
		}
		if c.kind != "button" && c.kind != "submit" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return f.method + " " + shape(f.action) + " " + strings.Join(names, ",")
}

// typed are the kinds of controls that take words.
var typed = []string{"text", "textarea", "search", "tel", "email", "url"}

// fields are the kinds of controls a person fills in at all.
var fields = append([]string{"number", "date", "datetime-local", "month", "time", "select", "radio", "checkbox", "file"}, typed...)

// fillable reports whether there is anything to fill in.
func (f form) fillable(kinds []string) bool {
	return slices.ContainsFunc(f.controls, func(c control) bool { return slices.Contains(kinds, c.kind) })
}

// hurt reports what of the hostile words became markup of the page: "" for none.
func hurt(body string) string {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return "the page is no HTML: " + err.Error()
	}
	found := ""
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "gjhostile") || strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.HasPrefix(strings.TrimSpace(strings.ToLower(a.Val)), "javascript:") {
				found = n.Data + " with " + a.Key + "=" + a.Val
			}
		}
		if n.Data == "gjhostile" || n.Data == "script" && strings.Contains(inner(n), "gjhostile(") {
			found = n.Data + ": " + inner(n)
		}
	})
	return found
}
