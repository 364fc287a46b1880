package calendar

import "testing"

func TestParseLimit(t *testing.T) {
	t.Parallel()
	good := map[string]Limit{
		"15 minutes":             {N: 15, Unit: Minutes},
		"1 hour":                 {N: 1, Unit: Hours},
		"2 days":                 {N: 2, Unit: Days},
		"3 working days":         {N: 3, Unit: WorkingDays},
		"1 week":                 {N: 7, Unit: Days},
		"2 years":                {N: 24, Unit: Months},
		"same day":               {Unit: SameDay},
		"at 18:00":               {N: 18 * 60, Unit: AtTime},
		"at 24:00":               {N: 24 * 60, Unit: AtTime},
		"3 days after leak_test": {N: 3, Unit: Days, After: "leak_test"},
		"4 working hours":        {N: 4, Unit: WorkingHours},
		"30 working minutes":     {N: 30, Unit: WorkingMinutes},
		"10 statutory days":      {N: 10, Unit: StatutoryDays},
		"same day after told":    {Unit: SameDay, After: "told"},
	}
	for in, want := range good {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			got, err := ParseLimit(in)
			if err != nil || got != want {
				t.Fatalf("ParseLimit(%q) = %+v, %v; want %+v", in, got, err, want)
			}
			again, err := ParseLimit(got.String())
			if err != nil || again != want {
				t.Errorf("%q printed as %q reads as %+v, %v", in, got.String(), again, err)
			}
			if w := got.Words(); w.ZH == "" || w.EN == "" {
				t.Errorf("no words for %q", in)
			}
		})
	}
	for _, in := range []string{"", "days", "0 days", "-1 days", "2 fortnights", "2days", "at 25:00", "at 9:5", "at noon",
		"99999999 days", "2 days after Leak Test", "3 resting hours", "2 days after", "after x", "2.5 hours"} {
		if got, err := ParseLimit(in); err == nil {
			t.Errorf("ParseLimit(%q) = %+v, want an error", in, got)
		}
	}
}
