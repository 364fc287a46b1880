package care

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
)

// Each target at its edge: reached just so, and missed by the least there is.
//
// proves CMP-10, REP-08, DSK-15, DSK-16, DSK-17
func TestMeasure(t *testing.T) {
	t.Parallel()
	f, problems := procedure.LoadFigures("x.yaml", []byte(`
profile: x
title: {zh: 试, en: X}
follow_up: {share: {repair: 70 %, complaint: 100 %}}
targets: {satisfaction: 90 %, rework: 2 %, valid_complaints: {count: 2, each: 1 day}, complaints: {authority: 0, company: 2 %, handled: 80 %}}
survey: {each: 1 year}
`))
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, calendar.Zone)
	month := func(change func(*Month)) Standing {
		m := Month{Days: make([]Day, 30)}
		change(&m)
		return Standing{Month: m}
	}
	complain := func(n int, c Complaint) func(*Month) {
		return func(m *Month) {
			for range n {
				m.complain(c)
			}
		}
	}
	both := func(list ...func(*Month)) func(*Month) {
		return func(m *Month) {
			for _, f := range list {
				f(m)
			}
		}
	}
	for name, c := range map[string]struct {
		of   Standing
		want Figure
	}{
		"follow-up at its share":      {month(func(m *Month) { m.Follow = FollowCounts{Done: 7, LeftOut: 3} }), Figure{Name: "follow_up", Target: "≥ 70 %", Now: "70.0 %", Known: true, Met: true}},
		"follow-up below":             {month(func(m *Month) { m.Follow = FollowCounts{Done: 699, LeftOut: 301} }), Figure{Name: "follow_up", Target: "≥ 70 %", Now: "69.9 %", Known: true}},
		"nothing to follow up":        {month(func(*Month) {}), Figure{Name: "follow_up", Target: "≥ 70 %"}},
		"rework at 2 %":               {month(func(m *Month) { m.repairs, m.reworks = 50, 1 }), Figure{Name: "rework", Target: "≤ 2 %", Now: "2.0 %", Known: true, Met: true}},
		"rework above":                {month(func(m *Month) { m.repairs, m.reworks = 49, 1 }), Figure{Name: "rework", Target: "≤ 2 %", Now: "2.0 %", Known: true}},
		"two valid ones a day":        {month(complain(2, Complaint{Day: 3, Valid: true})), Figure{Name: "valid_complaints", Target: "≤ 2", Now: "2", Known: true, Met: true}},
		"a third is too many":         {month(complain(3, Complaint{Day: 30, Valid: true})), Figure{Name: "valid_complaints", Target: "≤ 2", Now: "3", Known: true}},
		"days are counted apart":      {month(both(complain(2, Complaint{Day: 1, Valid: true}), complain(2, Complaint{Day: 2, Valid: true}), complain(9, Complaint{Day: 2}))), Figure{Name: "valid_complaints", Target: "≤ 2", Now: "2", Known: true, Met: true}},
		"one to the authority":        {month(complain(1, Complaint{Day: 1, To: "authority"})), Figure{Name: "authority_complaints", Target: "≤ 0", Now: "1", Known: true}},
		"one in fifty to the company": {month(both(complain(49, Complaint{Day: 1}), complain(1, Complaint{Day: 1, To: "company"}))), Figure{Name: "company_complaints", Target: "≤ 2 %", Now: "2.0 %", Known: true, Met: true}},
		"a complaint closed unasked":  {month(both(complain(1, Complaint{Day: 1, Closed: true, Followed: true}), complain(1, Complaint{Day: 1, Closed: true}))), Figure{Name: "complaint_follow_up", Target: "≥ 100 %", Now: "50.0 %", Known: true}},
		"four of five is not more":    {Standing{Year: &YearCounts{Valid: 5, Handled: 4}}, Figure{Name: "complaints_handled", Target: "> 80 %", Now: "80.0 %", Known: true}},
		"five of six is":              {Standing{Year: &YearCounts{Valid: 6, Handled: 5}}, Figure{Name: "complaints_handled", Target: "> 80 %", Now: "83.3 %", Known: true, Met: true}},
		"visited enough":              {Standing{Visits: &Target{Each: "1 day", Need: 1, Done: 1}}, Figure{Name: "visits", Target: "≥ 1", Now: "1", Known: true, Met: true}},
		"nobody visited":              {Standing{Visits: &Target{Each: "1 year", Need: 1}}, Figure{Name: "visits", Target: "≥ 1", Now: "0", Known: true}},
		"survey on its last day":      {Standing{Survey: &SurveyStanding{Last: now.AddDate(-1, 0, 0), Due: now}}, Figure{Name: "survey", Target: "2026-11-20", Now: "2025-11-20", Known: true, Met: true}},
		"survey overdue":              {Standing{Survey: &SurveyStanding{Due: now.Add(-time.Second)}}, Figure{Name: "survey", Target: "2026-11-20", Now: "—", Known: true}},
		"nothing to survey yet":       {Standing{Survey: &SurveyStanding{}}, Figure{Name: "survey", Target: "—"}},
		"nine in ten are satisfied":   {Standing{Survey: &SurveyStanding{Returned: 10, Satisfied: 9}}, Figure{Name: "survey_satisfaction", Target: "≥ 90 %", Now: "90.0 %", Known: true, Met: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, got := range Measure(c.of, f, now) {
				if got.Name == c.want.Name {
					c.want.Title = got.Title
					if diff := cmp.Diff(c.want, got); diff != "" {
						t.Error(diff)
					}
					return
				}
			}
			t.Errorf("%s is not measured", c.want.Name)
		})
	}
}

// A profile without targets is measured against none.
func TestMeasureNothing(t *testing.T) {
	t.Parallel()
	got := Measure(Standing{Month: Month{repairs: 3, reworks: 3}, Year: &YearCounts{Valid: 1}, Visits: &Target{}}, &procedure.Figures{}, time.Time{})
	if len(got) != 0 {
		t.Errorf("%v is measured against nothing", got)
	}
}

// The span that valid complaints are counted by is the profile's.
func TestValidComplaintsCountByTheirSpan(t *testing.T) {
	t.Parallel()
	m := Month{Days: make([]Day, 30)}
	for day, n := range map[int]int{1: 2, 10: 1, 11: 1, 12: 1, 30: 2} {
		m.Days[day-1].valid = n
	}
	for each, want := range map[string]string{"1 day": "2", "3 days": "3", "1 month": "7"} {
		f, _ := procedure.LoadFigures("x.yaml", []byte("profile: x\ntitle: 试 / X\ntargets: {valid_complaints: {count: 2, each: "+each+"}}\n"))
		got := Measure(Standing{Month: m}, f, time.Time{})
		if len(got) != 1 || got[0].Now != want {
			t.Errorf("each %s: %+v, want %s", each, got, want)
		}
	}
}
