package messages

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"
)

// alike is the share of common shingles (Jaccard) from which two messages are
// offered as the same matter. Copies with changed words lie above, different
// complaints about one thing below.
const alike = 0.5

const (
	shingleRunes = 4
	bands        = 20 // candidate pairs share one band: 20 × 3 finds 0.5 with 94 %, 0.7 with all
	bandRows     = 3
)

// Group is messages that say nearly the same; the earliest comes first and is
// the one to merge into.
type Group struct {
	Messages []Message
	Least    float64 // the smallest likeness of a member to its nearest earlier one
}

// prints is what a message is compared by.
type prints struct {
	set  map[uint64]bool
	mins [bands * bandRows]uint64
}

// plainRunes is what a message says, without marks.
func plainRunes(m Message) []rune {
	body := []rune(fold(m.Subject + m.Text))
	kept := body[:0]
	for _, r := range body {
		switch r {
		case '，', '。', '、', '！', '？', '；', '：', '“', '”', ',', '.', '!', '?', ';', ':', '"', '\'', '(', ')', '（', '）', ' ':
		default:
			kept = append(kept, r)
		}
	}
	return kept
}

func printsOf(m Message) prints {
	kept := plainRunes(m)
	p := prints{set: map[uint64]bool{}}
	for i := range p.mins {
		p.mins[i] = math.MaxUint64
	}
	for i := 0; i+shingleRunes <= len(kept); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(string(kept[i : i+shingleRunes]))) // never fails
		s := h.Sum64()
		if p.set[s] {
			continue
		}
		p.set[s] = true
		for j := range p.mins {
			if v := mix(s ^ (uint64(j+1) * 0x9e3779b97f4a7c15)); v < p.mins[j] {
				p.mins[j] = v
			}
		}
	}
	return p
}

// mix is the finaliser of splitmix64: one hash becomes many.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func jaccard(a, b prints) float64 {
	if len(a.set) > len(b.set) {
		a, b = b, a
	}
	common := 0
	for s := range a.set {
		if b.set[s] {
			common++
		}
	}
	all := len(a.set) + len(b.set) - common
	if all == 0 {
		return 0
	}
	return float64(common) / float64(all)
}

// shortRunes is up to where a message is short: what is said on the telephone.
const shortRunes = 60

// SameMatter is the Likeness from which two wordings about one home are offered
// as one matter; it was set with the pairs of testdata/pairs.txt.
const SameMatter = 0.3

// courtesies are said with any matter and make none alike.
var courtesies = strings.NewReplacer("你好", "", "您好", "", "请师傅", "", "麻烦", "", "帮忙", "", "帮我", "", "来看一下", "", "来看看", "", "看一下", "", "看看", "", "请问", "", "我想问一下", "", "我想问", "", "想问", "", "问一下", "",
	"怎么", "", "谢谢", "", "请", "", "尽快", "", "处理一下", "", "我家", "", "我们家", "", "了", "", "的", "")

