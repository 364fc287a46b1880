package work

import (
	"context"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/module"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// Handover is when a unit was taken over by its owner and when a repair in it
// was reported: what the developer's warranty hangs on.
type Handover struct {
	Day      string    // ISO; "" not known, or a common part
	Reported time.Time // zero: now
}

// WarrantyFact reads warranty.covers (REP-01): whether the developer's
// warranty of the repair's element (figures repair.warranty.*) still ran when
// it was reported, counted from the handover of the unit; on its last day it
// does. Without element or handover date it is absent: then the technician
// says who pays.
func WarrantyFact(stamp func(project int64, procedure string) (casefile.Stamp, error),
	handover func(ctx context.Context, tx *store.Tx, in module.FactInput) (Handover, error),
) module.Fact {
	return module.Fact{Name: "warranty.covers", Read: func(ctx context.Context, tx *store.Tx, in module.FactInput) (any, error) {
		element, _ := in.Fields["element"].(string)
		if element == "" || in.Unit == 0 || in.Fields["part"] == "common" {
			return nil, nil
		}
		s, err := stamp(in.Project, "repair")
		if err != nil {
			return nil, err
		}
		limit, err := s.Figures.Limit("repair.warranty.{element}", procedure.Values{"element": element})
		if err != nil || limit.IsZero() {
			return nil, nil //nolint:nilerr // the profile has no warranty of that element
		}
		h, err := handover(ctx, tx, in)
		if errs.KindOf(err) == errs.NotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		from, err := time.ParseInLocation("2006-01-02", h.Day, calendar.Zone)
		if err != nil {
			return nil, nil //nolint:nilerr // not handed over, or the date is not known
		}
		if h.Reported.IsZero() {
			h.Reported = tx.Now()
		}
		return h.Reported.Before(s.Calendar.Due(from, limit, nil)), nil
	}}
}
