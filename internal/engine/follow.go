package engine

import (
	"strings"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Follows is what each event of a log had as its effects: a function of the
// log and of what the case is stamped with, as Decide gave them.
func Follows(env Env, events []Event) [][]Effect {
	out := make([][]Effect, len(events))
	env.Facts = nil
	d := &deciding{env: env}
	d.s = d.s.clone()
	for i, e := range events {
		apply(env.Def, &d.s, e)
		d.at, d.effects = e.At, nil
		d.follow(e)
		out[i] = d.effects
	}
	return out
}

// follow collects the effects of e, which the state already knows.
func (d *deciding) follow(e Event) {
	switch e.Kind {
	case EvDone:
		if st := d.env.Def.Step(e.Step); st != nil {
			d.stepFollows(st, e.Outcome)
		}
	case EvAssign:
		if d.s.Assignee > 0 {
			d.tell(d.s.Step, text.B("事项转到您这里", "A case was passed to you"), false, account(d.s.Assignee))
		}
	case EvOwner:
		if d.s.Offered > 0 {
			d.tell(d.s.Step, text.B("请您接手一件事项", "You are asked to take over a case"), false, account(d.s.Offered))
		}
	case EvLevel:
		d.levelFollows(e)
	}
}

func (d *deciding) levelFollows(e Event) {
	name, title := dataString(e.Data, "clock"), text.Both{}
	if st := d.env.Def.Step(name); st != nil {
		title = st.Title
	}
	for _, c := range d.env.Def.Clocks {
		if c.Name == name {
			title = c.Title
		}
	}
	words := text.B("时限“"+title.ZH+"”快到了", "The limit “"+title.In(text.EN)+"” is running out")
	if due, ok := asTime(e.Data["due"]); ok && !e.At.Before(due) {
		words = text.B("时限“"+title.ZH+"”已超时", "The limit “"+title.In(text.EN)+"” has passed")
	}
	to, _ := asStrings(e.Data["to"])
	before := len(d.effects)
	d.tell(e.Step, words, false, to...)
	for i := before; i < len(d.effects); i++ {
		d.effects[i].Args = map[string]any{"clock": name, "level": dataInt(e.Data, "level"), "due": e.Data["due"]}
	}
}

// stepFollows collects the effects of a step that was done.
func (d *deciding) stepFollows(st *procedure.Step, outcome string) {
	v := d.env.values(d.s)
	urgent := st.Urgent != nil && holds(st.Urgent, d.env.Figures, v)
	switch {
	case st.Do == procedure.KindDispatch:
		to := d.s.Team
		if d.s.Assignee > 0 {
			to = account(d.s.Assignee)
		}
		words := text.B("派给您的事项", "Sent to you")
		if next := d.env.Def.Step(d.s.Step); next != nil && next != st && !next.Auto() { // what waits for them, not what was done
			words = text.B("派给您的事项，等您"+next.Title.ZH, "Sent to you, waiting for: "+next.Title.In(text.EN))
		}
		fx := Effect{Kind: FxTell, To: to, Step: st.Name, Text: words}
		if urgent {
			fx.Args = map[string]any{"urgent": true}
		}
		d.effects = append(d.effects, fx)
	case st.Do == procedure.KindNotify && len(st.By) == 0:
		d.tell(st.Name, st.Title, urgent, st.To)
	case st.Do == procedure.KindAction:
		kind := FxAction
		if strings.HasPrefix(st.Action, "casefile.open@") {
			kind = FxSpawn
		}
		d.effects = append(d.effects, Effect{Kind: kind, Step: st.Name, Action: st.Action, Args: arguments(d.env, st.Args, v)})
	case st.Do == procedure.KindClose && st.Files != "":
		d.effects = append(d.effects, Effect{Kind: FxFile, Step: st.Name, Record: st.Files})
	}
	d.tell(st.Name, doneWords(st, outcome), false, st.Tell...)
}

// arguments resolves what a definition writes behind an action: a field gives
// its answer, a figure path its value, anything else is the word itself.
func arguments(env Env, args map[string]string, v map[string]any) map[string]any {
	out := map[string]any{}
	for name, word := range args {
		out[name] = word
		if env.Def.Field(word) != nil {
			out[name] = v[word]
		} else if x, ok := v[word]; ok {
			out[name] = x
		} else if isPath(word) {
			if x, ok := figure(env.Figures, word, v); ok {
				out[name] = x
			}
		}
	}
	return out
}
