package play

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// kinds are the commands beside the steps that a verb gives.
var kinds = map[scenario.Verb]engine.EventKind{
	scenario.Noted: engine.EvNote, scenario.Informed: engine.EvTold, scenario.Promised: engine.EvPromise, scenario.Paused: engine.EvPause,
	scenario.Resumed: engine.EvResume, scenario.Assigned: engine.EvAssign, scenario.Handed: engine.EvOwner, scenario.Corrected: engine.EvAmend,
	scenario.Moved: engine.EvJump, scenario.Cancelled: engine.EvCancel, scenario.Reopened: engine.EvReopen, scenario.Heard: engine.EvExternal,
}

// act carries out one sentence; the error is the engine's refusal.
func (p *player) act(a *scenario.Act) error {
	if a.Verb == scenario.Passed {
		return nil
	}
	who := p.actors[a.Who]
	if a.Verb == scenario.Took {
		return p.take(a, who)
	}
	m := p.last
	if a.Case != "" {
		m = p.named[a.Case]
	}
	if m == nil {
		return fmt.Errorf("the sentence is about no case that was opened")
	}
	p.last = m
	if a.Verb == scenario.Brought {
		for _, paper := range a.Names {
			if err := p.decide(m, engine.Command{Kind: engine.EvPaper, Actor: who, Data: map[string]any{"name": paper}}); err != nil {
				return err
			}
		}
		return nil
	}
	if a.Verb == scenario.Merged {
		return p.merge(a, m, who)
	}
	cmd := engine.Command{Kind: engine.EvDone, Actor: who, Step: a.Step, Outcome: a.Result, Data: map[string]any{}}
	if a.Verb != scenario.Did {
		kind, ok := kinds[a.Verb]
		if !ok {
			return fmt.Errorf("%q needs the house and cannot be played here", a.Verb)
		}
		cmd = engine.Command{Kind: kind, Actor: who, Data: map[string]any{}}
	}
	def := m.def
	if cmd.Kind != engine.EvDone && cmd.Kind != engine.EvAmend && cmd.Kind != engine.EvExternal {
		def = &procedure.Definition{} // the command's own words are no answers of the procedure
	}
	var err error
	if cmd.Fields, err = p.answers(def, a.Fields, cmd.Data); err != nil {
		return err
	}
	p.say(a, cmd.Data)
	return p.decide(m, cmd)
}

// say puts what stands beside the answers where the engine looks for it.
func (p *player) say(a *scenario.Act, data map[string]any) {
	switch a.Verb {
	case scenario.Noted, scenario.Informed, scenario.Promised:
		data["text"] = a.Words
	case scenario.Paused:
		data["note"] = a.Words
	case scenario.Corrected, scenario.Cancelled, scenario.Reopened:
		data["reason"] = a.Words
	case scenario.Moved:
		data["reason"], data["to"] = a.Words, a.Step
	case scenario.Heard:
		data["name"] = a.Object
	}
	if v := a.Fields.Get("until"); v != "" && a.Verb == scenario.Promised {
		data["due"] = v
	}
}

func (p *player) take(a *scenario.Act, who engine.Actor) error {
	def := p.stage.Handbook.Procedures[a.Object]
	if def == nil {
		return fmt.Errorf("no procedure %q", a.Object)
	}
	m := &matter{def: def, unit: a.From, number: p.number(def)}
	data := map[string]any{"words": a.Words, "channel": a.By}
	if who.ID < 0 { // a resident's own words: the desk that takes them in answers for them
		for _, other := range p.story.Given {
			if other.Kind == scenario.GivenStaff {
				data["owner"] = p.actors[other.Name].ID
				break
			}
		}
	}
	fields, err := p.answers(def, a.Fields, data)
	if err != nil {
		return err
	}
	if err := p.decide(m, engine.Command{Kind: engine.EvOpened, Actor: who, Fields: fields, Data: data}); err != nil {
		return err
	}
	p.cases, p.last = append(p.cases, m), m
	if a.As != "" {
		p.named[a.As] = m
	}
	return nil
}

func (p *player) merge(a *scenario.Act, m *matter, who engine.Actor) error {
	into := p.named[a.Into]
	for i, c := range p.cases {
		if c == into {
			return p.decide(m, engine.Command{Kind: engine.EvMerge, Actor: who, Data: map[string]any{"into": int64(i + 1)}})
		}
	}
	return fmt.Errorf("@%s was not opened", a.Into)
}

// beside are the words of a sentence that are no answers.
var beside = []string{"place", "parent", "account", "team"}

// answers parts what is written into answers to the procedure's fields, in
// their type, and into data.
func (p *player) answers(def *procedure.Definition, list scenario.Answers, data map[string]any) (map[string]any, error) {
	fields := map[string]any{}
	for _, a := range list {
		f := def.Field(a.Name)
		switch {
		case f != nil:
			v, err := value(f, a.Value)
			if err != nil {
				return nil, err
			}
			fields[a.Name] = v
		case a.Name == "to":
			if who, ok := p.actors[a.Value]; ok {
				data["account"] = who.ID
			} else {
				data["team"] = a.Value
			}
		case strings.HasSuffix(a.Name, "_reason"):
			fields[a.Name] = a.Value
		case len(def.Steps) == 0 || slices.Contains(beside, a.Name):
			data[a.Name] = a.Value
		default:
			return nil, fmt.Errorf("%s has no field %q", def.Name, a.Name)
		}
	}
	if len(fields) == 0 {
		return nil, nil
	}
	return fields, nil
}

// value turns what is written into what a field of its type holds.
func value(f *procedure.Field, s string) (any, error) {
	switch f.Type {
	case procedure.TypeMoney:
		yuan, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no amount in yuan", f.Name, s)
		}
		return int64(math.Round(yuan * 100)), nil
	case procedure.TypeNumber, procedure.TypeRating:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no number", f.Name, s)
		}
		return n, nil
	case procedure.TypeYesNo:
		return s == "yes", nil
	case procedure.TypePhoto, procedure.TypeSignature:
		return strings.Split(s, ","), nil
	case procedure.TypeTable:
		return table(f, s)
	default:
		return s, nil
	}
}

// table reads "道歉 | 0; 换阀门 | 120.00" by the columns of the field.
func table(f *procedure.Field, s string) (any, error) {
	var rows []map[string]any
	for line := range strings.SplitSeq(s, ";") {
		row := map[string]any{}
		cells := strings.Split(line, "|")
		if len(cells) > len(f.Columns) {
			return nil, fmt.Errorf("%s: %q has more cells than the table has columns", f.Name, line)
		}
		for i, cell := range cells {
			v, err := value(&f.Columns[i], strings.TrimSpace(cell))
			if err != nil {
				return nil, err
			}
			row[f.Columns[i].Name] = v
		}
		rows = append(rows, row)
	}
	return rows, nil
}
