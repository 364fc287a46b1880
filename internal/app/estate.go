package app

import (
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/desk"
	"guanjia/internal/desk/deskweb"
	"guanjia/internal/estate"
	"guanjia/internal/search"
	"guanjia/internal/text"
)

// housePages are the pages of the estate, with what cases and the desk add to
// the page of a unit.
func (a *App) housePages(cases *caseweb.Pages, calls *deskweb.Pages) *estate.Pages {
	return estate.NewPages(a.Estate, []estate.UnitPart{cases.UnitPart(), calls.UnitPart()}, []estate.UnitAction{{
		Title: text.B("新事项", "New case"), Icon: "plus", Key: "n", Primary: true, Right: desk.PermDesk,
		Path: deskweb.UnitPath,
	}, codeAction})
}

// searchPages is the one search over what every room makes findable.
func (a *App) searchPages(index *search.Index) *search.Pages {
	return search.NewPages(a.DB, index, append(estate.SearchKinds(),
		search.Kind{Name: "case", Title: text.B("事项", "Cases"), Icon: "tool", Permission: casefile.PermView, Place: 5})...)
}
