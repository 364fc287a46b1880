package estate

import (
	"context"

	"guanjia/internal/store"
	"guanjia/internal/text"
)

// signsMust are the sorts of sign a well-marked estate has (EST-19).
var signsMust = []string{"plan", "road", "cluster", "block", "entrance", "door"}

// MissingSigns lists the sorts of sign of which not one stands in good state
// (EST-19), in the order of the rule.
func (s *Service) MissingSigns(ctx context.Context, tx *store.Tx, project int64) ([]text.Both, error) {
	there := map[string]bool{}
	f := EntryFilter{Project: project, Register: signs.Name, State: "good", Limit: 500}
	for {
		page, err := s.ListEntries(ctx, tx, f)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Rows {
			if sort, ok := e.Data["sort"]; ok {
				there[sort] = true
			}
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	field, _ := signs.Field("sort")
	var list []text.Both
	for _, sort := range signsMust {
		if !there[sort] {
			list = append(list, field.Choices.Title(sort))
		}
	}
	return list, nil
}