// Likeness is how alike two messages are, 0 to 1. Long ones are compared by
// what they have in common of all they say; when one is short, by how much of
// the shorter the other says too, for people tell the same matter in few words
// or many.
func Likeness(a, b Message) float64 {
	x, y := plainRunes(a), plainRunes(b)
	if min(len(x), len(y)) > shortRunes {
		return jaccard(printsOf(a), printsOf(b))
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	short, long := pairsOf(x), pairsOf(y)
	common := 0
	for p := range short {
		if long[p] {
			common++
		}
	}
	if least := min(len(short), len(long)); least > 0 {
		return float64(common) / float64(least)
	}
	return 0
}

// pairsOf are the pairs of neighbouring characters, without courtesies.
func pairsOf(runes []rune) map[[2]rune]bool {
	kept := []rune(courtesies.Replace(string(runes)))
	set := map[[2]rune]bool{}
	for i := range len(kept) - 1 {
		set[[2]rune{kept[i], kept[i+1]}] = true
	}
	return set
}

// Earlier orders times; one that is not known stands behind all that are, for
// nobody can say that it was first.
func Earlier(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

// Similar groups messages that are nearly the same, for merging (DSK-21).
// Copies that name different estates are different matters. Candidates come from shared MinHash bands, so that it stays quick with
// many; each pair is then compared exactly.
func Similar(list []Message) []Group {
	order := slices.Clone(list)
	slices.SortStableFunc(order, func(a, b Message) int { return cmp.Or(Earlier(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	places, at := FindPlaces(list), make([]string, len(order))
	all := make([]prints, len(order))
	parent := make([]int, len(order))
	nearest := make([]float64, len(order))
	buckets := map[[bandRows + 1]uint64][]int{}
	var root func(int) int
	root = func(i int) int {
		if parent[i] != i {
			parent[i] = root(parent[i])
		}
		return parent[i]
	}
	for i, m := range order {
		parent[i], all[i], at[i] = i, printsOf(m), places.In(m)
		if len(all[i].set) < 8 {
			continue // too short to be compared by its words
		}
		compared := map[int]bool{}
		for b := range bands {
			key := [bandRows + 1]uint64{uint64(b)}
			copy(key[1:], all[i].mins[b*bandRows:(b+1)*bandRows])
			for _, j := range buckets[key] {
				if compared[j] {
					continue
				}
				compared[j] = true
				if like := jaccard(all[i], all[j]); like >= alike && !apart(order[i], order[j], at[i], at[j]) {
					nearest[i] = max(nearest[i], like)
					parent[root(i)] = root(j)
				}
			}
			buckets[key] = append(buckets[key], i)
		}
	}
	members := map[int][]int{}
	for i := range order {
		members[root(i)] = append(members[root(i)], i)
	}
	var out []Group
	for i := range order {
		if ids := members[i]; len(ids) > 1 {
			g := Group{Least: 1}
			for n, id := range ids {
				g.Messages = append(g.Messages, order[id])
				if n > 0 {
					g.Least = min(g.Least, nearest[id])
				}
			}
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b Group) int { return cmp.Compare(len(b.Messages), len(a.Messages)) })
	return out
}

// Topic is a problem that comes again and again: what, where, how often, from
// when to when (DSK-18).
type Topic struct {
	Place    string    `json:"place"`
	Kind     Kind      `json:"-"`
	KindName string    `json:"kind"`
	Count    int       `json:"count"`
	People   int       `json:"people"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Words    []string  `json:"words"` // that decided the kind, commonest first
	IDs      []string  `json:"ids"`
}

// Topics finds repeated problems: one kind at one place, from at least so many
// different people; the most frequent first.
func (r *Rules) Topics(list []Message, least int) []Topic {
	return r.TopicsAt(list, FindPlaces(list).In, least)
}

// TopicsAt is Topics for messages whose place is known otherwise: a building
// of one's own estate. A message without a place is left out, and so is what
// fewer than least people wrote of.
func (r *Rules) TopicsAt(list []Message, placeOf func(Message) string, least int) []Topic {
	type key struct{ place, kind string }
	groups := map[key]*Topic{}
	people := map[key]map[string]bool{}
	words := map[key]map[string]int{}
	for _, m := range list {
		s, ok := r.Suggest(m.Subject, m.Text)
		if !ok {
			continue
		}
		if place := placeOf(m); place != "" {
			k := key{place, s.Kind.Name}
			t := groups[k]
			if t == nil {
				t = &Topic{Place: place, Kind: s.Kind, KindName: s.Kind.Name, From: m.At, To: m.At}
				groups[k], people[k], words[k] = t, map[string]bool{}, map[string]int{}
			}
			t.Count++
			t.IDs = append(t.IDs, m.ID)
			people[k][m.User] = true
			for _, w := range s.Because {
				words[k][w]++
			}
			if !m.At.IsZero() && (t.From.IsZero() || m.At.Before(t.From)) {
				t.From = m.At
			}
			if m.At.After(t.To) {
				t.To = m.At
			}
		}
	}
	var out []Topic
	for k, t := range groups {
		t.People = len(people[k])
		if t.People < least {
			continue
		}
		for w := range words[k] {
			t.Words = append(t.Words, w)
		}
		slices.SortFunc(t.Words, func(a, b string) int { return cmp.Or(cmp.Compare(words[k][b], words[k][a]), cmp.Compare(a, b)) })
		t.Words = t.Words[:min(6, len(t.Words))]
		slices.Sort(t.IDs)
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Topic) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Place, b.Place), cmp.Compare(a.KindName, b.KindName))
	})
	return out
}
