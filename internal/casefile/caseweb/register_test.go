package caseweb

import (
	"testing"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Money is summed to the fen, and stands under its own column.
func TestARegisterSumsItsMoney(t *testing.T) {
	t.Parallel()
	ctx := text.WithLang(t.Context(), text.ZH)
	reg := &register{fields: []procedure.Field{{Name: "fault", Title: text.B("故障", "Fault")}, {Name: "total", Type: procedure.TypeMoney, Title: text.B("合计", "Total")}}}
	for _, fen := range []any{int64(12_345), nil, int64(5)} {
		fields := map[string]any{"fault": "leak"}
		if fen != nil {
			fields["total"] = fen
		}
		reg.cells(ctx, line{c: casefile.Case{State: engine.State{Fields: fields}}}, "")
	}
	if got := reg.total(ctx); got != "合计 3 件，123.50 元" {
		t.Errorf("on paper: %q", got)
	}
	heads := reg.heads(ctx)
	row := reg.totals(ctx, len(heads))
	for i, cell := range row {
		switch {
		case i == 0 && cell != "合计 3 件", heads[i] == "合计" && cell != int64(12_350), i > 0 && heads[i] != "合计" && cell != nil:
			t.Errorf("under %q stands %v", heads[i], cell)
		}
	}
}
