package deskweb

import (
	"context"
	"fmt"
	"time"

	"guanjia/internal/desk"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

func pickValue(c desk.Contact) string { return fmt.Sprintf("%d:%d", c.Unit, c.Person) }

func placeHint(ctx context.Context, c Console) string {
	if c.Form.Unit == 0 {
		return text.T(ctx, "公共部位或没有房号的地方", "a common part, or where no room is known")
	}
	return ""
}

// short is a moment in a narrow place: only the hour when it is today.
func short(ctx context.Context, t, now time.Time) string {
	if t.In(now.Location()).Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.In(now.Location()).Format("15:04")
	}
	return ui.When(ctx, t)
}
