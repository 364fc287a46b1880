package caseweb

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/estate"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// unitCases is how many cases the page of a unit shows, the newest.
const unitCases = 30

// UnitPart is the cases of a unit on its page: open ones by due time, then the
// past ones (EST-13).
func (p *Pages) UnitPart() estate.UnitPart {
	return estate.UnitPart{Name: "casefile.cases", Column: estate.Middle, Place: 20, Right: casefile.PermView, Load: func(ctx context.Context, tx *store.Tx, project, unit int64) (estate.Part, error) {
		actor, _ := auth.From(ctx)
		page, err := p.cases.ListIn(ctx, tx, actor, casefile.Filter{Project: project, Unit: unit, Limit: unitCases})
		if err != nil {
			return estate.Part{}, err
		}
		var open, past []Row
		for _, c := range page.Cases {
			row := p.row(ctx, web.ProjectOf(ctx), c, page.Names, tx.Now())
			if c.State.Status == engine.Open {
				open = append(open, row)
			} else {
				past = append(past, row)
			}
		}
		return estate.Part{
			Title: text.B("事项", "Cases"), Note: text.Tf(ctx, "未结 %d，共 %s", "%d open of %s", len(open), count(page)), Body: unitCasesPart(append(open, past...)),
		}, nil
	}}
}
