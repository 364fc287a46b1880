package procedure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
		f.root = &node{kind: isMap, pos: top.pos}
		for i, k := range top.keys {
			if k.word != "profile" && k.word != "title" && k.word != "like" {
				f.root.keys, f.root.vals = append(f.root.keys, k), append(f.root.vals, top.vals[i])
			}
		}
		checkFigures(f.root, &ps)
	}
	f.Hash = f.digest()
	sortProblems(ps.list)
	return f, ps.list
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

// find follows path; {name} takes the case's value of that name. A value that
// the tree does not have falls to "other" beside it, so that a list of
// exceptions needs one line for the rest; a word reached before the path's
// last placeholders serves for all their values.
func (f *Figures) find(path string, v Values) (*node, error) {
	if f == nil || f.root == nil {
		return nil, fmt.Errorf("figure %s: no profile", path)
	}
	n := f.root
	for part := range strings.SplitSeq(path, ".") {
		if n.kind == isWord && strings.HasPrefix(part, "{") {
			continue
		}
		key := part
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			val, ok := v[part[1:len(part)-1]]
			key, _ = word(val)
			if !ok || key == "" {
				key = "other"
			}
		}
		next := n.get(key)
		if next == nil && key != part { // a value, not a word of the path itself
			next = n.get("other")
		}
		if next == nil {
			return nil, fmt.Errorf("figure %s: profile %s has no %q there", path, f.Profile, key)
		}
		n = next
	}
	return n, nil
}

// Has reports whether the profile has a figure at path.
func (f *Figures) Has(path string, v Values) bool {
	_, err := f.find(path, v)
	return err == nil
}

// Limit is the span of time at path. A path that is itself a span ("15
// minutes") is read as one, so that a definition may carry a literal. The
// figure "none" is the zero Limit without an error: the profile has no such
// limit and the clock does not run.
func (f *Figures) Limit(path string, v Values) (calendar.Limit, error) {
	if l, err := calendar.ParseLimit(path); err == nil {
		return l, nil
	}
	s, err := f.Word(path, v)
	if err != nil {
		return calendar.Limit{}, err
	}
	if s == "none" {
		return calendar.Limit{}, nil
	}
	l, err := calendar.ParseLimit(s)
	if err != nil {
		return calendar.Limit{}, fmt.Errorf("figure %s: %w", path, err)
	}
	return l, nil
}

// Word is the one word or phrase at path: a role, "2 days", "90 %".
func (f *Figures) Word(path string, v Values) (string, error) {
	n, err := f.find(path, v)
	if err != nil {
		return "", err
	}
	if n.kind != isWord {
		return "", fmt.Errorf("figure %s: want one word, got %s", path, n.kind.words().EN)
	}
	return n.word, nil
}

// Text is the wording at path: "中文 / English", {zh, en}, or one word for both.
func (f *Figures) Text(path string, v Values) (text.Both, error) {
	n, err := f.find(path, v)
	if err != nil {
		return text.Both{}, err
	}
	b := n.both()
	if b.IsZero() {
		return b, fmt.Errorf("figure %s: want \"中文 / English\"", path)
	}
	return b, nil
}

// both is the wording of a figure: "中文 / English", {zh, en}, or one word that
// serves for both languages.
func (n *node) both() text.Both {
	if n.kind == isWord {
		if zh, en, ok := strings.Cut(n.word, " / "); ok {
			return text.B(strings.TrimSpace(zh), strings.TrimSpace(en))
		}
		return text.B(n.word, n.word)
	}
	var b text.Both
	if zh := n.get("zh"); zh != nil {
		b.ZH = zh.word
	}
	if en := n.get("en"); en != nil {
		b.EN = en.word
	}
	return b
}

// Words is the list of words at path; one word is a list of one.
func (f *Figures) Words(path string, v Values) ([]string, error) {
	n, err := f.find(path, v)
	if err != nil {
		return nil, err
	}
	return nodeWords(n, path)
}

func nodeWords(n *node, path string) ([]string, error) {
	switch n.kind {
	case isWord:
		return []string{n.word}, nil
	case isList:
		var list []string
		for _, x := range n.list {
			if x.kind != isWord {
				return nil, fmt.Errorf("figure %s: want a list of words", path)
			}
			list = append(list, x.word)
		}
		return list, nil
	}
	return nil, fmt.Errorf("figure %s: want a word or a list of words", path)
}

