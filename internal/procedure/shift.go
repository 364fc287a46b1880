package procedure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/calendar"
)

// Shifted is f with the figure at path made another: every span, share, sum,
// count and switch below it changes its value; a figure of words only is taken
// away. False when f has no such figure. Coverage proves with it that a story
// holds a figure and not merely mentions it.
func (f *Figures) Shifted(path string) (*Figures, bool) {
	if f == nil || f.root == nil || f.exact(path) == nil {
		return nil, false
	}
	out := *f
	out.root = f.root.clone()
	if !out.exact(path).shift() {
		parts := strings.Split(path, ".")
		parent := out.root
		for _, p := range parts[:len(parts)-1] {
			parent = parent.get(p)
		}
		parent.remove(parts[len(parts)-1])
	}
	out.Hash = out.digest()
	return &out, true
}

func (n *node) remove(key string) {
	i := slices.IndexFunc(n.keys, func(k *node) bool { return k.word == key })
	n.keys, n.vals = slices.Delete(slices.Clone(n.keys), i, i+1), slices.Delete(slices.Clone(n.vals), i, i+1)
}

// shift changes every value below n that is no mere word; false when all are.
func (n *node) shift() bool {
	if n.kind == isWord {
		w, ok := shiftedWord(n.word)
		n.word = w
		return ok
	}
	changed := false
	for i, x := range n.list {
		c := *x
		n.list[i] = &c
		changed = c.shift() || changed
	}
	for _, x := range n.vals {
		changed = x.shift() || changed
	}
	return changed
}

func shiftedWord(w string) (string, bool) {
	if rest, ok := strings.CutPrefix(w, "due + "); ok {
		more, ok := shiftedWord(rest)
		return "due + " + more, ok
	}
	if l, err := calendar.ParseLimit(w); err == nil {
		switch l.Unit {
		case calendar.SameDay:
			l.Unit, l.N = calendar.Days, 3
		case calendar.AtTime:
			l.N = (l.N + 90) % (24 * 60)
		default:
			l.N = 2*l.N + 1
		}
		return l.String(), true
	}
	if share, err := parseShare(w); err == nil {
		if share < 0.5 { // half of "at most 2 %" would judge as the whole does wherever there are few
			share = 1 + 2*share
		}
		return strconv.FormatFloat(share*50, 'f', -1, 64) + " %", true
	}
	if fen, err := parseMoney(w); err == nil {
		return fmt.Sprintf("%d.%02d yuan", (2*fen+100)/100, (2*fen+100)%100), true
	}
	if n, err := strconv.ParseInt(w, 10, 64); err == nil {
		return strconv.FormatInt(2*n+1, 10), true
	}
	if other, ok := map[string]string{"yes": "no", "no": "yes"}[w]; ok {
		return other, true
	}
	return w, false
}
