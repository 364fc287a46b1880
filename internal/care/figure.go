package care

import (
	"fmt"
	"strconv"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Figure is one figure against its target of the profile. Pages, the sheet,
// the first page of the day and the stories that prove the rules all read the
// same ones.
type Figure struct {
	Name   string // as stories call it: "rework"
	Title  text.Both
	Target string // "≥ 90 %"
	Now    string // "" when nothing was counted
	Met    bool
	Known  bool
}

// Standing is what is measured against the targets: the month, and what a year
// or a day asks for. A span that was not counted is nil and not measured.
type Standing struct {
	Month  Month
	Year   *YearCounts
	Visits *Target
	Survey *SurveyStanding
}

// YearCounts counts the complaints found valid since the year began (CMP-10).
type YearCounts struct{ Valid, Handled int }

// SurveyStanding is how far the project is with its opinion survey (DSK-17).
type SurveyStanding struct {
	Last                time.Time // the last one that went out began, zero: never
	Due                 time.Time // the next one goes out before; zero: nothing happened in the project yet
	Returned, Satisfied int       // of the last one counted
}

// edge is what a share may miss its target by through the way machines keep fractions.
const edge = 1e-9

// measures puts figures into a list, those that the profile has a target for.
type measures struct {
	f    *procedure.Figures
	list []Figure
}

// share measures a part of a whole. sign is ≥, > or ≤; the first path that the
// profile has is the target.
func (m *measures) share(name string, title text.Both, sign string, part, of int, paths ...string) {
	for _, path := range paths {
		target, err := m.f.Share(path, nil)
		if err != nil {
			continue
		}
		fig := Figure{Name: name, Title: title, Target: fmt.Sprintf("%s %.4g %%", sign, target*100), Known: of > 0}
		if of > 0 {
			now := float64(part) / float64(of)
			fig.Now = fmt.Sprintf("%.1f %%", now*100)
			fig.Met = sign == "≥" && now >= target-edge || sign == ">" && now > target+edge || sign == "≤" && now <= target+edge
		}
		m.list = append(m.list, fig)
		return
	}
}

// most measures a count that must not be exceeded.
func (m *measures) most(name string, title text.Both, now int, path string) {
	if target, err := m.f.Number(path, nil); err == nil {
		m.list = append(m.list, Figure{Name: name, Title: title, Target: "≤ " + strconv.FormatInt(target, 10), Now: strconv.Itoa(now), Met: int64(now) <= target, Known: true})
	}
}

// Measure sets what was counted against the targets of a profile (DSK-15, 16,
// 17; REP-08; CMP-10). It is pure: the same counts and figures give the same
// verdict wherever they are shown.
func Measure(s Standing, f *procedure.Figures, now time.Time) []Figure {
	m := &measures{f: f}
	k := s.Month
	m.share("follow_up", text.B("回访率", "Followed up"), "≥", k.Follow.Done, k.Follow.Done+k.Follow.LeftOut, "targets.follow_up", "follow_up.share.repair")
	m.share("complaint_follow_up", text.B("投诉回访率", "Complaints followed up"), "≥", k.answeredFor, k.handled, "follow_up.share.complaint")
	m.share("satisfaction", text.B("回访满意率", "Satisfied"), "≥", k.Follow.Satisfied, k.Follow.Done, "targets.satisfaction")
	m.share("urgent_in_time", text.B("急修到场及时", "Urgent in time"), "≥", k.urgentInTime, k.urgent, "targets.urgent_in_time")
	m.share("rework", text.B("返修率", "Rework"), "≤", k.reworks, k.repairs, "targets.rework")
	days, title := validSpan(f)
	m.most("valid_complaints", title, k.validAtMost(days), "targets.valid_complaints.count")
	m.most("authority_complaints", text.B("投诉到主管部门", "Complaints to the authority"), k.toAuthority, "targets.complaints.authority")
	m.share("company_complaints", text.B("投诉到公司的占比", "Complaints that went to the company"), "≤", k.toCompany, k.complaints, "targets.complaints.company")
	if s.Year != nil {
		m.share("complaints_handled", text.B("今年有效投诉办结率", "Valid complaints handled this year"), ">", s.Year.Handled, s.Year.Valid, "targets.complaints.handled")
	}
	if t := s.Visits; t != nil && t.Need > 0 {
		title := text.B("今天走访客户", "Customers visited today")
		if t.Each == "1 year" {
			title = text.B("今年走访业主", "Owners visited this year")
		}
		m.list = append(m.list, Figure{Name: "visits", Title: title, Target: "≥ " + strconv.Itoa(t.Need), Now: strconv.Itoa(t.Done), Met: t.Done >= t.Need, Known: true})
	}
	m.survey(s.Survey, now)
	return m.list
}

// survey measures whether the yearly survey went out in time, and what it found.
func (m *measures) survey(s *SurveyStanding, now time.Time) {
	if s == nil {
		return
	}
	fig := Figure{Name: "survey", Title: text.B("意见征询，下次不晚于", "Next opinion survey by"), Target: "—"}
	if !s.Due.IsZero() {
		// What is due at the end of a day is due on that day.
		fig.Target, fig.Now = s.Due.Add(-time.Microsecond).Format(time.DateOnly), "—"
		fig.Known, fig.Met = true, !now.After(s.Due)
		if !s.Last.IsZero() {
			fig.Now = s.Last.Format(time.DateOnly)
		}
	}
	m.list = append(m.list, fig)
	m.share("survey_satisfaction", text.B("意见征询满意率", "Satisfied in the survey"), "≥", s.Satisfied, s.Returned, "targets.satisfaction")
}

// complain counts a complaint of the month.
func (m *Month) complain(c Complaint) {
	m.complaints++
	if c.Valid {
		m.Days[c.Day-1].valid++
	}
	switch c.To {
	case "authority":
		m.toAuthority++
	case "company":
		m.toCompany++
	}
	if c.Closed {
		m.handled++
		if c.Followed {
			m.answeredFor++
		}
	}
}

// Complaint is what of a complaint counts towards the targets.
type Complaint struct {
	Day                     int    // of the month it was taken in
	To                      string // whom the customer turned to: centre, company, authority
	Valid, Closed, Followed bool
}

// validSpan is the span of days whose valid complaints are counted together,
// zero for the whole month; a profile that says none means each day.
func validSpan(f *procedure.Figures) (days int, title text.Both) {
	each, err := f.Limit("targets.valid_complaints.each", nil)
	switch {
	case err != nil || each.Unit == calendar.Days && each.N == 1:
		return 1, text.B("有效投诉，最多的一天", "Valid complaints on the worst day")
	case each.Unit == calendar.Days:
		return each.N, text.F("有效投诉，最多的连续 %d 天", "Valid complaints in the worst %d days", each.N)
	default:
		return 0, text.B("有效投诉，本月", "Valid complaints of the month")
	}
}

// validAtMost is how many complaints of so many days on end were found valid,
// at most; of the month with zero.
func (m Month) validAtMost(days int) int {
	most, sum := 0, 0
	for i, d := range m.Days {
		sum += d.valid
		if days > 0 && i >= days {
			sum -= m.Days[i-days].valid
		}
		most = max(most, sum)
	}
	return most
}

// handled reports whether a complaint was dealt with: answered, so that only
// the follow-up can come, or closed.
func handled(st engine.State) bool { return st.Status == engine.Closed || st.Visits[followStep] > 0 }

// ReworkRate is the share of repairs that were reworks in percent; false
// without repairs (REP-08).
func (m Month) ReworkRate() (float64, bool) {
	if m.repairs == 0 {
		return 0, false
	}
	return 100 * float64(m.reworks) / float64(m.repairs), true
}
