package deskweb

import (
	"context"
	"fmt"

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
