package settings

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
)

func TestFiguresAsLines(t *testing.T) {
	t.Parallel()
	got, err := readFigures("# ours\n\ncomplaint.major.answer： 1 day\nrepair.arrive.leak: 15 minutes\n")
	want := map[string]string{"complaint.major.answer": "1 day", "repair.arrive.leak": "15 minutes"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	again, err := readFigures(writeFigures(got))
	if diff := cmp.Diff(got, again); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, bad := range []string{"no value", "a.b:", ": 1 day", "a.b: 1\na.b: 2"} {
		if _, err := readFigures(bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestDaysAsLines(t *testing.T) {
	t.Parallel()
	got, err := readDays("2026-12-31 休 公司年会\n２０２７-01-03 working  make-up day\n")
	want := []calendar.Exception{{Date: "2026-12-31", Name: "公司年会"}, {Date: "2027-01-03", Working: true, Name: "make-up day"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, bad := range []string{"2026-13-01 休", "2026-12-31", "2026-12-31 maybe"} {
		if _, err := readDays(bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
