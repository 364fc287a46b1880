package procedure

import (
	"slices"
	"strings"

	"guanjia/internal/text"
)

// stepKeys are the keys every step may have; kindKeys those of one kind only.
var (
	stepKeys = []string{"title", "zh", "en", "do", "who", "asks", "needs", "not_by", "event", "tell", "then", "limit", "group", "rule"}
	kindKeys = map[Kind][]string{
		KindDispatch: {"to", "urgent"},
		KindNotify:   {"to", "by"},
		KindCall:     {"to"},
		KindVisit:    {"by"},
		KindMeet:     {"with", "place"},
		KindPay:      {"item", "amount"},
		KindWait:     {"until", "before"},
		KindAction:   {"action", "with"},
		KindClose:    {"files"},
	}
	kinds = []string{
		string(KindForm), string(KindApprove), string(KindDispatch), string(KindAccept), string(KindArrive), string(KindQuote), string(KindPay), string(KindSign),
		string(KindInspect), string(KindCall), string(KindMeet), string(KindVisit), string(KindNotify), string(KindWait), string(KindAction), string(KindClose),
	}
)

func (r reader) step(k, n *node) Step {
	s := Step{Name: k.word, Pos: k.pos, Do: Kind(r.oneOf(n, "do", "", kinds...)), Title: r.title(n)}
	r.must(n, "do")
	r.only(n, slices.Concat(stepKeys, kindKeys[s.Do])...)
	s.Who, s.Asks, s.Needs, s.NotBy, s.Tell = r.words(n, "who"), r.words(n, "asks"), r.words(n, "needs"), r.words(n, "not_by"), r.words(n, "tell")
	s.To, s.By, s.Until, s.Group, s.Files = r.str(n, "to"), r.words(n, "by"), r.str(n, "until"), r.str(n, "group"), r.str(n, "files")
	s.Rules = r.rules(n)
	if s.Urgent = r.cond(n, "urgent"); s.Urgent != nil && s.Urgent.String() == "yes" {
		s.Urgent = always{}
	}
	if v := n.get("limit"); v != nil {
		s.Limit = v.word
		r.limit(v)
	}
	if v := n.get("before"); v != nil {
		s.Before = v.word
		r.limit(v)
	}
	switch s.Do {
	case KindAction:
		if v := r.must(n, "action"); v != nil {
			s.Action = r.action(v)
		}
		s.Args = r.args(n)
	case KindMeet:
		s.Args = map[string]string{}
		if with := r.words(n, "with"); len(with) > 0 {
			s.Args["with"] = strings.Join(with, " ")
		}
		if place := r.str(n, "place"); place != "" {
			s.Args["place"] = place
		}
	case KindPay:
		s.Args = map[string]string{"item": r.str(n, "item"), "amount": r.str(n, "amount")}
		r.must(n, "item")
		r.must(n, "amount")
	}
	if v := n.get("event"); v != nil {
		s.Event = r.events(v)
	}
	r.who(n, &s)
	v := n.get("then")
	switch {
	case v != nil && s.Do == KindClose:
		r.ps.add(v.pos, "then.close", text.B("结束以后没有下一步", "nothing follows a close"), text.B("删去 then", "remove then"))
	case v != nil:
		s.Then = r.then(v, "", 0)
	case s.Do != KindClose:
		r.must(n, "then")
	}
	return s
}

// who refuses a step that nobody does, or that somebody does who need not.
func (r reader) who(n *node, s *Step) {
	switch {
	case s.Do == "" || s.Do == KindWait:
	case s.Auto() && len(s.Who) > 0 && s.Do != KindNotify:
		r.ps.add(n.get("who").pos, "who.auto", text.F("“%s”由系统自己完成", "%q is done by itself", s.Name), text.B("删去 who", "remove who"))
	case !s.Auto() && len(s.Who) == 0:
		r.must(n, "who")
	}
	if (s.Do == KindDispatch || s.Do == KindNotify) && s.To == "" {
		r.must(n, "to")
	}
}

func (r reader) action(v *node) string {
	name, version, ok := strings.Cut(v.word, "@")
	if v.kind != isWord || !ok || !isPath(name) || !strings.Contains(name, ".") || strings.Trim(version, "0123456789") != "" || version == "" {
		r.ps.add(v.pos, "action.name", text.F("“%s”不是一个动作的名字", "%q is not the name of an action", v.word),
			text.B("写成 房间.动词@版本，如 passes.issue@1", "write room.verb@version, such as passes.issue@1"))
	}
	return v.word
}

func (r reader) args(n *node) map[string]string {
	v := r.section(n, "with", false)
	if v == nil {
		return nil
	}
	args := map[string]string{}
	for i, k := range v.keys {
		r.checkName(k, "with")
		list, err := nodeWords(v.vals[i], k.word)
		if err != nil {
			r.wrongKind(v.vals[i], isWord, k.word)
		}
		args[k.word] = strings.Join(list, " ")
	}
	return args
}

// events reads "event: reported" or "event: {arrived: arrived, any: seen}".
func (r reader) events(v *node) map[string]string {
	out := map[string]string{}
	add := func(outcome string, x *node) {
		r.checkName(x, "event")
		out[outcome] = x.word
	}
	switch v.kind {
	case isWord:
		add("", v)
	case isMap:
		for i, k := range v.keys {
			outcome := k.word
			if outcome == "any" {
				outcome = ""
			}
			add(outcome, v.vals[i])
		}
	default:
		r.wrongKind(v, isWord, "event")
	}
	return out
}

// then reads a word, a list of {when, go}, or a map of outcome to either.
func (r reader) then(v *node, outcome string, depth int) []Branch {
	switch {
	case v.kind == isWord:
		r.checkName(v, "then")
		return []Branch{{Outcome: outcome, Go: v.word, Pos: v.pos}}
	case v.kind == isList:
		var list []Branch
		for _, x := range v.list {
			if x.kind != isMap {
				r.wrongKind(x, isMap, "then")
				continue
			}
			r.only(x, "when", "go")
			list = append(list, Branch{Outcome: outcome, When: r.cond(x, "when"), Go: r.name(x, "go"), Pos: x.pos})
		}
		return list
	case depth > 0:
		r.wrongKind(v, isList, outcome)
		return nil
	}
	var list, rest []Branch
	for i, k := range v.keys {
		if k.word == "any" {
			rest = r.then(v.vals[i], "", depth+1)
			continue
		}
		list = append(list, r.then(v.vals[i], k.word, depth+1)...)
	}
	return append(list, rest...)
}
