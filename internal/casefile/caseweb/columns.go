package caseweb

import (
	"context"

	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

func listColumns(ctx context.Context) []ui.Column {
	return []ui.Column{
		{Title: text.T(ctx, "单号", "Number")}, {Title: text.T(ctx, "房号", "Room")}, {Title: text.T(ctx, "客户", "Customer")},
		{Title: text.T(ctx, "类型", "Kind")}, {Title: text.T(ctx, "内容", "Words")}, {Title: text.T(ctx, "步骤", "Step")},
		{Title: text.T(ctx, "时限 / 结果", "Clock / result")}, {Title: text.T(ctx, "经办", "Assignee")},
		{Title: text.T(ctx, "受理", "Taken"), Num: true, Sort: "descending"},
	}
}

func dayColumns(ctx context.Context) []ui.Column {
	return []ui.Column{
		{Title: text.T(ctx, "时限", "Clock")}, {Title: text.T(ctx, "单号", "Number")}, {Title: text.T(ctx, "事项", "Case")},
		{Title: text.T(ctx, "房号", "Room")}, {Title: text.T(ctx, "经办", "Assignee")}, {Title: text.T(ctx, "下一步", "Next")},
	}
}
