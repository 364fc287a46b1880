package caseweb

import (
	"context"

	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// wayDraft names the form for what is kept of it while it is typed.
func wayDraft(p WayPage) string {
	name := p.Way + " " + p.Number
	if p.Way == wayAmend {
		name += " " + p.Choice
	}
	return name
}

// pressLabel is what pressing the button of a way does.
func pressLabel(ctx context.Context, p WayPage) string {
	switch p.Way {
	case wayAbout:
		return text.T(ctx, "就定这个", "Set it")
	case wayAmend:
		return text.T(ctx, "更正", "Correct")
	}
	return p.Title
}

func choiceLabel(ctx context.Context, way string) string {
	switch way {
	case wayPaper:
		return text.T(ctx, "哪份材料", "Which paper")
	case wayAbout:
		return text.T(ctx, "是哪一户、是谁", "Which unit, and who")
	case "assign":
		return text.T(ctx, "交给", "To")
	case wayOwner:
		return text.T(ctx, "由谁接手；对方接受以前责任不变", "Who takes over; until they accept nothing changes")
	case "pause":
		return text.T(ctx, "为什么停", "Why it stands still")
	default:
		return text.T(ctx, "到哪一步", "To which step")
	}
}

func untilLabel(ctx context.Context, way string) string {
	if way == "pause" {
		return text.T(ctx, "预计什么时候继续", "Expected to go on")
	}
	return text.T(ctx, "几点前", "By")
}

func textLabel(ctx context.Context, way string) string {
	switch way {
	case "told":
		return text.T(ctx, "告诉了客户什么", "What the customer was told")
	case "promise":
		return text.T(ctx, "答应了什么", "What is promised")
	case wayAmend:
		return text.T(ctx, "为什么更正（必填）", "Why it is corrected (required)")
	case "pause":
		return text.T(ctx, "等谁、等什么", "Who or what is waited for")
	case wayErase:
		return text.T(ctx, "谁提出、依据什么。客户的话、姓名、电话、照片、签名和搜索里的都删，不能恢复；单号、房号、时间、费用留作统计", "Who asked, on what basis. Words, name, phone, photos, signatures and search are erased for good; number, unit, times and sums stay for the counts")
	default:
		return text.T(ctx, "理由", "Reason")
	}
}

func firstErr(ctx context.Context, err error, paths ...string) string {
	for _, path := range paths {
		if e := ui.ErrOf(ctx, err, path); e != "" {
			return e
		}
	}
	return ""
}

func (p *Pages) roleWords(ctx context.Context, roles []string) string {
	var out string
	for i, r := range roles {
		if i > 0 {
			out += text.T(ctx, "、", ", ")
		}
		out += p.roleWord(r).In(text.LangOf(ctx))
	}
	return out
}

// relations are whom a step names besides posts of the handbook.
var relations = map[string]text.Both{
	"owner": text.B("首问责任人", "owner"), "assignee": text.B("经办人", "assignee"), "customer": text.B("客户", "customer"),
}

func (p *Pages) roleWord(role string) text.Both {
	if b, ok := relations[role]; ok {
		return b
	}
	return p.book.Role(role)
}
