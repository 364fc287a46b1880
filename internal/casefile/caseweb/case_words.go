package caseweb

import (
	"context"
	"slices"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
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

// noClock says why a case has no clock: its kind has none, or what starts one
// has not happened yet.
func noClock(ctx context.Context, v casefile.View) string {
	switch {
	case v.Case.State.Status != engine.Open:
		return text.T(ctx, "没有计过时。", "No clock ran.")
	case len(v.Def.Clocks) == 0 && !slices.ContainsFunc(v.Def.Steps, func(s procedure.Step) bool { return s.Limit != "" }):
		return text.T(ctx, "这类事项没有时限。", "This kind of case has no clocks.")
	}
	return text.T(ctx, "现在没有计时：时限从后面的步骤起算。", "No clock runs yet; those of this kind start at a later step.")
}
