package engine

import (
	"slices"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// jump moves the case by hand, with a reason that stays in the log.
func (d *deciding) jump() error {
	if err := d.permitted(EvJump); err != nil {
		return err
	}
	var bad errs.Fields
	reason, to := text.Clean(dataString(d.cmd.Data, "reason")), dataString(d.cmd.Data, "to")
	if reason == "" {
		bad.Add("reason", "missing", "请写明为什么移动。", "Say why the case is moved.")
	}
	switch {
	case to == "":
		bad.Add("to", "missing", "请选调到哪一步。", "Choose the step it is moved to.")
	case d.env.Def.Step(to) == nil:
		bad.Add("to", "unknown", "规程里没有这一步。", "The procedure has no such step.")
	}
	if err := bad.Err("case.fields"); err != nil {
		return err
	}
	d.add(Event{Kind: EvJump, Step: d.s.Step, Go: to, Facts: d.env.facts(), Data: map[string]any{"reason": reason, "to": to}})
	return d.automatic()
}

// reopen takes up an ended case again: at the step asked for, else where work
// was last sent out, else at its first step.
func (d *deciding) reopen() error {
	if err := d.permitted(EvReopen); err != nil {
		return err
	}
	var bad errs.Fields
	reason, to := text.Clean(dataString(d.cmd.Data, "reason")), dataString(d.cmd.Data, "to")
	if reason == "" {
		bad.Add("reason", "missing", "请写明为什么重新打开。", "Say why the case is reopened.")
	}
	if to == "" {
		to = d.env.Def.Steps[0].Name
		for _, e := range d.past {
			if st := d.env.Def.Step(e.Step); e.Kind == EvDone && st != nil && st.Do == procedure.KindDispatch {
				to = st.Name
			}
		}
	}
	if d.env.Def.Step(to) == nil {
		bad.Add("to", "unknown", "规程里没有这一步。", "The procedure has no such step.")
	}
	if err := bad.Err("case.fields"); err != nil {
		return err
	}
	d.add(Event{Kind: EvReopen, Go: to, Names: []string{Reopened}, Facts: d.env.facts(), Data: map[string]any{"reason": reason, "to": to}})
	return d.automatic()
}

// external records an event of another room; a waiting step that knows its
// name goes on with it.
func (d *deciding) external() error {
	name := text.Clean(dataString(d.cmd.Data, "name"))
	if name == "" || !staff(d.cmd.Actor) {
		return errs.New(errs.Invalid, "case.event.name", "没有说是什么事件。", "The event has no name.")
	}
	var bad errs.Fields
	fields := answers(d.env, d.env.values(d.s), d.cmd.Fields, func(string) bool { return true }, &bad)
	if err := bad.Err("case.fields"); err != nil {
		return err
	}
	d.add(Event{Kind: EvExternal, Step: d.s.Step, Names: []string{name}, Fields: fields, Facts: d.env.facts(), Data: withData(d.cmd.Data, "name", name)})
	st := d.env.Def.Step(d.s.Step)
	if d.s.Status != Open || st == nil || st.Do != procedure.KindWait || !slices.Contains(outcomesOf(st), name) {
		return nil
	}
	return d.finish(st, name, nil, nil)
}
