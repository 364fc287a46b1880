package scenario

import (
	"regexp"
	"slices"
	"strconv"
)

// Verdicts are the words a figure's target can be expected in.
var Verdicts = []string{"met", "missed", "unknown"}

// ClockStates are the words a clock can be expected in.
var ClockStates = []string{"running", "paused", "met", "late", "off"}

// expect reads the parts behind the word and hangs them on the last sentence.
func (p *parser) expect(line string) {
	if len(p.story.Acts) == 0 {
		p.fail("an expectation follows a sentence")
		return
	}
	toks, err := tokens(line, true)
	if err != nil {
		p.fail("%v", err)
		return
	}
	about := ""
	if len(toks) > 1 && toks[0].kind == caseToken && toks[1].kind == colonToken {
		about, toks = toks[0].text, toks[2:]
		if !p.cases[about] {
			p.fail("@%s is no case named above", about)
		}
	}
	act := &p.story.Acts[len(p.story.Acts)-1]
	clock := "" // "clock x running, due …": the second part is still about x
	for len(toks) > 0 {
		n := slices.IndexFunc(toks, func(t token) bool { return t.kind == commaToken })
		piece := toks
		if n >= 0 {
			piece, toks = toks[:n], toks[n+1:]
		} else {
			toks = nil
		}
		r := &reader{toks: piece, fail: p.fail}
		part := Part{Case: about, Count: -1, Line: p.line}
		if r.peek() == "not" {
			r.word()
			part.Not = true
		}
		part.Word = r.word()
		if clock != "" && (part.Word == "due" || part.Word == "limit") {
			r.toks = append([]token{{text: part.Word}}, r.toks...)
			part.Word, part.Name = "clock", clock
		} else if part.Word == "clock" {
			part.Name = r.word()
		}
		read, ok := partShapes[part.Word]
		if !ok {
			p.fail("an expectation cannot begin with %q", part.Word)
			return
		}
		read(r, &part)
		if len(r.toks) > 0 {
			p.fail("%q is one word too many", r.toks[0].text)
		}
		if part.Word == "clock" {
			clock = part.Name
		} else {
			clock = ""
		}
		if part.Word == "spawned" {
			p.cases[part.Value] = true
		}
		act.Expect = append(act.Expect, part)
	}
}

// reader hands out the tokens of one part.
type reader struct {
	toks []token
	fail refuse
}

func (r *reader) peek() string {
	if len(r.toks) == 0 || r.toks[0].kind == quotedToken || r.toks[0].kind == answerToken {
		return ""
	}
	return r.toks[0].text
}

// word takes the next word; a missing one is refused.
func (r *reader) word() string {
	if len(r.toks) == 0 || r.toks[0].kind != wordToken {
		r.fail("a word is missing")
		r.toks = nil
		return ""
	}
	w := r.toks[0].text
	r.toks = r.toks[1:]
	return w
}

func (r *reader) is(word string) bool {
	if r.peek() != word {
		return false
	}
	r.toks = r.toks[1:]
	return true
}

func (r *reader) quoted(must bool) string {
	if len(r.toks) > 0 && r.toks[0].kind == quotedToken {
		w := r.toks[0].text
		r.toks = r.toks[1:]
		return w
	}
	if must {
		r.fail("words in quotes are missing")
	}
	return ""
}

func (r *reader) answers() (out Answers) {
	for len(r.toks) > 0 && r.toks[0].kind == answerToken {
		out = append(out, Answer{r.toks[0].text, r.toks[0].value})
		r.toks = r.toks[1:]
	}
	return out
}

func (r *reader) number() int {
	n, err := strconv.Atoi(r.word())
	if err != nil {
		r.fail("a number is missing")
	}
	return n
}

// times reads once, twice, never, "N times"; left is what nothing means.
func (r *reader) times(left int) int {
	switch {
	case r.is("once"):
		return 1
	case r.is("twice"):
		return 2
	case r.is("never"):
		return 0
	case len(r.toks) > 1 && r.toks[1].text == "times":
		n := r.number()
		r.word()
		return n
	default:
		return left
	}
}

