package caseform

import (
	"testing"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// The cashier's form begins with the total agreed and has a place for the reason
// of another amount; what was typed stays. proves REP-06
func TestTheFormOffersWhatWasAgreed(t *testing.T) {
	t.Parallel()
	def := &procedure.Definition{Fields: []procedure.Field{
		{Name: "total", Title: text.B("合计", "Total"), Type: procedure.TypeMoney},
		{Name: "billed", Title: text.B("入账金额", "Amount billed"), Type: procedure.TypeMoney, SameAs: "total"},
	}}
	step := &procedure.Step{Asks: []string{"billed"}}
	ctx := text.WithLang(t.Context(), text.ZH)
	for name, x := range map[string]struct {
		known map[string]any
		want  string
	}{
		"agreed":       {map[string]any{"total": int64(110550)}, "1105.50"},
		"typed":        {map[string]any{"total": int64(110550), "billed": int64(100)}, "1.00"},
		"never agreed": {nil, ""},
	} {
		a := Asks(ctx, nil, def, step, x.known, nil)[0]
		if a.Value != x.want || a.reason(ctx).Label != "与“合计”不同时，写理由" {
			t.Errorf("%s: %q, %q", name, a.Value, a.reason(ctx).Label)
		}
	}
}
