package engine

import (
	"testing"

	"guanjia/handbook"
	"guanjia/internal/procedure"
)

// What a complaint's remedies cost is what their rows add up to: a smaller total
// typed beside them does not keep the matter from the company's leaders.
// proves CMP-05
func TestATotalIsTheSumOfItsRows(t *testing.T) {
	t.Parallel()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	rows := func(fen ...any) (list []any) {
		for _, x := range fen {
			list = append(list, m{"what": "赔偿", "cost": x})
		}
		return list
	}
	for name, x := range map[string]struct {
		fields m
		want   string // what is refused
		step   string
	}{
		"worked out, above the ceiling": {m{"remedy": rows(40_000, 20_000)}, "", "explain"},
		"worked out, below the ceiling": {m{"remedy": rows(40_000, 10_000)}, "", "reply"},
		"typed as it is":                {m{"remedy": rows(40_000, 20_000), "cost": 60_000}, "", "explain"},
		"typed smaller":                 {m{"remedy": rows(500_000), "cost": 1_000}, "cost:sum", ""},
		"typed without rows":            {m{"cost": 1_000}, "cost:sum remedy:missing", ""},
		"neither":                       {m{}, "remedy:missing", ""},
		"beyond counting":               {m{"remedy": rows(int64(1)<<62, int64(1)<<62)}, "cost:sum", ""},
		"a row without a cost":          {m{"remedy": []any{m{"what": "赔偿"}}}, "remedy[0].cost:required remedy:missing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, book.Procedures["complaint"])
			w.env.Figures = book.Profiles["residential"]
			w.open(nil).do(Command{Kind: EvJump, Actor: boss, Data: m{"to": "solve", "reason": "试"}})
			x.fields["beyond"], x.fields["can_now"] = false, true
			err := w.try(Command{Kind: EvDone, Actor: boss, Fields: x.fields})
			if got := paths(err); got != x.want || (err == nil) != (x.want == "") {
				t.Fatalf("refused %q (%v), want %q", got, err, x.want)
			}
			if err == nil {
				w.wantStep(x.step)
			}
		})
	}
}

// A correction of the rows corrects the total with them.
func TestACorrectedTableCorrectsItsTotal(t *testing.T) {
	t.Parallel()
	book, _ := procedure.Load(handbook.FS)
	w := newWorld(t, book.Procedures["repair"])
	w.env.Figures = book.Profiles["residential"]
	row := func(fen int64) []any { return []any{m{"item": "阀芯", "sort": "material", "amount": fen}} }
	w.open(nil)
	amend := Command{Kind: EvAmend, Actor: desk, Data: m{"reason": "写错"}}
	for _, fen := range []int64{110_550, 10_000} {
		amend.Fields = m{"quote": row(fen)}
		if w.do(amend); w.state.Fields["total"] != fen {
			t.Errorf("total %v, want %d", w.state.Fields["total"], fen)
		}
	}
	amend.Fields = m{"total": int64(1)}
	if got := paths(w.try(amend)); got != "total:sum" {
		t.Errorf("a total typed alone: %q", got)
	}
}
