package engine

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"guanjia/handbook"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// GUANJIA_SOAK=1 runs the property tests at their full count.
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("GUANJIA_SOAK") == "1" {
		if err := flag.Set("rapid.checks", "10000"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

var roles = []string{"desk", "supervisor", "department_head", "director", "dispatcher", "technician", "cashier", "guard", "plumbing", "quality"}

// Random people do random things to cases of every shipped procedure in every
// profile. Whatever they do: nothing panics, refusals are of a known kind and
// change nothing, the fold of the log equals the state, a replay decides the
// same, the log survives JSON, the owner is never empty, a sum is the sum of its
// rows, no level fires twice,
// time never runs back, and the timer always finishes its work.
// proves DSK-05, PLT-06.
func TestWhateverPeopleDo(t *testing.T) {
	t.Parallel()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	cal, err := calendar.Load(handbook.FS, "calendars/cn.json")
	if err != nil {
		t.Fatal(err)
	}
	own := figures(t)
	own.Profile = "test"
	rapid.Check(t, func(rt *rapid.T) {
		g := &game{t: rt, def: repair(t), figures: own}
		if name := rapid.SampledFrom(append(slices.Sorted(maps.Keys(book.Procedures)), "")).Draw(rt, "procedure"); name != "" {
			g.def = book.Procedures[name]
			g.figures = book.Profiles[rapid.SampledFrom(slices.Sorted(maps.Keys(book.Profiles))).Draw(rt, "profile")]
		}
		g.calendar = cal
		g.now = time.Date(2026, 9, 1, 0, 0, 0, 0, calendar.Zone).Add(time.Duration(rapid.IntRange(0, 120*24*60).Draw(rt, "start")) * time.Minute)
		g.play()
	})
}

type turn struct {
	env Env
	cmd Command
	got Decision
}

type game struct {
	t        *rapid.T
	def      *procedure.Definition
	figures  *procedure.Figures
	calendar *calendar.Calendar
	now      time.Time
	state    State
	events   []Event
	turns    []turn
}

func (g *game) env() Env {
	env := Env{Def: g.def, Figures: g.figures, Calendar: g.calendar, Now: g.now, Facts: m{}}
	for _, name := range g.def.Facts {
		env.Facts[name] = rapid.Bool().Draw(g.t, name)
	}
	return env
}

func (g *game) play() {
	g.decide(g.env(), Command{Kind: EvOpened, Actor: Actor{ID: 1, Name: "林晓", Roles: []string{"desk"}}, Fields: g.fields()})
	if g.state.Version == 0 { // answers were refused
		g.decide(g.env(), Command{Kind: EvOpened, Actor: Actor{ID: 1, Name: "林晓", Roles: []string{"desk"}}})
	}
	for range rapid.IntRange(1, 40).Draw(g.t, "turns") {
		g.now = g.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 7, 60, 300, 1500, 6000}).Draw(g.t, "minutes")) * time.Minute)
		g.timer()
		g.decide(g.env(), g.command())
	}
	g.replay()
}

// timer does what is due until nothing is.
func (g *game) timer() {
	for n := 0; ; n++ {
		env := g.env()
		todo := Timed(env, g.state, g.events)
		if len(todo) == 0 {
			for _, c := range Clocks(env, g.state, g.events) {
				if !c.NextAt.IsZero() && !c.NextAt.After(g.now) {
					g.t.Fatalf("clock %s wants the timer at %s, which has nothing to do at %s", c.Name, c.NextAt, g.now)
				}
			}
			return
		}
		before := len(g.events)
		if g.decide(env, todo[0]); len(g.events) == before {
			g.t.Fatalf("the timer's own command was refused: %+v", todo[0])
		}
		if n > 60 {
			g.t.Fatal("the timer never ends")
		}
	}
}

func (g *game) decide(env Env, cmd Command) {
	before, log := g.state.clone(), slices.Clone(g.events)
	d, err := Decide(env, g.state, g.events, cmd)
	if diff := cmp.Diff(before, g.state); diff != "" || !cmp.Equal(log, g.events) {
		g.t.Fatalf("Decide changed its input: %s", diff)
	}
	Options(env, g.state, cmd.Actor)
	if err != nil {
		if k := errs.KindOf(err); k != errs.Invalid && k != errs.Forbidden && k != errs.Conflict {
			g.t.Fatalf("%s at step %s: %v", cmd.Kind, g.state.Step, err)
		}
		return
	}
	if cmd.Kind == EvDone {
		g.anew(env, cmd, d)
	}
	g.turns = append(g.turns, turn{env, cmd, d})
	g.events, g.state = append(g.events, d.Events...), d.State
	g.holds()
}

