package procedure

import (
	"regexp"
	"strings"

	"guanjia/internal/text"
)

// Phrase is something to say in a situation: a courtesy phrase or a call
// script (DSK-14). {names} in it are filled in by the page that inserts it.
type Phrase struct {
	Name      string
	Situation string
	Title     text.Both
	Words     text.Both
	Pos       Pos
}

// Answer is an answer at hand (DSK-13): the same words at the desk and, when
// Public, on the resident page.
type Answer struct {
	Name   string
	Title  text.Both
	Words  text.Both
	Find   []string // further words people look for it by
	Public bool
	Pos    Pos
}

// Texts are the words of the handbook that people say or read as they are.
type Texts struct {
	Situations []Choice // in order
	Phrases    []Phrase
	Answers    []Answer
}

// readTexts adds one file of handbook/texts to t.
func readTexts(file string, src []byte, t *Texts, ps *problems) {
	top := parse(file, src, ps)
	if top == nil {
		return
	}
	r := reader{ps}
	if top.kind != isMap {
		r.wrongKind(top, isMap, file)
		return
	}
	if top.get("kinds") != nil || top.get("dangers") != nil {
		return // word lists, read by the package that suggests kinds
	}
	r.only(top, "rule", "situations", "phrases", "answers")
	r.rules(top)
	if v := top.get("situations"); v != nil {
		t.Situations = append(t.Situations, r.choices(v)...)
	}
	known := make([]string, len(t.Situations))
	for i, s := range t.Situations {
		known[i] = s.Name
	}
	r.entries(top, "phrases", func(k, v *node) {
		r.only(v, "situation", "title", "words")
		r.must(v, "situation")
		t.Phrases = append(t.Phrases, Phrase{Name: k.word, Situation: r.oneOf(v, "situation", "", known...), Title: r.both(v, "title", true), Words: r.both(v, "words", true), Pos: k.pos})
	})
	r.entries(top, "answers", func(k, v *node) {
		r.only(v, "title", "find", "words", "public")
		t.Answers = append(t.Answers, Answer{Name: k.word, Title: r.both(v, "title", true), Words: r.both(v, "words", true), Find: r.words(v, "find"), Public: r.oneOf(v, "public", "yes", "yes", "no") == "yes", Pos: k.pos})
	})
}

// In is the phrase with the figures of a profile in it.
func (p Phrase) In(f *Figures) text.Both { return f.Fill(p.Words) }

// In is the answer with the figures of a profile in it, so that it never says
// another time than the clock.
func (a Answer) In(f *Figures) text.Both { return f.Fill(a.Words) }

var figureMark = regexp.MustCompile(`\[\[([a-z0-9_.]+)\]\]`)

// Fill replaces every [[figure.path]] by the figure in words; one that the
// profile lacks becomes a dash, which CheckHandbook refuses beforehand.
func (f *Figures) Fill(b text.Both) text.Both {
	fill := func(s string, lang text.Lang) string {
		return figureMark.ReplaceAllStringFunc(s, func(m string) string {
			n, err := f.find(strings.Trim(m, "[]"), nil)
			if err != nil {
				return "—"
			}
			return n.words(nil).In(lang)
		})
	}
	return text.B(fill(b.ZH, text.ZH), fill(b.EN, text.EN))
}

// checkTexts refuses words that name a figure some profile lacks, or that
// promise what is not lawful.
func checkTexts(h *Handbook, env Env, ps *problems) {
	c := &checker{h: h, env: env, d: &Definition{}}
	judge := func(pos Pos, b text.Both) {
		for _, s := range []string{b.ZH, b.EN} {
			for _, m := range figureMark.FindAllStringSubmatch(s, -1) {
				c.everyProfile(pos, m[1], "named", func(f *Figures) error { _, err := f.find(m[1], nil); return err })
			}
		}
		if law := unlawful[1]; law.zh.MatchString(b.ZH) || law.en.MatchString(strings.ToLower(b.EN)) {
			c.unlawful(pos, 1)
		}
	}
	for _, p := range h.Texts.Phrases {
		judge(p.Pos, p.Words)
	}
	for _, a := range h.Texts.Answers {
		judge(a.Pos, a.Words)
	}
	ps.list = append(ps.list, c.ps.list...)
}
