package procedure

import (
	"maps"
	"slices"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

// condNames refuses names a condition cannot read and words its field never has.
func (c *checker) condNames(pos Pos, cond Cond) {
	comparisons(cond, func(x *compare) {
		f := c.d.Field(strings.TrimSuffix(x.name, "_reason"))
		switch {
		case f == nil && strings.Contains(x.name, "."):
			if !slices.Contains(c.d.Facts, x.name) {
				c.refuse(pos, "fact.undeclared", text.F("“%s”没有写在 facts 里", "%q is not written in facts", x.name), text.B("写进 facts", "add it to facts"))
			}
		case f == nil:
			c.refuse(pos, "cond.field", text.F("条件里的“%s”不是栏", "%q in the condition is no field", x.name), didYouMean(x.name, c.fieldNames()))
		default:
			c.operands(pos, f, x)
		}
		for _, o := range x.right {
			if o.path != "" && !slices.Contains(c.d.Facts, o.path) {
				c.everyProfile(pos, o.path, "compared", func(fig *Figures) error { _, err := fig.Word(o.path, nil); return err })
			}
		}
	})
}

// operands refuses a comparison that can never hold.
func (c *checker) operands(pos Pos, f *Field, x *compare) {
	ordered := f.Type == TypeNumber || f.Type == TypeMoney || f.Type == TypeRating || f.Type == TypeDate || f.Type == TypeTime
	if slices.Contains([]string{"<", "≤", ">", "≥"}, x.op) && !ordered {
		c.refuse(pos, "cond.order", text.F("“%s”没有大小可比", "%q has no order to compare by", f.Name), text.B("用 = 或 in", "use = or in"))
		return
	}
	if x.op == "" && f.Type != TypeYesNo {
		c.refuse(pos, "cond.yes_no", text.F("“%s”不是是非栏，要写它等于什么", "%q is not a yes-or-no field; say what it equals", f.Name), text.F("写“%s = …”", "write \"%s = …\"", f.Name))
		return
	}
	for _, o := range x.right {
		if o.path != "" {
			continue
		}
		var words []string
		switch {
		case f.Type == TypeYesNo:
			words = []string{"yes", "no"}
		case f.Type == TypeChoice || f.Type == TypeTrade || f.Type == TypeDepartment:
			words = c.choiceWords(f)
		case (f.Type == TypeNumber || f.Type == TypeMoney || f.Type == TypeRating) && !o.isNum:
			c.refuse(pos, "cond.number", text.F("“%s”是数，不能与“%s”比", "%q is a number and cannot be compared with %q", f.Name, o.word), text.B("写一个数", "write a number"))
			continue
		default:
			continue
		}
		if o.isNum || !slices.Contains(words, o.word) {
			c.refuse(pos, "cond.word", text.F("“%s”从来不会是“%s”", "%q is never %q", f.Name, o.word), text.B("可选的词："+strings.Join(words, "、"), "the words are: "+strings.Join(words, ", ")))
		}
	}
}

// choiceWords are the words a field can have, in any of the profiles.
func (c *checker) choiceWords(f *Field) []string {
	if f.Type == TypeYesNo {
		return []string{"yes", "no"}
	}
	var words []string
	for _, x := range f.Of {
		words = append(words, x.Name)
	}
	path := from(f)
	if path == "" {
		return words
	}
	for _, name := range slices.Sorted(maps.Keys(c.h.Profiles)) {
		keys, err := c.h.Profiles[name].Keys(path, nil)
		if err != nil {
			continue
		}
		for _, k := range keys {
			if !slices.Contains(words, k) {
				words = append(words, k)
			}
		}
	}
	return words
}

// maxCombinations bounds how many values of placeholders are tried for a path.
const maxCombinations = 5000

// combinations calls try with every combination of the choices a path's
// placeholders can have; the first error ends it.
func (c *checker) combinations(path string, try func(Values) error) error {
	return c.combine(placeholders(path), Values{}, new(int), try)
}

func (c *checker) combine(names []string, v Values, count *int, try func(Values) error) error {
	if *count > maxCombinations {
		return nil
	}
	if len(names) == 0 {
		*count++
		return try(v)
	}
	f := c.d.Field(names[0])
	if f == nil {
		return c.combine(names[1:], v, count, try)
	}
	for _, w := range c.choiceWords(f) {
		v[names[0]] = w
		if err := c.combine(names[1:], v, count, try); err != nil {
			return err
		}
	}
	return nil
}

// limit refuses a limit that one of the profiles does not have, whatever the
// case's values are.
func (c *checker) limit(pos Pos, path string) {
	if _, err := calendar.ParseLimit(path); err != nil && !isFigurePath(path) {
		return // refused when it was read
	}
	for _, n := range placeholders(path) {
		f := c.d.Field(n)
		switch {
		case f == nil:
			c.refuse(pos, "limit.field", text.F("“%s”里的“%s”不是栏", "%[2]q in %[1]q is no field", path, n), didYouMean(n, c.fieldNames()))
			return
		case f.Type != TypeChoice && f.Type != TypeYesNo && f.Type != TypeTrade && f.Type != TypeDepartment:
			c.refuse(pos, "limit.field", text.F("“%[2]s”不是选择栏，不能决定时限", "%[2]q is no choice and cannot decide the limit %[1]q", path, n), text.B("用选择栏", "use a choice field"))
			return
		}
	}
	c.everyProfile(pos, path, "limit", func(fig *Figures) error {
		return c.combinations(path, func(v Values) error {
			l, err := fig.Limit(path, v)
			if err == nil && l.After != "" && !c.emitted()[l.After] {
				c.refuse(pos, "event.unknown", text.F("档“%s”的时限“%s”要等事件“%s”，没有一步发出它", "profile %q counts %q from event %q, which no step emits", fig.Profile, l.String(), l.After), didYouMean(l.After, slices.Sorted(maps.Keys(c.emitted()))))
			}
			return err
		})
	})
}

// emitted is every event the case can see.
func (c *checker) emitted() map[string]bool {
	all := map[string]bool{}
	for _, e := range slices.Concat(Events, c.env.Events) {
		all[e] = true
	}
	for i := range c.d.Steps {
		for _, e := range c.d.Steps[i].Event {
			all[e] = true
		}
	}
	return all
}

// clocks refuses clocks that could never start or stop, or have no limit.
func (c *checker) clocks() {
	all := c.emitted()
	for i := range c.d.Clocks {
		k := &c.d.Clocks[i]
		c.rules(k.Pos, k.Rules)
		c.condNames(k.Pos, k.When)
		for _, e := range append([]string{k.From}, k.To...) {
			if !all[e] {
				c.refuse(k.Pos, "event.unknown", text.F("时限“%s”要看事件“%s”，没有一步发出它", "clock %q looks for event %q, which no step emits", k.Name, e), didYouMean(e, slices.Sorted(maps.Keys(all))))
			}
		}
		if slices.Contains(k.To, k.From) {
			c.refuse(k.Pos, "clock.itself", text.F("时限“%s”由同一个事件开始和结束", "clock %q starts and stops with the same event", k.Name), text.B("换一个结束的事件", "name another event to stop it"))
		}
		if k.Limit != "promise" {
			c.limit(k.Pos, k.Limit)
		}
		if k.Levels != "" {
			c.everyProfile(k.Pos, k.Levels, "levels", func(fig *Figures) error { return c.ladder(k, fig) })
		}
	}
}

func (c *checker) ladder(k *Clock, fig *Figures) error {
	levels, err := fig.Levels(k.Levels, nil)
	for i, l := range levels {
		for _, t := range l.Tell {
			if !c.knownTarget(t) {
				c.refuse(k.Pos, "role.unknown", text.F("档“%s”的升级表“%s”要告诉“%s”，没有这个岗位", "profile %q tells %[3]q in the ladder %[2]q, which is no role", fig.Profile, k.Levels, t), didYouMean(t, c.roleNames()))
			}
		}
		if i > 0 && later(levels[i-1], l) {
			c.refuse(k.Pos, "levels.order", text.F("档“%s”的升级表“%s”没有按先后写", "the ladder %[2]q of profile %[1]q is not in the order of time", fig.Profile, k.Levels), text.B("从早到晚写", "write it from early to late"))
		}
	}
	return err
}

// later reports whether level a certainly comes after b.
func later(a, b Level) bool {
	if a.At != b.At {
		return a.At > b.At
	}
	return !a.After.IsZero() && b.After.IsZero() || a.After.Unit == b.After.Unit && a.After.N > b.After.N && a.After.Unit != calendar.SameDay
}

// money refuses a step that approves or takes money when the one who asked for
// it may do it too and nothing keeps them apart.
func (c *checker) money() {
	for i := range c.d.Steps {
		asker := &c.d.Steps[i]
		if !slices.ContainsFunc(asker.Asks, func(a string) bool { f := c.d.Field(a); return f != nil && HoldsMoney(f) }) {
			continue
		}
		for j, ok := range c.graph.reach(i) {
			s := &c.d.Steps[j]
			if !ok || i == j || s.Do != KindApprove && s.Do != KindPay || slices.Contains(s.NotBy, asker.Name) || !mayBeSame(asker.Who, s.Who) {
				continue
			}
			c.refuseFor("PLT-02", s.Pos, "money.self", text.F("“%s”里提出金额的人也能在“%s”里批准或收取", "whoever names the money in %q may also approve or take it in %q", asker.Name, s.Name),
				text.F("加 not_by: [%s]，或换岗位", "add not_by: [%s], or name another role", asker.Name))
		}
	}
}

// HoldsMoney reports whether a field carries an amount.
func HoldsMoney(f *Field) bool {
	return f.Type == TypeMoney || slices.ContainsFunc(f.Columns, func(col Field) bool { return HoldsMoney(&col) })
}

// mayBeSame: a role in common, or somebody who may hold any role.
func mayBeSame(a, b []string) bool {
	anyone := func(w string) bool { return w == "assignee" || w == "owner" }
	return slices.ContainsFunc(a, anyone) || slices.ContainsFunc(b, anyone) || slices.ContainsFunc(a, func(w string) bool { return w != "customer" && slices.Contains(b, w) })
}
