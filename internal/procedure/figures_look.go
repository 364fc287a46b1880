package procedure

import (
	"fmt"
	"strconv"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

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
