package deskweb

import (
	"context"
	"time"

	"guanjia/internal/desk"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

func (p *Pages) alarmLine(ctx context.Context, a desk.Alarm) AlarmLine {
	line := AlarmLine{ID: a.ID, Title: a.Danger, Words: text.Cut(a.Words, 80), Since: a.RaisedAt}
	for _, d := range p.suggest.Suggest(a.Words).Dangers {
		if d.Name == a.Danger {
			lang := text.LangOf(ctx)
			line.Title, line.Script, line.Number = d.Title.In(lang), d.Script.In(lang), d.Number
		}
	}
	return line
}

func (p *Pages) callLines(ctx context.Context, tx *store.Tx, c *Console, limit int) error {
	project := web.ProjectOf(ctx)
	now := tx.Now()
	calls, err := p.desk.Calls(ctx, tx, project.ID, limit)
	if err != nil {
		return err
	}
	var agents []int64
	for _, call := range calls {
		agents = append(agents, call.Agent)
	}
	names, err := p.names.Accounts(ctx, agents)
	if err != nil {
		return err
	}
	plates, people, err := p.whereWho(ctx, tx, project.ID, len(calls), func(i int) (int64, int64) { return calls[i].Unit, calls[i].Person })
	if err != nil {
		return err
	}
	var about []int64
	for _, call := range calls {
		about = append(about, call.Case)
	}
	cases, err := p.matters.Some(ctx, tx, about)
	if err != nil {
		return err
	}
	for _, call := range calls {
		at := plates[call.Unit]
		line := CallLine{
			Time: call.RingAt.Format("15:04"), Who: masked(call.Number), Words: call.Note, Length: length(call.Length(now)),
			Building: at.Building, Room: at.Room, Href: at.Href,
		}
		if name := people[call.Person]; name != "" {
			line.Who = name
		}
		if k, ok := cases[call.Case]; ok {
			line.Number, line.Path, line.Words = k.Number, casePath(project, k.Number), firstWords(k)
		}
		switch call.State {
		case desk.Missed:
			line.Missed, line.Rings = true, text.Tf(ctx, "未接 · %d 声", "missed · %d ring(s)", call.Rings)
		case desk.Ringing:
			line.Rings = text.T(ctx, "响铃中", "ringing")
		default:
			line.Rings = text.Tf(ctx, "%d 声 · %s", "%d ring(s) · %s", call.Rings, names[call.Agent])
		}
		c.Calls = append(c.Calls, line)
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	t, err := p.desk.Count(ctx, tx, project.ID, today, now.Add(time.Second))
	if err != nil {
		return err
	}
	c.Goal = targetsOf(ctx, p.book.Figures(project.ID)).Said(ctx)
	if t.Calls > 0 {
		c.Tally = text.Tf(ctx, "今天 %d 通 · 三声内接起 %.1f %% · 未接 %d", "%d today · %.1f %% within three rings · %d missed",
			t.Calls, float64(t.InThree)*100/float64(t.Calls), t.Missed)
	}
	return nil
}

// whereWho reads the plates and names of n things at once.
func (p *Pages) whereWho(ctx context.Context, tx *store.Tx, project int64, n int, of func(i int) (unit, person int64)) (map[int64]Plate, map[int64]string, error) {
	var units, people []int64
	for i := range n {
		unit, person := of(i)
		if unit != 0 {
			units = append(units, unit)
		}
		if person != 0 {
			people = append(people, person)
		}
	}
	plates, err := p.homes.Plates(ctx, tx, project, units)
	if err != nil {
		return nil, nil, err
	}
	names, err := p.homes.People(ctx, tx, project, people)
	return plates, names, err
}
