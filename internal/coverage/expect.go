package coverage

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/scenario"
	"guanjia/internal/text"
)

// expect looks at one part; the error says what is instead.
func (p *player) expect(part *scenario.Part) error {
	holds, found, err := p.look(part)
	switch {
	case err != nil:
		return err
	case holds == part.Not:
		return fmt.Errorf("expected %s; %s", words(part), found)
	}
	return nil
}

func words(part *scenario.Part) string {
	s := []string{part.Word, part.Name, part.Value}
	if part.Not {
		s = slices.Insert(s, 0, "not")
	}
	s = append(s, part.Limit, part.Words, strings.Join(part.Names, " "))
	if !part.At.IsZero() {
		s = append(s, part.At.Format("2006-01-02 15:04"))
	}
	if part.Count >= 0 {
		s = append(s, strconv.Itoa(part.Count))
	}
	return strings.Join(slices.DeleteFunc(s, func(x string) bool { return x == "" }), " ")
}

func (p *player) look(part *scenario.Part) (holds bool, found string, err error) {
	switch part.Word {
	case "refused":
		e := errs.As(p.refused)
		if e == nil {
			return false, "it was not refused", nil
		}
		return e.Code == part.Name && (part.Words == "" || strings.Contains(e.Message.ZH+"\n"+e.Error(), part.Words)), "it was refused with " + e.Error(), nil
	case "page":
		return strings.Contains(p.body, part.Words) == (part.Name == "shows"), "the page is " + text.Cut(p.body, 300), p.asked()
	case "answer":
		return p.status == part.Count, fmt.Sprintf("the answer was %d", p.status), p.asked()
	case "figure":
		return p.figure(part)
	case "record":
		rooms, ok := p.stage.(Rooms)
		if !ok {
			return false, "", ErrNotHere
		}
		n, err := rooms.Records(part.Name, part.Fields)
		return often(n, part.Count), fmt.Sprintf("there are %d", n), err
	}
	id := p.last
	if part.Case != "" {
		id = p.cases[part.Case]
	}
	if id == 0 {
		return false, "", fmt.Errorf("no case is spoken of")
	}
	c, err := p.stage.Case(id)
	if err != nil {
		return false, "", err
	}
	if part.Word == "spawned" {
		return p.spawned(part, c)
	}
	holds, found = p.lookAt(part, c)
	return holds, found, nil
}

// figure looks at what the project reaches of a target.
func (p *player) figure(part *scenario.Part) (bool, string, error) {
	stage, ok := p.stage.(Measures)
	if !ok {
		return false, "", ErrNotHere
	}
	list, err := stage.Figures()
	if err != nil {
		return false, "", err
	}
	for _, m := range list {
		if m.Name != part.Name {
			continue
		}
		verdict := "missed"
		switch {
		case !m.Known:
			verdict = "unknown"
		case m.Met:
			verdict = "met"
		}
		return verdict == part.Value && (part.Words == "" || part.Words == m.Target), fmt.Sprintf("it is %s: %s of %s", verdict, m.Now, m.Target), nil
	}
	return false, "the profile sets no such target", nil
}

func (p *player) asked() error {
	if p.status == 0 {
		return fmt.Errorf("no page was asked for")
	}
	return nil
}

// often compares a count with what was asked: -1 is at least once.
func often(n, asked int) bool { return n == asked || asked < 0 && n > 0 }

// spawned gives its name to the case that came of the last sentence.
func (p *player) spawned(part *scenario.Part, c Snapshot) (bool, string, error) {
	ids, err := p.stage.Children(c.ID)
	if err != nil {
		return false, "", err
	}
	for _, id := range ids[min(p.known, len(ids)):] {
		child, err := p.stage.Case(id)
		if err != nil {
			return false, "", err
		}
		if child.Procedure == part.Name {
			if part.Value != "" {
				p.cases[part.Value], p.names[id] = id, part.Value
			}
			return true, "it opened " + child.Number, nil
		}
	}
	return false, fmt.Sprintf("it opened %d cases", len(ids)-p.known), nil
}

