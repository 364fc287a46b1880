package engine

import (
	"testing"

	"guanjia/handbook"
	"guanjia/internal/procedure"
)

// What is billed is what was agreed, unless the cashier says why; things are
// counted from one, what happened did not happen tomorrow.
// Opinions to answer are written down, what is arranged lies ahead.
// proves REP-06, CMP-02, CMP-07, DSK-11, DSK-16, DSK-17, REP-12
func TestAnswersThatCannotBe(t *testing.T) {
	t.Parallel()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	quote := []any{m{"item": "阀芯", "sort": "material", "amount": 110_550}}
	used := func(n int) []any { return []any{m{"item": "阀芯", "count": n}} }
	work := func(n int) m { return m{"result": "fixed", "did": "换阀芯", "used": used(n)} }
	for name, x := range map[string]struct {
		procedure, step string
		known, fields   m
		want            string // what is refused
	}{
		"billed as agreed":            {"repair", "bill", m{"quote": quote}, m{"billed": 110_550}, ""},
		"billed less":                 {"repair", "bill", m{"quote": quote}, m{"billed": 10_000}, "billed_reason:missing"},
		"billed more":                 {"repair", "bill", m{"quote": quote}, m{"billed": 8_888_800}, "billed_reason:missing"},
		"billed less with a reason":   {"repair", "bill", m{"quote": quote}, m{"billed": 10_000, "billed_reason": "材料自备"}, ""},
		"billed what was never named": {"repair", "bill", nil, m{"billed": 10_000}, ""},
		"one thing used":              {"repair", "work", nil, work(1), ""},
		"nothing used":                {"repair", "work", nil, work(0), "used[0].count:least"},
		"less than nothing used":      {"repair", "work", nil, work(-1), "used[0].count:least"},
		"a group of nobody":           {"group_visit", "", nil, m{"people": 0}, "people:least"},
		"happened this morning":       {"complaint", "", nil, m{"happened": "2026-11-16 08:00"}, ""},
		"happens years from now":      {"complaint", "", nil, m{"happened": "2030-01-01 08:00"}, "happened:future"},
		"nothing to answer":           {"visit", "record", nil, m{"notes": "都好", "any": false}, ""},
		"opinions, none written":      {"visit", "record", nil, m{"notes": "都好", "any": true}, "opinions:missing"},
		"opinions, an empty table":    {"visit", "record", nil, m{"notes": "都好", "any": true, "opinions": []any{m{}}}, "opinions:missing"},
		"opinions written":            {"visit", "record", nil, m{"notes": "都好", "any": true, "opinions": []any{m{"about": "电梯", "words": "慢"}}}, ""},
		"a visit in an hour":          {"visit", "appoint", nil, m{"at": "2026-11-16 10:00"}, ""},
		"a visit minutes ago":         {"visit", "appoint", nil, m{"at": "2026-11-16 08:50"}, ""},
		"a visit this morning":        {"visit", "appoint", nil, m{"at": "2026-11-16 08:00"}, "at:past"},
		"a visit years ago":           {"visit", "appoint", nil, m{"at": "2020-01-01 10:00"}, "at:past"},
		"word promised minutes ago":   {"complaint", "say_when", nil, m{"told_when": "明天", "next_word": "2026-11-16 08:50"}, "next_word:past"},
		"coming again yesterday":      {"repair", "book", nil, m{"again": "2026-11-15 09:00"}, "again:past"},
		"a group came last week":      {"group_visit", "", nil, m{"starts": "2026-11-09 09:00"}, "starts:past"},
		"answers back by today":       {"survey", "", nil, m{"until": "2026-11-16"}, ""},
		"answers back by yesterday":   {"survey", "", nil, m{"until": "2026-11-15"}, "until:past"},
		"taken over today":            {"handover_defect", "", nil, m{"handed_over": "2026-11-16"}, ""},
		"taken over tomorrow":         {"handover_defect", "", nil, m{"handed_over": "2026-11-17"}, "handed_over:future"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, book.Procedures[x.procedure]).at("2026-11-16 09:00")
			w.env.Figures = book.Profiles["residential"]
			cmd := Command{Kind: EvOpened, Actor: desk, Fields: x.fields}
			if x.step != "" {
				w.open(x.known).do(Command{Kind: EvJump, Actor: boss, Data: m{"to": x.step, "reason": "试"}})
				cmd = Command{Kind: EvDone, Actor: Actor{ID: 0, Name: "系统"}, Outcome: outcomesOf(w.env.Def.Step(x.step))[0], Fields: x.fields}
			}
			err := w.try(cmd)
			if got := paths(err); got != x.want || (err == nil) != (x.want == "") {
				t.Errorf("refused %q (%v), want %q", got, err, x.want)
			}
		})
	}
}

// A correction cannot say that there were opinions and leave none.
// proves DSK-16
func TestACorrectionLeavesNothingNeededEmpty(t *testing.T) {
	t.Parallel()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	rows := []any{m{"about": "电梯", "words": "慢"}}
	for name, x := range map[string]struct {
		known, fields m
		want          string
	}{
		"opinions after all, none written": {m{"any": false}, m{"any": true}, "opinions:missing"},
		"opinions after all":               {m{"any": false}, m{"any": true, "opinions": rows}, ""},
		"taking the opinions out":          {m{"any": true, "opinions": rows}, m{"opinions": nil}, "opinions:missing"},
		"no opinions after all":            {m{"any": true, "opinions": rows}, m{"any": false, "opinions": nil}, ""},
		"something else":                   {m{"any": true}, m{"notes": "补一句"}, ""},
		"when it had been arranged for":    {nil, m{"at": "2020-01-01 10:00"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, book.Procedures["visit"])
			w.env.Figures = book.Profiles["residential"]
			err := w.open(x.known).try(Command{Kind: EvAmend, Actor: boss, Fields: x.fields, Data: m{"reason": "记错"}})
			if got := paths(err); got != x.want || (err == nil) != (x.want == "") {
				t.Errorf("refused %q (%v), want %q", got, err, x.want)
			}
		})
	}
}
