package caseweb

import (
	"context"
	"slices"
	"strings"

	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// column is one column that the list of cases can show.
type column struct {
	key   string // in the address: "cols=room"
	title text.Both
	usual bool // shown when the person chose none
	fixed bool // always shown
	num   bool
}

// columns in the order of the table.
var columns = []column{
	{key: "number", title: text.B("单号", "Number"), usual: true, fixed: true},
	{key: "room", title: text.B("房号", "Room"), usual: true},
	{key: "customer", title: text.B("客户", "Customer"), usual: true},
	{key: "kind", title: text.B("类型", "Kind"), usual: true},
	{key: "words", title: text.B("内容", "Words"), usual: true, fixed: true},
	{key: "trade", title: text.B("工种", "Trade")},
	{key: "step", title: text.B("步骤", "Step"), usual: true},
	{key: "clock", title: text.B("时限 / 结果", "Clock / result"), usual: true},
	{key: "assignee", title: text.B("经办", "Assignee"), usual: true},
	{key: "owner", title: text.B("首问责任人", "First contact")},
	{key: "channel", title: text.B("来源", "Channel")},
	{key: "fee", title: text.B("收费（元）", "Fee (yuan)"), num: true},
	{key: "opened", title: text.B("受理", "Taken"), usual: true, num: true},
}

// shown are the columns a person chose, in the order of the table; the usual
// ones when nothing known was chosen.
func shown(chosen []string) []column {
	known := slices.ContainsFunc(columns, func(c column) bool { return !c.fixed && slices.Contains(chosen, c.key) })
	var list []column
	for _, c := range columns {
		if c.fixed || known && slices.Contains(chosen, c.key) || !known && c.usual {
			list = append(list, c)
		}
	}
	return list
}

func heads(ctx context.Context, list []column) []ui.Column {
	out := make([]ui.Column, len(list))
	for i, c := range list {
		out[i] = ui.Column{Title: c.title.In(text.LangOf(ctx)), Num: c.num}
		if c.key == "opened" {
			out[i].Sort = "descending"
		}
	}
	return out
}

func dayColumns(ctx context.Context) []ui.Column {
	return []ui.Column{
		{Title: text.T(ctx, "时限", "Clock")}, {Title: text.T(ctx, "单号", "Number")}, {Title: text.T(ctx, "事项", "Case")},
		{Title: text.T(ctx, "房号", "Room")}, {Title: text.T(ctx, "经办", "Assignee")}, {Title: text.T(ctx, "下一步", "Next")},
	}
}

// isUsual reports whether the chosen columns are those shown without a choice.
func isUsual(chosen []string) bool {
	return slices.EqualFunc(shown(chosen), shown(nil), func(a, b column) bool { return a.key == b.key })
}

func has(list []column, key string) bool {
	return slices.ContainsFunc(list, func(c column) bool { return c.key == key })
}

// word is what a column of plain words says of a case.
func (r Row) word(key string) string {
	switch key {
	case "kind":
		return r.Kind
	case "trade":
		return r.Team
	case "step":
		return r.Step
	case "assignee":
		return r.Assignee
	case "owner":
		return r.Owner
	case "channel":
		return r.Channel
	default:
		return ""
	}
}

func savedPath(p ListPage, more string) string {
	return strings.TrimSuffix(p.Filter.Action, "/cases") + "/saved" + more
}
