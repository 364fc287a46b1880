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
