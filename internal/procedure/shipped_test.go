package procedure_test

import (
	"strings"
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
		if diff := procedure.DiffFigures(f, again, h); len(diff) > 0 {
			t.Errorf("%s differs: %v", name, diff)
		}
	}
}

// proves DSK-13 and DSK-14 as far as words go: every answer reads with the
// figures of every profile, and says the profile's own.
func TestShippedTexts(t *testing.T) {
	t.Parallel()
	h, _ := procedure.Load(handbook.FS)
	if len(h.Texts.Phrases) < 20 || len(h.Texts.Answers) < 12 || len(h.Texts.Situations) < 8 {
		t.Fatalf("%d phrases, %d answers, %d situations", len(h.Texts.Phrases), len(h.Texts.Answers), len(h.Texts.Situations))
	}
	for _, a := range h.Texts.Answers {
		for name, f := range h.Profiles {
			if b := a.In(f); strings.ContainsAny(b.ZH+b.EN, "[]—") {
				t.Errorf("%s in %s: %s %s", a.Name, name, b.ZH, b.EN)
			}
		}
		if a.Name == "repair_times" {
			if got := a.In(h.Profiles["hotel-style"]).EN; !strings.Contains(got, "hard 72 hours") {
				t.Errorf("hotel-style says %s", got)
			}
		}
	}
	for _, p := range h.Texts.Phrases {
		if strings.Contains(p.Words.ZH, "请注意") || strings.Contains(p.Words.ZH, "温馨提示") {
			t.Errorf("%s talks down", p.Name)
		}
	}
}