var (
	dateForm  = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	clockForm = regexp.MustCompile(`^\d{2}:\d{2}(:\d{2})?$`)
)

// at reads DATE TIME behind due or at.
func (r *reader) at(part *Part) {
	date, clock := r.word(), r.word()
	if !dateForm.MatchString(date) || !clockForm.MatchString(clock) {
		r.fail("%s %s is no date and time", date, clock)
		return
	}
	t, err := moment(date, clock)
	if err != nil {
		r.fail("%v", err)
	}
	part.At = t
}

func name(r *reader, part *Part)  { part.Name = r.word() }
func count(r *reader, part *Part) { part.Count = r.number() }
func bare(*reader, *Part)         {}

// partShapes say what each word of an expectation wants behind it.
var partShapes = map[string]func(r *reader, part *Part){
	"step": name, "owner": name, "assignee": name, "team": name, "event": name, "may": name, "number": name, "answer": count, "reopened": count,
	"open": bare, "closed": bare, "cancelled": bare, "merged": bare,
	"field": func(r *reader, part *Part) {
		if a := r.answers(); len(a) == 1 {
			part.Name, part.Value = a[0].Name, a[0].Value
			return
		}
		part.Name = r.word()
		if !r.is("=") {
			return
		}
		if part.Value = r.quoted(false); part.Value == "" {
			part.Value = r.word()
		}
	},
	"clock": func(r *reader, part *Part) {
		switch {
		case r.is("due"):
			r.at(part)
		case r.is("limit"):
			part.Limit = r.quoted(true)
		default:
			if part.Value = r.word(); !slices.Contains(ClockStates, part.Value) {
				r.fail("a clock is running, paused, met, late or off, not %q", part.Value)
			}
		}
	},
	"figure": func(r *reader, part *Part) {
		part.Name, part.Value = r.word(), r.word()
		if !slices.Contains(Verdicts, part.Value) {
			r.fail("a figure is met, missed or unknown, not %q", part.Value)
		}
		if r.is("target") {
			part.Words = r.quoted(true)
		}
	},
	"told": func(r *reader, part *Part) {
		part.Name = r.word()
		if r.is("about") {
			part.Value = r.word()
		}
		part.Count = r.times(-1)
		if r.is("at") {
			r.at(part)
		}
	},
	"missing": func(r *reader, part *Part) {
		for len(r.toks) > 0 {
			part.Names = append(part.Names, r.word())
		}
		if len(part.Names) == 0 {
			r.fail("missing what? names, or nothing")
		}
		if slices.Equal(part.Names, []string{"nothing"}) {
			part.Names = nil
		}
	},
	"filed": func(r *reader, part *Part) {
		part.Name = r.word()
		if r.is("in") {
			part.Value = r.word()
		}
	},
	"spawned": func(r *reader, part *Part) {
		part.Name = r.word()
		if part.Not {
			return
		}
		if !r.is("as") || len(r.toks) == 0 || r.toks[0].kind != caseToken {
			r.fail("spawned PROCEDURE as @name")
			return
		}
		part.Value, r.toks = r.toks[0].text, r.toks[1:]
	},
	"entered": func(r *reader, part *Part) { part.Name, part.Count = r.word(), r.number() },
	"ran": func(r *reader, part *Part) {
		part.Name, part.Fields, part.Count = r.word(), r.answers(), r.times(-1)
	},
	"record": func(r *reader, part *Part) {
		part.Name, part.Fields, part.Count = r.word(), r.answers(), r.times(-1)
	},
	"page": func(r *reader, part *Part) {
		if part.Name = r.word(); part.Name != "shows" && part.Name != "lacks" {
			r.fail(`page shows "…" or page lacks "…"`)
		}
		part.Words = r.quoted(true)
	},
	"refused": func(r *reader, part *Part) { part.Name, part.Words = r.word(), r.quoted(false) },
}
