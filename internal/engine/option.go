package engine

import (
	"slices"
	"strings"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Options are what actor could do now: the current step first, then what can
// be done beside it. What cannot be done is there too and says why.
func Options(env Env, state State, actor Actor) []Option {
	var out []Option
	if st := env.Def.Step(state.Step); st != nil && state.Status == Open {
		out = append(out, stepOption(env, state, st, actor))
	}
	for _, k := range []EventKind{EvTold, EvPromise, EvNote, EvPaper, EvPause, EvResume, EvAssign, EvOwner, EvAmend, EvAbout, EvJump, EvMerge, EvCancel, EvReopen} {
		if o, ok := asideOption(env, state, k, actor); ok {
			out = append(out, o)
		}
	}
	return out
}

func stepOption(env Env, s State, st *procedure.Step, a Actor) Option {
	o := Option{Kind: EvDone, Step: st.Name, Outcomes: outcomesOf(st), Missing: missing(env, s, st)}
	_, o.May = env.allowed(st, s, a, env.values(s))
	own := ownWork(env, s, st, a)
	switch {
	case !o.May:
		o.Why = whoDoes(st)
	case own != nil:
		o.Outcomes = slices.DeleteFunc(slices.Clone(o.Outcomes), func(w string) bool { return carries(st, w) })
		o.Why, o.May = *own, len(o.Outcomes) > 0
	case len(o.Missing) > 0:
		var zh, en []string
		for _, m := range o.Missing {
			zh, en = append(zh, m.Title.ZH), append(en, m.Title.In(text.EN))
		}
		o.Why = text.B("还缺："+strings.Join(zh, "、"), "Still missing: "+strings.Join(en, ", "))
	}
	return o
}

func whoDoes(st *procedure.Step) text.Both {
	words := map[string]text.Both{"owner": text.B("首问责任人", "the first contact"), "assignee": text.B("经办人", "the assignee"), "customer": text.B("客户", "the customer")}
	var zh, en []string
	for _, w := range st.Who {
		b, ok := words[w]
		if !ok {
			b = text.B(w, w)
		}
		zh, en = append(zh, b.ZH), append(en, b.EN)
	}
	if len(zh) == 0 {
		return text.B("这一步由员工办理。", "Staff do this step.")
	}
	return text.B("“"+st.Title.ZH+"”由"+strings.Join(zh, "、")+"办理。", "“"+st.Title.In(text.EN)+"” is done by "+strings.Join(en, ", ")+".")
}

func (d *deciding) missing(st *procedure.Step) []Missing { return missing(d.env, d.s, st) }

// missing is what must be there before a step can be carried through: asked
// answers that are required, reasons of answers that need one, and the papers
// and answers the step needs.
func missing(env Env, s State, st *procedure.Step) []Missing {
	var out []Missing
	add := func(kind, name string, title text.Both) {
		if !slices.ContainsFunc(out, func(m Missing) bool { return m.Kind == kind && m.Name == name }) {
			out = append(out, Missing{Kind: kind, Name: name, Title: title})
		}
	}
	field := func(name string, required bool) {
		f := env.Def.Field(name)
		if f == nil {
			return
		}
		_, there := s.Fields[name]
		there = there && !s.Stale[name]
		if !there && required {
			add(missingKind(f), name, f.Title)
		}
		if _, reason := s.Fields[name+reasonSuffix]; there && needsReason(f, s) && (!reason || s.Stale[name+reasonSuffix]) {
			r, _ := answerField(env.Def, name+reasonSuffix)
			add("field", r.Name, r.Title)
		}
	}
	v := env.values(s)
	for _, name := range st.Asks {
		f := env.Def.Field(name) // of a sum its rows, required too, are what is missing
		field(name, required(env, f, v) && f.SumOf == "")
	}
	for _, need := range st.Needs {
		field(need, true)
		for i := range env.Def.Papers {
			p := &env.Def.Papers[i]
			if (need == p.Name || need == "papers") && !s.Papers[p.Name] && holds(p.When, env.Figures, v) {
				add("paper", p.Name, p.Title)
			}
		}
	}
	return out
}

// required reports whether a field must be answered, given the other answers.
func required(env Env, f *procedure.Field, v procedure.Values) bool {
	return f != nil && (f.Required || f.When != nil && holds(f.When, env.Figures, v))
}

// needsReason: an answer that always takes one, or differs from what it should
// be the same as.
func needsReason(f *procedure.Field, s State) bool {
	should, known := s.Fields[f.SameAs]
	return f.Reason || f.SameAs != "" && known && !s.Stale[f.SameAs] && should != s.Fields[f.Name]
}

func missingKind(f *procedure.Field) string {
	switch f.Type {
	case procedure.TypeSignature:
		return "signature"
	case procedure.TypeMoney:
		return "money"
	default:
		return "field"
	}
}

func missingWords(m Missing) text.Both {
	zh, en := m.Title.ZH, m.Title.In(text.EN)
	switch m.Kind {
	case "paper":
		return text.B("还缺“"+zh+"”，收到后登记即可继续。", "“"+en+"” has not been brought; note it when it arrives, then go on.")
	case "signature":
		return text.B("还缺签名“"+zh+"”。", "The signature “"+en+"” is missing.")
	}
	return text.B("请填“"+zh+"”。", "Enter “"+en+"”.")
}

func doneWords(st *procedure.Step, outcome string) text.Both {
	o := outcomeWords[outcome]
	if o.IsZero() {
		o = text.B(outcome, outcome)
	}
	return text.B(st.Title.ZH+"："+o.ZH, st.Title.In(text.EN)+": "+o.EN)
}

// outcomeWords are the results as people read them.
var outcomeWords = map[string]text.Both{
	"done": text.B("已完成", "done"), "approved": text.B("同意", "approved"), "returned": text.B("退回", "returned"), "refused": text.B("不同意", "refused"),
	"sent": text.B("已派出", "sent"), "accepted": text.B("已接单", "accepted"), "declined": text.B("未接受", "declined"), "arrived": text.B("已到场", "arrived"),
	"no_entry": text.B("未能入户", "no entry"), "agreed": text.B("同意", "agreed"), "paid": text.B("已付", "paid"), "signed": text.B("已签字", "signed"),
	"passed": text.B("合格", "passed"), "failed": text.B("不合格", "failed"), "reached": text.B("已联系上", "reached"), "not_reached": text.B("未联系上", "not reached"),
	"not_agreed": text.B("未达成一致", "not agreed"), "satisfied": text.B("满意", "satisfied"), "dissatisfied": text.B("不满意", "dissatisfied"),
	"told": text.B("已告知", "told"), "due": text.B("到期", "due"),
}
