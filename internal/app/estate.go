package app

import (
	"context"
	"strconv"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/desk"
	"guanjia/internal/desk/deskweb"
	"guanjia/internal/estate"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// housePages are the pages of the estate, with what cases and the desk add to
// the page of a unit.
func (a *App) housePages(cases *caseweb.Pages, calls *deskweb.Pages) *estate.Pages {
	return estate.NewPages(a.Estate, []estate.UnitPart{cases.UnitPart(), calls.UnitPart()}, []estate.UnitAction{{
		Title: text.B("新事项", "New case"), Icon: "plus", Key: "n", Primary: true, Right: desk.PermDesk,
		Path: deskweb.UnitPath,
	}, codeAction})
}

// mostBuildings is how many buildings a person can choose among at a glance; a
// town of more is searched by name.
const mostBuildings = 150

// buildingOptions are the buildings a list can be narrowed to; none when there
// are too many to choose among.
func (a *App) buildingOptions(ctx context.Context, tx *store.Tx, project int64) ([]ui.Option, error) {
	list, err := a.Estate.BuildingNames(ctx, tx, project, mostBuildings)
	options := make([]ui.Option, len(list))
	for i, b := range list {
		options[i] = ui.Option{Value: strconv.FormatInt(b.ID, 10), Label: b.Name}
	}
	return options, err
}

// searchPages is the one search over what every room makes findable.
func (a *App) searchPages(index *search.Index) *search.Pages {
	return search.NewPages(a.DB, index, append(estate.SearchKinds(),
		search.Kind{Name: "case", Title: text.B("事项", "Cases"), Icon: "tool", Permission: casefile.PermView, Place: 5})...)
}

// span is a span of time of the figures in force in a project, zero where its
// profile has none.
func (a *App) span(project int64, figure string) calendar.Limit {
	l, err := a.Book.Figures(project).Limit(figure, nil)
	if err != nil {
		return calendar.Limit{}
	}
	return l
}

// number is a whole number of the figures in force in a project, 0 where its
// profile has none.
func (a *App) number(project int64, figure string) int {
	n, err := a.Book.Figures(project).Number(figure, nil)
	if err != nil {
		return 0
	}
	return int(n)
}
