package play

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// judge looks at everything a sentence makes one expect.
func (p *player) judge(a *scenario.Act, refusal error) {
	for i := range a.Expect {
		e := &a.Expect[i]
		m := p.last
		if e.Case != "" {
			m = p.named[e.Case]
		}
		if e.Word == "refused" {
			if got := refused(e, refusal); (got == "") == e.Not {
				p.fail(e.Line, "%s", orElse(got, "it was refused"))
			}
			continue
		}
		if m == nil {
			p.fail(e.Line, "%s: there is no such case", e.Word)
			continue
		}
		got := p.part(e, m)
		if e.Not {
			if got == "" {
				p.fail(e.Line, "%s %s: it is so, and must not be", e.Word, e.Name)
			}
		} else if got != "" {
			p.fail(e.Line, "%s %s: %s", e.Word, e.Name, got)
		}
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func refused(e *scenario.Part, err error) string {
	var x *errs.Error
	switch {
	case err == nil:
		return fmt.Sprintf("want a refusal %q, it was done", e.Name)
	case !errors.As(err, &x):
		return fmt.Sprintf("want a refusal %q, got %v", e.Name, err)
	case x.Code != e.Name:
		return fmt.Sprintf("want a refusal %q, got %s", e.Name, words(err))
	case !strings.Contains(x.Message.ZH+x.Message.EN+words(err), e.Words):
		return fmt.Sprintf("the refusal does not say %q: %s", e.Words, words(err))
	}
	return ""
}

// part says what is wrong, "" when the expectation holds.
func (p *player) part(e *scenario.Part, m *matter) string {
	s := &m.state
	want := func(ok bool, format string, args ...any) string {
		if ok {
			return ""
		}
		return fmt.Sprintf(format, args...)
	}
	switch e.Word {
	case "step":
		return want(s.Step == e.Name, "it stands at %q", s.Step)
	case "open", "closed", "cancelled", "merged":
		return want(string(s.Status) == e.Word, "it is %s at %q", s.Status, s.Step)
	case "owner":
		return want(p.actors[e.Name].ID == s.Owner, "it is account %d", s.Owner)
	case "assignee":
		return want(p.actors[e.Name].ID == s.Assignee, "it is account %d", s.Assignee)
	case "team":
		return want(s.Team == e.Name, "it is %q", s.Team)
	case "field":
		return field(e, m)
	case "clock":
		return p.clock(e, m)
	case "told":
		return p.told(e, m)
	case "event":
		return want(slices.ContainsFunc(m.events, func(x engine.Event) bool { return slices.Contains(x.Names, e.Name) }), "not in the log")
	case "missing":
		return p.missing(e, m)
	case "may":
		o := p.option(m, p.actors[e.Name])
		return want(o.May, "may not: %s", o.Why.EN)
	case "filed":
		ok := slices.ContainsFunc(m.effects, func(x sent) bool { return x.Kind == engine.FxFile && x.Record == e.Name })
		return want(ok && (e.Value == "" || e.Value == m.unit), "not filed there")
	case "spawned":
		return p.spawnedPart(e, m)
	case "reopened":
		return want(s.Reopened == e.Count, "want %d, it is %d", e.Count, s.Reopened)
	case "entered":
		return want(s.Visits[e.Name] == e.Count, "want %d times, it is %d", e.Count, s.Visits[e.Name])
	case "ran":
		return ran(e, m)
	case "number":
		ok, err := path.Match(e.Name, m.number)
		return want(ok && err == nil, "it is %s", m.number)
	default:
		return "needs the house and cannot be judged here"
	}
}

func field(e *scenario.Part, m *matter) string {
	v, there := m.state.Fields[e.Name]
	if !there {
		return "there is no answer"
	}
	f := m.def.Field(e.Name)
	if e.Value == "" || f == nil {
		if e.Value != "" && v != e.Value {
			return fmt.Sprintf("it is %v", v)
		}
		return ""
	}
	want, err := value(f, e.Value)
	if err != nil {
		return err.Error()
	}
	if f.Type == procedure.TypeTime {
		got, err1 := time.Parse(time.RFC3339, fmt.Sprint(v))
		at, err2 := time.ParseInLocation("2006-01-02 15:04", e.Value, calendar.Zone)
		if err1 == nil && err2 == nil && got.Equal(at) {
			return ""
		}
	}
	if f.Type == procedure.TypeYesNo && v == e.Value || reflect.DeepEqual(v, want) {
		return ""
	}
	return fmt.Sprintf("it is %v", v)
}

func (p *player) clock(e *scenario.Part, m *matter) string {
	c := engine.ClockState{Run: engine.RunOff}
	for _, x := range engine.Clocks(p.env(m), m.state, m.events) {
		if x.Name == e.Name {
			c = x
		}
	}
	switch {
	case e.Value != "" && c.Run != e.Value:
		return fmt.Sprintf("it is %s, due %s", c.Run, moment(c.Due))
	case !e.At.IsZero() && !c.Due.Equal(e.At):
		return fmt.Sprintf("want due %s, it is %s (%s)", moment(e.At), moment(c.Due), c.Run)
	case e.Limit != "" && c.Limit != e.Limit:
		return fmt.Sprintf("want limit %q, it is %q", e.Limit, c.Limit)
	}
	return ""
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.In(calendar.Zone).Format("2006-01-02 15:04:05")
}

// told counts notices to a target: about a clock those its levels sent, about a
// step those the step sent.
func (p *player) told(e *scenario.Part, m *matter) string {
	targets := []string{e.Name}
	if a, ok := p.actors[e.Name]; ok {
		targets = append(targets, fmt.Sprintf("account:%d", a.ID))
	}
	n, last := 0, time.Time{}
	for _, x := range m.effects {
		about := x.Step
		if c, ok := x.Args["clock"].(string); ok {
			about = c
		}
		if x.Kind == engine.FxTell && slices.Contains(targets, x.To) && (e.Value == "" || e.Value == about) {
			n, last = n+1, x.at
		}
	}
	switch {
	case e.Count >= 0 && n != e.Count || e.Count < 0 && n == 0:
		return fmt.Sprintf("told %d times about %s", n, orElse(e.Value, "anything"))
	case !e.At.IsZero() && !last.Equal(e.At):
		return fmt.Sprintf("last told at %s", moment(last))
	}
	return ""
}

func (p *player) option(m *matter, a engine.Actor) engine.Option {
	for _, o := range engine.Options(p.env(m), m.state, a) {
		if o.Step == m.state.Step && o.Step != "" {
			return o
		}
	}
	return engine.Option{}
}

func (p *player) missing(e *scenario.Part, m *matter) string {
	var got []string
	for _, x := range p.option(m, engine.Actor{}).Missing {
		got = append(got, x.Name)
	}
	want := slices.Sorted(slices.Values(e.Names))
	if slices.Sort(got); !slices.Equal(got, want) {
		return fmt.Sprintf("want %v, it is %v", want, got)
	}
	return ""
}

func (p *player) spawnedPart(e *scenario.Part, m *matter) string {
	for _, x := range p.spawned {
		if x.def.Name == e.Name && x.parent == m {
			if !e.Not {
				p.named[e.Value] = x
			}
			return ""
		}
	}
	return "no such case was opened"
}

func ran(e *scenario.Part, m *matter) string {
	n := 0
	for _, x := range m.effects {
		same := (x.Kind == engine.FxAction || x.Kind == engine.FxSpawn) && x.Action == e.Name
		for _, a := range e.Fields {
			same = same && fmt.Sprint(x.Args[a.Name]) == a.Value
		}
		if same {
			n++
		}
	}
	if e.Count >= 0 && n != e.Count || e.Count < 0 && n == 0 {
		return fmt.Sprintf("it ran %d times", n)
	}
	return ""
}
