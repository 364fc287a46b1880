package phone_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanjia/internal/phone"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in, area, key, local, masked string
		kind                         phone.Kind
		err                          error
	}{
		"mobile":               {in: "13812346621", key: "8613812346621", local: "13812346621", masked: "138****6621", kind: phone.Mobile},
		"mobile with dashes":   {in: "151-4925-9045", key: "8615149259045", local: "15149259045", masked: "151****9045", kind: phone.Mobile},
		"mobile full width":    {in: "１３８ １２３４ ６６２１", key: "8613812346621", local: "13812346621", masked: "138****6621", kind: phone.Mobile},
		"mobile +86":           {in: "+86 138-1234-6621", key: "8613812346621", local: "13812346621", masked: "138****6621", kind: phone.Mobile},
		"mobile 0086":          {in: "008613812346621", key: "8613812346621", local: "13812346621", masked: "138****6621", kind: phone.Mobile},
		"mobile 86 bare":       {in: "8613812346621", key: "8613812346621", local: "13812346621", masked: "138****6621", kind: phone.Mobile},
		"mobile 0 before":      {in: "013812346621", key: "8613812346621", local: "13812346621", masked: "138****6621", kind: phone.Mobile},
		"mobile with slash":    {in: "138/12346621", key: "8613812346621", local: "13812346621", masked: "138****6621", kind: phone.Mobile},
		"Shenzhen":             {in: "(0755) 8888 6666", key: "8675588886666", local: "0755-88886666", masked: "0755****6666", kind: phone.Landline},
		"Beijing":              {in: "010-62345678", key: "861062345678", local: "010-62345678", masked: "010****5678", kind: phone.Landline},
		"seven digits":         {in: "0571-7654321", key: "865717654321", local: "0571-7654321", masked: "0571****4321", kind: phone.Landline},
		"area of the project":  {in: "88886666", area: "0755", key: "8675588886666", local: "0755-88886666", masked: "0755****6666", kind: phone.Landline},
		"extension":            {in: "0755-88886666转801", key: "8675588886666", local: "0755-88886666转801", masked: "0755****6666", kind: phone.Landline},
		"no area":              {in: "88886666", err: phone.ErrNoArea},
		"Hong Kong":            {in: "+852 9123 4567", key: "85291234567", local: "+85291234567", masked: "852****4567", kind: phone.Foreign},
		"hot line":             {in: "12345", key: "12345", local: "12345", masked: "12345", kind: phone.Service},
		"police":               {in: "110", key: "110", local: "110", masked: "110", kind: phone.Service},
		"400":                  {in: "400-820-8820", key: "4008208820", local: "4008208820", masked: "4008208820", kind: phone.Service},
		"only the country":     {in: "+86", err: phone.ErrLength},
		"only the country, 00": {in: "0086", err: phone.ErrLength},
		"one digit short":      {in: "1381234662", err: phone.ErrLength},
		"one digit long":       {in: "138123466211", err: phone.ErrLength},
		"no such mobile range": {in: "12012345678", err: phone.ErrRange},
		"letters":              {in: "1381234662O", err: phone.ErrLetters},
		"words":                {in: "见备注", err: phone.ErrLetters},
		"empty":                {in: " 　", err: phone.ErrEmpty},
		"only dashes":          {in: "---", err: phone.ErrEmpty},
		"too long abroad":      {in: "+8521234567890123", err: phone.ErrLength},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := phone.Parse(c.in, c.area)
			if !errors.Is(err, c.err) {
				t.Fatalf("err = %v, want %v", err, c.err)
			}
			if err != nil {
				return
			}
			if n.Key != c.key || n.Kind != c.kind || n.Local() != c.local || n.Masked() != c.masked {
				t.Errorf("got %+v local %s masked %s", n, n.Local(), n.Masked())
			}
			if back := phone.FromKey(n.Key); back.Kind != n.Kind || back.Key != n.Key {
				t.Errorf("from key: %+v", back)
			}
		})
	}
}

