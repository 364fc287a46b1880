package coverage

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/scenario"
)

// Failure is where a story and the program disagree.
type Failure struct {
	File string
	Line int
	Say  string
}

// Error is "file:line: what is wrong".
func (f *Failure) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Say) }

// Play tells a story on a stage: everything given, every sentence at its time,
// every expectation after its sentence. Nil when all is as told; a *Failure
// where it is not; ErrNotHere when the stage lacks what the story needs.
func Play(stage Stage, story *scenario.Story) error {
	p := &player{stage: stage, story: story, cases: map[string]int64{}, names: map[int64]string{}}
	for _, g := range story.Given {
		if err := stage.Given(g); err != nil {
			return p.at(g.Line, "given: %w", err)
		}
	}
	for i := range story.Acts {
		if err := p.act(&story.Acts[i]); err != nil {
			return err
		}
	}
	return nil
}

// player is a story being told.
type player struct {
	stage   Stage
	story   *scenario.Story
	cases   map[string]int64
	names   map[int64]string
	last    int64 // the case spoken of
	known   int   // children of the last case before the sentence
	refused error
	status  int
	body    string
}

func (p *player) at(line int, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if errors.Is(err, ErrNotHere) {
		return fmt.Errorf("%s:%d: %w", p.story.File, line, err)
	}
	return &Failure{p.story.File, line, err.Error()}
}

// act carries out one sentence and looks at what is expected after it.
func (p *player) act(a *scenario.Act) error {
	if err := p.stage.Advance(a.At); err != nil {
		return p.at(a.Line, "letting time pass: %w", err)
	}
	if a.Case != "" && a.Verb != scenario.Merged {
		p.last = p.cases[a.Case]
	}
	p.known = p.children()
	p.refused = p.carryOut(a)
	if p.refused != nil && errs.As(p.refused) == nil {
		return p.at(a.Line, "%s %s: %w", a.Who, a.Verb, p.refused)
	}
	if p.refused != nil && !slices.ContainsFunc(a.Expect, func(part scenario.Part) bool { return part.Word == "refused" && !part.Not }) {
		return p.at(a.Line, "%s %s was refused: %w", a.Who, a.Verb, p.refused)
	}
	for i := range a.Expect {
		if err := p.expect(&a.Expect[i]); err != nil {
			return p.at(a.Expect[i].Line, "%w", err)
		}
	}
	return nil
}

func (p *player) children() int {
	if p.last == 0 {
		return 0
	}
	ids, err := p.stage.Children(p.last)
	if err != nil {
		return 0
	}
	return len(ids)
}

func (p *player) carryOut(a *scenario.Act) error {
	switch a.Verb {
	case scenario.Passed:
		return nil
	case scenario.Took:
		return p.take(a)
	case scenario.Opened:
		return p.ask(a, "GET", false)
	case scenario.Posted:
		return p.ask(a, "POST", false)
	case scenario.Called:
		return p.ask(a, a.Method, true)
	case scenario.Imported:
		rooms, ok := p.stage.(Rooms)
		if !ok {
			return ErrNotHere
		}
		return rooms.Import(a.Who, a.Object, p.story.Files[a.Object], a.Fields)
	case scenario.Ran:
		rooms, ok := p.stage.(Rooms)
		if !ok {
			return ErrNotHere
		}
		return rooms.RunAction(a.Who, a.Object, a.Fields)
	case scenario.Merged:
		return p.merge(a)
	}
	c, err := p.stage.Case(p.last)
	if err != nil {
		return err
	}
	for _, cmd := range p.commands(a, c) {
		if err := p.stage.Do(a.Who, p.last, cmd); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) ask(a *scenario.Act, method string, api bool) error {
	pages, ok := p.stage.(Pages)
	if !ok {
		return ErrNotHere
	}
	var err error
	p.status, p.body, err = pages.Ask(a.Who, method, a.Object, a.Fields, api)
	return err
}

func (p *player) take(a *scenario.Act) error {
	def, err := p.stage.Definition(a.Object)
	if err != nil {
		return err
	}
	form, rest := fields(def, a.Fields, "place", "parent")
	t := Taking{Procedure: a.Object, Channel: a.By, Unit: a.From, Person: a.Of, Words: a.Words, Place: rest["place"], Fields: form}
	if parent := rest["parent"]; parent != "" {
		t.Parent = p.cases[strings.TrimPrefix(parent, "@")]
	}
	id, err := p.stage.Take(a.Who, t)
	if err != nil {
		return err
	}
	p.last, p.known = id, 0
	if a.As != "" {
		p.cases[a.As], p.names[id] = id, a.As
	}
	return nil
}

func (p *player) merge(a *scenario.Act) error {
	from, into := p.cases[a.Case], p.cases[a.Into]
	p.last = into
	return p.stage.Merge(a.Who, from, into)
}

// commands are what a sentence about a case comes to.
func (p *player) commands(a *scenario.Act, c Snapshot) []engine.Command {
	one := func(kind engine.EventKind, data map[string]any) []engine.Command {
		return []engine.Command{{Kind: kind, Data: data}}
	}
	get := func(name string) any { return a.Fields.Get(name) }
	switch a.Verb {
	case scenario.Did:
		form, rest := fields(c.Env.Def, a.Fields, "to")
		return []engine.Command{{Kind: engine.EvDone, Step: a.Step, Outcome: a.Result, Fields: form, Data: p.to(rest["to"])}}
	case scenario.Noted:
		return one(engine.EvNote, map[string]any{"text": a.Words})
	case scenario.Informed:
		return one(engine.EvTold, map[string]any{"text": a.Words, "by": get("by")})
	case scenario.Promised:
		return one(engine.EvPromise, map[string]any{"text": a.Words, "due": get("until")})
	case scenario.Paused:
		return one(engine.EvPause, map[string]any{"reason": get("reason"), "note": a.Words, "until": get("until"), "wait_for": get("wait_for")})
	case scenario.Resumed:
		return one(engine.EvResume, nil)
	case scenario.Assigned:
		return one(engine.EvAssign, p.to(a.Fields.Get("to")))
	case scenario.Handed:
		return one(engine.EvOwner, p.to(a.Fields.Get("to")))
	case scenario.Corrected:
		form, _ := fields(c.Env.Def, a.Fields)
		return []engine.Command{{Kind: engine.EvAmend, Fields: form, Data: map[string]any{"reason": a.Words}}}
	case scenario.Brought:
		var list []engine.Command
		for _, paper := range a.Names {
			list = append(list, engine.Command{Kind: engine.EvPaper, Data: map[string]any{"name": paper}})
		}
		return list
	case scenario.Moved:
		return one(engine.EvJump, map[string]any{"to": a.Step, "reason": a.Words})
	case scenario.Cancelled:
		return one(engine.EvCancel, map[string]any{"reason": a.Words})
	case scenario.Reopened:
		return one(engine.EvReopen, map[string]any{"reason": a.Words})
	case scenario.Heard:
		form, _ := fields(c.Env.Def, a.Fields)
		return []engine.Command{{Kind: engine.EvExternal, Fields: form, Data: map[string]any{"name": a.Object}}}
	}
	return nil
}

// to is whom work goes to: a given member of staff, else a trade or department.
func (p *player) to(name string) map[string]any {
	if name == "" {
		return nil
	}
	if id, ok := p.stage.Account(name); ok {
		return map[string]any{"account": id}
	}
	return map[string]any{"team": name}
}
