package engine

import (
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Names of the events every case emits by itself.
const (
	Opening    = "opened"
	Closing    = "closed"
	Cancelling = "cancelled"
	Reopened   = "reopened"
	Promised   = "promised"
	Told       = "told_customer"
	Paused     = "paused"
	Resumed    = "resumed"
	Assigned   = "assigned"
)

// Decide says what follows from cmd: the events to append, the state after
// them and the effects to carry out. It changes none of its inputs and reads
// no clock: a replay decides the same. An error means that nothing happened;
// its kinds are Invalid (answers, papers, words; all faults at once),
// Forbidden (not this person), Conflict (the case stands elsewhere).
func Decide(env Env, state State, events []Event, cmd Command) (Decision, error) {
	d := &deciding{env: env, s: state.clone(), past: events, cmd: cmd, at: env.Now}
	if n := len(events); n > 0 && events[n-1].At.After(d.at) {
		d.at = events[n-1].At // a clock set back must not tear the log
	}
	if err := d.run(); err != nil {
		return Decision{}, err
	}
	return Decision{Events: d.events, State: d.s, Effects: d.effects}, nil
}

// deciding is one decision in the making.
type deciding struct {
	env     Env
	s       State
	past    []Event
	cmd     Command
	at      time.Time
	events  []Event
	effects []Effect
}

func (d *deciding) run() error {
	if d.cmd.Kind == EvOpened {
		return d.open()
	}
	if d.s.Version == 0 {
		return errs.New(errs.NotFound, "case.not_opened", "事项还没有受理。", "The case has not been opened.")
	}
	if d.s.Status != Open && !afterEnd(d.cmd.Kind) {
		return ended(d.s)
	}
	switch d.cmd.Kind {
	case EvDone:
		return d.done()
	case EvExternal:
		return d.external()
	case EvJump:
		return d.jump()
	case EvReopen:
		return d.reopen()
	case EvLevel:
		return d.level()
	}
	return d.aside()
}

// afterEnd: what can still happen to a case that has ended.
func afterEnd(k EventKind) bool {
	switch k {
	case EvNote, EvTold, EvPaper, EvReopen, EvExternal:
		return true
	}
	return false
}

func ended(s State) error {
	word := map[Status]text.Both{Closed: text.B("办结", "closed"), Cancelled: text.B("取消", "cancelled"), Merged: text.B("并入另一事项", "merged into another")}[s.Status]
	e := errs.New(errs.Conflict, "case.ended", "事项已"+word.ZH+"，没有改动。需要继续办理时请重新打开。", "The case has been "+word.EN+"; nothing was changed. Reopen it to go on.")
	return e
}

// add appends an event and carries it into the state.
func (d *deciding) add(e Event) {
	e.Seq, e.At = d.s.Version+1, d.at
	if e.Actor.ID == 0 && e.Actor.Name == "" {
		e.Actor = d.cmd.Actor
	}
	d.events = append(d.events, e)
	apply(d.env.Def, &d.s, e)
	d.follow(e)
}

func (d *deciding) tell(step string, words text.Both, urgent bool, targets ...string) {
	for _, word := range targets {
		for _, to := range d.env.targets(word, d.env.values(d.s)) {
			fx := Effect{Kind: FxTell, To: to, Step: step, Text: words}
			if urgent {
				fx.Args = map[string]any{"urgent": true}
			}
			d.effects = append(d.effects, fx)
		}
	}
}

// open begins a case. When what was said at intake already answers the first
// form, the form is done in the same decision: intake is one command.
func (d *deciding) open() error {
	if d.s.Version > 0 {
		return errs.New(errs.Conflict, "case.opened", "事项已经受理过了。", "The case has been opened already.")
	}
	if len(d.env.Def.Steps) == 0 {
		return errs.New(errs.Internal, "procedure.empty", "规程没有步骤。", "The procedure has no steps.")
	}
	owner := dataInt(d.cmd.Data, "owner")
	if owner == 0 {
		owner = d.cmd.Actor.ID
	}
	if owner <= 0 {
		return errs.New(errs.Invalid, "case.owner.missing", "要有一位首问责任人，事项才能受理。", "A case needs a first contact who answers for it.")
	}
	var bad errs.Fields
	fields := answers(d.env, d.env.values(d.s), d.cmd.Fields, func(string) bool { return true }, &bad)
	arranged(d.env, fields, &bad)
	if err := bad.Err("case.fields"); err != nil {
		return err
	}
	data := withData(d.cmd.Data, "owner", owner)
	first := &d.env.Def.Steps[0]
	d.add(Event{Kind: EvOpened, Go: first.Name, Names: []string{Opening}, Fields: fields, Facts: d.env.facts(), Data: data})
	if first.Do == procedure.KindForm {
		v := d.env.values(d.s)
		if _, ok := d.env.allowed(first, d.s, d.cmd.Actor, v); ok && len(d.missing(first)) == 0 {
			return d.finish(first, "done", nil, nil)
		}
	}
	return d.automatic()
}

func withData(data map[string]any, key string, v any) map[string]any {
	out := make(map[string]any, len(data)+1)
	for k, x := range data {
		if t, ok := x.(time.Time); ok {
			x = stamp(t)
		}
		out[k] = x
	}
	out[key] = v
	return out
}
