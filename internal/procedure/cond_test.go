package procedure

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCondHolds(t *testing.T) {
	t.Parallel()
	v := Values{"harm": true, "paid": false, "grade": "major", "cost": int64(45000), "rating": int64(4), "date": "2026-11-20",
		"warranty.covers": true, "repair.small_work": int64(50000), "empty": ""}
	for src, want := range map[string]bool{
		"harm = yes":                          true,
		"harm":                                true,
		"not harm":                            false,
		"paid":                                false,
		"paid = no":                           true,
		"grade = major":                       true,
		"grade ≠ major":                       false,
		"grade != minor":                      true,
		"grade in [major, important]":         true,
		"grade in [minor]":                    false,
		"cost <= 450 yuan":                    true,
		"cost < 450 yuan":                     false,
		"cost > 449.99 yuan":                  true,
		"cost ≤ repair.small_work":            true,
		"cost ≥ repair.nothing":               false,
		"rating >= 4 and not paid":            true,
		"rating < 3 or grade = major":         true,
		"(rating < 3 or harm) and paid":       false,
		"rating < 3 or harm and paid":         false,
		"date < 2026-12-01":                   true,
		"date = 2026-11-20":                   true,
		"warranty.covers and cost < 500 yuan": true,
		"nobody = yes":                        false,
		"nobody ≠ yes":                        true,
		"not nobody = yes":                    true,
		"nobody":                              false,
		"grade > 3":                           false,
		`empty = ""`:                          true,
		`grade = "major"`:                     true,
	} {
		c, err := ParseCond(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got := c.Holds(v); got != want {
			t.Errorf("%s = %v, want %v", src, got, want)
		}
		again, err := ParseCond(c.String())
		if err != nil || again.Holds(v) != want {
			t.Errorf("%s read again as %v, %v", src, again, err)
		}
	}
}

func TestCondNames(t *testing.T) {
	t.Parallel()
	c, err := ParseCond("b = yes and (a in [x, y] or not warranty.covers) and cost <= repair.small and b")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "cost", "repair.small", "warranty.covers"}, c.Names()); diff != "" {
		t.Error(diff)
	}
}

func TestCondEmpty(t *testing.T) {
	t.Parallel()
	if c, err := ParseCond("  "); c != nil || err != nil {
		t.Errorf("empty = %v, %v", c, err)
	}
}

func TestCondRefuses(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"harm =", "= yes", "harm == yes", "harm = yes and", "and", "not", "(harm", "harm)", "harm yes", "grade in major", "grade in [major",
		"grade in []", "Harm = yes", "harm + 1", "harm; drop", "f(x)", `a = "open`, "a = and", "a..b", "a = b..c", strings.Repeat("(", 50) + "a" + strings.Repeat(")", 50),
		strings.Repeat("not ", 500) + "a"} {
		if c, err := ParseCond(src); err == nil {
			t.Errorf("%q read as %v", src, c)
		}
	}
}

// A condition never panics on any text, and what it accepts it reads again.
func TestCondAnyText(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"a", "b.c", "and", "or", "not", "in", "(", ")", "[", "]", ",", "=", "≠", "<=", ">", "yes", "5", "5 yuan", "90 %", `"x y"`, "甲"})
	rapid.Check(t, func(t *rapid.T) {
		src := strings.Join(rapid.SliceOfN(word, 1, 12).Draw(t, "words"), " ")
		c, err := ParseCond(src)
		if err != nil || c == nil {
			return
		}
		again, err := ParseCond(c.String())
		if err != nil {
			t.Fatalf("%q accepted, but %q is refused: %v", src, c, err)
		}
		v := Values{"a": true, "b.c": int64(5)}
		if c.Holds(v) != again.Holds(v) {
			t.Fatalf("%q and %q differ", src, c)
		}
	})
}
