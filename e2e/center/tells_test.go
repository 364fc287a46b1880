package center

import "testing"

func TestARoomIsLookedForByItself(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]bool{
		"3栋1单元-1502": true, "1502": true, "/units/9115021502": false, "1502150": false, "71502 1502!": true, "115021": false, "": false, "150": false,
	} {
		if got := tells(page, "1502"); got != want {
			t.Errorf("%q: %v", page, got)
		}
	}
	if !tells("13900001111", "1390000") || tells("二楼", "三楼") {
		t.Error("other words are looked for as they are")
	}
}
