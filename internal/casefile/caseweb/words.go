package caseweb

import (
	"slices"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// outcomeWords name what a person decides with a button; the label says the
// result.
var outcomeWords = map[string]text.Both{
	"done": text.B("记下，进下一步", "Save and go on"), "approved": text.B("同意", "Approve"), "returned": text.B("退回", "Send back"),
	"refused": text.B("不同意", "Refuse"), "sent": text.B("派单", "Send"), "accepted": text.B("接单", "Accept"),
	"declined": text.B("不接", "Decline"), "arrived": text.B("到场了", "Arrived"), "no_entry": text.B("没人开门", "Nobody home"),
	"agreed": text.B("客户同意", "Customer agrees"), "not_agreed": text.B("没谈成", "Not agreed"), "paid": text.B("已付", "Paid"),
	"signed": text.B("签好了", "Signed"), "passed": text.B("合格", "Passed"), "failed": text.B("不合格", "Failed"),
	"reached": text.B("联系上了", "Reached"), "not_reached": text.B("没联系上", "Not reached"), "satisfied": text.B("满意", "Satisfied"),
	"dissatisfied": text.B("不满意", "Dissatisfied"), "told": text.B("已告知", "Told"), "due": text.B("时间到了", "Time is up"), "complete": text.B("收齐了", "All in"),
}

// declineWords replace the general words where a kind of step means another
// thing by them.
var declineWords = map[string]text.Both{
	"quote.declined": text.B("客户不同意", "Customer declines"), "pay.declined": text.B("不付", "Not paid"), "sign.refused": text.B("不签字", "Refuses to sign"),
	"accept.declined": text.B("不接，退回派单", "Decline, back to dispatch"), "approve.refused": text.B("不批", "Refuse"),
}

// StepOutcome is what a button says that ends a step so. Who signs their own
// work refuses nothing: what is left to them is that it is not done yet.
func StepOutcome(step *procedure.Step, outcome string) text.Both {
	own := slices.Contains(step.Who, "assignee") && !slices.Contains(step.Who, "customer")
	if step.Do == procedure.KindSign && outcome == "refused" && own {
		return text.B("还没做完，退回", "Not done yet: back")
	}
	if step.Do == procedure.KindAccept && outcome == "declined" && slices.Contains(step.Who, "department_head") {
		return text.B("不接受，报部门负责人", "Decline: to the head of department") // DSK-07
	}
	return outcomeWord(string(step.Do), outcome)
}

func outcomeWord(kind, outcome string) text.Both {
	if b, ok := declineWords[kind+"."+outcome]; ok {
		return b
	}
	if b, ok := outcomeWords[outcome]; ok {
		return b
	}
	return procedure.OutcomeTitle(outcome) // of an event the procedure names
}

var channelWords = map[string]text.Both{
	"phone": text.B("电话", "phone"), "visit": text.B("来访", "visit"), "letter": text.B("信函", "letter"), "fax": text.B("传真", "fax"),
	"courier": text.B("快递", "courier"), "email": text.B("邮件", "e-mail"), "resident": text.B("住户页", "resident page"),
	"patrol": text.B("巡查", "patrol"), "department": text.B("部门转来", "department"), "import": text.B("导入", "import"),
	"message": text.B("微信、短信", "message"), "own": text.B("中心安排", "planned by the centre"), "system": text.B("系统", "system"),
}

// byWords are the ways in which customers are told and asked.
var byWords = map[string]text.Both{
	"call": text.B("电话", "By phone"), "visit": text.B("上门", "In person"), "letter": text.B("书面", "In writing"),
	"message": text.B("微信、短信", "By message"), "notice": text.B("公告", "By notice"),
}

func byWord(by string) text.Both {
	if b, ok := byWords[by]; ok {
		return b
	}
	return text.B(by, by)
}

// ByWord says by which way a customer was told or asked.
func ByWord(by string) text.Both { return byWord(by) }

// ChannelWord says by which way a matter came in.
func ChannelWord(channel string) text.Both { return channelWord(channel) }

func channelWord(channel string) text.Both {
	if b, ok := channelWords[channel]; ok {
		return b
	}
	return text.B(channel, channel)
}