// A stored number is masked as the number is written, whichever form a room
// keeps of it.
// proves PLT-02
func TestMaskOfWhatIsStored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ stored, masked, dial string }{
		"mobile key":         {"8613700010588", "137****0588", "13700010588"},
		"mobile as given":    {"13700010588", "137****0588", "13700010588"},
		"mobile with marks":  {"137-0001-0588", "137****0588", "13700010588"},
		"landline key":       {"8675588886666", "0755****6666", "0755-88886666"},
		"landline as given":  {"075588886666", "0755****6666", "0755-88886666"},
		"landline extension": {"0755-88886666转801", "0755****6666", "0755-88886666转801"},
		"Beijing key":        {"861062345678", "010****5678", "010-62345678"},
		"seven digits key":   {"865717654321", "0571****4321", "0571-7654321"},
		"without area":       {"88886666", "****6666", "88886666"},
		"Hong Kong key":      {"85291234567", "852****4567", "+85291234567"},
		"Hong Kong as given": {"+852 9123 4567", "852****4567", "+85291234567"},
		"service":            {"4008208820", "4008208820", "4008208820"},
		"none":               {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := phone.Mask(c.stored); got != c.masked {
				t.Errorf("mask of %q: %q, want %q", c.stored, got, c.masked)
			}
			if got := phone.Dial(c.stored); got != c.dial {
				t.Errorf("dial of %q: %q, want %q", c.stored, got, c.dial)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"slash":           {"18666087889/17784618254", []string{"18666087889", "17784618254"}},
		"space":           {"18666087889 17784618254", []string{"18666087889", "17784618254"}},
		"ideographic":     {"18666087889、17784618254；0755-88886666", []string{"18666087889", "17784618254", "0755-88886666"}},
		"area with slash": {"0755/88886666", []string{"0755/88886666"}},
		"one with spaces": {"138 1234 6621", []string{"138 1234 6621"}},
		"new line":        {"18666087889\n17784618254", []string{"18666087889", "17784618254"}},
		"nothing":         {" / ", []string{"/"}},
		"empty":           {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, phone.Split(c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// However a mobile number is written, it is one line.
func TestWrittenFormsAreOneLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := "1" + rapid.StringMatching(`[3-9][0-9]{9}`).Draw(t, "digits")
		pre := rapid.SampledFrom([]string{"", "+86", "0086", "86", "0"}).Draw(t, "prefix")
		sep := rapid.SampledFrom([]string{"", " ", "-", "·"}).Draw(t, "separator")
		n, err := phone.Parse(pre+sep+strings.Join([]string{d[:3], d[3:7], d[7:]}, sep), "")
		if err != nil || n.Key != "86"+d {
			t.Fatalf("%q %q: %+v %v", pre, sep, n, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("+86 138", "0755")
	f.Add("𠮷\x00转x", "")
	f.Fuzz(func(t *testing.T, s, area string) {
		if n, err := phone.Parse(s, area); err == nil && (n.Key == "" || n.Local() == "") {
			t.Errorf("%q: empty number without error", s)
		}
		_ = phone.Split(s)
	})
}

// What a browser lets through is at least what Parse accepts.
func TestPatternLetsThroughWhatIsRead(t *testing.T) {
	t.Parallel()
	whole := regexp.MustCompile(`^(?:` + phone.Pattern + `)$`)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789138５＋+ -－—（）()/／.·•转ext.#＃x分机\u202d\u202c\t")), 3, 20, -1).Draw(t, "typed")
		if _, err := phone.Parse(s, "0755"); err == nil && !whole.MatchString(s) {
			t.Errorf("%q is read, but not let through", s)
		}
	})
	for _, s := range []string{"138 1234 6621", "＋86 13812346621", "0755-88886666转801", "88886666 Ext. 12", "12345", "\u202d13812346621\u202c"} {
		if !whole.MatchString(s) {
			t.Errorf("%q is not let through", s)
		}
	}
	for _, s := range []string{"-12abc", "abc", "12", "138a1234662"} {
		if whole.MatchString(s) {
			t.Errorf("%q is let through", s)
		}
	}
}
