package caseweb

import (
	"context"

	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

func timelineViews(ctx context.Context) []ui.Option {
	return []ui.Option{
		{Value: "all", Label: text.T(ctx, "全部", "All")},
		{Value: "told", Label: text.T(ctx, "对客户说过的", "Told the customer")},
		{Value: "inner", Label: text.T(ctx, "内部", "Internal")},
		{Value: "system", Label: text.T(ctx, "系统", "System")},
	}
}

func missTitle(ctx context.Context, p CasePage) string {
	n := 0
	for _, m := range p.Missing {
		if !m.Has {
			n++
		}
	}
	return text.Tf(ctx, "这一步还差 %d 样", "%d thing(s) missing for this step", n)
}

func haveWords(ctx context.Context, p CasePage) string {
	if p.Have == 0 {
		return ""
	}
	return text.Tf(ctx, "已有 %d 样", "%d are there", p.Have)
}
