package caseweb

import (
	"strings"
	"testing"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
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

// What is due at the end of a day is due at 24:00 of that day.
func TestARegisterSaysTheDayThatEndsACase(t *testing.T) {
	t.Parallel()
	ctx := text.WithLang(t.Context(), text.ZH)
	due := time.Date(2026, 11, 19, 0, 0, 0, 0, calendar.Zone)
	if got := clockWords(ctx, ui.Chip{Due: due}, due.Add(2*time.Hour)); got != "2026-11-18 24:00 超时 2 小时" {
		t.Error(got)
	}
}

// A register that does not print all its lines says so before them, and its
// total is that of all of them, or none.
func TestACutRegisterTotalsAllItsLines(t *testing.T) {
	t.Parallel()
	ctx := text.WithLang(t.Context(), text.ZH)
	for name, at := range map[string]struct {
		lines, most int
		more        bool
		has, lacks  []string
	}{
		"whole":       {3, 3, false, []string{"合计 3 件，3.00 元"}, []string{"只印了"}},
		"cut":         {5, 3, false, []string{"共 5 件，只印了前 3 件", "合计 5 件，5.00 元"}, nil},
		"not counted": {5, 3, true, []string{"只印了前 3 件，没有合计"}, []string{"合计 "}},
	} {
		reg := &register{fields: []procedure.Field{{Name: "total", Type: procedure.TypeMoney, Title: text.B("费用", "Cost")}}}
		var page RegisterPage
		for range at.lines {
			page.take(ctx, reg, line{c: casefile.Case{State: engine.State{Fields: map[string]any{"total": int64(100)}}}}, at.most)
		}
		page.sum(ctx, reg, at.more)
		var b strings.Builder
		if err := registerPage(page).Render(ctx, &b); err != nil {
			t.Fatal(err)
		}
		body := b.String()
		if got := len(page.Rows); got != at.most {
			t.Errorf("%s: %d rows", name, got)
		}
		for _, w := range at.has {
			if !strings.Contains(body, w) {
				t.Errorf("%s: lacks %q: %s", name, w, body)
			}
		}
		for _, w := range at.lacks {
			if strings.Contains(body, w) {
				t.Errorf("%s: has %q", name, w)
			}
		}
		if i := strings.Index(body, "只印了"); i > strings.Index(body, "<table") {
			t.Errorf("%s: the notice stands behind the table", name)
		}
	}
}
