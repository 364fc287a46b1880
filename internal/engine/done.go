package engine

import (
	"slices"
	"strings"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// done carries out the current step for a person.
func (d *deciding) done() error {
	st := d.env.Def.Step(d.s.Step)
	if st == nil {
		return errs.Newf(errs.Internal, "procedure.step", "规程里没有步骤“%s”。", "The procedure has no step %q.", d.s.Step)
	}
	if d.cmd.Step != "" && d.cmd.Step != st.Name {
		return errs.New(errs.Conflict, "case.step.moved", "事项已经到了“"+st.Title.ZH+"”，这一步没有记下，已填的内容都还在。",
			"The case has moved on to “"+st.Title.In(text.EN)+"”; nothing was recorded, and what you typed is kept.")
	}
	v := d.env.values(d.s)
	onBehalf, ok := d.env.allowed(st, d.s, d.cmd.Actor, v)
	if !ok {
		e := errs.New(errs.Forbidden, "case.step.role", "", "")
		e.Message = whoDoes(st)
		return e
	}
	outcome := d.cmd.Outcome
	if words := outcomesOf(st); outcome == "" && len(words) == 1 {
		outcome = words[0]
	} else if !slices.Contains(words, outcome) {
		return errs.New(errs.Invalid, "case.outcome", "这一步的结果只能是："+strings.Join(words, "、")+"。", "This step can end with: "+strings.Join(words, ", ")+".")
	}
	if err := d.mayDecide(st, outcome); err != nil {
		return err
	}
	var bad errs.Fields
	fields := answers(d.env, v, d.cmd.Fields, func(name string) bool { return slices.Contains(st.Asks, name) }, &bad)
	arranged(d.env, fields, &bad)
	data, err := d.doneData(st, outcome, onBehalf, &bad)
	if err != nil {
		return err
	}
	if demands(st, outcome) {
		probe := d.s.clone()
		for name, x := range fields {
			probe.setField(d.env.Def, name, x, d.cmd.Actor.ID)
		}
		for _, m := range missing(d.env, probe, st) {
			bad.Add(m.Name, "missing", missingWords(m).ZH, missingWords(m).EN)
		}
	}
	if err := bad.Err("case.fields"); err != nil {
		return err
	}
	if d.s.Pause != nil { // doing the work ends the waiting
		d.add(Event{Kind: EvResume, Step: d.s.Step, Names: []string{Resumed}})
	}
	return d.finish(st, outcome, fields, data)
}

// demands reports whether an outcome carries the step through, so that its
// answers and papers must be there: who was not reached, turned back or
// declined left the step's business undone.
func demands(st *procedure.Step, outcome string) bool {
	words := procedure.Outcomes[st.Do]
	return len(words) == 0 || outcome == words[0] || st.Do == procedure.KindInspect || outcome == "dissatisfied" || outcome == "not_agreed"
}

func outcomesOf(st *procedure.Step) []string {
	if words := procedure.Outcomes[st.Do]; words != nil {
		return words
	}
	var words []string
	for _, b := range st.Then {
		if b.Outcome != "" && !slices.Contains(words, b.Outcome) {
			words = append(words, b.Outcome)
		}
	}
	if len(words) == 0 {
		words = []string{"due"}
	}
	return words
}

// mayDecide refuses those who may not give this outcome though the step is
// theirs: nobody approves or takes the money they asked for, nobody carries
// through what the definition keeps from who did another step (not_by).
func (d *deciding) mayDecide(st *procedure.Step, outcome string) error {
	if own := ownWork(d.env, d.s, st, d.cmd.Actor); own != nil && carries(st, outcome) {
		e := errs.New(errs.Forbidden, "case.approve.self", "", "")
		e.Message = *own
		return e
	}
	return nil
}

// carries reports whether an outcome says yes to what the step is about.
// Turning back, declining, finding at fault are open to everybody who may do it.
func carries(st *procedure.Step, outcome string) bool {
	words := procedure.Outcomes[st.Do]
	return len(words) == 0 || outcome == words[0]
}

var selfWords = text.B("自己提出的金额不能由自己批准，请另一位有权的人批准。", "Money cannot be approved by the one who asked for it; another person with the right must.")

// ownWork says why the actor may not carry the step through: it would be their
// own work they judge. Nil when it is not.
func ownWork(env Env, s State, st *procedure.Step, a Actor) *text.Both {
	if a.ID == 0 {
		return nil
	}
	if st.Do == procedure.KindApprove || st.Do == procedure.KindPay {
		for name, by := range s.AskedBy {
			if _, there := s.Fields[name]; there && by == a.ID && !slices.Contains(st.Asks, name) {
				return &selfWords
			}
		}
	}
	for _, name := range st.NotBy {
		if other := env.Def.Step(name); other != nil && name != st.Name && s.DoneBy[name] == a.ID {
			if st.Do == procedure.KindApprove && slices.ContainsFunc(other.Asks, func(f string) bool { x := env.Def.Field(f); return x != nil && procedure.HoldsMoney(x) }) {
				return &selfWords
			}
			words := text.B("“"+other.Title.ZH+"”是您办的，“"+st.Title.ZH+"”要由另一位有权的人办。",
				"You did “"+other.Title.In(text.EN)+"” yourself; “"+st.Title.In(text.EN)+"” takes another person with the right.")
			return &words
		}
	}
	return nil
}

// doneData is what a step's event carries besides the answers: who the work
// goes to, for whom it was done.
func (d *deciding) doneData(st *procedure.Step, outcome, onBehalf string, bad *errs.Fields) (map[string]any, error) {
	data := withData(d.cmd.Data, "on_behalf", onBehalf)
	if onBehalf == "" {
		delete(data, "on_behalf")
	}
	delete(data, takes)
	if onBehalf == "" && takesOver(st, d.s, d.cmd.Actor) {
		data[takes] = d.cmd.Actor.ID
	}
	switch {
	case st.Do == procedure.KindDispatch:
		to, team := dataInt(data, "account"), text.Clean(dataString(data, "team"))
		if to == 0 && team == "" {
			v := d.env.values(d.s)
			for name, x := range d.cmd.Fields {
				v[name] = x
			}
			for _, t := range d.env.targets(st.To, v) {
				switch id, is := accountOf(t); {
				case is:
					to = id
				case t == "owner":
					to = d.s.Owner
				case t == "assignee":
					to, team = d.s.Assignee, d.s.Team
				case team == "":
					team = t
				}
			}
		}
		if to <= 0 && team == "" {
			bad.Add("to", "missing", "请选派给谁：人、工种或部门。", "Choose whom it goes to: a person, trade or department.")
		}
		data["account"], data["team"] = to, team
	case st.Do == procedure.KindAccept && outcome == "accepted":
		delete(data, "account")
		if d.cmd.Actor.ID > 0 && onBehalf == "" { // who accepts has the work
			data["account"] = d.cmd.Actor.ID
		}
	}
	if len(data) == 0 {
		return nil, nil
	}
	return data, nil
}

// takes is the word of a done step's data for who took the work by doing it.
const takes = "takes"

// departmentHead is the post that does a department's work where nobody of it
// was named.
const departmentHead = "department_head"

// takesOver: work that was handed to a department or trade and to nobody in it
// is with the first of them who does a step of it. Others who may do the step
// by their own post, the desk or a supervisor, do it and take nothing.
func takesOver(st *procedure.Step, s State, a Actor) bool {
	if a.ID <= 0 || s.Assignee != 0 || s.Team == "" || !slices.Contains(st.Who, "assignee") {
		return false
	}
	return slices.ContainsFunc(a.Roles, func(role string) bool {
		return role == s.Team || role == departmentHead && slices.Contains(st.Who, role)
	})
}

// finish records that a step was done, enters the next and carries out what
// follows by itself.
func (d *deciding) finish(st *procedure.Step, outcome string, fields, data map[string]any) error {
	if err := d.leave(st, outcome, fields, data, Actor{}); err != nil {
		return err
	}
	return d.automatic()
}

func (d *deciding) leave(st *procedure.Step, outcome string, fields, data map[string]any, by Actor) error {
	e := Event{Kind: EvDone, Actor: by, Step: st.Name, Outcome: outcome, Fields: fields, Facts: d.env.facts(), Data: data, Names: namesOf(st, outcome)}
	d.promised(&e)
	if st.Do != procedure.KindClose {
		probe := d.s.clone()
		for name, x := range fields {
			probe.setField(d.env.Def, name, x, 0)
		}
		next, ok := branch(d.env, probe, st, outcome)
		if !ok {
			return errs.Newf(errs.Internal, "procedure.branch", "规程没有写步骤“%s”以“%s”结束后怎么走；没有改动。", "The procedure does not say where %q goes after %q; nothing was changed.", st.Name, outcome)
		}
		e.Go = next
	}
	d.add(e)
	return nil
}

// promised: a time given in answer to a step that is the name of a promise
// clock is a promise to the customer (DSK-06), kept like one made between steps.
func (d *deciding) promised(e *Event) {
	for _, c := range d.env.Def.Clocks {
		if t, ok := asTime(e.Fields[c.Name]); ok && c.Limit == LimitPromise && t.After(d.at) {
			e.Data = withData(e.Data, "due", stamp(t))
			e.Names = append(e.Names, c.From)
		}
	}
}

func namesOf(st *procedure.Step, outcome string) []string {
	var names []string
	for _, key := range []string{outcome, ""} {
		if n := st.Event[key]; n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if st.Do == procedure.KindClose && !slices.Contains(names, Closing) {
		names = append(names, Closing)
	}
	return names
}

// branch is where a step goes after outcome.
func branch(env Env, s State, st *procedure.Step, outcome string) (string, bool) {
	v := env.values(s)
	for _, b := range st.Then {
		if (b.Outcome == "" || b.Outcome == outcome) && holds(b.When, env.Figures, v) {
			return b.Go, true
		}
	}
	return "", false
}

// mostAutomatic bounds what may follow from one command; the checker refuses
// loops of automatic steps, this holds for definitions it never saw.
const mostAutomatic = 50

// automatic does the steps that nobody has to do.
func (d *deciding) automatic() error {
	for range mostAutomatic {
		st := d.env.Def.Step(d.s.Step)
		if d.s.Status != Open || st == nil || !st.Auto() {
			return nil
		}
		if err := d.leave(st, outcomesOf(st)[0], nil, nil, system); err != nil {
			return err
		}
	}
	return errs.New(errs.Internal, "procedure.loop", "规程里自动步骤绕了圈，没有改动；请把规程名称告诉管理员。", "The procedure's automatic steps run in a circle; nothing was changed. Tell the administrator which procedure it is.")
}

// system is the actor of what happens by itself.
var system = Actor{ID: 0, Name: "系统"}
