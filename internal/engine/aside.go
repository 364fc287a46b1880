package engine

import (
	"maps"
	"slices"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// asideOption tells whether a may give a command beside the steps; ok is false
// where the command makes no sense as the case stands.
func asideOption(env Env, s State, k EventKind, a Actor) (o Option, ok bool) {
	o = Option{Kind: k}
	open := s.Status == Open
	switch k {
	case EvNote, EvTold, EvPaper:
		o.May, ok = staff(a), true
	case EvPromise, EvPause, EvAssign, EvAmend, EvAbout, EvMerge:
		o.May, ok = staff(a), open
	case EvResume:
		o.May, ok = staff(a), open && s.Pause != nil
	case EvOwner:
		o.May, ok = a.ID == s.Owner || a.ID == s.Offered && a.ID != 0 || env.leads(a, "hand_over"), open
	case EvJump:
		o.May, ok = env.leads(a, "jump"), open
	case EvCancel:
		o.May, ok = a.ID == s.Owner || env.leads(a, "cancel"), open
	case EvReopen:
		o.May, ok = a.ID == s.Owner || env.leads(a, "reopen"), !open
	}
	if !o.May {
		o.Why = text.B("您的岗位不能做这件事，请主管处理。", "Your post cannot do this; ask a supervisor.")
		if k == EvCancel || k == EvReopen || k == EvOwner {
			o.Why = text.B("由首问责任人或主管处理。", "The first contact or a supervisor does this.")
		}
	}
	return o, ok
}

func (d *deciding) permitted(k EventKind) error {
	o, ok := asideOption(d.env, d.s, k, d.cmd.Actor)
	if !ok {
		return errs.New(errs.Conflict, "case.not_now", "事项现在的状态不能这样做，没有改动。", "As the case stands this cannot be done; nothing was changed.")
	}
	if !o.May {
		e := errs.New(errs.Forbidden, "case.role", "", "")
		e.Message = o.Why
		return e
	}
	return nil
}

// aside records what happens beside the steps.
func (d *deciding) aside() error {
	k := d.cmd.Kind
	if err := d.permitted(k); err != nil {
		return err
	}
	e := Event{Kind: k, Step: d.s.Step, Data: withData(d.cmd.Data, "", nil)}
	delete(e.Data, "")
	var bad errs.Fields
	need := func(key, zh, en string) {
		s := text.Clean(dataString(e.Data, key))
		if s == "" {
			bad.Add(key, "missing", zh, en)
		}
		e.Data[key] = s
	}
	switch k {
	case EvNote:
		need("text", "请写下内容。", "Write what there is to note.")
	case EvTold:
		need("text", "请写下告诉了客户什么。", "Write what the customer was told.")
		e.Names = []string{Told}
	case EvPromise:
		need("text", "请写下答应了客户什么。", "Write what the customer was promised.")
		d.future(e.Data, "due", &bad)
		e.Names = []string{Promised}
	case EvPause:
		if err := d.pause(&e, &bad); err != nil {
			return err
		}
	case EvResume:
		e.Names = []string{Resumed}
	case EvAssign:
		d.assign(&e, &bad)
	case EvOwner:
		if err := d.handOver(&e, &bad); err != nil {
			return err
		}
	case EvAmend:
		need("reason", "请写明为什么更正。", "Say why it is corrected.")
		e.Fields = answers(d.env, d.env.values(d.s), d.cmd.Fields, func(string) bool { return true }, &bad)
		if len(d.cmd.Fields) == 0 {
			bad.Add("fields", "missing", "没有要更正的内容。", "There is nothing to correct.")
		}
		for name, x := range e.Fields {
			f := d.env.Def.Field(name)
			if f == nil {
				continue
			}
			if x == nil && f.Required {
				bad.Add(name, "required", "这一栏不能空着。", "This cannot be left empty.")
			}
			if f.SumOf == "" && d.settled(f) {
				bad.Add(name, "settled", "这笔金额已经批准、同意或收款，不能更正。要改，请主管用“人工调整步骤”调回那一步重新办。",
					"This amount was approved, agreed to or paid and is not corrected. To change it a supervisor moves the case back to that step and it is done again.")
			}
		}
		d.amendedWhen(e.Fields, &bad)
		e.Facts = d.env.facts()
	case EvAbout:
		d.about(&e, need, &bad)
		e.Facts = d.env.facts()
	case EvPaper:
		if name := dataString(e.Data, "name"); !slices.ContainsFunc(d.env.Def.Papers, func(p procedure.Paper) bool { return p.Name == name }) {
			bad.Add("name", "unknown", "这种事项不需要这份材料。", "This kind of case asks for no such paper.")
		}
	case EvCancel:
		need("reason", "请写明为什么取消。", "Say why it is cancelled.")
		e.Names = []string{Cancelling}
	case EvMerge:
		if dataInt(e.Data, "into") == 0 && dataInt(e.Data, "from") == 0 {
			bad.Add("into", "missing", "请选要并入的事项。", "Choose the case to merge into.")
		}
	default:
		return errs.Newf(errs.Invalid, "case.command", "不认识的操作“%s”。", "Unknown command %q.", k)
	}
	if err := bad.Err("case.fields"); err != nil {
		return err
	}
	if len(e.Data) == 0 {
		e.Data = nil
	}
	d.add(e)
	return nil
}

// settled reports whether somebody said yes to a sum of money as it stands: it
// was approved, agreed to or paid. A correction would go round that word.
func (d *deciding) settled(f *procedure.Field) bool {
	if !holdsMoney(f) {
		return false
	}
	settled := false
	for _, e := range d.past {
		if _, given := e.Fields[f.Name]; given {
			settled = false
		}
		st := d.env.Def.Step(e.Step)
		if e.Kind == EvDone && st != nil && carries(st, e.Outcome) {
			settled = settled || st.Do == procedure.KindApprove || st.Do == procedure.KindQuote || st.Do == procedure.KindPay
		}
	}
	return settled
}

// future checks a moment to come and stores it in one form.
func (d *deciding) future(data map[string]any, key string, bad *errs.Fields) {
	t, ok := asTime(data[key])
	switch {
	case !ok:
		bad.Add(key, "missing", "请填时间，如 2026-11-20 17:00。", "Enter a time such as 2026-11-20 17:00.")
	case !t.After(d.at):
		bad.Add(key, "past", "这个时间已经过了。", "That time has passed.")
	default:
		data[key] = stamp(t)
	}
}

// pause stands the case still for a reason the profile knows, until a stated
// time. A profile's pause_limit bounds how often and how long; beyond it a
// leader decides.
func (d *deciding) pause(e *Event, bad *errs.Fields) error {
	reason := dataString(e.Data, "reason")
	if !slices.Contains(pauseReasons(d.env), reason) {
		bad.Add("reason", "choice", "请选一个暂停的原因。", "Choose a reason for the pause.")
	}
	d.future(e.Data, "until", bad)
	e.Names = []string{Paused}
	if d.env.leads(d.cmd.Actor, "long_pause") {
		return nil
	}
	if most, err := d.env.Figures.Number("pause_limit.times", nil); err == nil && int64(d.s.Pauses) >= most {
		return errs.Newf(errs.Forbidden, "case.pause.often", "这件事项已经暂停了 %d 次，再暂停要请主管决定。", "The case has been paused %d times; a supervisor decides on more.", d.s.Pauses)
	}
	if l, err := d.env.Figures.Limit("pause_limit.length", nil); err == nil {
		if until, ok := asTime(e.Data["until"]); ok && until.After(d.env.Calendar.Due(d.at, l, nil)) {
			return errs.New(errs.Forbidden, "case.pause.long", "暂停最长"+l.Words().ZH+"，更久要请主管决定。", "A pause lasts at most "+l.Words().EN+"; a supervisor decides on longer ones.")
		}
	}
	return nil
}

func pauseReasons(env Env) []string {
	if keys, err := env.Figures.Keys("pause_reasons", nil); err == nil && len(keys) > 0 {
		return keys
	}
	words, err := env.Figures.Words("pause_reasons", nil)
	if err != nil {
		return nil
	}
	return words
}

func (d *deciding) assign(e *Event, bad *errs.Fields) {
	to, team := dataInt(e.Data, "account"), text.Clean(dataString(e.Data, "team"))
	if to <= 0 && team == "" {
		bad.Add("to", "missing", "请选转给谁：人、工种或部门。", "Choose whom it goes to: a person, trade or department.")
	}
	e.Data["account"], e.Data["team"], e.Names = to, team, []string{Assigned}
}

// handOver: the owner (or a leader) asks somebody to take the case; it passes
// only when that person accepts, so that the owner is never empty (DSK-05).
func (d *deciding) handOver(e *Event, bad *errs.Fields) error {
	me, to := d.cmd.Actor.ID, dataInt(e.Data, "account")
	_, refuses := e.Data["declined"]
	switch offered := d.s.Offered != 0 && d.s.Offered == me; {
	case offered && refuses:
		e.Data = map[string]any{"account": me, "declined": true}
	case offered && (to == 0 || to == me):
		e.Data = map[string]any{"account": me, "accepted": true}
	case me != d.s.Owner && !d.env.leads(d.cmd.Actor, "hand_over"):
		return errs.New(errs.Forbidden, "case.owner.role", "由首问责任人或主管提出交接。", "The first contact or a supervisor proposes a hand-over.")
	case to <= 0 || to == d.s.Owner:
		bad.Add("account", "missing", "请选接手的人；对方接受之前责任不变。", "Choose who takes over; until they accept, nothing changes.")
	case to == me: // a leader takes the case over
		e.Data = map[string]any{"account": me, "accepted": true}
	default:
		e.Data = map[string]any{"account": to, "offered": true}
	}
	return nil
}

// about sets whose case it is and of which unit. What was empty is filled
// without a word; what stood there is corrected with a reason.
func (d *deciding) about(e *Event, need func(key, zh, en string), bad *errs.Fields) {
	corrects, changes := false, false
	for _, key := range []string{"unit", "customer"} {
		is, was := dataInt(e.Data, key), dataInt(e.Data, "was_"+key)
		changes = changes || is != was
		corrects = corrects || is != was && was != 0
	}
	switch {
	case !changes:
		bad.Add("about", "missing", "房屋和客户没有变。请先查找，再选是哪一户、是谁。", "Unit and customer are as they were. Search first, then choose which and who.")
	case corrects:
		need("reason", "原来的要改，请写明为什么。", "Something stood there; say why it is changed.")
	case dataInt(e.Data, "unit") == 0 && d.env.Def.About.Unit == procedure.Required:
		bad.Add("about", "required", "这种事项要知道是哪一户。", "This kind of case needs a unit.")
	}
}

// amendedWhen refuses a correction that leaves empty what the corrected answers
// make necessary; what was empty before is not the correction's fault.
func (d *deciding) amendedWhen(fields map[string]any, bad *errs.Fields) {
	before := d.env.values(d.s)
	after := maps.Clone(before)
	for name, x := range fields {
		if after[name] = x; x == nil {
			delete(after, name)
		}
	}
	for i := range d.env.Def.Fields {
		f := &d.env.Def.Fields[i]
		_, had := before[f.Name]
		if _, has := after[f.Name]; f.When == nil || has || !required(d.env, f, after) {
			continue
		}
		if had || !required(d.env, f, before) {
			bad.Add(f.Name, "missing", "请填“"+f.Title.ZH+"”。", "Enter “"+f.Title.In(text.EN)+"”.")
		}
	}
}