// Keys lists the names below path in the order of the profile.
func (f *Figures) Keys(path string, v Values) ([]string, error) {
	n, err := f.find(path, v)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, k := range n.keys {
		keys = append(keys, k.word)
	}
	return keys, nil
}

// Choices is the list of choices at path, in the order of the profile: a map
// of name → "中文 / English".
func (f *Figures) Choices(path string, v Values) ([]Choice, error) {
	n, err := f.find(path, v)
	if err != nil {
		return nil, err
	}
	if n.kind != isMap {
		return nil, fmt.Errorf("figure %s: want a map of choices", path)
	}
	var list []Choice
	for i, k := range n.keys {
		list = append(list, Choice{Name: k.word, Title: n.vals[i].both()})
	}
	return list, nil
}

// Number is the whole number at path.
func (f *Figures) Number(path string, v Values) (int64, error) {
	s, err := f.Word(path, v)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("figure %s: %q is not a whole number", path, s)
	}
	return n, nil
}

// Share is the percentage at path as a share: "90 %" is 0.9.
func (f *Figures) Share(path string, v Values) (float64, error) {
	s, err := f.Word(path, v)
	if err != nil {
		return 0, err
	}
	share, err := parseShare(s)
	if err != nil {
		return 0, fmt.Errorf("figure %s: %w", path, err)
	}
	return share, nil
}

func parseShare(s string) (float64, error) {
	digits, ok := strings.CutSuffix(s, "%")
	n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if !ok || err != nil || !(n >= 0 && n <= 1000) {
		return 0, fmt.Errorf("%q is not a percentage", s)
	}
	return n / 100, nil
}

// Money is the sum at path in fen: "30 yuan", "12.50 yuan".
func (f *Figures) Money(path string, v Values) (int64, error) {
	s, err := f.Word(path, v)
	if err != nil {
		return 0, err
	}
	fen, err := parseMoney(s)
	if err != nil {
		return 0, fmt.Errorf("figure %s: %w", path, err)
	}
	return fen, nil
}

func parseMoney(s string) (int64, error) {
	digits, ok := strings.CutSuffix(s, "yuan")
	whole, part, dotted := strings.Cut(strings.TrimSpace(digits), ".")
	if !ok || dotted && len(part) != 1 && len(part) != 2 {
		return 0, fmt.Errorf("%q is not a sum in yuan", s)
	}
	for len(part) < 2 {
		part += "0"
	}
	y, err1 := strconv.ParseUint(whole, 10, 40)
	c, err2 := strconv.ParseUint(part, 10, 8)
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("%q is not a sum in yuan", s)
	}
	return int64(y*100 + c), nil
}

// YesNo is the switch at path; a path that the profile lacks is an error.
func (f *Figures) YesNo(path string, v Values) (bool, error) {
	s, err := f.Word(path, v)
	if err != nil {
		return false, err
	}
	switch s {
	case "yes":
		return true, nil
	case "no":
		return false, nil
	}
	return false, fmt.Errorf("figure %s: want yes or no, got %q", path, s)
}

// Levels is the escalation ladder at path: a list of {at, tell}, where at is
// "80 %", "due" or "due + 1 day". An empty list is a ladder without rungs.
func (f *Figures) Levels(path string, v Values) ([]Level, error) {
	n, err := f.find(path, v)
	if err != nil {
		return nil, err
	}
	if n.kind != isList {
		return nil, fmt.Errorf("figure %s: want a list of {at, tell}", path)
	}
	var levels []Level
	for i, x := range n.list {
		at, tell := x.get("at"), x.get("tell")
		if at == nil || at.kind != isWord || tell == nil {
			return nil, fmt.Errorf("figure %s: level %d wants at and tell", path, i+1)
		}
		l, err := parseLevel(at.word)
		if err != nil {
			return nil, fmt.Errorf("figure %s: level %d: %w", path, i+1, err)
		}
		if l.Tell, err = nodeWords(tell, path); err != nil {
			return nil, err
		}
		levels = append(levels, l)
	}
	return levels, nil
}

func parseLevel(s string) (Level, error) {
	if s == "due" {
		return Level{At: 1}, nil
	}
	if rest, ok := strings.CutPrefix(s, "due + "); ok {
		l, err := calendar.ParseLimit(rest)
		if err == nil && (l.After != "" || l.Unit == calendar.AtTime || l.Unit == calendar.SameDay) {
			err = fmt.Errorf("%q cannot follow due", rest)
		}
		return Level{At: 1, After: l}, err
	}
	share, err := parseShare(s)
	if err == nil && (share <= 0 || share >= 1) {
		err = fmt.Errorf("%q is not between 0 %% and 100 %%; write due or due + 1 day", s)
	}
	return Level{At: share}, err
}

