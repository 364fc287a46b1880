package app

import (
	"context"

	"guanjia/internal/care"
	"guanjia/internal/care/careweb"
	"guanjia/internal/casefile"
	"guanjia/internal/estate"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/work"
	"guanjia/internal/work/workweb"
)

// careRoom is the room of follow-up, visits and surveys with its pages.
func (a *App) careRoom() module.Module {
	a.Care = care.New(a.DB, a.Cases, a.Book)
	pages := careweb.New(a.DB, a.Care, a.Book)
	m := a.Care.Module()
	m.Routes, m.Nav = pages.Routes(), pages.Nav()
	return m
}

// workRoom is the room of the trades, with the fact that needs to know the
// handover of a unit.
func (a *App) workRoom(pages *workweb.Pages) module.Module {
	m := a.Work.Module()
	m.Facts = append(m.Facts, work.WarrantyFact(a.Book.Stamp, handovers{a.Estate, a.Cases}.Of))
	m.Routes, m.Nav = pages.Routes(), pages.Nav()
	return m
}

// handovers tells the warranty when a unit was handed over and when the repair
// was reported.
type handovers struct {
	estate *estate.Service
	cases  *casefile.Service
}

func (h handovers) Of(ctx context.Context, tx *store.Tx, in module.FactInput) (work.Handover, error) {
	u, err := h.estate.Unit(ctx, tx, in.Project, in.Unit)
	out := work.Handover{Day: u.HandedOver}
	if err != nil || in.Case == 0 {
		return out, err
	}
	found, err := h.cases.ByIDs(ctx, tx, []int64{in.Case})
	out.Reported = found[in.Case].State.OpenedAt // zero while it is being opened
	return out, err
}
