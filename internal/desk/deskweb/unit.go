package deskweb

import (
	"context"
	"strconv"

	"guanjia/internal/desk"
	"guanjia/internal/estate"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// UnitPart is what was promised to a unit and is still open, on its page
// (EST-13, DSK-12).
func (p *Pages) UnitPart() estate.UnitPart {
	return estate.UnitPart{Name: "desk.promises", Column: estate.Right, Place: 20, Right: desk.PermSee, Load: func(ctx context.Context, tx *store.Tx, project, unit int64) (estate.Part, error) {
		open, err := p.desk.OpenPromises(ctx, tx, project, 0, unit, 20)
		if err != nil || len(open) == 0 {
			return estate.Part{}, err
		}
		return estate.Part{Title: text.B("答应过的事", "Promises"), Body: unitPromises(open)}, nil
	}}
}

// UnitPath is the desk with a unit chosen already, for other pages.
func UnitPath(project string, unit int64) string {
	return "/p/" + project + "/desk?unit=" + strconv.FormatInt(unit, 10)
}
