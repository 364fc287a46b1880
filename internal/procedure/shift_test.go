package procedure

import "testing"

func TestShifted(t *testing.T) {
	t.Parallel()
	f, problems := LoadFigures("x.yaml", []byte(`
profile: x
title: {zh: 试, en: X}
a: {limit: 2 days, same: same day, at: at 23:30, share: 90 %, few: 2 %, sum: 12.50 yuan, count: 3, on: yes, word: director}
kinds: {leak: 漏水 / Leak}
levels: [{at: 80 %, tell: owner}, {at: due, tell: owner}, {at: due + 1 day, tell: owner}]
`))
	if Refused(problems) {
		t.Fatal(problems)
	}
	for path, want := range map[string]string{
		"a.limit": "5 days", "a.same": "3 days", "a.at": "at 01:00", "a.share": "45 %", "a.few": "52 %", "a.sum": "26.00 yuan", "a.count": "7", "a.on": "no",
	} {
		g, ok := f.Shifted(path)
		if !ok || g.Hash == f.Hash {
			t.Fatalf("%s was not shifted", path)
		}
		if got, err := g.Word(path, nil); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", path, got, err, want)
		}
		whole, _ := f.Shifted("a")
		if got, err := whole.Word(path, nil); err != nil || got != want {
			t.Errorf("with the whole of a: %s is %q (%v), want %q", path, got, err, want)
		}
	}
	for _, path := range []string{"a.word", "kinds", "kinds.leak"} {
		g, ok := f.Shifted(path)
		if !ok || g.Has(path, nil) {
			t.Errorf("%s must be gone", path)
		}
	}
	g, _ := f.Shifted("levels")
	levels, err := g.Levels("levels", nil)
	if err != nil || levels[0].At != 0.4 || levels[1].At != 1 || levels[2].After.N != 3 {
		t.Errorf("levels %+v %v", levels, err)
	}
	if _, ok := f.Shifted("a.nothing"); ok {
		t.Error("a figure that is not there was shifted")
	}
	if old, err := f.Word("a.limit", nil); err != nil || old != "2 days" {
		t.Error("the figures shifted from must stay")
	}
}
