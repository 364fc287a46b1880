package deskweb

import (
	"context"
	"fmt"
	"time"

	"guanjia/internal/desk"
	"guanjia/internal/text"
)

func pickValue(c desk.Contact) string { return fmt.Sprintf("%d:%d", c.Unit, c.Person) }

func placeHint(ctx context.Context, c Console) string {
	if c.Form.Unit == 0 {
		return text.T(ctx, "公共部位或没有房号的地方", "a common part, or where no room is known")
	}
	return ""
}

// short is a due time as it is said on the phone: 11:00 today, 明天 09:00; a day's
// end is 24:00 of that day, as the handbook counts.
func short(ctx context.Context, t, now time.Time) string {
	t = t.In(now.Location())
	clock, day := t.Format("15:04"), t
	if clock == "00:00" {
		clock, day = "24:00", t.AddDate(0, 0, -1)
	}
	switch day.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return clock
	case now.AddDate(0, 0, 1).Format(time.DateOnly):
		return text.T(ctx, "明天 ", "tomorrow ") + clock
	}
	return day.Format("01-02 ") + clock
}
