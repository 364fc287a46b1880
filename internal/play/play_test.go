package play_test

import (
	"testing"

	"guanjia/handbook"
	"guanjia/internal/calendar"
	"guanjia/internal/play"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

func stage(t *testing.T) play.Stage {
	t.Helper()
	h, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	cal, err := calendar.Load(handbook.FS, "calendars/cn.json")
	if err != nil {
		t.Fatal(err)
	}
	return play.Stage{Handbook: h, Calendar: cal}
}

// Every committed story that needs no house comes out as it is told.
func TestStoriesComeOutAsTold(t *testing.T) {
	t.Parallel()
	stories, err := scenario.Load(handbook.FS, "scenarios")
	if err != nil {
		t.Fatal(err)
	}
	st := stage(t)
	for _, s := range stories {
		if play.Whole(s) {
			continue
		}
		t.Run(s.File, func(t *testing.T) {
			t.Parallel()
			if err := st.Play(s); err != nil {
				t.Error(err)
			}
		})
	}
}
