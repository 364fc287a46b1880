package handbook

import (
	"context"
	"path"
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
func storyWords(s *Service, c procedure.Clause) string {
	rule, _, _ := strings.Cut(c.ID, ".")
	var list []string
	for _, file := range slices.Concat(s.stories[c.ID], s.stories[rule]) {
		list = append(list, strings.TrimSuffix(path.Base(file), ".txtar"))
	}
	return strings.Join(list, " ")
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
		if f.Required {
			w += "*"
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

// pathWords says the path of a figure in words, as far as they are known:
// choices by their own title, the rest by the list below.
func (s *Service) pathWords(ctx context.Context, path string) string {
	var list []string
	for _, part := range strings.Split(path, ".") {
		list = append(list, s.partWords(ctx, part))
	}
	return strings.Join(list, text.T(ctx, " · ", " · "))
}

// choiceLists are the figures that give choices their names.
var choiceLists = []string{"repair.faults", "repair.grades", "complaint.kinds", "enquiry.kinds", "repair.elements", "trades", "departments", "pause_reasons", "repair.pay_by", "complaint.ladder"}

func (s *Service) partWords(ctx context.Context, part string) string {
	if b, ok := parts[part]; ok {
		return say(ctx, b)
	}
	for _, name := range s.profiles() {
		f := s.book.Profiles[name]
		for _, list := range choiceLists {
			keys, err := f.Keys(list, nil)
			if err != nil || !slices.Contains(keys, part) {
				continue
			}
			if b, err := f.Text(list+"."+part, nil); err == nil && b.ZH != part {
				return say(ctx, b)
			}
		}
	}
	return strings.ReplaceAll(part, "_", " ")
}

var parts = map[string]text.Both{
	"analysis": text.B("重复问题分析", "analysis"), "measure": text.B("复量", "measure again"), "watch": text.B("观察", "watch"), "write": text.B("写出", "write"),
	"keeping": text.B("代管", "keeping"), "keep": text.B("保管", "keep"), "care": text.B("照看", "care"), "found": text.B("拾物", "found"), "message": text.B("留言", "message"),
	"forum": text.B("恳谈会", "forum"), "minutes": text.B("纪要", "minutes"), "group_visit": text.B("参观接待", "group visit"), "check": text.B("检查", "check"),
	"check_before": text.B("提前检查", "check before"), "place": text.B("场地", "place"), "place_before": text.B("提前定场地", "place before"),
	"pause_limit": text.B("暂停上限", "longest pause"), "length": text.B("时长", "length"), "powers": text.B("权限", "powers"), "cancel": text.B("作废", "cancel"),
	"hand_over": text.B("移交", "hand over"), "jump": text.B("跳步", "jump"), "long_pause": text.B("长时间暂停", "long pause"), "reopen": text.B("重开", "reopen"), "stand_in": text.B("代办", "stand in"),
	"complaint": text.B("投诉", "complaint"), "repair": text.B("维修", "repair"), "enquiry": text.B("咨询", "enquiry"), "visit": text.B("走访", "visit"),
	"survey": text.B("意见征询", "survey"), "follow_up": text.B("回访", "follow-up"), "promise": text.B("承诺", "promise"), "desk": text.B("前台", "desk"),
	"directory": text.B("通讯录", "directory"), "targets": text.B("目标", "targets"), "departments": text.B("部门", "departments"), "trades": text.B("工种", "trades"),
	"major": text.B("重大", "major"), "important": text.B("重要", "important"), "minor": text.B("一般", "minor"), "answer": text.B("答复", "answer"),
	"report": text.B("上报", "report"), "report_to": text.B("报给", "report to"), "solve": text.B("办结", "solve"), "contact": text.B("首次联系", "first contact"),
	"tell": text.B("告知", "tell"), "written": text.B("书面", "in writing"), "leaders": text.B("领导定夺", "leaders decide"), "own_power": text.B("部门可定", "department's own power"),
	"levels": text.B("升级", "levels"), "arrive_levels": text.B("到场升级", "levels of arriving"), "kinds": text.B("类别", "kinds"), "faults": text.B("故障", "faults"), "grades": text.B("等级", "grades"),
	"arrive": text.B("到场", "arrive"), "finish": text.B("修好", "finish"), "dispatch": text.B("派单", "dispatch"), "accept": text.B("接单", "accept"),
	"leak_on_scene": text.B("三方到场", "together on the spot"), "contractor": text.B("施工单位", "contractor"), "bill": text.B("入账", "bill"), "bill_day": text.B("入账日", "day of billing"),
	"warranty": text.B("保修期", "warranty"), "elements": text.B("部件", "elements"), "pay_by": text.B("付款方式", "ways to pay"), "handover_defects": text.B("遗漏工程", "defects at handover"),
	"other": text.B("其他", "other"), "receipt": text.B("签收", "receipt"), "decide": text.B("定夺", "decide"), "share": text.B("比例", "share"), "each": text.B("每", "each"),
	"owners": text.B("业主", "owners"), "customers": text.B("客户", "customers"), "within": text.B("期限", "within"), "vip_refresh": text.B("重点客户更新", "key customers refreshed"),
	"analyse": text.B("统计分析", "analyse"), "days": text.B("日子", "days"), "hours": text.B("时间", "hours"), "repair_line": text.B("报修电话", "repair line"), "rings": text.B("铃声", "rings"),
	"hotline": text.B("热线", "hotline"), "draft_kept": text.B("草稿保留", "drafts kept"), "care_alert": text.B("代管提醒", "items in care"), "day": text.B("日", "day"),
	"contacts": text.B("联系人", "contacts"), "office_hours": text.B("办公时间", "office hours"), "outside": text.B("办公时间外", "outside them"), "vacant": text.B("空置", "vacant"),
	"satisfaction": text.B("满意率", "satisfaction"), "rework": text.B("返修率", "rework"), "urgent_in_time": text.B("急修及时", "urgent in time"), "complaints": text.B("投诉", "complaints"),
	"collection": text.B("收缴率", "collection"), "authority": text.B("到主管部门", "to the authority"), "company": text.B("到公司", "to the company"), "handled": text.B("办结", "handled"),
	"valid_complaints": text.B("有效投诉", "valid complaints"), "count": text.B("件数", "count"), "repeated": text.B("反复", "repeated"), "times": text.B("次数", "times"),
	"answer_rate": text.B("接通率", "answer rate"), "solution_rate": text.B("解决率", "solution rate"), "pause_reasons": text.B("暂停原因", "reasons to pause"), "ladder": text.B("争议途径", "dispute ladder"),
	"pass": text.B("合格", "pass"), "fail": text.B("不合格", "fail"), "urgent": text.B("紧急", "urgent"), "general": text.B("一般", "general"), "hard": text.B("疑难", "hard"), "small": text.B("小修", "small"),
}
