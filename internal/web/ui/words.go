package ui

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

// Span says a length of time in at most two units: "1 天 3 小时", "48 分".
// Less than a minute is "不到 1 分钟". Begun minutes do not count.
func Span(ctx context.Context, d time.Duration) string {
	minutes := int64(d.Abs() / time.Minute)
	days, hours, rest := minutes/1440, minutes/60%24, minutes%60
	zh := text.LangOf(ctx) != text.EN
	say := func(n int64, zhUnit, enUnit string) string {
		if zh {
			return fmt.Sprintf("%d %s", n, zhUnit)
		}
		return fmt.Sprintf("%d %s", n, enUnit)
	}
	var parts []string
	if days > 0 {
		parts = append(parts, say(days, "天", "d"))
	}
	if hours > 0 {
		parts = append(parts, say(hours, "小时", "h"))
	}
	if rest > 0 && days == 0 {
		parts = append(parts, say(rest, "分", "min"))
	}
	if len(parts) == 0 {
		return text.T(ctx, "不到 1 分钟", "under 1 min")
	}
	return strings.Join(parts, " ")
}

// Left says how far due is from now: "剩 2 小时 10 分", "超时 1 天". gj.js says
// the same words in the browser as the minutes pass. A minute that has begun
// is still left: 18 minutes promised now read "剩 18 分" for that whole minute.
func Left(ctx context.Context, now, due time.Time) string {
	if now.After(due) {
		return text.Tf(ctx, "超时 %s", "%s over", Span(ctx, now.Sub(due)))
	}
	return text.Tf(ctx, "剩 %s", "%s left", Span(ctx, due.Sub(now)+time.Minute-1))
}

// When says a moment the way people do: "今天 10:42", "昨天 17:20",
// "11-16 19:40", "2025-11-16 19:40". Now is that of the frame. On paper, which
// is read on another day, the moment is said in full.
func When(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if onPaper(ctx) {
		return Exact(t)
	}
	t = t.In(calendar.Zone)
	now := FrameOf(ctx).Now.In(calendar.Zone)
	day := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, calendar.Zone)
	}
	clock := t.Format("15:04")
	switch days := int(day(t).Sub(day(now)) / (24 * time.Hour)); {
	case days == 0:
		return text.T(ctx, "今天 ", "today ") + clock
	case days == -1:
		return text.T(ctx, "昨天 ", "yesterday ") + clock
	case days == 1:
		return text.T(ctx, "明天 ", "tomorrow ") + clock
	case t.Year() == now.Year():
		return t.Format("01-02 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// Until is When for a moment by which something is due: midnight is 24:00 of the
// day that ends, as the handbook counts, not 00:00 of the next.
func Until(ctx context.Context, t time.Time) string {
	if t = t.In(calendar.Zone); t.IsZero() || t.Format("15:04") != "00:00" {
		return When(ctx, t)
	}
	return strings.TrimSuffix(When(ctx, t.AddDate(0, 0, -1)), "00:00") + "24:00"
}

// ExactUntil is Exact for a moment by which something is due, by the rule of
// Until: "2026-11-20 24:00".
func ExactUntil(t time.Time) string {
	if t = t.In(calendar.Zone); t.IsZero() || t.Format("15:04") != "00:00" {
		return Exact(t)
	}
	return t.AddDate(0, 0, -1).Format(time.DateOnly) + " 24:00"
}

// Exact is the moment in full, for titles and paper: "2026-11-20 10:42".
func Exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(calendar.Zone).Format("2006-01-02 15:04")
}

// Fen writes an amount in fen as yuan with two decimals and thousands
// separators, without a sign of currency: 103552 is "1,035.52".
func Fen(fen int64) string {
	sign := ""
	whole := strconv.FormatInt(fen, 10)
	if fen < 0 {
		sign, whole = "−", whole[1:]
	}
	for len(whole) < 3 {
		whole = "0" + whole
	}
	return sign + group(whole[:len(whole)-2]) + "." + whole[len(whole)-2:]
}

// Count writes a number with thousands separators; from limit on it reads
// "10,000+" (0: no limit), because lists count no further.
func Count(n, limit int64) string {
	more := ""
	if limit > 0 && n >= limit {
		n, more = limit, "+"
	}
	if n < 0 {
		return "−" + group(strconv.FormatInt(n, 10)[1:])
	}
	return group(strconv.FormatInt(n, 10)) + more
}

func group(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