// Lookup is the figure at path as plain values (string, []any, map[string]any)
// for pages that show it; false when there is none.
func (f *Figures) Lookup(path string, v Values) (any, bool) {
	if path == "" {
		if f == nil || f.root == nil {
			return nil, false
		}
		return f.root.plain(), true
	}
	n, err := f.find(path, v)
	if err != nil {
		return nil, false
	}
	return n.plain(), true
}

func (n *node) plain() any {
	switch n.kind {
	case isList:
		list := make([]any, 0, len(n.list))
		for _, x := range n.list {
			list = append(list, x.plain())
		}
		return list
	case isMap:
		m := make(map[string]any, len(n.keys))
		for i, k := range n.keys {
			m[k.word] = n.vals[i].plain()
		}
		return m
	default:
		return n.word
	}
}

// Override lays a project's own values over the profile: path → the value as
// the profile would write it ("3 days", "[director, supervisor]"). A path the
// profile lacks, or a value of another shape than the profile's, is refused.
func (f *Figures) Override(values map[string]string) (*Figures, []Problem) {
	var ps problems
	out := *f
	out.root = f.root.clone()
	for _, path := range slices.Sorted(maps.Keys(values)) {
		pos := Pos{File: path, Line: 1, Col: 1}
		old := f.exact(path)
		if old == nil {
			ps.add(pos, "override.unknown", text.F("档里没有“%s”这个数值", "the profile has no figure %q", path),
				text.B("从数值页上选一个", "choose one from the page of figures"))
			continue
		}
		now := parse(path, []byte(values[path]), &ps)
		if now == nil {
			continue
		}
		if shape(old) != shape(now) {
			ps.add(pos, "override.shape", text.F("“%s”应当写成%s那样", "%[1]q should be written like %[2]s", values[path], old.canonical()),
				text.B("照档里的写法改", "write it the way the profile does"))
			continue
		}
		out.root.set(strings.Split(path, "."), now)
	}
	out.Hash = out.digest()
	return &out, ps.list
}

// exact is the node at path without placeholders and without falling to other.
func (f *Figures) exact(path string) *node {
	n := f.root
	for part := range strings.SplitSeq(path, ".") {
		n = n.get(part)
	}
	return n
}

// shape says what sort of figure n is, so that an override keeps it.
func shape(n *node) string {
	if n.kind != isWord {
		return n.kind.words().EN
	}
	if _, err := calendar.ParseLimit(n.word); err == nil {
		return "limit"
	}
	if _, err := parseShare(n.word); err == nil {
		return "share"
	}
	if _, err := parseMoney(n.word); err == nil {
		return "money"
	}
	if _, err := strconv.ParseInt(n.word, 10, 64); err == nil {
		return "number"
	}
	if n.word == "yes" || n.word == "no" {
		return "yes_no"
	}
	return "word"
}

// over lays n over base: maps are joined key by key, anything else replaces.
func (n *node) over(base *node) *node {
	if n.kind != isMap || base.kind != isMap || base.get("zh") != nil {
		return n
	}
	out := base.clone()
	for i, k := range n.keys {
		if below := base.get(k.word); below != nil {
			out.set([]string{k.word}, n.vals[i].over(below))
			continue
		}
		out.keys, out.vals = append(out.keys, k), append(out.vals, n.vals[i])
	}
	return out
}

func (n *node) clone() *node {
	c := *n
	c.keys = slices.Clone(n.keys)
	c.list = make([]*node, len(n.list))
	for i, x := range n.list {
		c.list[i] = x.clone()
	}
	c.vals = make([]*node, len(n.vals))
	for i, v := range n.vals {
		c.vals[i] = v.clone()
	}
	return &c
}

func (n *node) set(path []string, to *node) {
	for i, k := range n.keys {
		if k.word != path[0] {
			continue
		}
		if len(path) == 1 {
			n.vals[i] = to
		} else {
			n.vals[i].set(path[1:], to)
		}
		return
	}
}

// Role is a post in the handbook and the permissions it holds.
type Role struct {
	ID          string
	Title       text.Both
	Permissions []string
	Pos         Pos
}
