package engine

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/procedure"
)

// values are what conditions and figure paths of a case read: answers over
// facts, with the facts of env over those recorded earlier.
func (env Env) values(s State) procedure.Values {
	v := make(procedure.Values, len(s.Fields)+len(s.Facts)+len(env.Facts))
	maps.Copy(v, s.Facts)
	for _, name := range env.Def.Facts {
		if x, ok := env.Facts[name]; ok {
			v[name] = x
		}
	}
	maps.Copy(v, s.Fields)
	return v
}

// facts are the declared facts that were read for this decision; they go into
// the event so that a replay reads the same.
func (env Env) facts() map[string]any {
	var out map[string]any
	for _, name := range env.Def.Facts {
		if x, ok := env.Facts[name]; ok {
			if out == nil {
				out = map[string]any{}
			}
			out[name] = x
		}
	}
	return out
}

// holds evaluates a condition; dotted names that are no values are figures.
func holds(c procedure.Cond, fig *procedure.Figures, v procedure.Values) bool {
	if c == nil {
		return true
	}
	for _, name := range c.Names() {
		if _, known := v[name]; known || !strings.Contains(name, ".") {
			continue
		}
		if x, ok := figure(fig, name, v); ok {
			v = maps.Clone(v)
			v[name] = x
		}
	}
	return c.Holds(v)
}

// figure is the value of a figure as a condition compares it.
func figure(fig *procedure.Figures, path string, v procedure.Values) (any, bool) {
	if n, err := fig.Money(path, v); err == nil {
		return n, true
	}
	if n, err := fig.Number(path, v); err == nil {
		return n, true
	}
	if n, err := fig.Share(path, v); err == nil {
		return n, true
	}
	if b, err := fig.YesNo(path, v); err == nil {
		return b, true
	}
	if w, err := fig.Word(path, v); err == nil {
		return w, true
	}
	return nil, false
}

// isPath tells a figure path from a role or a field.
func isPath(s string) bool { return strings.Contains(s, ".") }

// Figures are the figures of a profile that the engine reads whatever a
// procedure says, * for any name.
func Figures() []string {
	return []string{"desk.days", "desk.hours", "pause_limit.length", "pause_limit.times", "pause_reasons", "powers.*"}
}

// targets resolves a word of to, tell or levels: a field gives its answer, a
// figure path its words; roles, owner, assignee and customer stay as they are.
func (env Env) targets(word string, v procedure.Values) []string {
	if f := env.Def.Field(word); f != nil {
		x, ok := v[word]
		if !ok {
			return nil
		}
		s := fmt.Sprint(x)
		if f.Type == procedure.TypePerson {
			if id, err := strconv.ParseInt(s, 10, 64); err == nil {
				return []string{account(id)}
			}
		}
		return []string{s}
	}
	if isPath(word) {
		list, err := env.Figures.Words(word, v)
		if err != nil {
			return nil
		}
		return list
	}
	return []string{word}
}

func account(id int64) string { return "account:" + strconv.FormatInt(id, 10) }

// accountOf is the account in "account:7".
func accountOf(target string) (int64, bool) {
	s, ok := strings.CutPrefix(target, "account:")
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(s, 10, 64)
	return id, err == nil
}

// The roles that may move, cancel and reopen by hand where the profile's
// powers do not say otherwise.
var leaders = []string{"supervisor", "department_head", "director"}

// leads reports whether a may use one of the powers a profile gives to some
// roles only: jump, cancel, reopen, long_pause.
func (env Env) leads(a Actor, power string) bool {
	if a.ID == 0 {
		return true
	}
	roles := leaders
	if list, err := env.Figures.Words("powers."+power, nil); err == nil {
		roles = list
	}
	return slices.ContainsFunc(a.Roles, func(r string) bool { return slices.Contains(roles, r) })
}

// staff are accounts with a post in the project, and the system.
func staff(a Actor) bool { return a.ID == 0 || a.ID > 0 && len(a.Roles) > 0 }

// allowed reports whether a may do a step for who, and for whom they act when
// it is not their own: staff do a customer's step on behalf (the signature on
// the technician's phone), a leader steps in for an absent owner or assignee.
func (env Env) allowed(st *procedure.Step, s State, a Actor, v procedure.Values) (onBehalf string, ok bool) {
	if a.ID == 0 {
		return "", true
	}
	if len(st.Who) == 0 {
		return "", staff(a)
	}
	for _, who := range st.Who {
		switch {
		case who == "customer" && a.ID < 0, who == "owner" && a.ID == s.Owner, who == "assignee" && a.ID == s.Assignee && a.ID > 0:
			return "", true
		case who == "assignee" && s.Assignee == 0 && s.Team != "" && slices.Contains(a.Roles, s.Team):
			return "", true
		case slices.Contains(a.Roles, who):
			return "", true
		}
		for _, t := range env.targets(who, v) {
			if id, is := accountOf(t); is && id == a.ID || !is && t != who && slices.Contains(a.Roles, t) {
				return "", true
			}
		}
	}
	for _, who := range st.Who {
		switch {
		case who == "customer" && staff(a):
			return "customer", true
		case (who == "owner" || who == "assignee") && env.leads(a, "stand_in"):
			return who, true
		}
	}
	return "", false
}
