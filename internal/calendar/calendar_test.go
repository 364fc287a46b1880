package calendar

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// proves PLT-07: the statutory calendar with make-up days, editable.
func TestWorkingDays(t *testing.T) {
	t.Parallel()
	c := with(t, china(t), Overrides{Exceptions: []Exception{{Date: "2026-11-23", Name: "年会"}, {Date: "2026-11-28", Name: "加班", Working: true}}})
	for date, want := range map[string]struct {
		working bool
		name    string
	}{
		"2026-11-20": {true, ""}, "2026-11-21": {false, ""}, "2026-10-01": {false, "国庆节"}, "2026-09-20": {true, "国庆节"},
		"2026-10-10": {true, "国庆节"}, "2026-02-14": {true, "春节"}, "2026-11-23": {false, "年会"}, "2026-11-28": {true, "加班"},
		"2027-10-01": {false, "国庆节"}, "2027-02-08": {true, ""}, "2024-02-09": {true, ""}, "2025-02-04": {false, "春节"},
	} {
		if d := at(t, date+" 12:00"); c.IsWorkingDay(d) != want.working || c.DayName(d) != want.name {
			t.Errorf("%s: working %v %q, want %v %q", date, c.IsWorkingDay(d), c.DayName(d), want.working, want.name)
		}
	}
	if c.Provisional(at(t, "2026-12-31 23:59")) || !c.Provisional(at(t, "2027-01-01 00:00")) {
		t.Error("2026 is published, 2027 is not")
	}
}

func TestNextOpen(t *testing.T) {
	t.Parallel()
	sat := []Window{{9 * 60, 12 * 60}}
	c := with(t, china(t), Overrides{Hours: &OpenHours{Workday: []Window{{540, 720}, {810, 1080}}, Week: map[string][]Window{"sat": sat}}})
	for from, want := range map[string]string{
		"2026-11-20 08:00": "2026-11-20 09:00", "2026-11-20 12:00": "2026-11-20 13:30", "2026-11-20 13:29": "2026-11-20 13:30",
		"2026-11-20 18:00": "2026-11-21 09:00", "2026-11-21 12:00": "2026-11-23 09:00", "2026-11-20 10:42": "2026-11-20 10:42",
		"2026-10-02 10:00": "2026-10-08 09:00", // the Saturday of the golden week keeps no Saturday hours
		"2026-10-09 18:00": "2026-10-10 09:00",
	} {
		if got := c.NextOpen(at(t, from)); !got.Equal(at(t, want)) {
			t.Errorf("open after %s: %s, want %s", from, got, want)
		}
	}
	if !c.IsOpen(at(t, "2026-10-10 15:00")) {
		t.Error("a made-up Saturday has the hours of a working day")
	}
}

func TestJSONGivesAnEqualCalendar(t *testing.T) {
	t.Parallel()
	c := with(t, china(t), Overrides{Hours: &OpenHours{Workday: []Window{{540, 720}, {1320, 1800}}},
		Exceptions: []Exception{{Date: "2026-12-02", Working: false}, {Date: "2026-12-01", Working: true, Hours: []Window{{600, 660}}}}})
	again, err := Parse(c.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if again.Hash != c.Hash || again.Hash == china(t).Hash {
		t.Error("the hash must follow the content")
	}
	if d := cmp.Diff(c.Spec(), again.Spec()); d != "" {
		t.Error(d)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ json, say string }{
		"a date that does not exist":      {`{"holidays":{"2026-02-30":"x"}}`, "2026-02-30"},
		"a day both holiday and worked":   {`{"holidays":{"2026-02-03":"x"},"workdays":{"2026-02-03":"x"}}`, "both"},
		"overlapping hours":               {`{"hours":{"workday":["09:00-12:00","11:00-13:00"]}}`, "overlap"},
		"hours that never open":           {`{"hours":{"week":{"sat":[]}}}`, "closed"},
		"an unknown weekday":              {`{"hours":{"week":{"saturday":["09:00-10:00"]}}}`, "weekday"},
		"a day changed twice":             {`{"exceptions":[{"date":"2026-11-23"},{"date":"2026-11-23","working":true}]}`, "twice"},
		"a closed day with hours":         {`{"exceptions":[{"date":"2026-11-23","working":false,"hours":["09:00-10:00"]}]}`, "closed and has hours"},
		"a time that does not exist":      {`{"hours":{"workday":["09:60-12:00"]}}`, "09:60"},
		"an unknown word":                 {`{"holiday":{}}`, "holiday"},
		"a fixed day that does not exist": {`{"fixed":{"13-01":"x"}}`, "13-01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Parse([]byte(x.json)); err == nil || !strings.Contains(err.Error(), x.say) {
				t.Errorf("error %v, want one that says %q", err, x.say)
			}
		})
	}
}
