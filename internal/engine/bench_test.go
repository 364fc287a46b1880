package engine

import (
	"testing"

	"guanjia/handbook"
	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
)

// An intake of the shipped repair: what the engine adds to every call.
func BenchmarkIntake(b *testing.B) {
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		b.Fatal(problems)
	}
	cal, err := calendar.Load(handbook.FS, "calendars/cn.json")
	if err != nil {
		b.Fatal(err)
	}
	now, _ := asTime("2026-11-20 10:42")
	env := Env{Def: book.Procedures["repair"], Figures: book.Profiles["residential"], Calendar: cal, Now: now}
	cmd := Command{Kind: EvOpened, Actor: desk, Fields: m{"part": "in_unit", "fault": "leak", "trade": "plumbing", "grade": "urgent"}}
	for b.Loop() {
		d, err := Decide(env, State{}, nil, cmd)
		if err != nil || d.State.Step != "dispatch" {
			b.Fatal(err, d.State.Step)
		}
		if len(Clocks(env, d.State, d.Events)) == 0 {
			b.Fatal("no clocks")
		}
	}
}
