package caseweb

import (
	"context"
	"slices"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// soonAt is the share of a limit from which its clock counts as near.
const soonAt = 0.8

// clockChip shows one clock of a case.
func clockChip(ctx context.Context, k engine.ClockState, pause *engine.Pause, now time.Time) ui.Chip {
	chip := ui.Chip{Due: k.Due, Used: k.Used}
	switch {
	case k.Run == "met":
		chip.State = ui.Done
		chip.Words = text.Tf(ctx, "用 %s，限 %s", "took %s of %s", ui.Span(ctx, k.Stopped.Sub(k.Started)), limitWords(ctx, k.Limit))
	case k.Run == "late":
		chip.State = ui.Late
		chip.Words = text.Tf(ctx, "晚了 %s", "late by %s", ui.Span(ctx, k.Stopped.Sub(k.Due)))
	case k.Run == "paused":
		chip.State = ui.Hold
		chip.Words = text.T(ctx, "暂停", "paused")
		if pause != nil {
			if pause.Note != "" {
				chip.Words = text.Tf(ctx, "暂停 · %s", "paused · %s", text.Cut(pause.Note, 12))
			}
			chip.Title = text.Tf(ctx, "预计 %s 续计，最迟仍是 %s", "goes on about %s, due stays %s", ui.Exact(pause.Until), ui.ExactUntil(k.Due))
		}
	case !k.Due.After(now):
		chip.State = ui.Late
	case k.Used >= soonAt:
		chip.State = ui.Soon
	default:
		chip.State = ui.Run
		if span := k.Due.Sub(k.Started); span > 0 {
			chip.Soon = k.Due.Add(-time.Duration(float64(span) * (1 - soonAt)))
		}
	}
	return chip
}

// limitWords is a stamped limit in the person's words: "10 minutes" is 10 分钟.
func limitWords(ctx context.Context, limit string) string {
	if limit == engine.LimitPromise { // the time that was named to the customer
		return text.T(ctx, "答应的时间", "the time promised")
	}
	l, err := calendar.ParseLimit(limit)
	if err != nil {
		return limit
	}
	return l.Words().In(text.LangOf(ctx))
}

// worst is the clock a list shows: the running one that falls due first; for an
// ended case what became of it.
func worst(ctx context.Context, c casefile.Case, now time.Time) ui.Chip {
	if c.State.Status != engine.Open {
		return endChip(ctx, c)
	}
	var best *engine.ClockState
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if (k.Run == "running" || k.Run == "paused") && (best == nil || k.Due.Before(best.Due)) {
			best = k
		}
	}
	if best == nil {
		return ui.Chip{State: ui.Run, Words: text.T(ctx, "无时限", "no clock")}
	}
	return clockChip(ctx, *best, c.State.Pause, now)
}

func endChip(ctx context.Context, c casefile.Case) ui.Chip {
	chip := ui.Chip{State: ui.Done, Due: c.State.EndedAt}
	switch c.State.Status {
	case engine.Cancelled:
		chip.Words = text.T(ctx, "取消", "cancelled")
	case engine.Merged:
		chip.Words = text.T(ctx, "并案", "merged")
	default:
		chip.Words = text.T(ctx, "办结", "closed")
		if slices.ContainsFunc(c.Clocks, func(k engine.ClockState) bool { return k.Run == "late" }) {
			chip.Words = text.T(ctx, "办结，有超时", "closed, was late")
		}
	}
	return chip
}