// anew checks a step that was just done: nobody judged their own work, and what
// the step must know and was answered when it was done before was answered
// again since the case came back to it. The rule is told from the log alone.
func (g *game) anew(env Env, cmd Command, d Decision) {
	i := slices.IndexFunc(d.Events, func(e Event) bool { return e.Kind == EvDone })
	e := d.Events[i]
	st := g.def.Step(e.Step)
	if cmd.Actor.ID != 0 && carries(st, e.Outcome) && slices.ContainsFunc(st.NotBy, func(s string) bool { return s != st.Name && g.state.DoneBy[s] == cmd.Actor.ID }) {
		g.t.Fatalf("account %d did %s and then %s", cmd.Actor.ID, st.NotBy, st.Name)
	}
	before, since := false, map[string]bool{}
	for _, old := range g.events {
		if old.Go == st.Name {
			clear(since)
		}
		for name := range old.Fields {
			since[name] = true
		}
		before = before || old.Kind == EvDone && old.Step == st.Name
	}
	for name := range e.Fields {
		since[name] = true
	}
	for _, name := range st.Asks {
		if f := g.def.Field(name); before && f.Required && !since[name] && demands(st, e.Outcome) {
			g.t.Fatalf("%s was done again without %s", st.Name, name)
		}
	}
}

// holds checks what must be so after every event.
func (g *game) holds() {
	if diff := cmp.Diff(Fold(g.def, g.events), g.state); diff != "" {
		g.t.Fatalf("the fold differs from the state: %s", diff)
	}
	if g.state.Owner <= 0 {
		g.t.Fatal("nobody answers for the case")
	}
	if (g.state.Status == Open) != (g.state.Step != "") {
		g.t.Fatalf("status %s at step %q", g.state.Status, g.state.Step)
	}
	for i := range g.def.Fields {
		f := &g.def.Fields[i]
		table, column := f.Summed()
		if want, ok := sumOf(g.state.Fields[table], column); table != "" && (!ok || g.state.Fields[f.Name] != want) {
			g.t.Fatalf("%s is %v, its rows are %v", f.Name, g.state.Fields[f.Name], g.state.Fields[table])
		}
	}
	fired := map[string]bool{}
	for i, e := range g.events {
		if e.Seq != i+1 || i > 0 && e.At.Before(g.events[i-1].At) {
			g.t.Fatalf("event %d has number %d at %s", i, e.Seq, e.At)
		}
		if e.Kind == EvLevel {
			key := fmt.Sprint(e.Data["clock"], e.Data["level"], e.Data["run"])
			if fired[key] {
				g.t.Fatalf("level %s fired twice", key)
			}
			fired[key] = true
		}
	}
	var back []Event
	data, err := json.Marshal(g.events)
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(data)).Decode(&back)
	}
	if err != nil {
		g.t.Fatal(err)
	}
	sameTime := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
	if diff := cmp.Diff(Fold(g.def, g.events), Fold(g.def, back), sameTime); diff != "" {
		g.t.Fatalf("the log does not survive storage: %s", diff)
	}
}

// replay decides everything again with the facts recorded in the log.
func (g *game) replay() {
	var state State
	var events []Event
	for _, u := range g.turns {
		env := u.env
		env.Facts = u.got.Events[0].Facts
		for _, e := range u.got.Events {
			if e.Facts != nil {
				env.Facts = e.Facts
			}
		}
		d, err := Decide(env, state, events, u.cmd)
		if err != nil {
			g.t.Fatalf("replay of %s: %v", u.cmd.Kind, err)
		}
		if diff := cmp.Diff(u.got, d); diff != "" {
			g.t.Fatalf("replay of %s decides otherwise: %s", u.cmd.Kind, diff)
		}
		events, state = append(events, d.Events...), d.State
	}
	Trail(g.def, events)
	var effects []Effect
	for _, u := range g.turns {
		effects = append(effects, u.got.Effects...)
	}
	var again []Effect
	for _, list := range Follows(g.turns[0].env, events) {
		again = append(again, list...)
	}
	if diff := cmp.Diff(effects, again); diff != "" {
		g.t.Fatalf("the log had other effects than were decided: %s", diff)
	}
}

func (g *game) actor() Actor {
	id := rapid.SampledFrom([]int64{-1, 0, 1, 2, 3, 4, 5}).Draw(g.t, "account")
	a := Actor{ID: id, Name: fmt.Sprint("n", id)}
	if id > 0 {
		a.Roles = rapid.SliceOfNDistinct(rapid.SampledFrom(roles), 1, 3, func(s string) string { return s }).Draw(g.t, "roles")
	}
	return a
}

