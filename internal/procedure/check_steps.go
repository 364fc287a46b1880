package procedure

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"guanjia/internal/text"
)

// Words that stand for a person of the case in who, to and tell.
var persons = []string{"owner", "assignee", "customer"}

// steps judges each step: who, whom, what it asks and needs, where it goes.
func (c *checker) steps() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		c.rules(s.Pos, s.Rules)
		c.who(s)
		c.asks(s)
		c.outcomes(s)
		c.action(s)
		for path, what := range map[string]string{s.Limit: "limit", s.Until: "until"} {
			if path != "" && (what == "limit" || strings.Contains(path, ".") || strings.Contains(path, " ")) {
				c.limit(s.Pos, path)
			}
		}
		if s.Until != "" && isName(s.Until) {
			if f := c.d.Field(s.Until); f == nil || f.Type != TypeDate && f.Type != TypeTime {
				c.refuse(s.Pos, "until.field", text.F("“%s”不是日期或时间栏", "%q is no field of a date or time", s.Until), text.B("写一个日期或时间栏，或数值路径", "name such a field, or the path of a figure"))
			}
		}
		if s.Before != "" {
			c.before(s)
		}
		c.condNames(s.Pos, s.Urgent)
		for _, b := range s.Then {
			c.condNames(b.Pos, b.When)
		}
	}
}

// before judges how long before a moment a wait ends: a span that can be gone
// back from it, in every profile.
func (c *checker) before(s *Step) {
	c.limit(s.Pos, s.Before)
	if c.d.Field(s.Until) == nil {
		c.refuse(s.Pos, "before.field", text.F("步骤“%s”有 before，until 却不是日期或时间栏", "step %q has before, but its until is no field of a date or time", s.Name),
			text.B("until 写一个日期或时间栏，或删去 before", "name such a field in until, or remove before"))
		return
	}
	if len(placeholders(s.Before)) > 0 {
		return
	}
	c.everyProfile(s.Pos, s.Before, "before", func(fig *Figures) error {
		l, err := fig.Limit(s.Before, nil)
		if err != nil {
			return nil //nolint:nilerr // said by limit
		}
		if _, ok := l.Shift(time.Time{}, -1); !ok || l.After != "" {
			return fmt.Errorf("%s is no span of minutes, hours, days or months", l)
		}
		return nil
	})
}

// who judges the people of a step. A role must be one of the handbook's, and
// somebody must hold it where the holders are known.
func (c *checker) who(s *Step) {
	for _, w := range s.Who {
		c.person(s, w, "who", false)
	}
	for _, w := range s.Tell {
		c.person(s, w, "tell", false)
	}
	if s.To != "" {
		c.person(s, s.To, "to", true)
	}
	if len(s.Who) > 0 && c.env.Holders != nil && !slices.ContainsFunc(s.Who, func(w string) bool { return c.h.Role(w) == nil || c.env.Holders[w] > 0 }) {
		c.refuse(s.Pos, "role.holder", text.F("没有人任“%s”的岗位，这一步没人能做", "nobody holds %q, so nobody could do the step", strings.Join(s.Who, ", ")),
			text.B("给一个人这个岗位，或换一个岗位", "give somebody the role, or name another"))
	}
	for _, n := range s.NotBy {
		if c.d.Step(n) == nil {
			c.refuse(s.Pos, "step.unknown", text.F("没有步骤“%s”", "there is no step %q", n), didYouMean(n, c.stepNames()))
		}
	}
}

func (c *checker) person(s *Step, w, key string, team bool) {
	switch {
	case slices.Contains(persons, w) || c.h.Role(w) != nil:
		return
	case strings.Contains(w, "."):
		c.everyProfile(s.Pos, w, "words", func(fig *Figures) error {
			return c.combinations(w, func(v Values) error {
				words, err := fig.Words(w, v)
				for _, x := range words {
					if err == nil && !c.knownTarget(x) {
						c.refuse(s.Pos, "role.unknown", text.F("档“%s”里“%s”写着“%s”，没有这个岗位", "profile %q has %[3]q at %[2]q, which is no role", fig.Profile, w, x), didYouMean(x, c.roleNames()))
					}
				}
				return err
			})
		})
		return
	}
	if f := c.d.Field(w); f != nil {
		if f.Type != TypePerson && f.Type != TypeDepartment && f.Type != TypeTrade {
			c.refuse(s.Pos, "target.field", text.F("“%s”不是人、部门或工种栏，不能写在 %s", "%q is no field of a person, department or trade and cannot stand in %s", w, key),
				text.B("写岗位，或这样的栏", "name a role or such a field"))
		}
		return
	}
	if team && c.knownTarget(w) {
		return
	}
	c.refuse(s.Pos, "role.unknown", text.F("没有岗位“%s”", "there is no role %q", w), didYouMean(w, c.roleNames()))
}

// knownTarget: a role, a person of the case, a trade or a department of some profile.
func (c *checker) knownTarget(w string) bool {
	if slices.Contains(persons, w) || c.h.Role(w) != nil {
		return true
	}
	for _, fig := range c.h.Profiles {
		if fig.exact("trades."+w) != nil || fig.exact("departments."+w) != nil {
			return true
		}
	}
	return false
}

