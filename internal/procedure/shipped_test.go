package procedure_test

import (
	"testing"

	"guanjia/handbook"
	"guanjia/internal/procedure"
)

func TestShippedHandbookReads(t *testing.T) {
	t.Parallel()
	h, ps := procedure.Load(handbook.FS)
	for _, p := range ps {
		t.Error(p)
	}
	for _, name := range []string{"enquiry", "repair", "complaint", "follow_up", "visit", "survey"} {
		if h.Procedures[name] == nil {
			t.Errorf("procedure %s is not shipped", name)
		}
	}
}

func TestShippedHandbookPassesItsChecker(t *testing.T) {
	t.Parallel()
	h, _ := procedure.Load(handbook.FS)
	for _, p := range procedure.CheckHandbook(h, procedure.Env{}) {
		t.Error(p)
	}
}

// A case reads its stamped figures back from the source stored with them, on a
// machine that may have another handbook by then (PLT-06).
func TestFiguresReadBackFromTheirSource(t *testing.T) {
	t.Parallel()
	h, _ := procedure.Load(handbook.FS)
	for name, f := range h.Profiles {
		again, ps := procedure.LoadFigures("profiles/"+name+".yaml", []byte(f.Source))
		if len(ps) > 0 || again.Hash != f.Hash {
			t.Errorf("%s reads back as %.8s, not %.8s: %v", name, again.Hash, f.Hash, ps)
		}
		if diff := procedure.DiffFigures(f, again); len(diff) > 0 {
			t.Errorf("%s differs: %v", name, diff)
		}
	}
}
