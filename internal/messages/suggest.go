package messages

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"guanjia/internal/text"
)

// headRunes is how much of a text counts as its beginning: what people want is
// said first.
const headRunes = 80

// maxRunes is how much of a text is read for its kind.
const maxRunes = 2000

// Suggestion is a kind with the words that speak for it.
type Suggestion struct {
	Kind    Kind
	Because []string // words found, the weightiest first
	Score   int
	Next    string // the kind that came second, "" none
	Sure    bool   // far ahead of the second
}

// Explain is the reason for people: "因为：漏水、楼上".
func (s Suggestion) Explain() text.Both {
	words := strings.Join(s.Because, "、")
	return text.B("因为："+words, "because: "+words)
}

// Suggest says what a message is about; ok is false when too little speaks for
// any kind, and the desk chooses. subject may be empty, as in live intake: then
// the beginning of the words counts as the subject.
func (r *Rules) Suggest(subject, words string) (s Suggestion, ok bool) {
	body := []rune(fold(words))
	if len(body) > maxRunes {
		body = body[:maxRunes]
	}
	head := string(body[:min(headRunes, len(body))])
	rest := string(body[min(headRunes, len(body)):])
	subject = r.bare(fold(subject))
	head, rest = r.bare(head), r.bare(rest)
	if subject == "" {
		subject, head = head, ""
	}
	scored := make([]Suggestion, 0, len(r.Kinds))
	for _, k := range r.Kinds {
		one := Suggestion{Kind: k}
		found := map[string]int{}
		one.Score += k.score(subject, 9, found)
		one.Score += k.score(head, 3, found)
		one.Score += min(k.score(rest, 1, found), 12)
		for w := range found {
			one.Because = append(one.Because, w)
		}
		slices.SortFunc(one.Because, func(a, b string) int {
			return cmp.Or(cmp.Compare(found[b], found[a]), strings.Compare(a, b))
		})
		if len(one.Because) > 5 {
			one.Because = one.Because[:5]
		}
		scored = append(scored, one)
	}
	slices.SortStableFunc(scored, func(a, b Suggestion) int { return cmp.Compare(b.Score, a.Score) })
	if len(scored) == 0 || scored[0].Score < r.least*3 {
		return Suggestion{}, false
	}
	s = scored[0]
	s.Kind.As = s.Kind.asOf(subject + " " + head + " " + rest)
	if len(scored) > 1 && scored[1].Score > 0 {
		s.Next = scored[1].Kind.Name
		s.Sure = scored[0].Score >= 2*scored[1].Score
	} else {
		s.Sure = true
	}
	return s, true
}

// asOf is the kind inside the procedure, as narrow as the words tell.
func (k Kind) asOf(said string) string {
	for _, n := range k.narrower {
		if slices.ContainsFunc(n.words, func(w string) bool { return strings.Contains(said, w) }) {
			return n.as
		}
	}
	return k.As
}

// score adds the weights of the words in a part; each word counts once a part,
// and a part that holds an unless word counts half.
func (k Kind) score(part string, times int, found map[string]int) int {
	sum := 0
	covered := part
	for _, w := range k.words {
		if w.then != "" {
			if framed(part, w.word, w.then) {
				sum += w.weight * times
				found[w.word+"…"+w.then] += w.weight * times
			}
			continue
		}
		if !strings.Contains(covered, w.word) {
			continue
		}
		// A longer word takes its place, so that parts of it do not count again.
		covered = strings.ReplaceAll(covered, w.word, "\x00")
		sum += w.weight * times
		found[w.word] += w.weight * times
	}
	for _, u := range k.unless {
		if sum > 0 && strings.Contains(part, u) {
			return sum / 2
		}
	}
	return sum
}

// frameRunes is how far apart the two words of a frame may stand.
const frameRunes = 14

// framed reports that one word is followed by another in the same part of a
// sentence: who does what (物业…停水 is the company's doing, 停水 alone a fault to
// repair). Past a comma or 我家 somebody else acts: 物业你好，我家停水了.
func framed(s, first, then string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], first)
		if i < 0 {
			return false
		}
		from += i + len(first)
		after := clause(s[from:], false)
		for _, stop := range []string{"，", ",", "我家", "我们家", "家里"} {
			after, _, _ = strings.Cut(after, stop)
		}
		if strings.Contains(firstRunes(after, frameRunes+utf8.RuneCountInString(then)), then) {
			return true
		}
	}
}

// bare takes out the words that hide others: 中央公园 as an estate's name is no park.
func (r *Rules) bare(s string) string {
	for _, h := range r.hide {
		s = strings.ReplaceAll(s, h, "\x00")
	}
	return s
}

// Alarm is a danger found in words, and where.
type Alarm struct {
	Danger Danger
	Word   string
}

// Alarms finds words of danger (before any kind is chosen). Warnings, drills
// and memories close to the word do not count.
func (r *Rules) Alarms(words string) []Alarm {
	folded := fold(text.Cut(words, 20_000))
	var out []Alarm
	for _, d := range r.Dangers {
		for _, w := range d.words {
			if r.present(folded, w) {
				out = append(out, Alarm{Danger: d, Word: w})
				break
			}
		}
	}
	return out
}

// present reports that word stands somewhere without a word close by that says
// it is no present danger.
func (r *Rules) present(s, word string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return false
		}
		at := from + i
		before := lastRunes(clause(s[:at], true), r.near)
		after := firstRunes(clause(s[at+len(word):], false), r.near)
		clear := true
		for _, u := range r.unless {
			if strings.Contains(before, u) || strings.Contains(after, u) {
				clear = false
				break
			}
		}
		if clear {
			return true
		}
		from = at + len(word)
	}
}

// clause cuts s at the sentence mark nearest to the word.
func clause(s string, before bool) string {
	const marks = "。！？!?;；\n"
	if before {
		if i := strings.LastIndexAny(s, marks); i >= 0 {
			return s[i:]
		}
		return s
	}
	if i := strings.IndexAny(s, marks); i >= 0 {
		return s[:i]
	}
	return s
}

func lastRunes(s string, n int) string {
	r := []rune(s)
	return string(r[max(0, len(r)-n):])
}

func firstRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
