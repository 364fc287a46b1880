package procedure

import (
	"slices"
	"strings"

	"guanjia/internal/text"
)

// FigureName says the path of a figure as people read it: "complaint.major.answer"
// is 投诉 · 重大 · 答复. A word nothing is known of stays as it is.
func (h *Handbook) FigureName(path string) text.Both {
	profiles := make([]*Figures, 0, len(h.Profiles))
	for _, name := range h.ProfileNames() {
		profiles = append(profiles, h.Profiles[name])
	}
	return figureName(path, profiles...)
}

// ProfileNames lists the profiles: those that stand on their own first, each
// part by name.
func (h *Handbook) ProfileNames() []string {
	var names []string
	for name := range h.Profiles {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if x, y := h.Profiles[a].Like == "", h.Profiles[b].Like == ""; x != y {
			if x {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return names
}

// figureName takes the names of choices from the first profile that has them.
func figureName(path string, profiles ...*Figures) text.Both {
	var zh, en []string
	for part := range strings.SplitSeq(path, ".") {
		b := partName(part, profiles)
		zh, en = append(zh, b.ZH), append(en, b.EN)
	}
	return text.B(strings.Join(zh, " · "), strings.Join(en, " · "))
}

// choiceLists are the figures that give choices their names.
var choiceLists = []string{"repair.faults", "repair.grades", "complaint.kinds", "enquiry.kinds", "repair.elements", "trades", "departments", "pause_reasons", "repair.pay_by", "complaint.ladder"}

func partName(part string, profiles []*Figures) text.Both {
	if b, ok := figureParts[part]; ok {
		return b
	}
	for _, f := range profiles {
		for _, list := range choiceLists {
			keys, err := f.Keys(list, nil)
			if err != nil || !slices.Contains(keys, part) {
				continue
			}
			if b, err := f.Text(list+"."+part, nil); err == nil && b.ZH != part {
				return b
			}
		}
	}
	plain := strings.ReplaceAll(part, "_", " ")
	return text.B(plain, plain)
}

// FigureWord is a word that stands in a figure as people read it: somebody of
// a case, a moment of a ladder, when a desk is open. ok is false for any other.
func FigureWord(w string) (b text.Both, ok bool) {
	b, ok = figureWords[w]
	return b, ok
}

var figureWords = map[string]text.Both{
	"owner": text.B("首问责任人", "first contact"), "assignee": text.B("经办", "assignee"), "customer": text.B("客户", "customer"),
	"due": text.B("到期", "when due"), "yes": text.B("是", "yes"), "no": text.B("否", "no"), "every day": text.B("每天", "every day"),
	"working days": text.B("工作日", "working days"), "receives only": text.B("只接不打", "receives only"), "none": text.B("无", "none"),
}

// figureParts are the words of the language of figures.
var figureParts = map[string]text.Both{
	"analysis": text.B("重复问题分析", "analysis"), "measure": text.B("复量", "measure again"), "watch": text.B("观察", "watch"), "write": text.B("写出", "write"), "people": text.B("来信人数", "different writers"), "remind": text.B("提醒间隔", "between reminders"),
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
	"hotline": text.B("热线", "hotline"), "draft_kept": text.B("草稿保留", "drafts kept"), "day": text.B("日", "day"),
	"contacts": text.B("联系人", "contacts"), "office_hours": text.B("办公时间", "office hours"), "outside": text.B("办公时间外", "outside them"), "vacant": text.B("空置", "vacant"),
	"satisfaction": text.B("满意率", "satisfaction"), "rework": text.B("返修率", "rework"), "urgent_in_time": text.B("急修及时", "urgent in time"), "complaints": text.B("投诉", "complaints"),
	"collection": text.B("收缴率", "collection"), "authority": text.B("到主管部门", "to the authority"), "company": text.B("到公司", "to the company"), "handled": text.B("办结", "handled"),
	"valid_complaints": text.B("有效投诉", "valid complaints"), "count": text.B("件数", "count"), "repeated": text.B("反复", "repeated"), "times": text.B("次数", "times"),
	"answer_rate": text.B("接通率", "answer rate"), "solution_rate": text.B("解决率", "solution rate"), "pause_reasons": text.B("暂停原因", "reasons to pause"), "ladder": text.B("争议途径", "dispute ladder"),
	"pass": text.B("合格", "pass"), "fail": text.B("不合格", "fail"), "urgent": text.B("紧急", "urgent"), "general": text.B("一般", "general"), "hard": text.B("疑难", "hard"), "small": text.B("小修", "small"),
	"segment": text.B("客户分类", "segments"), "age": text.B("独居年龄", "age, living alone"), "stay": text.B("居住满", "lived here for"), "unvisited": text.B("未走访", "not visited"),
	"letting": text.B("出租登记", "lettings"), "papers": text.B("证件补齐", "papers"), "unhappy": text.B("不满意回看", "look back for dissatisfaction"), "again": text.B("再走访间隔", "next visit after"),
	"dissatisfied": text.B("不满意", "dissatisfied"), "vip": text.B("重点客户", "key customers"),
	"shifts": text.B("班次", "shifts"), "confirm": text.B("每月核对", "confirm"), "issue": text.B("发放", "issue"),
}
