package caseform

import (
	"testing"

	"guanjia/internal/errs"
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

// The reason of an answer that always takes one is marked as needed, and its
// want is said at its own place.
func TestAReasonNeededIsMarked(t *testing.T) {
	t.Parallel()
	def := &procedure.Definition{Fields: []procedure.Field{{Name: "valid", Title: text.B("是否有效", "Valid"), Type: procedure.TypeYesNo, Required: true, Reason: true}}}
	step, ctx := &procedure.Step{Asks: []string{"valid"}}, text.WithLang(t.Context(), text.ZH)
	if a := Asks(ctx, nil, def, step, nil, nil)[0]; a.reason(ctx).Aside != "必填" {
		t.Errorf("the reason is marked %q", a.reason(ctx).Aside)
	}
	refused := errs.New(errs.Invalid, "case.fields", "没有保存。", "Not saved.").Field("valid_reason", "missing", "请填“是否有效：理由”。", "Enter the reason.")
	if a := Asks(ctx, nil, def, step, map[string]any{"valid": true}, refused)[0]; a.Err != "" || a.reason(ctx).Err != "请填“是否有效：理由”。" {
		t.Errorf("refused: %q at the answer, %q at the reason", a.Err, a.reason(ctx).Err)
	}
}