func (c *checker) roleNames() []string {
	names := slices.Clone(persons)
	for _, r := range c.h.Roles {
		names = append(names, r.ID)
	}
	return names
}

func (c *checker) stepNames() []string {
	names := make([]string, len(c.d.Steps))
	for i := range c.d.Steps {
		names[i] = c.d.Steps[i].Name
	}
	return names
}

func (c *checker) fieldNames() []string {
	names := make([]string, 0, len(c.d.Fields))
	for i := range c.d.Fields {
		names = append(names, c.d.Fields[i].Name)
	}
	return names
}

func (c *checker) asks(s *Step) {
	for _, a := range s.Asks {
		if c.d.Field(a) == nil {
			c.refuse(s.Pos, "asks.unknown", text.F("步骤“%s”问的“%s”不在 fields 里", "step %q asks %q, which is no field", s.Name, a), didYouMean(a, c.fieldNames()))
		}
	}
	for _, n := range s.Needs {
		if n != "papers" && c.d.Field(n) == nil && !slices.ContainsFunc(c.d.Papers, func(p Paper) bool { return p.Name == n }) {
			c.refuse(s.Pos, "needs.unknown", text.F("步骤“%s”要的“%s”既不是材料也不是栏", "step %q needs %q, which is neither a paper nor a field", s.Name, n), text.B("写进 papers 或 fields", "write it into papers or fields"))
		}
	}
}

// outcomes refuses words the kind does not have, and outcomes that lead nowhere.
func (c *checker) outcomes(s *Step) {
	if s.Do == "" || s.Do == KindClose {
		return
	}
	known := Outcomes[s.Do]
	last := map[string]bool{} // outcomes already answered by an unconditional branch
	for _, b := range s.Then {
		if b.Outcome != "" && s.Do != KindWait && !slices.Contains(known, b.Outcome) {
			c.refuse(b.Pos, "outcome.unknown", text.F("“%s”不会以“%s”结束", "%s does not end with %q", string(s.Do), b.Outcome), text.B("可用的词："+strings.Join(known, "、"), "the words are: "+strings.Join(known, ", ")))
		}
		if c.d.Step(b.Go) == nil && b.Go != "" {
			c.refuse(b.Pos, "step.unknown", text.F("没有步骤“%s”", "there is no step %q", b.Go), didYouMean(b.Go, c.stepNames()))
		}
		if last[b.Outcome] || last[""] {
			c.refuse(b.Pos, "branch.dead", text.F("走不到这里：前面一条已经不带条件去别处", "this is never reached: an earlier line goes elsewhere without a condition"), text.B("调换顺序，或删去", "change the order, or remove it"))
		}
		if b.When == nil {
			last[b.Outcome] = true
		}
	}
	if s.Do == KindWait {
		c.waits(s, last)
		known = nil
	}
	for _, o := range known {
		if !last[o] && !last[""] {
			c.refuse(s.Pos, "outcome.open", text.F("步骤“%s”以“%s”结束后不知道去哪", "step %q does not say where %q leads", s.Name, o), text.F("在 then 里写“%s: …”，末条不带条件", "write \"%s: …\" in then, the last line without a condition", o))
		}
	}
	for _, o := range slices.Sorted(maps.Keys(s.Event)) {
		waited := s.Do == KindWait && slices.ContainsFunc(s.Then, func(b Branch) bool { return b.Outcome == o })
		if o != "" && !waited && !slices.Contains(Outcomes[s.Do], o) {
			c.refuse(s.Pos, "outcome.unknown", text.F("“%s”不会以“%s”结束，事件不会发生", "%s does not end with %q, so the event never happens", string(s.Do), o), text.B("改成它的结果词", "use one of its outcomes"))
		}
	}
}

// waits refuses a wait that nothing could end.
func (c *checker) waits(s *Step, last map[string]bool) {
	due := slices.ContainsFunc(s.Then, func(b Branch) bool { return b.Outcome == "due" || b.Outcome == "" })
	switch {
	case s.Until != "" && !due:
		c.refuse(s.Pos, "wait.due", text.F("步骤“%s”等到时间，却没写 due 去哪", "step %q waits for a time but does not say where due leads", s.Name), text.B("在 then 里写 due", "write due in then"))
	case s.Until == "" && due && !slices.ContainsFunc(s.Then, func(b Branch) bool { return b.Outcome != "" && b.Outcome != "due" }):
		c.refuse(s.Pos, "wait.endless", text.F("步骤“%s”没有东西能结束它", "nothing could ever end step %q", s.Name), text.B("写 until，或等一个事件", "write until, or wait for an event"))
	}
	for o := range last {
		delete(last, o)
	}
}

func (c *checker) action(s *Step) {
	if s.Do == KindAction && c.env.Actions != nil && strings.Contains(s.Action, "@") && !slices.Contains(c.env.Actions, s.Action) {
		c.refuse(s.Pos, "action.unknown", text.F("没有动作“%s”", "there is no action %q", s.Action), didYouMean(s.Action, c.env.Actions))
	}
}