func (p *player) lookAt(part *scenario.Part, c Snapshot) (holds bool, found string) {
	s := c.State
	is := func(got, want string) (bool, string) { return got == want, fmt.Sprintf("it is %q", got) }
	switch part.Word {
	case "step":
		return is(s.Step, part.Name)
	case "open", "closed", "cancelled", "merged":
		return is(string(s.Status), part.Word)
	case "owner":
		return p.isAccount(s.Owner, part.Name)
	case "assignee":
		return p.isAccount(s.Assignee, part.Name)
	case "team":
		return is(s.Team, part.Name)
	case "field":
		return field(part, c)
	case "clock":
		return clock(part, c)
	case "told":
		return p.told(part, c)
	case "event":
		ok := slices.ContainsFunc(c.Events, func(e engine.Event) bool { return slices.Contains(e.Names, part.Name) })
		return ok, fmt.Sprintf("in the log: %v", ok)
	case "missing":
		return missing(part, c)
	case "may":
		a, err := p.stage.Actor(part.Name)
		if err != nil {
			return false, err.Error()
		}
		for _, o := range engine.Options(c.Env, s, a) {
			if o.Kind == engine.EvDone {
				return o.May, o.Why.In(text.EN)
			}
		}
		return false, "there is no step to do"
	case "filed":
		ok := slices.ContainsFunc(c.Filed, func(f Filing) bool { return f.Record == part.Name && (part.Value == "" || f.Unit == part.Value) })
		return ok, fmt.Sprintf("filed: %v", c.Filed)
	case "reopened":
		return s.Reopened == part.Count, fmt.Sprintf("it was reopened %d times", s.Reopened)
	case "entered":
		return s.Visits[part.Name] == part.Count, fmt.Sprintf("it was entered %d times", s.Visits[part.Name])
	case "ran":
		return ran(part, c)
	case "number":
		ok, err := path.Match(part.Name, c.Number)
		return ok && err == nil, "it is " + c.Number
	}
	return false, fmt.Sprintf("nothing is known of %q", part.Word)
}

func (p *player) isAccount(id int64, name string) (bool, string) {
	want, ok := p.stage.Account(name)
	return ok && id == want, fmt.Sprintf("it is account %d", id)
}

func field(part *scenario.Part, c Snapshot) (bool, string) {
	got, there := c.State.Fields[part.Name]
	if part.Value == "" {
		return there, fmt.Sprintf("it is %v", got)
	}
	want := any(part.Value)
	if f := c.Env.Def.Field(part.Name); f != nil {
		want = typed(f, part.Value)
	}
	return there && same(got, want), fmt.Sprintf("it is %v", got)
}

// same compares a stored answer with one written in a story: a time is stored
// with its zone, everything else as it was given.
func same(got, want any) bool {
	if a, b := fmt.Sprint(got), fmt.Sprint(want); a == b {
		return true
	}
	g, gok := got.(string)
	w, wok := want.(string)
	if !gok || !wok {
		return false
	}
	at, err := time.Parse(time.RFC3339Nano, g)
	return err == nil && at.Format("2006-01-02 15:04") == w
}

func clock(part *scenario.Part, c Snapshot) (bool, string) {
	for _, k := range engine.Clocks(c.Env, c.State, c.Events) {
		if k.Name != part.Name {
			continue
		}
		found := fmt.Sprintf("it is %s, due %s, limit %q", k.Run, k.Due.Format("2006-01-02 15:04"), k.Limit)
		switch {
		case !part.At.IsZero():
			return k.Run != engine.RunOff && k.Due.Equal(part.At), found
		case part.Limit != "":
			return k.Limit == part.Limit, found
		}
		return k.Run == part.Value, found
	}
	return false, "the procedure has no such clock, or its step was never entered"
}

func (p *player) told(part *scenario.Part, c Snapshot) (bool, string) {
	account, staff := p.stage.Account(part.Name)
	var at time.Time
	n := 0
	for _, m := range c.Notices {
		if (m.To == part.Name || staff && m.Account == account) && (part.Value == "" || m.About == part.Value) {
			n, at = n+1, m.At
		}
	}
	var all []string
	for _, m := range c.Notices {
		all = append(all, fmt.Sprintf("%s %s about %s", m.At.Format("01-02 15:04"), m.To, m.About))
	}
	return often(n, part.Count) && (part.At.IsZero() || at.Equal(part.At)), fmt.Sprintf("told %d times; all notices: %s", n, strings.Join(all, "; "))
}

func missing(part *scenario.Part, c Snapshot) (bool, string) {
	var got []string
	for _, o := range engine.Options(c.Env, c.State, engine.Actor{}) {
		if o.Kind == engine.EvDone {
			for _, m := range o.Missing {
				got = append(got, m.Name)
			}
		}
	}
	want := slices.Clone(part.Names)
	slices.Sort(got)
	slices.Sort(want)
	return slices.Equal(got, want), "missing: " + strings.Join(got, " ")
}

func ran(part *scenario.Part, c Snapshot) (bool, string) {
	n := 0
	for _, r := range c.Ran {
		if r.Action == part.Name && !slices.ContainsFunc(part.Fields, func(a scenario.Answer) bool {
			return !same(r.Args[a.Name], a.Value) && r.Args[a.Name] != Fact(a.Value)
		}) {
			n++
		}
	}
	return often(n, part.Count), fmt.Sprintf("ran %d times: %v", n, c.Ran)
}
