package procedure

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/calendar"
)

const figuresYAML = `profile: test
title: {zh: 试验, en: Test}
complaint:
  major: {answer: 2 days, tell: director}
  other: {answer: 1 day, tell: [supervisor, director]}
  levels: [{at: 80 %, tell: owner}, {at: due, tell: supervisor}, {at: due + 1 day, tell: [director, quality]}]
  kinds: {noise: {zh: 噪声, en: Noise}, lost_mail: 信件丢失 / Lost mail}
fee: 12.50 yuan
target: 90 %
items: 7
open: yes
greeting: {zh: 您好, en: Hello}
`

func testFigures(t *testing.T) *Figures {
	t.Helper()
	f, ps := LoadFigures("profiles/test.yaml", []byte(figuresYAML))
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	return f
}

func TestFigures(t *testing.T) {
	t.Parallel()
	f := testFigures(t)
	limits := map[string]struct {
		path string
		v    Values
		want string
	}{
		"by grade":        {"complaint.{grade}.answer", Values{"grade": "major"}, "2 days"},
		"falls to other":  {"complaint.{grade}.answer", Values{"grade": "minor"}, "1 day"},
		"without a value": {"complaint.{grade}.answer", nil, "1 day"},
		"literal":         {"15 minutes", nil, "15 minutes"},
	}
	for name, tc := range limits {
		l, err := f.Limit(tc.path, tc.v)
		if err != nil || l.String() != tc.want {
			t.Errorf("%s: %v, %v; want %s", name, l, err, tc.want)
		}
	}
	for _, path := range []string{"complaint.{grade}.nothing", "fee", "nothing", "complaint", ""} {
		if l, err := f.Limit(path, nil); err == nil {
			t.Errorf("limit %q = %v, want an error", path, l)
		}
	}
	levels, err := f.Levels("complaint.levels", nil)
	want := []Level{{At: 0.8, Tell: []string{"owner"}}, {At: 1, Tell: []string{"supervisor"}},
		{At: 1, After: calendar.Limit{N: 1, Unit: calendar.Days}, Tell: []string{"director", "quality"}}}
	if err != nil || !cmp.Equal(levels, want) {
		t.Errorf("levels: %v %s", err, cmp.Diff(want, levels))
	}
	if fen, err := f.Money("fee", nil); err != nil || fen != 1250 {
		t.Errorf("money = %d, %v", fen, err)
	}
	if s, err := f.Share("target", nil); err != nil || s != 0.9 {
		t.Errorf("share = %v, %v", s, err)
	}
	if n, err := f.Number("items", nil); err != nil || n != 7 {
		t.Errorf("number = %v, %v", n, err)
	}
	if y, err := f.YesNo("open", nil); err != nil || !y {
		t.Errorf("yes_no = %v, %v", y, err)
	}
	if b, err := f.Text("greeting", nil); err != nil || b.ZH != "您好" || b.EN != "Hello" {
		t.Errorf("text = %v, %v", b, err)
	}
	if c, err := f.Choices("complaint.kinds", nil); err != nil || len(c) != 2 || c[1].Name != "lost_mail" || c[1].Title.EN != "Lost mail" {
		t.Errorf("choices = %v, %v", c, err)
	}
	if w, err := f.Words("complaint.{grade}.tell", Values{"grade": "major"}); err != nil || !cmp.Equal(w, []string{"director"}) {
		t.Errorf("words = %v, %v", w, err)
	}
}

func TestFiguresOverride(t *testing.T) {
	t.Parallel()
	f := testFigures(t)
	g, ps := f.Override(map[string]string{"complaint.major.answer": "1 day", "target": "95 %"})
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	if l, err := g.Limit("complaint.major.answer", nil); err != nil || l.String() != "1 day" {
		t.Errorf("overridden limit = %v, %v", l, err)
	}
	if l, _ := f.Limit("complaint.major.answer", nil); l.String() != "2 days" {
		t.Errorf("the profile itself changed to %v", l)
	}
	if g.Hash == f.Hash {
		t.Error("an override must change the hash")
	}
	if same, _ := f.Override(nil); same.Hash != f.Hash {
		t.Error("no override must keep the hash")
	}
	for path, value := range map[string]string{
		"complaint.major.answer": "soon", "complaint.nobody.answer": "1 day", "nothing": "1", "complaint.levels": "3 days", "fee": "12", "complaint.minor.answer": "1 day",
	} {
		if _, ps := f.Override(map[string]string{path: value}); !Refused(ps) {
			t.Errorf("override %s: %s was not refused", path, value)
		}
	}
}
