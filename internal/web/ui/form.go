package ui

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// F describes a field of a form. Name is also the path of its error.
type F struct {
	Name     string
	ID       string // default "f-" and the name
	Label    string
	Value    string
	Type     string // text by default; tel, date, time, number, email, password, search …
	Hint     string // under the field
	Aside    string // right of the label, quiet
	Err      string // what to do about it; ErrOf finds it
	Rows     int    // of a text area, default 3
	Max      int    // characters, 0: not bounded here
	Key      string // shortcut that goes to the field: "alt+1"
	Required bool
	ReadOnly bool
	Checked  bool
	Focus    bool // the field the page begins in
	Options  []Option
	Attrs    templ.Attributes
}

// Option is a choice of a Select.
type Option struct {
	Value, Label string
	Group        string // choices of one group stand together
}

// Pick is one choice answered by a key.
type Pick struct {
	Value, Label, Key string
}

func (f F) id() string {
	if f.ID != "" {
		return f.ID
	}
	return "f-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, f.Name)
}

func (f F) sort() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// describe joins hint and error to the field for screen readers.
func (f F) attrs() templ.Attributes {
	all := templ.Attributes{}
	for k, v := range f.Attrs {
		all[k] = v
	}
	var by []string
	if f.Err != "" {
		by = append(by, f.id()+"-err")
		all["aria-invalid"] = "true"
	}
	if f.Hint != "" {
		by = append(by, f.id()+"-hint")
	}
	if len(by) > 0 {
		all["aria-describedby"] = strings.Join(by, " ")
	}
	if f.Max > 0 {
		all["maxlength"] = f.Max
	}
	if f.Key != "" {
		all["data-key"] = f.Key
	}
	return all
}

func (f F) class(base string) string {
	if f.Err != "" {
		return base + " is-invalid"
	}
	return base
}

func (f F) rows() int {
	if f.Rows == 0 {
		return 3
	}
	return f.Rows
}

// ErrOf is the message about the field at path in err, "" when there is none.
func ErrOf(ctx context.Context, err error, path string) string {
	e := errs.As(err)
	if e == nil {
		return ""
	}
	for _, f := range e.Fields {
		if f.Path == path {
			return f.Message.In(text.LangOf(ctx))
		}
	}
	return ""
}

// Said is the wording of err for the person in ctx, "" for nil. An error that
// is not ours gets the general wording; its text is for the log.
func Said(ctx context.Context, err error) string {
	if err == nil {
		return ""
	}
	if e := errs.As(err); e != nil && e.Kind != errs.Internal {
		return e.Message.In(text.LangOf(ctx))
	}
	return text.T(ctx, "系统出了故障，没有保存任何东西。请再试一次。", "Something broke on our side and nothing was saved. Try once more.")
}

// B describes a button, or a link that looks like one when Href is set.
type B struct {
	Label   string
	Icon    string
	Key     string // "ctrl+enter": triggers it, and is shown beside the label
	Href    string
	Type    string // submit by default
	Name    string
	Value   string
	Primary bool // one a page; the label says the result
	Quiet   bool
	Small   bool
	Stack   bool   // icon above word, for the thumb's bar
	Why     string // not possible now, and why: the button stays visible and focusable
	WhyPath string // where what is missing can be brought
	WhyWord string // the word of that link
	ID      string
	Attrs   templ.Attributes
}

func (b B) class() string {
	c := "btn"
	if b.Primary && b.Why == "" {
		c += " btn-primary"
	}
	if b.Quiet {
		c += " btn-quiet"
	}
	if b.Small {
		c += " btn-sm"
	}
	if b.Stack {
		c += " gj-stack"
	}
	return c
}

func (b B) sort() string {
	if b.Type == "" {
		return "submit"
	}
	return b.Type
}

func (b B) attrs() templ.Attributes {
	all := templ.Attributes{}
	for k, v := range b.Attrs {
		all[k] = v
	}
	if b.Key != "" {
		all["data-key"] = b.Key
		all["aria-keyshortcuts"] = ariaKeys(b.Key)
	}
	if b.Name != "" {
		all["name"] = b.Name
		all["value"] = b.Value
	}
	if b.ID != "" {
		all["id"] = b.ID
	}
	return all
}

// whyID ties the reason to the button.
func (b B) whyID() string {
	if b.ID != "" {
		return b.ID + "-why"
	}
	return "why-" + short(b.Label)
}

// short is a stable name made of the letters of s, for ids.
func short(s string) string {
	h := uint32(2166136261)
	for _, c := range []byte(s) {
		h = (h ^ uint32(c)) * 16777619
	}
	const digits = "0123456789abcdefghijklmnopqrstuv"
	var b [7]byte
	for i := range b {
		b[i] = digits[h&31]
		h >>= 5
	}
	return string(b[:])
}

var keyNames = map[string]string{
	"ctrl": "Ctrl", "alt": "Alt", "shift": "Shift", "enter": "↵", "esc": "Esc", "tab": "Tab",
	"pgdn": "PgDn", "pgup": "PgUp", "up": "↑", "down": "↓",
}

// KeyName is how a shortcut is printed: "ctrl+enter" is "Ctrl ↵".
func KeyName(key string) string {
	if key == "+" {
		return key
	}
	parts := strings.Split(key, "+")
	for i, p := range parts {
		if n, ok := keyNames[strings.ToLower(p)]; ok {
			parts[i] = n
		} else {
			parts[i] = strings.ToUpper(p)
		}
	}
	return strings.Join(parts, " ")
}

var ariaNames = map[string]string{"ctrl": "Control", "alt": "Alt", "shift": "Shift", "enter": "Enter", "esc": "Escape", "tab": "Tab", "pgdn": "PageDown", "pgup": "PageUp"}

func ariaKeys(key string) string {
	parts := strings.Split(key, "+")
	for i, p := range parts {
		if n, ok := ariaNames[strings.ToLower(p)]; ok {
			parts[i] = n
		} else {
			parts[i] = strings.ToUpper(p)
		}
	}
	return strings.Join(parts, "+")
}

// plain is the attributes of a button that cannot be used: no name, no key.
func (b B) plain() templ.Attributes {
	if b.ID == "" {
		return nil
	}
	return templ.Attributes{"id": b.ID}
}

func (f F) checkValue() string {
	if f.Value == "" {
		return "1"
	}
	return f.Value
}

type optionGroup struct {
	name    string
	options []Option
}

func groups(list []Option) []optionGroup {
	var all []optionGroup
	for _, o := range list {
		if len(all) == 0 || all[len(all)-1].name != o.Group {
			all = append(all, optionGroup{name: o.Group})
		}
		all[len(all)-1].options = append(all[len(all)-1].options, o)
	}
	return all
}
