package scenario

import (
	"slices"
	"strings"
)

// results are the outcomes a sentence may tell without naming its step. They
// are the outcome words of the kinds of step; a waiting step's own words need
// the full form. A test holds them against procedure.Outcomes.
var results = []string{
	"accepted", "agreed", "approved", "arrived", "declined", "dissatisfied", "failed", "no_entry", "not_agreed", "not_reached",
	"paid", "passed", "reached", "refused", "returned", "satisfied", "sent", "signed", "told",
}

// Channels are the ways a matter can come in (DSK-01).
var Channels = []string{"phone", "visit", "letter", "fax", "courier", "email", "message", "resident", "patrol", "department", "own"}

// act reads "WHO VERB …".
func (p *parser) act(line string) {
	a := Act{At: p.now, Line: p.line}
	defer func() { p.story.Acts = append(p.story.Acts, a) }()
	if line == "time passed" {
		a.Verb = Passed
		return
	}
	toks, err := tokens(line, false)
	if err != nil {
		p.fail("%v", err)
		return
	}
	if len(toks) < 2 || toks[0].kind != wordToken || toks[1].kind != wordToken {
		p.fail(`a sentence is WHO VERB …, or "time passed"`)
		return
	}
	a.Who, a.Verb = toks[0].text, Verb(toks[1].text)
	if k := p.known[a.Who]; k != GivenPerson && k != GivenStaff && a.Who != System && a.Who != Nobody {
		p.fail("%q is nobody given", a.Who)
	}
	if slices.Contains(results, string(a.Verb)) {
		a.Result, a.Verb = string(a.Verb), Did
	}
	names := p.rest(&a, toks[2:])
	shape, ok := shapes[a.Verb]
	if !ok {
		p.fail("the story knows no verb %q; an outcome of a waiting step is told as: did STEP %s", a.Verb, a.Verb)
		return
	}
	if a.Verb == Did && a.Result != "" && len(names) > 0 {
		p.fail("%q: in full it is: %s did STEP %s", names[0], a.Who, a.Result)
		return
	}
	if a.Verb == Did && a.Result == "" && len(names) == 0 {
		p.fail("did which step?")
		return
	}
	shape(&a, names, p.fail)
	p.mind(&a)
}

// rest takes the answers, words, cases and prepositions; what is left are names.
func (p *parser) rest(a *Act, toks []token) (names []string) {
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		next := func() token {
			if i+1 < len(toks) {
				i++
				return toks[i]
			}
			p.fail("%q at the end of the sentence", t.text)
			return token{}
		}
		switch {
		case t.kind == answerToken:
			a.Fields = append(a.Fields, Answer{t.text, t.value})
		case t.kind == quotedToken:
			if a.Words != "" {
				p.fail("only one pair of quotes stands alone in a sentence")
			}
			a.Words = t.text
		case t.kind == caseToken:
			a.Case = t.text
		case t.text == "on":
			a.Case = next().text
		case t.text == "as":
			a.As = next().text
		case t.text == "into":
			a.Into = next().text
		case a.Verb == Took && t.text == "from":
			a.From = next().text
		case a.Verb == Took && t.text == "of":
			a.Of = next().text
		case a.Verb == Took && t.text == "by":
			a.By = next().text
		case t.kind == wordToken:
			names = append(names, t.text)
		}
	}
	return names
}

// mind checks what the sentence speaks of and remembers the case.
func (p *parser) mind(a *Act) {
	for _, c := range []string{a.Case, a.Into} {
		if c != "" && !p.cases[c] {
			p.fail("@%s is no case named above", c)
		}
	}
	if a.From != "" && p.known[a.From] != GivenUnit {
		p.fail("unit %q is not given", a.From)
	}
	if a.Of != "" && p.known[a.Of] != GivenPerson {
		p.fail("customer %q is not given", a.Of)
	}
	if parent := strings.TrimPrefix(a.Fields.Get("parent"), "@"); a.Verb == Took && parent != "" && !p.cases[parent] {
		p.fail("@%s is no case named above", parent)
	}
	if a.Verb == Took {
		p.last = "?"
		if a.As != "" {
			p.cases[a.As] = true
		}
	}
	if caseVerb(a.Verb) && p.last == "" {
		p.fail("no case has been taken yet")
	}
}

func caseVerb(v Verb) bool {
	switch v {
	case Passed, Took, Opened, Posted, Called, Imported, Ran:
		return false
	default:
		return true
	}
}

type refuse = func(format string, args ...any)

// shapes say what each verb wants behind it.
var shapes = map[Verb]func(a *Act, names []string, fail refuse){
	Did: func(a *Act, names []string, fail refuse) {
		if len(names) > 2 {
			fail("did STEP OUTCOME: %q is one word too many", names[2])
			return
		}
		if len(names) > 0 {
			a.Step = names[0]
		}
		if len(names) == 2 {
			a.Result = names[1]
		}
	},
	Took: func(a *Act, names []string, fail refuse) {
		a.Object = one(names, "took PROCEDURE", fail)
		if !slices.Contains(Channels, a.By) {
			fail("by which channel? one of %s", strings.Join(Channels, " "))
		}
		if a.Words == "" {
			fail("took needs what was said, in quotes")
		}
	},
	Noted:     words("noted"),
	Informed:  object("informed customer"),
	Promised:  needs("promised", "until"),
	Paused:    needs("paused", "reason", "until"),
	Resumed:   words(""),
	Assigned:  needs("assigned", "to"),
	Handed:    needs("handed", "to"),
	Corrected: words("corrected"),
	Brought: func(a *Act, names []string, fail refuse) {
		if len(names) == 0 {
			fail("brought which papers?")
		}
		a.Names = names
	},
	Moved: func(a *Act, names []string, fail refuse) {
		a.Step = one(names, "moved STEP", fail)
		if a.Words == "" {
			fail("moved needs its reason, in quotes")
		}
	},
	Cancelled: words("cancelled"),
	Reopened:  words("reopened"),
	Merged: func(a *Act, _ []string, fail refuse) {
		if a.Case == "" || a.Into == "" {
			fail("merged @copy into @first")
		}
	},
	Heard:    object("heard EVENT"),
	Opened:   object("opened PATH"),
	Posted:   object("posted PATH"),
	Imported: object("imported FILE"),
	Ran: func(a *Act, names []string, fail refuse) {
		if a.Object = one(names, "ran ACTION", fail); !strings.Contains(a.Object, "@") {
			fail("action %q needs its version: %s@1", a.Object, a.Object)
		}
	},
	Called: func(a *Act, names []string, fail refuse) {
		if len(names) != 2 {
			fail("called METHOD PATH")
			return
		}
		a.Method, a.Object = names[0], names[1]
	},
}

func one(names []string, form string, fail refuse) string {
	if len(names) != 1 {
		fail("the form is: %s", form)
		return ""
	}
	return names[0]
}

func object(form string) func(*Act, []string, refuse) {
	return func(a *Act, names []string, fail refuse) { a.Object = one(names, form, fail) }
}

func words(verb string) func(*Act, []string, refuse) {
	return func(a *Act, names []string, fail refuse) {
		if verb != "" && a.Words == "" {
			fail("%s needs its words, in quotes", verb)
		}
		if len(names) > 0 {
			fail("%q is one word too many", names[0])
		}
	}
}

func needs(verb string, fields ...string) func(*Act, []string, refuse) {
	return func(a *Act, names []string, fail refuse) {
		for _, f := range fields {
			if a.Fields.Get(f) == "" {
				fail("%s needs %s=", verb, f)
			}
		}
		if len(names) > 0 {
			fail("%q is one word too many", names[0])
		}
	}
}
