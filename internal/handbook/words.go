package handbook

import (
	"context"
	"slices"
	"strings"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

func say(ctx context.Context, b text.Both) string { return b.In(text.LangOf(ctx)) }

func joined(ctx context.Context, list []string) string {
	return strings.Join(list, text.T(ctx, "、", ", "))
}

// firstWords are the clauses of a rule in one line.
func firstWords(ctx context.Context, r procedure.Rule) string {
	var list []string
	for _, c := range r.Clauses {
		list = append(list, say(ctx, c.Text))
	}
	return strings.Join(list, text.T(ctx, "；", "; "))
}

func sourceWords(ctx context.Context, source string) string {
	switch source {
	case "ours":
		return text.T(ctx, "我们自己定的", "our own")
	case "law":
		return text.T(ctx, "法律", "law")
	}
	return source
}

func profileWords(ctx context.Context, s *Service, names []string) string {
	if len(names) == 0 {
		return text.T(ctx, "各档", "all")
	}
	var list []string
	for _, n := range names {
		if f := s.book.Profiles[n]; f != nil {
			n = say(ctx, f.Title)
		}
		list = append(list, n)
	}
	return joined(ctx, list)
}

// storyWords are the names of the stories about a clause or its whole rule.
func storyWords(ctx context.Context, s *Service, c procedure.Clause) []string {
	rule, _, _ := strings.Cut(c.ID, ".")
	var list []string
	for _, title := range slices.Concat(s.stories[c.ID], s.stories[rule]) {
		list = append(list, title.In(text.LangOf(ctx)))
	}
	return list
}

var leverSorts = map[string]text.Both{
	"step": text.B("步骤", "step"), "clock": text.B("时限", "clock"), "field": text.B("栏目", "field"), "figure": text.B("数值", "figure"),
	"action": text.B("动作", "action"), "route": text.B("页面", "page"), "table": text.B("数据", "table"), "check": text.B("检查", "check"), "test": text.B("测试", "test"),
}

func leverWords(ctx context.Context, lever string) string {
	l, err := procedure.ParseLever(lever)
	if err != nil {
		return lever
	}
	return say(ctx, leverSorts[l.Sort]) + " " + l.Name
}

// clockWords say what starts and stops a clock, and its limit where that is no
// figure.
func clockWords(ctx context.Context, c procedure.Clock) string {
	limit := ""
	switch prefix, _ := clockPath(c.Limit); {
	case c.Limit == "promise":
		limit = text.T(ctx, "到答应客户的时间", "the time promised to the customer")
	case prefix == "":
		limit = say(ctx, words(c.Limit))
	}
	out := text.Tf(ctx, "自 %s 起，到 %s 止", "from %s to %s", c.From, joined(ctx, c.To))
	if limit != "" {
		out = limit + text.T(ctx, "；", "; ") + out
	}
	if c.Pauses {
		out += text.T(ctx, "；暂停时不走", "; stands still while paused")
	}
	return out + text.T(ctx, "。", ". ")
}

// stopWords is the way of a procedure in one line.
func stopWords(ctx context.Context, d *procedure.Definition) string {
	var list []string
	for _, s := range d.Stops() {
		list = append(list, say(ctx, s.Title))
	}
	return strings.Join(list, " → ")
}

// whoWords names roles and the people of a case.
func (s *Service) whoWords(ctx context.Context, d *procedure.Definition, who []string) string {
	var list []string
	for _, w := range who {
		switch role, f := s.book.Role(w), d.Field(w); {
		case w == "owner":
			w = text.T(ctx, "首问责任人", "first contact")
		case w == "assignee":
			w = text.T(ctx, "经办", "assignee")
		case w == "customer":
			w = text.T(ctx, "客户", "customer")
		case role != nil:
			w = say(ctx, role.Title)
		case f != nil:
			w = say(ctx, f.Title)
		}
		list = append(list, w)
	}
	if len(list) == 0 {
		return text.T(ctx, "自动", "by itself")
	}
	return joined(ctx, list)
}

// askWords are the fields a step asks for, the required ones starred, and the
// papers it needs.
func askWords(ctx context.Context, d *procedure.Definition, st *procedure.Step) string {
	var list []string
	for _, name := range st.Asks {
		f := d.Field(name)
		if f == nil {
			continue
		}
		w := say(ctx, f.Title)
		switch {
		case f.Required:
			w += "*"
		case f.When != nil:
			w += text.Tf(ctx, "（%s时必填）", " (required when: %s)", say(ctx, procedure.CondWords(d, nil, f.When)))
		}
		list = append(list, w)
	}
	for _, name := range st.Needs {
		for _, p := range d.Papers {
			if p.Name == name || name == "papers" {
				list = append(list, say(ctx, p.Title))
			}
		}
	}
	return joined(ctx, list)
}

// thenWords say where each outcome leads.
func thenWords(ctx context.Context, d *procedure.Definition, f *procedure.Figures, st *procedure.Step) string {
	var list []string
	for _, b := range st.Then {
		var from []string
		if b.Outcome != "" {
			from = append(from, say(ctx, procedure.OutcomeTitle(b.Outcome)))
		}
		if b.When != nil {
			from = append(from, say(ctx, procedure.CondWords(d, f, b.When)))
		}
		to := b.Go
		if next := d.Step(b.Go); next != nil {
			to = say(ctx, next.Title)
		}
		if len(from) > 0 {
			to = joined(ctx, from) + " → " + to
		}
		list = append(list, to)
	}
	return strings.Join(list, text.T(ctx, "；", "; "))
}

// clauseFigures are the figures a clause leans on, in every profile.
func (s *Service) clauseFigures(c procedure.Clause) []Row {
	l, err := procedure.ParseLever(c.Lever)
	if err != nil {
		return nil
	}
	switch l.Sort {
	case "figure":
		return s.figureRows(l.Name, s.profiles())
	case "clock":
		name, part, _ := strings.Cut(l.Name, ".")
		if d := s.book.Procedures[name]; d != nil {
			for _, k := range d.Clocks {
				if k.Name == part {
					return s.limitRows(k.Limit, s.profiles())
				}
			}
		}
	}
	return nil
}

// compared are the figures of profiles side by side; without all, only those
// that differ.
func (s *Service) compared(names []string, all bool) []Row {
	rows := s.figureRows("", names)
	if all {
		return rows
	}
	return slices.DeleteFunc(rows, func(r Row) bool { return r.Same })
}

// pathWords says the path of a figure in words.
func (s *Service) pathWords(ctx context.Context, path string) string {
	return say(ctx, s.book.FigureName(path))
}
