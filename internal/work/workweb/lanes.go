package workweb

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
	"guanjia/internal/work"
)

// lanes is a row a technician: those of one trade stand together.
func (p *Pages) lanes(ctx context.Context, project web.Project, b work.Board, team []Member, trades map[int64][]string, now time.Time) ui.BoardProps {
	first := func(m Member) string {
		if list := trades[m.Account]; len(list) > 0 {
			return list[0]
		}
		return "~"
	}
	order := slices.Clone(team)
	slices.SortStableFunc(order, func(x, y Member) int { return strings.Compare(first(x), first(y)) })
	board := ui.BoardProps{Head: text.Tf(ctx, "%d 人", "%d people", len(order)), From: 8, Now: hourOf(now)}
	if now.Hour() >= 20 || now.Hour() < 6 {
		board.From = 18
	} else if now.Hour() < 8 {
		board.From = 6
	}
	if board.From == 18 && now.Hour() < 6 {
		board.Now += 24
	}
	last := ""
	for i, m := range order {
		trade := first(m)
		lane := ui.Lane{Name: m.Name, New: i > 0 && trade != last, Account: m.Account}
		if trade != "~" {
			lane.Team = p.tradeTitle(ctx, project.ID, trade)
		}
		last = trade
		open := 0
		for _, j := range b.Lanes[m.Account] {
			if j.Stage != work.Ended && j.Stage != work.Finished {
				open++
				if j.Stage == work.AtWork || j.Stage == work.OnWay && lane.Where == "" {
					lane.Where = where(j.Case)
					if j.Stage == work.OnWay {
						lane.Where = text.Tf(ctx, "赶往 %s", "on the way to %s", where(j.Case))
					}
				}
				if j.Late && !lane.Late {
					lane.Late = true
				}
			}
			lane.Jobs = append(lane.Jobs, p.job(ctx, project, j, board.From))
		}
		if open > 0 {
			lane.Count = text.Tf(ctx, "%d 单", "%d job(s)", open)
		}
		lane.Late = lane.Late && lane.Where != ""
		lane.Jobs = spread(lane.Jobs)
		board.Lanes = append(board.Lanes, lane)
	}
	return board
}

// hourOf is the time of day in hours.
func hourOf(t time.Time) float64 { return float64(t.Hour()) + float64(t.Minute())/60 }

func (p *Pages) job(ctx context.Context, project web.Project, j work.Job, from int) ui.Job {
	now := p.DB.Clock().Now()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	if from == 18 && now.Hour() < 6 {
		midnight = midnight.AddDate(0, 0, -1)
	}
	hours := func(t time.Time) float64 { return t.Sub(midnight).Hours() }
	out := ui.Job{
		Title: short(j.Case), Path: "/p/" + project.Code + "/cases/" + j.Case.Number, Lines: []string{j.Case.Subject},
		Start: hours(j.From), Hours: max(j.To.Sub(j.From).Hours(), 0.25), State: ui.JobNow,
	}
	begun := j.From.In(now.Location())
	switch {
	case j.Planned:
		out.At = text.T(ctx, "待做", "to do")
	case begun.YearDay() == now.YearDay():
		out.At = text.Tf(ctx, "%s 起", "since %s", begun.Format("15:04"))
	default:
		out.At = text.Tf(ctx, "%s 起", "since %s", ui.When(ctx, begun))
	}
	switch {
	case j.Stage == work.Ended || j.Stage == work.Finished:
		out.State = ui.JobDone
		out.At = text.Tf(ctx, "%s 完", "done %s", j.To.In(now.Location()).Format("15:04"))
	case j.Late:
		out.State = ui.JobLate
		out.Lines = append(out.Lines, ui.Left(ctx, now, dueOf(j)))
	case j.Planned:
		out.State = ui.JobPlan
		if due, ok := work.Due(j.Case); ok {
			out.Lines = append(out.Lines, text.Tf(ctx, "%s 前", "by %s", ui.Until(ctx, due)))
		}
	}
	return out
}

func dueOf(j work.Job) time.Time {
	due, _ := work.Due(j.Case)
	return due
}

// short is the place on a narrow job: "3-1502".
func short(c casefile.Case) string {
	building, room := split(c)
	if room == "" {
		return text.Cut(c.Place, 8)
	}
	house, _, _ := strings.Cut(building, "栋")
	return house + "-" + room
}

// spread lays jobs behind one another: what is promised for the same hour is
// done one after the other, and work of days begins where the last ended.
func spread(jobs []ui.Job) []ui.Job {
	done, last := 0.0, -1
	for i := range jobs {
		j := &jobs[i]
		if j.State != ui.JobDone {
			continue
		}
		if last >= 0 { // two that ran side by side: each keeps room for a finger
			j.Start = max(j.Start, jobs[last].Start+0.6)
			jobs[last].Hours = min(jobs[last].Hours, j.Start-jobs[last].Start)
		}
		last = i
		done = max(done, j.Start+j.Hours)
	}
	end := done
	for i := range jobs {
		j := &jobs[i]
		switch {
		case j.State == ui.JobDone:
			continue
		case j.State == ui.JobNow && j.Start+j.Hours > end+0.5:
			stop := j.Start + j.Hours
			j.Start = max(j.Start, end)
			j.Hours = stop - j.Start
		default:
			j.Start = max(j.Start, end)
		}
		end = max(end, j.Start+j.Hours)
	}
	return jobs
}

// loads shows where it piles up, late places first.
func loads(ctx context.Context, project web.Project, b work.Board, houses []Building) []ui.Load {
	names := map[int64]string{}
	for _, h := range houses {
		names[h.ID] = h.Name
	}
	var list []ui.Load
	for _, pile := range b.Piles {
		l := ui.Load{Name: names[pile.Building], Open: pile.Open, Late: pile.Late, Path: "/p/" + project.Code + "/cases?view=open&kind=repair"}
		if pile.Building != 0 {
			l.Path += "&building=" + strconv.FormatInt(pile.Building, 10)
		}
		if l.Name == "" {
			l.Name = text.T(ctx, "公共", "Common")
		}
		list = append(list, l)
	}
	return list
}
