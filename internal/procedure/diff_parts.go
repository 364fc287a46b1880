package procedure

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

func fieldParts(d *Definition) []part {
	parts := make([]part, 0, len(d.Fields))
	for i := range d.Fields {
		f := &d.Fields[i]
		p := part{name: f.Name, title: f.Title, attrs: []attr{
			{"type", text.B("类型", "type"), FieldTypeTitle(f.Type)}, {"hint", text.B("提示", "hint"), f.Hint},
			{"required", text.B("必填", "required"), requiredWords(d, f)}, {"index", text.B("列入登记表", "shown in registers"), yes(f.Index)}, {"reason", text.B("要写理由", "needs a reason"), yes(f.Reason)},
			{"of", text.B("选项", "choices"), choiceList(f.Of)}, plain("from", "选项来自", "choices from", f.From), {"columns", text.B("列", "columns"), columnList(f.Columns)},
			plain("sum_of", "合计于", "sum of", f.SumOf), plain("same_as", "应同", "same as", f.SameAs), plain("least", "最小", "at least", least(f)), {"past", text.B("已发生", "in the past"), yes(f.Past)}, {"future", text.B("未到", "still to come"), yes(f.Future)},
			listed("rule", "依据", "rules", f.Rules),
		}}
		parts = append(parts, p)
	}
	return parts
}

// requiredWords says whether a field must be answered, or when.
func requiredWords(d *Definition, f *Field) text.Both {
	if f.When != nil {
		return CondWords(d, nil, f.When)
	}
	return yes(f.Required)
}

// least is the smallest number of a field, "" for the usual one.
func least(f *Field) string {
	if f.Least == 0 {
		return ""
	}
	return strconv.FormatInt(f.Least, 10)
}

func choiceList(list []Choice) text.Both {
	var zh, en []string
	for _, c := range list {
		zh, en = append(zh, c.Title.ZH), append(en, c.Title.EN)
	}
	return text.B(strings.Join(zh, "、"), strings.Join(en, ", "))
}

func columnList(list []Field) text.Both {
	var zh, en []string
	for i := range list {
		f := &list[i]
		t := FieldTypeTitle(f.Type)
		zh, en = append(zh, f.Title.ZH+"（"+t.ZH+"）"), append(en, f.Title.EN+" ("+t.EN+")")
	}
	return text.B(strings.Join(zh, "、"), strings.Join(en, ", "))
}

func paperParts(d *Definition) []part {
	parts := make([]part, 0, len(d.Papers))
	for i := range d.Papers {
		p := &d.Papers[i]
		parts = append(parts, part{name: p.Name, title: p.Title, attrs: []attr{when(d, p.When), listed("rule", "依据", "rules", p.Rules)}})
	}
	return parts
}

func when(d *Definition, c Cond) attr {
	a := attr{key: "when", name: text.B("条件", "when")}
	if c != nil {
		a.value = CondWords(d, nil, c)
	}
	return a
}

func clockParts(d *Definition) []part {
	parts := make([]part, 0, len(d.Clocks))
	for i := range d.Clocks {
		c := &d.Clocks[i]
		parts = append(parts, part{name: c.Name, title: c.Title, attrs: []attr{
			{"limit", text.B("时长", "limit"), limitWords(d, c.Limit)}, plain("from", "起于", "from", c.From), listed("to", "止于", "to", c.To),
			{"levels", text.B("升级", "levels"), limitWords(d, c.Levels)}, when(d, c.When), {"pauses", text.B("可暂停", "pauses"), yes(c.Pauses)},
			{"customer_sees", text.B("客户可见", "customer sees it"), yes(c.CustomerSees)}, listed("rule", "依据", "rules", c.Rules),
		}})
	}
	return parts
}

// limitWords says a literal limit in words; a path is called by the figure's
// name, its placeholders by the titles of their fields.
func limitWords(d *Definition, s string) text.Both {
	if s == "" {
		return text.Both{}
	}
	if l, err := calendar.ParseLimit(s); err == nil {
		if l.After != "" {
			return text.B(s, s)
		}
		return l.Words()
	}
	var zh, en []string
	for part := range strings.SplitSeq(s, ".") {
		b := figureName(part)
		if f := d.Field(strings.Trim(part, "{}")); f != nil && part != f.Name {
			b = text.B("按"+f.Title.ZH, "by "+f.Title.EN)
		}
		zh, en = append(zh, b.ZH), append(en, b.EN)
	}
	return text.B(strings.Join(zh, " · "), strings.Join(en, " · "))
}

