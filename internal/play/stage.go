package play

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// Stage is what stories are played on.
type Stage struct {
	Handbook *procedure.Handbook
	Calendar *calendar.Calendar
}

// Failure is an expectation that did not hold or a sentence that was refused.
type Failure struct {
	File string
	Line int
	Text string
}

// Error is "file:line: text".
func (f *Failure) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// Whole reports whether a story needs the house: some sentence or expectation
// is about pages, the API, imports, actions or tables.
func Whole(s *scenario.Story) bool {
	for _, a := range s.Acts {
		switch a.Verb {
		case scenario.Opened, scenario.Posted, scenario.Called, scenario.Imported, scenario.Ran:
			return true
		}
		for _, e := range a.Expect {
			switch e.Word {
			case "page", "answer", "record":
				return true
			}
		}
	}
	return false
}

// Play plays one story. It returns nil, or every *Failure joined; a sentence
// that is refused without being expected ends the story.
func (st Stage) Play(s *scenario.Story) error {
	figures := st.Handbook.Profiles[s.Profile]
	if figures == nil {
		return &Failure{s.File, 1, fmt.Sprintf("no profile %q", s.Profile)}
	}
	p := &player{
		story: s, stage: st, figures: figures,
		actors: map[string]engine.Actor{scenario.System: {Name: scenario.System}}, facts: map[string]any{}, named: map[string]*matter{}, seq: map[string]int{},
	}
	if err := p.given(); err != nil {
		return err
	}
	for i := range s.Acts {
		a := &s.Acts[i]
		p.runTimer(a.At)
		p.spawned = nil
		err := p.act(a)
		p.judge(a, err)
		if err != nil && !expectsRefusal(a) {
			p.fail(a.Line, "refused: %s", words(err))
			break
		}
	}
	return errors.Join(p.failures...)
}

// words are the code, the wording and the faulty fields of a refusal.
func words(err error) string {
	var e *errs.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	s := e.Code + ": " + e.Message.EN
	for _, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s]", f.Path, f.Code)
	}
	return s
}

func expectsRefusal(a *scenario.Act) bool {
	for _, e := range a.Expect {
		if e.Word == "refused" && !e.Not {
			return true
		}
	}
	return false
}

type player struct {
	story    *scenario.Story
	stage    Stage
	figures  *procedure.Figures
	actors   map[string]engine.Actor
	facts    map[string]any
	cases    []*matter
	named    map[string]*matter
	last     *matter
	spawned  []*matter // by the last sentence
	seq      map[string]int
	now      time.Time
	failures []error
}

// matter is one case of the story.
type matter struct {
	number  string
	def     *procedure.Definition
	unit    string
	parent  *matter
	events  []engine.Event
	state   engine.State
	effects []sent
}

// sent is an effect with its moment.
type sent struct {
	engine.Effect
	at time.Time
}

func (p *player) fail(line int, format string, args ...any) {
	p.failures = append(p.failures, &Failure{p.story.File, line, fmt.Sprintf(format, args...)})
}

func (p *player) given() error {
	overrides, staff, people := map[string]string{}, int64(0), int64(0)
	for _, g := range p.story.Given {
		switch g.Kind {
		case scenario.GivenStaff:
			staff++
			a := engine.Actor{ID: staff, Name: g.Name, Roles: strings.Split(g.Args.Get("role"), ",")}
			for _, team := range []string{g.Args.Get("trade"), g.Args.Get("team")} {
				if team != "" {
					a.Roles = append(a.Roles, team)
				}
			}
			p.actors[g.Name] = a
		case scenario.GivenPerson:
			people--
			p.actors[g.Name] = engine.Actor{ID: people, Name: g.Name}
		case scenario.GivenFigure:
			overrides[g.Name] = g.Value
		case scenario.GivenFact:
			p.facts[g.Name] = factValue(g.Value)
		}
	}
	if len(overrides) == 0 {
		return nil
	}
	f, problems := p.figures.Override(overrides)
	if procedure.Refused(problems) {
		return &Failure{p.story.File, problems[0].Pos.Line, problems[0].String()}
	}
	p.figures = f
	return nil
}

func factValue(s string) any {
	switch s {
	case "yes":
		return true
	case "no":
		return false
	}
	return strings.Trim(s, `"`)
}

func (p *player) env(m *matter) engine.Env {
	facts := map[string]any{}
	for _, name := range m.def.Facts {
		if v, ok := p.facts[name]; ok {
			facts[name] = v
		}
	}
	return engine.Env{Def: m.def, Figures: p.figures, Calendar: p.stage.Calendar, Now: p.now, Facts: facts}
}

// runTimer does what the timer has to do up to at, each thing at its moment.
func (p *player) runTimer(at time.Time) {
	for range 10_000 { // a story has tens of moments; a loop that does not end is a fault of ours
		next, found := at, false
		for _, m := range p.cases {
			for _, c := range engine.Clocks(p.env(m), m.state, m.events) {
				for _, t := range []time.Time{c.NextAt, c.Due} {
					running := c.Run == engine.RunRunning || c.Run == engine.RunPaused
					if running && t.After(p.now) && !t.After(next) {
						next, found = t, true
					}
				}
			}
		}
		p.now = next
		for _, m := range p.cases {
			for _, cmd := range engine.Timed(p.env(m), m.state, m.events) {
				// A command may make the next one pointless (a wait that ends stops its clocks).
				_ = p.decide(m, cmd)
			}
		}
		if !found {
			return
		}
	}
}

// decide gives a case a command and carries its effects out.
func (p *player) decide(m *matter, cmd engine.Command) error {
	d, err := engine.Decide(p.env(m), m.state, m.events, cmd)
	if err != nil {
		return err
	}
	m.events, m.state = append(m.events, d.Events...), d.State
	for _, fx := range d.Effects {
		m.effects = append(m.effects, sent{fx, p.now})
		if fx.Kind != engine.FxSpawn {
			continue
		}
		if err := p.spawn(m, fx); err != nil {
			return err
		}
	}
	return nil
}

// spawn opens the case an effect asks for, tied to the one it came from.
func (p *player) spawn(from *matter, fx engine.Effect) error {
	name, _ := fx.Args["procedure"].(string)
	def := p.stage.Handbook.Procedures[name]
	if def == nil {
		return fmt.Errorf("spawn of an unknown procedure %q", name)
	}
	fields := map[string]any{}
	for k, v := range fx.Args {
		if def.Field(k) != nil {
			fields[k] = v
		}
	}
	m := &matter{def: def, unit: from.unit, parent: from, number: p.number(def)}
	if err := p.decide(m, engine.Command{Kind: engine.EvOpened, Fields: fields, Data: map[string]any{"owner": from.state.Owner}}); err != nil {
		return fmt.Errorf("spawn of %s: %w", name, err)
	}
	p.cases = append(p.cases, m)
	p.spawned = append(p.spawned, m)
	return nil
}

func (p *player) number(def *procedure.Definition) string {
	prefix := strings.NewReplacer("{yy}", p.now.Format("06"), "{mm}", p.now.Format("01"), "{seq}", "").Replace(def.Number)
	p.seq[prefix]++
	return prefix + fmt.Sprintf("%04d", p.seq[prefix])
}

// about is the case a sentence or an expectation speaks of.
func (p *player) about(name string) *matter { return cmp.Or(p.named[name], p.last) }
