package deskweb

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/desk"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// Targets are the desk's figures of the project's profile (DSK-02, DSK-22).
type Targets struct {
	Hours, Days, Line string // as published: "00:00-24:00", "every day"
	Rings             int    // answered within so many rings
	RingsSet          bool   // the profile gives the figure; else three is only a habit
	AnswerRate        float64
	RateSet           bool
	Receives          bool // the hotline receives only: staff ring out on another line
}

func targetsOf(ctx context.Context, f *procedure.Figures) Targets {
	t := Targets{Rings: 3}
	lang := text.LangOf(ctx)
	join := func(path string) string {
		words, err := f.Words(path, nil)
		if err != nil {
			return ""
		}
		return strings.Join(words, text.T(ctx, "、", ", "))
	}
	t.Hours, t.Line = join("desk.hours"), join("desk.repair_line")
	if days, err := f.Text("desk.days", nil); err == nil {
		t.Days = days.In(lang)
	} else if word, err := f.Word("desk.days", nil); err == nil {
		t.Days = word
	}
	switch t.Days {
	case "every day":
		t.Days = text.T(ctx, "每天", "every day")
	case "working days":
		t.Days = text.T(ctx, "工作日", "working days")
	}
	if n, err := f.Number("desk.rings", nil); err == nil {
		t.Rings, t.RingsSet = int(n), true
	}
	if word, err := f.Word("desk.hotline", nil); err == nil {
		t.Receives = word == "receives only"
	}
	if share, err := f.Share("targets.answer_rate", nil); err == nil {
		t.AnswerRate, t.RateSet = share, true
	}
	return t
}

// Said puts the targets into one line.
func (t Targets) Said(ctx context.Context) string {
	var parts []string
	add := func(ok bool, zh, en string, args ...any) {
		if ok {
			parts = append(parts, text.Tf(ctx, zh, en, args...))
		}
	}
	add(t.Hours != "", "服务时间：%s %s", "Open %s %s", t.Days, t.Hours)
	add(t.Line != "", "报修电话：%s", "repair line %s", t.Line)
	add(t.Receives, "热线只接不打", "the hotline receives only")
	add(t.RingsSet, "铃响 %d 声内接听", "answered within %d rings", t.Rings)
	add(t.RateSet, "接通率 %s", "answer rate %s", percent(t.AnswerRate, true))
	return strings.Join(parts, text.T(ctx, "；", "; "))
}

func percent(share float64, ok bool) string {
	if !ok {
		return "—"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", share*100), ".0") + " %"
}

func mean(d time.Duration, n int) string {
	if n == 0 {
		return "—"
	}
	return length(d / time.Duration(n))
}

// TallyRow is one day, or the sum.
type TallyRow struct {
	Day                          string
	Path                         string // of the day's journal
	Calls, Quick, Missed         int
	Rate, QuickRate, Waits, Talk string
	Low                          bool // below the target
	Promised, Kept               int
}

// TallyPage is a month of answering.
type TallyPage struct {
	Base, Month, Prev, Next string
	Targets                 Targets
	Rows                    []TallyRow
	Sum                     TallyRow
}

func tallyRow(day string, d desk.DayTally, t Targets) TallyRow {
	rate, ok := d.AnswerRate()
	quick, _ := d.RingRate()
	return TallyRow{
		Day: day, Calls: d.Calls, Quick: d.InThree, Missed: d.Missed, Rate: percent(rate, ok), QuickRate: percent(quick, ok),
		Waits: mean(d.Waited, d.Answered), Talk: mean(d.Talked, d.Answered), Low: ok && t.RateSet && rate < t.AnswerRate,
		Promised: d.Promised, Kept: d.Kept,
	}
}

// monthOf reads ?month=2026-11, this month when it says nothing sensible.
func monthOf(r *http.Request, now time.Time) time.Time {
	if m, err := time.ParseInLocation("2006-01", r.URL.Query().Get("month"), calendar.Zone); err == nil && m.Year() > 2000 && m.Year() < 2200 {
		return m
	}
	now = now.In(calendar.Zone)
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, calendar.Zone)
}

func (p *Pages) tallyPage(r *http.Request) (TallyPage, error) {
	ctx := r.Context()
	project, now := web.ProjectOf(ctx), p.db.Clock().Now()
	from := monthOf(r, now)
	to := from.AddDate(0, 1, 0)
	if to.After(now) {
		to = now
	}
	page := TallyPage{
		Base: base(r), Month: from.Format("2006-01"), Prev: from.AddDate(0, -1, 0).Format("2006-01"), Next: from.AddDate(0, 1, 0).Format("2006-01"),
		Targets: targetsOf(ctx, p.book.Figures(project.ID)),
	}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		days, err := p.desk.Days(ctx, tx, project.ID, from, to, page.Targets.Rings)
		sum := desk.DayTally{}
		for _, d := range days {
			row := tallyRow(d.Day.Format("01-02"), d, page.Targets)
			row.Path = "/p/" + project.Code + "/journal?day=" + d.Day.Format(time.DateOnly)

			page.Rows, sum = append(page.Rows, row), sum.Add(d)
		}
		page.Sum = tallyRow(text.T(ctx, "合计", "Sum"), sum, page.Targets)
		return err
	})
	return page, err
}

func (p *Pages) tally(w http.ResponseWriter, r *http.Request) error {
	page, err := p.tallyPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, tallyPage(page))
}

func (p *Pages) tallyExcel(w http.ResponseWriter, r *http.Request) error {
	page, err := p.tallyPage(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	s := newSheet(text.T(ctx, "接听统计", "Answering")+" "+page.Month, page.Targets.Said(ctx), tallyHeads(ctx))
	for _, row := range append(page.Rows, page.Sum) {
		s.add(row.Day, row.Calls, row.Quick, row.QuickRate, row.Missed, row.Rate, row.Waits, row.Talk, row.Promised, row.Kept)
	}
	return s.send(w, "answering-"+page.Month+".xlsx")
}

func tallyHeads(ctx context.Context) []string {
	return []string{
		text.T(ctx, "日期", "Day"), text.T(ctx, "来电", "Calls"), text.T(ctx, "按声接起", "In rings"), text.T(ctx, "按声率", "Share"),
		text.T(ctx, "未接", "Missed"), text.T(ctx, "接通率", "Answered"), text.T(ctx, "平均等待", "Wait"), text.T(ctx, "平均通话", "Talk"),
		text.T(ctx, "到期承诺", "Promises due"), text.T(ctx, "按时兑现", "Kept"),
	}
}
