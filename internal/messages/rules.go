package messages

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"guanjia/internal/text"
)

// Kind is what a message may be about.
type Kind struct {
	Name      string
	Title     text.Both
	Procedure string // of the handbook: "repair", "complaint", "enquiry"
	As        string // kind inside that procedure, "" none
	narrower  []narrower
	words     []weighted
	unless    []string
}

// narrower is a kind inside the procedure that certain words, once the kind is
// found, point to: noise by building work.
type narrower struct {
	as    string
	words []string
}

// weighted is a word, or a frame of two words that follow each other (then not "").
type weighted struct {
	word, then string
	weight     int
}

// Danger is a kind of danger with what to say and whom to call.
type Danger struct {
	Name   string
	Title  text.Both
	Number string // emergency number: "119"
	Script text.Both
	words  []string
}

// Rules are the words of a handbook, ready to be used by many goroutines.
type Rules struct {
	Kinds   []Kind
	Dangers []Danger
	least   int
	near    int
	unless  []string
	hide    []string
}

type kindDoc struct {
	Title  string         `yaml:"title"`
	As     asDoc          `yaml:"as"`
	Words  map[string]int `yaml:"words"`
	Unless []string       `yaml:"unless"`
}

type asDoc struct {
	Procedure string    `yaml:"procedure"`
	Kind      string    `yaml:"kind"`
	Narrower  yaml.Node `yaml:"narrower"` // kind → words
}

type dangerDoc struct {
	Title  string   `yaml:"title"`
	Number string   `yaml:"number"`
	Words  []string `yaml:"words"`
	Script string   `yaml:"script"`
}

// Load reads words/kinds.yaml and words/dangers.yaml of a handbook.
func Load(handbook fs.FS) (*Rules, error) {
	r := &Rules{}
	var kinds struct {
		Least int       `yaml:"least"`
		Hide  []string  `yaml:"hide"`
		Kinds yaml.Node `yaml:"kinds"`
	}
	if err := read(handbook, "words/kinds.yaml", &kinds); err != nil {
		return nil, err
	}
	r.least, r.hide = kinds.Least, folded(kinds.Hide)
	for name, node := range entries(&kinds.Kinds) {
		var d kindDoc
		if err := node.Decode(&d); err != nil {
			return nil, fmt.Errorf("words/kinds.yaml: line %d: %s: %w", node.Line, name, err)
		}
		if d.Title == "" || len(d.Words) == 0 || d.As.Procedure == "" {
			return nil, fmt.Errorf("words/kinds.yaml: line %d: %s needs title, as and words", node.Line, name)
		}
		k := Kind{Name: name, Title: both(d.Title), Procedure: d.As.Procedure, As: d.As.Kind, unless: folded(d.Unless)}
		for as, node := range entries(&d.As.Narrower) {
			n := narrower{as: as}
			if err := node.Decode(&n.words); err != nil || len(n.words) == 0 {
				return nil, fmt.Errorf("words/kinds.yaml: line %d: %s: %s needs a list of words", node.Line, name, as)
			}
			n.words = folded(n.words)
			k.narrower = append(k.narrower, n)
		}
		for w, weight := range d.Words {
			if weight < 1 || weight > 9 {
				return nil, fmt.Errorf("words/kinds.yaml: line %d: %s: the weight of %s must be 1 to 9", node.Line, name, w)
			}
			first, then, framed := strings.Cut(w, "…")
			if first == "" || framed && then == "" {
				return nil, fmt.Errorf("words/kinds.yaml: line %d: %s: “%s” needs a word on each side of …", node.Line, name, w)
			}
			k.words = append(k.words, weighted{fold(first), fold(then), weight})
		}
		// The longest word first: 油烟扰民 counts once, not as 油烟 and 扰民 too.
		slices.SortFunc(k.words, func(a, b weighted) int {
			if n := utf8.RuneCountInString(b.word) - utf8.RuneCountInString(a.word); n != 0 {
				return n
			}
			return strings.Compare(a.word+a.then, b.word+b.then)
		})
		r.Kinds = append(r.Kinds, k)
	}
	var dangers struct {
		Near    int       `yaml:"near"`
		Unless  []string  `yaml:"unless"`
		Dangers yaml.Node `yaml:"dangers"`
	}
	if err := read(handbook, "words/dangers.yaml", &dangers); err != nil {
		return nil, err
	}
	r.near, r.unless = dangers.Near, folded(dangers.Unless)
	for name, node := range entries(&dangers.Dangers) {
		var d dangerDoc
		if err := node.Decode(&d); err != nil {
			return nil, fmt.Errorf("words/dangers.yaml: line %d: %s: %w", node.Line, name, err)
		}
		if d.Title == "" || d.Number == "" || d.Script == "" || len(d.Words) == 0 {
			return nil, fmt.Errorf("words/dangers.yaml: line %d: %s needs title, number, words and script", node.Line, name)
		}
		r.Dangers = append(r.Dangers, Danger{Name: name, Title: both(d.Title), Number: d.Number, Script: both(d.Script), words: folded(d.Words)})
	}
	return r, nil
}

func read(handbook fs.FS, file string, into any) error {
	doc, err := fs.ReadFile(handbook, file)
	if err != nil {
		return fmt.Errorf("reading the handbook: %w", err)
	}
	if err := yaml.Unmarshal(doc, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// entries walks a mapping in the order it is written.
func entries(n *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

// both splits "中文 / English" at its first " / ".
func both(s string) text.Both {
	zh, en, _ := strings.Cut(s, " / ")
	return text.B(strings.TrimSpace(zh), strings.TrimSpace(en))
}

// fold is the form in which words are compared: narrow, lower case; a run of
// white space between Latin words is one blank, between others nothing.
func fold(s string) string {
	s = strings.ToLower(text.Narrow(text.Clean(s)))
	fields := strings.Fields(s)
	var b strings.Builder
	for i, f := range fields {
		if i > 0 && latinEdge(fields[i-1], true) && latinEdge(f, false) {
			b.WriteByte(' ')
		}
		b.WriteString(f)
	}
	return b.String()
}

func latinEdge(s string, last bool) bool {
	c := s[0]
	if last {
		c = s[len(s)-1]
	}
	return c < utf8.RuneSelf
}

func folded(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fold(s)
	}
	return out
}

// Kind finds a kind by name.
func (r *Rules) Kind(name string) (Kind, bool) {
	for _, k := range r.Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}
