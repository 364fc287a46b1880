package coverage

import (
	"fmt"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// Memory is a stage with the engine alone: procedures, figures and clocks are
// played, pages and rooms are not there.
type Memory struct {
	book      *procedure.Handbook
	figures   *procedure.Figures
	calendar  *calendar.Calendar
	now       time.Time
	staff     []engine.Actor
	persons   map[string]bool
	units     map[string]bool
	overrides map[string]string
	facts     map[string]any
	cases     []*memoryCase
}

type memoryCase struct {
	Snapshot
	parent int64
}

// NewMemory makes a stage of the profile; cal is the calendar before the
// profile's opening hours.
func NewMemory(book *procedure.Handbook, profile string, cal *calendar.Calendar) (*Memory, error) {
	fig := book.Profiles[profile]
	if fig == nil {
		return nil, fmt.Errorf("the handbook has no profile %q", profile)
	}
	return &Memory{book: book, figures: fig, calendar: cal, persons: map[string]bool{}, units: map[string]bool{}, overrides: map[string]string{}, facts: map[string]any{}}, nil
}

// Given implements Stage.
func (s *Memory) Given(g scenario.Given) error {
	switch g.Kind {
	case scenario.GivenUnit:
		s.units[g.Name] = true
	case scenario.GivenPerson:
		s.persons[g.Name] = true
	case scenario.GivenStaff:
		s.staff = append(s.staff, engine.Actor{ID: int64(len(s.staff) + 1), Name: g.Name, Roles: strings.Split(g.Args.Get("role"), ",")})
	case scenario.GivenFact:
		s.facts[g.Name] = Fact(g.Value)
	case scenario.GivenFigure:
		fig, problems := s.figures.Override(map[string]string{g.Name: g.Value})
		if procedure.Refused(problems) {
			return fmt.Errorf("figure %s = %s: %s", g.Name, g.Value, problems[0])
		}
		s.figures = fig
	}
	return nil
}

// Account implements Stage.
func (s *Memory) Account(name string) (int64, bool) {
	for _, a := range s.staff {
		if a.Name == name {
			return a.ID, true
		}
	}
	return 0, false
}

// Actor implements Stage.
func (s *Memory) Actor(name string) (engine.Actor, error) {
	if id, ok := s.Account(name); ok {
		return s.staff[id-1], nil
	}
	switch {
	case name == scenario.System:
		return engine.Actor{Name: "系统"}, nil
	case s.persons[name]:
		return engine.Actor{ID: -1, Name: name}, nil
	}
	return engine.Actor{}, fmt.Errorf("%q cannot act on a case", name)
}

// Definition implements Stage.
func (s *Memory) Definition(name string) (*procedure.Definition, error) {
	if def := s.book.Procedures[name]; def != nil {
		return def, nil
	}
	return nil, fmt.Errorf("the handbook has no procedure %q", name)
}

// Advance implements Stage: the earliest moment of all cases comes first.
func (s *Memory) Advance(until time.Time) error {
	for range 100_000 {
		var next *memoryCase
		at := until
		for _, c := range s.cases {
			for _, k := range engine.Clocks(s.env(c), c.State, c.Events) {
				if c.State.Status == engine.Open && !k.NextAt.IsZero() && (k.NextAt.Before(at) || k.NextAt.Equal(at) && next == nil) {
					next, at = c, k.NextAt
				}
			}
		}
		if next == nil {
			s.now = until
			return nil
		}
		if at.After(s.now) {
			s.now = at
		}
		todo := engine.Timed(s.env(next), next.State, next.Events)
		if len(todo) == 0 {
			return fmt.Errorf("case %s wants the timer at %s and then has nothing to do", next.Number, at)
		}
		if err := s.decide(next, todo[0]); err != nil {
			return fmt.Errorf("the timer at %s: %w", at.Format("2006-01-02 15:04"), err)
		}
	}
	return fmt.Errorf("the timer never ends")
}

func (s *Memory) env(c *memoryCase) engine.Env {
	env := c.Env
	env.Now, env.Facts = s.now, s.facts
	return env
}

// Take implements Stage.
func (s *Memory) Take(who string, t Taking) (int64, error) {
	def, err := s.Definition(t.Procedure)
	if err != nil {
		return 0, err
	}
	actor, err := s.Actor(who)
	if err != nil {
		return 0, err
	}
	cmd := engine.Command{Kind: engine.EvOpened, Actor: actor, Fields: t.Fields}
	if actor.ID <= 0 { // what comes in by itself belongs to the desk that is there
		for _, a := range s.staff {
			cmd.Data = map[string]any{"owner": a.ID}
			break
		}
	}
	return s.open(def, t.Unit, t.Parent, cmd)
}

func (s *Memory) open(def *procedure.Definition, unit string, parent int64, cmd engine.Command) (int64, error) {
	cal, err := engine.CalendarFor(s.calendar, s.figures, def.Name)
	if err != nil {
		return 0, err
	}
	c := &memoryCase{parent: parent}
	c.ID, c.Procedure, c.Unit = int64(len(s.cases)+1), def.Name, unit
	c.Env = engine.Env{Def: def, Figures: s.figures, Calendar: cal}
	c.Number = strings.NewReplacer("{yy}", s.now.Format("06"), "{mm}", s.now.Format("01"), "{seq}", fmt.Sprintf("%04d", c.ID)).Replace(def.Number)
	s.cases = append(s.cases, c)
	if err := s.decide(c, cmd); err != nil {
		s.cases = s.cases[:len(s.cases)-1]
		return 0, err
	}
	return c.ID, nil
}

// Do implements Stage.
func (s *Memory) Do(who string, id int64, cmd engine.Command) error {
	actor, err := s.Actor(who)
	if err != nil {
		return err
	}
	cmd.Actor = actor
	return s.decide(s.cases[id-1], cmd)
}

// Merge implements Stage.
func (s *Memory) Merge(who string, from, into int64) error {
	opened := s.cases[from-1].State.Reached()
	if err := s.Do(who, from, engine.Command{Kind: engine.EvMerge, Data: map[string]any{"into": into}}); err != nil {
		return err
	}
	return s.Do(who, into, engine.Command{Kind: engine.EvMerge, Data: map[string]any{"from": from, "opened_at": opened}})
}

func (s *Memory) decide(c *memoryCase, cmd engine.Command) error {
	d, err := engine.Decide(s.env(c), c.State, c.Events, cmd)
	if err != nil {
		return err
	}
	c.Events, c.State = append(c.Events, d.Events...), d.State
	for _, fx := range d.Effects {
		switch fx.Kind {
		case engine.FxTell:
			c.Notices = append(c.Notices, NoticeOf(fx, d.State, s.now))
		case engine.FxFile:
			c.Filed = append(c.Filed, Filing{fx.Record, c.Unit})
		case engine.FxAction:
			c.Ran = append(c.Ran, Ran{fx.Action, fx.Args})
		case engine.FxSpawn:
			c.Ran = append(c.Ran, Ran{fx.Action, fx.Args})
			if err := s.spawn(c, fx.Args); err != nil {
				return err
			}
		}
	}
	return nil
}

// NoticeOf is the notice an effect comes to, for stages that see effects.
func NoticeOf(fx engine.Effect, state engine.State, at time.Time) Notice {
	n := Notice{To: fx.To, About: fx.Step, At: at}
	if clock, ok := fx.Args["clock"].(string); ok {
		n.About = clock
	}
	switch fx.To {
	case "owner":
		n.Account = state.Owner
	case "assignee":
		n.Account = state.Assignee
	default:
		if _, err := fmt.Sscanf(fx.To, "account:%d", &n.Account); err != nil {
			n.Account = 0
		}
	}
	return n
}

func (s *Memory) spawn(c *memoryCase, args map[string]any) error {
	name, _ := args["procedure"].(string)
	def := s.book.Procedures[name]
	if def == nil {
		return errs.Newf(errs.Internal, "procedure.unknown", "没有规程“%s”。", "There is no procedure %q.", name)
	}
	form := map[string]any{}
	for k, v := range args {
		if def.Field(k) != nil && v != nil {
			form[k] = v
		}
	}
	_, err := s.open(def, c.Unit, c.ID, engine.Command{Kind: engine.EvOpened, Actor: engine.Actor{Name: "系统"}, Fields: form, Data: map[string]any{"owner": c.State.Owner}})
	return err
}

// Case implements Stage.
func (s *Memory) Case(id int64) (Snapshot, error) {
	if id < 1 || int(id) > len(s.cases) {
		return Snapshot{}, fmt.Errorf("there is no case %d", id)
	}
	c := s.cases[id-1]
	out := c.Snapshot
	out.Env = s.env(c)
	return out, nil
}

// Children implements Stage.
func (s *Memory) Children(id int64) ([]int64, error) {
	var out []int64
	for _, c := range s.cases {
		if c.parent == id {
			out = append(out, c.ID)
		}
	}
	return out, nil
}

// Close implements Stage.
func (s *Memory) Close() error { return nil }