// whoWords names posts and the people of a case; a path is called by the
// figure's name.
func whoWords(d *Definition, books []*Handbook, list ...string) text.Both {
	var zh, en []string
	for _, w := range list {
		if w == "" {
			continue
		}
		b, known := FigureWord(w)
		for _, h := range books {
			if r := h.Role(w); !known && r != nil {
				b, known = r.Title, true
			}
		}
		if f := d.Field(w); !known && f != nil {
			b, known = f.Title, true
		}
		if !known {
			if b = text.B(w, w); isFigurePath(w) {
				b = limitWords(d, w)
			}
		}
		zh, en = append(zh, b.ZH), append(en, b.EN)
	}
	return text.B(strings.Join(zh, "、"), strings.Join(en, ", "))
}

func stepParts(d *Definition, books []*Handbook) []part {
	title := func(name string) text.Both {
		if s := d.Step(name); s != nil {
			return s.Title
		}
		return text.B(name, name)
	}
	fieldTitles := func(names []string) text.Both {
		var zh, en []string
		for _, n := range names {
			t := text.B(n, n)
			if f := d.Field(n); f != nil {
				t = f.Title
			}
			zh, en = append(zh, t.ZH), append(en, t.EN)
		}
		return text.B(strings.Join(zh, "、"), strings.Join(en, ", "))
	}
	parts := make([]part, 0, len(d.Steps))
	for i := range d.Steps {
		s := &d.Steps[i]
		attrs := []attr{
			{"do", text.B("做什么", "kind"), KindTitle(s.Do)}, {"who", text.B("谁来做", "who"), whoWords(d, books, s.Who...)}, {"to", text.B("交给", "to"), whoWords(d, books, s.To)}, listed("by", "方式", "by", s.By),
			{"asks", text.B("填写", "asks"), fieldTitles(s.Asks)}, listed("needs", "必备", "needs", s.Needs), listed("not_by", "不得由谁来做", "not by who did", s.NotBy),
			{"tell", text.B("告知", "tells"), whoWords(d, books, s.Tell...)}, {"limit", text.B("时长", "limit"), limitWords(d, s.Limit)}, plain("until", "等到", "until", s.Until), {"before", text.B("提前", "before it"), limitWords(d, s.Before)}, plain("action", "动作", "action", s.Action),
			plain("files", "归档", "files", s.Files), plain("group", "分段", "group", s.Group), listed("rule", "依据", "rules", s.Rules),
		}
		if s.Urgent != nil {
			attrs = append(attrs, attr{"urgent", text.B("加急", "urgent"), CondWords(d, nil, s.Urgent)})
		}
		for _, o := range slices.Sorted(maps.Keys(s.Event)) {
			attrs = append(attrs, plain(strings.TrimSuffix("event."+o, "."), "事件", "event", s.Event[o]))
		}
		for _, k := range slices.Sorted(maps.Keys(s.Args)) {
			attrs = append(attrs, plain("with."+k, "参数 "+k, "argument "+k, s.Args[k]))
		}
		parts = append(parts, part{name: s.Name, title: s.Title, attrs: append(attrs, thens(d, s, title)...)})
	}
	return parts
}

// thens is where a step leads, one attribute an outcome.
func thens(d *Definition, s *Step, title func(string) text.Both) []attr {
	var attrs []attr
	for _, b := range s.Then {
		to := title(b.Go)
		if b.When != nil {
			c := CondWords(d, nil, b.When)
			to = text.B("若"+c.ZH+"则“"+to.ZH+"”", "if "+c.EN+" then “"+to.EN+"”")
		} else {
			to = text.B("“"+to.ZH+"”", "“"+to.EN+"”")
		}
		i := slices.IndexFunc(attrs, func(a attr) bool { return a.key == strings.TrimSuffix("then."+b.Outcome, ".") })
		if i < 0 {
			o := OutcomeTitle(b.Outcome)
			name := text.B("“"+o.ZH+"”以后", "after “"+o.EN+"”")
			if b.Outcome == "" {
				name = text.B("以后", "then")
			}
			attrs = append(attrs, attr{key: strings.TrimSuffix("then."+b.Outcome, "."), name: name, value: to})
			continue
		}
		attrs[i].value = text.B(attrs[i].value.ZH+"；否则"+to.ZH, attrs[i].value.EN+"; else "+to.EN)
	}
	return attrs
}
