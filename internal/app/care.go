package app

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/care"
	"guanjia/internal/care/careweb"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/estate"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/work"
	"guanjia/internal/work/workweb"
)

// careRoom is the room of follow-up, visits and surveys with its pages.
func (a *App) careRoom(casePages *caseweb.Pages, said words) module.Module {
	a.Care = care.New(care.Options{DB: a.DB, Cases: a.Cases, Book: a.Book, Topics: said.rules, Names: a.accounts(), Homes: careHomes{a.Estate}, Tell: a.Notice, Sign: a.Keys.Digest})
	a.Care.RecordBy(a.Audit)
	casePages.ShowMonth(monthOf{a.Care})
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

// monthOf shows the figures of the month on the first page of the day.
type monthOf struct{ care *care.Service }

func (m monthOf) Brief(ctx context.Context, tx *store.Tx, actor auth.Actor, project web.Project) ([]caseweb.FigureLine, []caseweb.RepeatLine, error) {
	b, err := m.care.Brief(ctx, tx, actor, project.ID)
	if err != nil {
		return nil, nil, err
	}
	var figures []caseweb.FigureLine
	var repeated []caseweb.RepeatLine
	page := "/p/" + project.Code + "/figures"
	for _, f := range b.Figures {
		figures = append(figures, caseweb.FigureLine{Title: f.Title.In(text.LangOf(ctx)), Target: f.Target, Now: f.Now, Met: f.Met, Known: f.Known, Path: page})
	}
	for _, t := range b.Repeated {
		repeated = append(repeated, caseweb.RepeatLine{Count: t.Count, Words: careweb.RepeatTitle(ctx, t), Path: page})
	}
	return figures, repeated, nil
}
