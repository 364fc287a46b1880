package caseweb

import (
	"context"
	"strconv"

	"guanjia/internal/casefile"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// What somebody answers who was asked to take a case over.
const accepts, declines = "accept", "decline"

// owners fills the page that hands a case on: who was asked takes it or not,
// the owner and the supervisor choose whom to ask (DSK-05).
func (p *Pages) owners(ctx context.Context, v casefile.View, page *WayPage) error {
	s := v.Case.State
	if s.Offered != 0 && s.Offered == actorOf(ctx).Account {
		page.Options = []ui.Option{
			{Value: accepts, Label: text.T(ctx, "我接手", "I take it over")},
			{Value: declines, Label: text.T(ctx, "我不接", "I decline")},
		}
		return nil
	}
	page.Options = []ui.Option{{Label: text.T(ctx, "请选择", "Choose")}}
	return p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := p.staff.Everybody(ctx, tx, v.Case.Project)
		for _, one := range list {
			if one.Account == s.Owner {
				continue
			}
			label := one.Name
			if one.Account == s.Offered {
				label = text.Tf(ctx, "%s（已经问过，等答复）", "%s (asked, no answer yet)", one.Name)
			}
			page.Options = append(page.Options, ui.Option{Value: strconv.FormatInt(one.Account, 10), Label: label})
		}
		return err
	})
}