func (g *game) command() Command {
	kinds := []EventKind{EvNote, EvTold, EvPromise, EvPause, EvResume, EvAssign, EvOwner, EvAmend, EvAbout, EvPaper, EvJump, EvCancel, EvReopen, EvMerge, EvLevel, EvExternal, "dance"}
	c := Command{Kind: EvDone, Actor: g.actor()}
	st := g.def.Step(g.state.Step)
	if rapid.IntRange(0, 2).Draw(g.t, "aside") == 0 {
		c.Kind = rapid.SampledFrom(kinds).Draw(g.t, "kind")
	} else if st != nil {
		if rapid.IntRange(0, 3).Draw(g.t, "somebody who may") > 0 {
			c.Actor = Actor{ID: 0, Name: "系统"}
		}
		c.Outcome = rapid.SampledFrom(outcomesOf(st)).Draw(g.t, "outcome")
		c.Fields = m{}
		for _, name := range st.Asks {
			if rapid.IntRange(0, 7).Draw(g.t, "forgets "+name) == 0 || g.def.Field(name).SumOf != "" && rapid.IntRange(0, 7).Draw(g.t, "types "+name) > 0 {
				continue
			}
			c.Fields[name] = g.answer(g.def.Field(name), true)
			c.Fields[name+reasonSuffix] = "原因"
			if f, _ := answerField(g.def, name+reasonSuffix); f == nil {
				delete(c.Fields, name+reasonSuffix)
			}
		}
		for _, need := range st.Needs {
			if g.def.Field(need) == nil && rapid.Bool().Draw(g.t, "brings a paper") {
				return Command{Kind: EvPaper, Actor: Actor{ID: 1, Roles: []string{"desk"}}, Data: m{"name": need}}
			}
		}
	}
	if c.Kind == EvAmend || c.Kind == EvExternal {
		c.Fields = g.fields()
	}
	c.Data = g.data()
	return c
}

func (g *game) data() m {
	steps := []string{"nowhere"}
	for _, st := range g.def.Steps {
		steps = append(steps, st.Name)
	}
	clocks := []string{"none"}
	for _, c := range g.def.Clocks {
		clocks = append(clocks, c.Name)
	}
	later := g.now.Add(time.Duration(rapid.IntRange(-100, 20000).Draw(g.t, "later")) * time.Minute)
	all := m{
		"text": rapid.SampledFrom([]string{"", "好的", "𠮷😀"}).Draw(g.t, "text"), "reason": rapid.SampledFrom([]string{"", "parts", "customer", "x"}).Draw(g.t, "reason"),
		"until": stamp(later), "due": later, "account": int64(rapid.IntRange(-1, 5).Draw(g.t, "to account")), "team": rapid.SampledFrom([]string{"", "plumbing"}).Draw(g.t, "team"),
		"to": rapid.SampledFrom(steps).Draw(g.t, "to"), "clock": rapid.SampledFrom(clocks).Draw(g.t, "clock"), "level": rapid.IntRange(-1, 4).Draw(g.t, "level"),
		"name": rapid.SampledFrom([]string{"", "rain", "due", "answered"}).Draw(g.t, "name"), "into": int64(9), "from": int64(8), "opened_at": stamp(g.now.Add(-time.Hour)), "declined": true,
		"unit": int64(7), "was_unit": int64(rapid.SampledFrom([]int{0, 5, 7}).Draw(g.t, "was unit")),
	}
	out := m{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if rapid.IntRange(0, 3).Draw(g.t, "with "+key) > 0 {
			out[key] = all[key]
		}
	}
	return out
}

func (g *game) fields() m {
	out := m{}
	for i := range g.def.Fields {
		if f := &g.def.Fields[i]; rapid.IntRange(0, 2).Draw(g.t, "answers "+f.Name) > 0 && (f.SumOf == "" || rapid.Bool().Draw(g.t, "types "+f.Name)) {
			out[f.Name] = g.answer(f, rapid.IntRange(0, 9).Draw(g.t, "well") > 0)
		}
	}
	return out
}

// answer is an answer that fits the field, or anything.
func (g *game) answer(f *procedure.Field, fits bool) any {
	if !fits {
		return rapid.SampledFrom([]any{nil, "", "x", 3.5, -1, []any{1}, m{}, true, "\x00\xff"}).Draw(g.t, "anything")
	}
	switch f.Type {
	case procedure.TypeNumber, procedure.TypeMoney:
		return int64(rapid.IntRange(0, 200_000).Draw(g.t, f.Name))
	case procedure.TypeRating:
		return rapid.IntRange(1, 5).Draw(g.t, f.Name)
	case procedure.TypeYesNo:
		return rapid.SampledFrom([]any{true, false, "yes", "no"}).Draw(g.t, f.Name)
	case procedure.TypeDate:
		return g.now.AddDate(0, 0, rapid.IntRange(-3, 30).Draw(g.t, f.Name)).Format(time.DateOnly)
	case procedure.TypeTime:
		return stamp(g.now.Add(time.Duration(rapid.IntRange(-100, 5000).Draw(g.t, f.Name)) * time.Minute))
	case procedure.TypePhoto, procedure.TypeSignature:
		return []string{"a1", "a2"}
	case procedure.TypeTable:
		row := m{}
		for i := range f.Columns {
			row[f.Columns[i].Name] = g.answer(&f.Columns[i], true)
		}
		return []map[string]any{row}
	case procedure.TypeChoice:
		if f.From == "" {
			return rapid.SampledFrom(f.Of).Draw(g.t, f.Name).Name
		}
		if keys, err := g.figures.Keys(f.From, nil); err == nil && len(keys) > 0 {
			return rapid.SampledFrom(keys).Draw(g.t, f.Name)
		}
	}
	return rapid.SampledFrom([]string{"水管爆了", "engineering", "3", "plumbing"}).Draw(g.t, f.Name)
}
