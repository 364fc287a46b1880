package text_test

import (
	"context"
	"testing"

	"guanjia/internal/text"
)

func TestPlurals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		en   string
		args []any
		want string
	}{
		"none":              {"%d case(s)", []any{0}, "0 cases"},
		"one":               {"%d case(s)", []any{1}, "1 case"},
		"one of int64":      {"%d case(s)", []any{int64(1)}, "1 case"},
		"eleven":            {"%d case(s)", []any{11}, "11 cases"},
		"each its own":      {"%d unit(s), %d customer(s)", []any{1, 2}, "1 unit, 2 customers"},
		"a word between":    {"%s: %d open case(s)", []any{"1", 1}, "1: 1 open case"},
		"words stay":        {"%s: %d row(s)", []any{"name(s)", 2}, "name(s): 2 rows"},
		"a share before it": {"%.1f %% of %d case(s)", []any{1.0, 1}, "1.0 % of 1 case"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := text.F("", c.en, c.args...).EN; got != c.want {
				t.Errorf("F: %q, want %q", got, c.want)
			}
			if got := text.Tf(text.WithLang(context.Background(), text.EN), "", c.en, c.args...); got != c.want {
				t.Errorf("Tf: %q, want %q", got, c.want)
			}
		})
	}
}
