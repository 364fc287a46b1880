package casefile

import (
	"slices"

	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Describe says in words what an event of a case did, for timelines: with the
// people and teams a matter went to, and the steps it was moved between.
func (v View) Describe(e engine.Event) text.Both {
	what := describe(v.Def, e)
	account, _ := e.Data["account"].(int64)
	team, _ := e.Data["team"].(string)
	to := v.who(account, team)
	switch e.Kind {
	case engine.EvDone:
		if st := v.Def.Step(e.Step); st != nil && st.Do == procedure.KindDispatch && !to.IsZero() {
			return text.B(what.ZH+"：派给 "+to.ZH, what.In(text.EN)+": to "+to.In(text.EN))
		}
		if by, _ := e.Data["takes"].(int64); by != 0 {
			return text.B(what.ZH+"，由此经办", what.In(text.EN)+" and has it from now on")
		}
	case engine.EvAssign:
		if to.IsZero() {
			return what
		}
		at := max(slices.IndexFunc(v.Events, func(x engine.Event) bool { return x.Seq == e.Seq }), 0)
		before := engine.Fold(v.Def, v.Events[:at])
		was := v.who(before.Assignee, before.Team)
		if was.IsZero() {
			return text.B("转交给 "+to.ZH, "assigned it to "+to.In(text.EN))
		}
		return text.B("转交给 "+to.ZH+"（原来是 "+was.ZH+"）", "assigned it to "+to.In(text.EN)+" (it was with "+was.In(text.EN)+")")
	case engine.EvJump:
		from, onto := v.Def.Step(e.Step), v.Def.Step(e.Go)
		if from != nil && onto != nil {
			return text.B(what.ZH+"：从「"+from.Title.ZH+"」到「"+onto.Title.ZH+"」", what.In(text.EN)+" from “"+from.Title.In(text.EN)+"” to “"+onto.Title.In(text.EN)+"”")
		}
	case engine.EvOwner:
		switch {
		case e.Data["accepted"] == true:
			return text.B("接下了首问责任", "took the ownership over")
		case e.Data["declined"] == true:
			return text.B("没有接首问责任", "declined the ownership")
		case !to.IsZero():
			return text.B("请 "+to.ZH+" 接手首问责任", "asked "+to.In(text.EN)+" to take the ownership over")
		}
	}
	return what
}

// who names whom work is with: the person, else the trade, department or post,
// in the words of the profile. Zero where it is nobody's.
func (v View) who(account int64, team string) text.Both {
	if name := v.Names[account]; account != 0 && name != "" {
		return text.B(name, name)
	}
	for _, path := range []string{"trades", "departments"} {
		list, _ := v.Figures.Choices(path, nil) // a profile without them names none
		if i := slices.IndexFunc(list, func(c procedure.Choice) bool { return c.Name == team }); i >= 0 {
			return list[i].Title
		}
	}
	if team == "" {
		return text.Both{}
	}
	return text.B(team, team)
}
