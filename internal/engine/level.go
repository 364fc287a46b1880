package engine

import (
	"slices"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
)

// level lets a clock's level fire: at its time, and once.
func (d *deciding) level() error {
	clock, n := dataString(d.cmd.Data, "clock"), int(dataInt(d.cmd.Data, "level"))
	t := d.timed(clock)
	if t == nil || n < 0 || n >= len(t.rungs) {
		return errs.New(errs.Invalid, "case.level.unknown", "没有这个时限或升级。", "There is no such clock or level.")
	}
	r := t.rungs[n]
	if r.fired || r.skipped || !t.runs() || r.at.After(d.at) {
		return errs.New(errs.Conflict, "case.level.over", "这一级升级已经发过，或者还没到时候。", "This level has fired already or is not due yet.")
	}
	d.add(Event{Kind: EvLevel, Step: d.s.Step, Actor: system, Data: map[string]any{
		"clock": clock, "level": int64(n), "run": int64(t.run), "to": r.tell, "due": stamp(t.state.Due),
	}})
	return nil
}

// Timed is what the timer has to do at env.Now: levels that are due and waits
// that are over, in their order. Deciding them all leaves nothing to do until
// the next moment of Clocks.
func Timed(env Env, state State, events []Event) []Command {
	if state.Status != Open {
		return nil
	}
	type moment struct {
		at  time.Time
		cmd Command
	}
	var list []moment
	for _, t := range timeds(env, state, events) {
		for n, r := range t.rungs {
			if t.runs() && !r.fired && !r.skipped && !r.at.After(env.Now) {
				list = append(list, moment{r.at, Command{Kind: EvLevel, Actor: system, Data: map[string]any{"clock": t.state.Name, "level": int64(n)}}})
			}
		}
	}
	if at, ok := waitsUntil(env, state); ok && !at.After(env.Now) {
		list = append(list, moment{at, Command{Kind: EvDone, Actor: system, Step: state.Step, Outcome: "due"}})
	}
	slices.SortStableFunc(list, func(a, b moment) int { return a.at.Compare(b.at) })
	out := make([]Command, len(list))
	for i, m := range list {
		out[i] = m.cmd
	}
	return out
}

// waitsUntil is when a waiting step goes on by itself.
func waitsUntil(env Env, s State) (time.Time, bool) {
	st := env.Def.Step(s.Step)
	if st == nil || st.Do != procedure.KindWait || !slices.Contains(outcomesOf(st), "due") {
		return time.Time{}, false
	}
	v := env.values(s)
	for _, word := range []string{st.Until, st.Limit} {
		if word == "" {
			continue
		}
		if f := env.Def.Field(word); f != nil {
			if day, err := time.ParseInLocation(time.DateOnly, dataString(v, word), calendar.Zone); f.Type == procedure.TypeDate && err == nil {
				return earlier(env, st.Before, day, v), true
			}
			t, ok := asTime(v[word])
			if !ok {
				return t, false
			}
			return earlier(env, st.Before, t, v), true
		}
		if l, err := env.Figures.Limit(word, v); err == nil {
			return env.Calendar.Due(s.Since, l, nil), true
		}
	}
	return time.Time{}, false
}

// earlier is the moment that lies the figure's span before t; t itself without one.
func earlier(env Env, figure string, t time.Time, v procedure.Values) time.Time {
	if figure == "" {
		return t
	}
	l, err := env.Figures.Limit(figure, v)
	if err != nil {
		return t
	}
	before, _ := l.Shift(t, -1) // t itself for a span that cannot go back, which the checker refuses
	return before
}
