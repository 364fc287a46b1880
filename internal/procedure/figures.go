package procedure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

// Figures are the values of one profile, with a project's overrides on top: a
// tree read by dotted path. Immutable; Hash names its content.
type Figures struct {
	Profile string
	Title   text.Both
	Hash    string
	Source  string // YAML that LoadFigures reads back to the same Hash, standing on its own; without overrides
	Like    string // the profile whose figures hold where this one has none
	file    string
	root    *node
	later   []laterFigure
}

// laterFigure is a figure that a room to come will read.
type laterFigure struct {
	room, path string
	pos        Pos
}

// Later is the room to come that will read the figure at path; "" when the
// profile does not say that one will.
func (f *Figures) Later(path string) string {
	for _, l := range f.later {
		if path == l.path || strings.HasPrefix(path, l.path+".") {
			return l.room
		}
	}
	return ""
}

// Level is one rung of an escalation ladder. It fires when the clock has used
// the share At of its limit (1 is due), or, when After is set, that long
// after due.
type Level struct {
	At    float64
	After calendar.Limit
	Tell  []string // roles, owner, assignee
}

// LoadFigures reads one profile: its name, title and the tree of figures.
func LoadFigures(file string, src []byte) (*Figures, []Problem) {
	var ps problems
	f := &Figures{Source: string(src), file: file}
	top := parse(file, src, &ps)
	if top != nil {
		r := reader{ps: &ps}
		f.Profile = r.name(top, "profile")
		f.Title, f.Like = r.both(top, "title", true), r.str(top, "like")
		f.later = r.later(top)
		f.root = &node{kind: isMap, pos: top.pos}
		for i, k := range top.keys {
			if !slices.Contains(notFigures, k.word) {
				f.root.keys, f.root.vals = append(f.root.keys, k), append(f.root.vals, top.vals[i])
			}
		}
		checkFigures(f.root, &ps)
	}
	f.Hash = f.digest()
	sortProblems(ps.list)
	return f, ps.list
}

// notFigures are the words at the top of a profile that name no figure.
var notFigures = []string{"profile", "title", "like", "later"}

// later reads the figures that wait for a room to come: room → paths.
func (r reader) later(top *node) []laterFigure {
	n := top.get("later")
	if n == nil {
		return nil
	}
	if n.kind != isMap {
		r.wrongKind(n, isMap, "later")
		return nil
	}
	var list []laterFigure
	for i, k := range n.keys {
		r.checkName(k, "room")
		for _, path := range r.words(n, k.word) {
			list = append(list, laterFigure{room: k.word, path: path, pos: n.vals[i].pos})
		}
	}
	return list
}

// checkFigures refuses keys that no path could name.
func checkFigures(n *node, ps *problems) {
	for i, k := range n.keys {
		if !isName(k.word) {
			ps.add(k.pos, "figure.name", text.F("“%s”不能作数值的名字", "%q cannot name a figure", k.word),
				text.B("用小写字母、数字和下划线", "use lower-case letters, digits and underscores"))
		}
		checkFigures(n.vals[i], ps)
	}
	for _, x := range n.list {
		checkFigures(x, ps)
	}
}

func (f *Figures) digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00", f.Profile, f.Title.ZH, f.Title.EN)
	if f.root != nil {
		h.Write([]byte(f.root.canonical()))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// canonical writes the content of n without layout and comments, keys sorted.
func (n *node) canonical() string {
	var b strings.Builder
	n.dump(&b, false)
	return b.String()
}

func (n *node) dump(b *strings.Builder, ordered bool) {
	switch n.kind {
	case isWord:
		b.WriteString(quote(n.word))
	case isList:
		b.WriteByte('[')
		for i, x := range n.list {
			if i > 0 {
				b.WriteByte(',')
			}
			x.dump(b, ordered)
		}
		b.WriteByte(']')
	case isMap:
		at := map[string]*node{}
		keys := make([]string, len(n.keys))
		for i, k := range n.keys {
			keys[i], at[k.word] = k.word, n.vals[i]
		}
		if !ordered {
			slices.Sort(keys)
		}
		b.WriteByte('{')
		for i, k := range keys {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quote(k) + ": ")
			at[k].dump(b, ordered)
		}
		b.WriteByte('}')
	}
}

// quote writes s as JSON does, which YAML reads.
func quote(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

// standalone writes the profile without what it is like: every figure in it.
func (f *Figures) standalone() string {
	var b strings.Builder
	fmt.Fprintf(&b, "profile: %s\ntitle: {\"zh\": %s, \"en\": %s}\n", f.Profile, quote(f.Title.ZH), quote(f.Title.EN))
	for i, k := range f.root.keys {
		fmt.Fprintf(&b, "%s: ", k.word)
		f.root.vals[i].dump(&b, true)
		b.WriteByte('\n')
	}
	return b.String()
}

// Role is a post in the handbook and the permissions it holds.
type Role struct {
	ID           string
	Title        text.Both
	Permissions  []string
	SecondFactor bool // who holds it logs in with a second factor (PLT-01)
	Program      bool // a program's, by a token; no person holds it (PLT-09)
	Pos          Pos
}
