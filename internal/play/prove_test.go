package play_test

import (
	"testing"

	"guanjia/handbook"
	"guanjia/internal/play"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// No story claims a clause that it would not miss: with the lever gone, at
// least one of the stories about the clause fails.
func TestStoriesNoticeAMissingLever(t *testing.T) {
	t.Parallel()
	stories, err := scenario.Load(handbook.FS, "scenarios")
	if err != nil {
		t.Fatal(err)
	}
	pages, _, err := procedure.LoadPages(handbook.FS, "rules")
	if err != nil {
		t.Fatal(err)
	}
	proved, carried := 0, 0
	for _, p := range stage(t).Prove(pages, stories) {
		switch {
		case p.Proved():
			proved++
		case len(p.Stories)+len(p.Failed) == 0:
			carried++
			t.Logf("%s: carried, no story yet", p.Clause)
		case !p.Tried:
			t.Errorf("%s: its lever cannot be removed or shifted", p.Clause)
		default:
			t.Errorf("%s: passed in %v, failed in %v, but nobody missed the lever", p.Clause, p.Stories, p.Failed)
		}
	}
	t.Logf("%d clauses proved, %d carried without a story", proved, carried)
	if proved == 0 {
		t.Error("no clause is proved")
	}
}

func TestMutateLeavesTheHandbookAlone(t *testing.T) {
	t.Parallel()
	h := stage(t).Handbook
	before := len(h.Procedures["repair"].Steps)
	hash := h.Profiles["office-tower"].Hash
	for _, lever := range []procedure.Lever{{Sort: "step", Name: "repair.accept"}, {Sort: "clock", Name: "repair.arrive"}, {Sort: "field", Name: "repair.quote"}, {Sort: "figure", Name: "repair.arrive"}} {
		m, ok := play.Mutate(h, lever, nil)
		if !ok || m == h {
			t.Errorf("%v: cannot be removed", lever)
		}
	}
	if len(h.Procedures["repair"].Steps) != before || h.Profiles["office-tower"].Hash != hash {
		t.Error("the handbook itself was changed")
	}
	for _, lever := range []procedure.Lever{{Sort: "step", Name: "repair.dance"}, {Sort: "step", Name: "tango.accept"}, {Sort: "table", Name: "desk_call"}, {Sort: "figure", Name: "no.such"}} {
		if _, ok := play.Mutate(h, lever, nil); ok {
			t.Errorf("%v: removed, though it is not there", lever)
		}
	}
}
