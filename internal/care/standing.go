package care

import (
	"context"
	"errors"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/store"
)

// standing counts what the year and the day ask for, as far as the profile does.
func (s *Service) standing(ctx context.Context, tx *store.Tx, project int64, stamp casefile.Stamp, now time.Time, out *Standing) error {
	year := time.Date(now.In(calendar.Zone).Year(), 1, 1, 0, 0, 0, 0, calendar.Zone)
	if stamp.Figures.Has("targets.complaints.handled", nil) {
		out.Year = &YearCounts{}
		err := s.cases.Each(ctx, tx, auth.System, casefile.Filter{Project: project, Procedure: "complaint", From: year}, func(c casefile.Case) error {
			if c.State.Fields["valid"] == true && c.State.Status != engine.Cancelled && c.State.Status != engine.Merged {
				out.Year.Valid++
				if handled(c.State) {
					out.Year.Handled++
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	t, err := s.target(ctx, tx, project, now)
	if err != nil {
		return err
	}
	if t.Need > 0 {
		met := map[int64]bool{}
		// A visit that was made since may have been planned long before.
		err := s.cases.Each(ctx, tx, auth.System, casefile.Filter{Project: project, Procedure: "visit", From: t.From.AddDate(0, -lookBack, 0)}, func(c casefile.Case) error {
			if at, ok := made(c); ok && !at.Before(t.From) {
				met[c.Customer] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
		t.Done = len(met)
		out.Visits = &t
	}
	if !stamp.Figures.Has("survey.each", nil) {
		return nil
	}
	out.Survey, err = s.lastSurvey(ctx, tx, project, stamp)
	return err
}

// lastSurvey finds the last survey that went out and counts it where its
// answers are in. Surveys are few: all of a project are read.
func (s *Service) lastSurvey(ctx context.Context, tx *store.Tx, project int64, stamp casefile.Stamp) (*SurveyStanding, error) {
	out := &SurveyStanding{}
	err := s.cases.Each(ctx, tx, auth.System, casefile.Filter{Project: project, Procedure: "survey"}, func(c casefile.Case) error {
		if c.State.Visits["collect"] == 0 || c.State.Status == engine.Cancelled || c.State.Status == engine.Merged {
			return nil
		}
		out.Last = c.State.OpenedAt
		n, _ := c.State.Fields["returned"].(int64)
		if content, ok := c.State.Fields["satisfied"].(int64); ok && n >= Fewest { // of fewer nothing is judged
			out.Returned, out.Satisfied = int(n), int(content)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	from := out.Last
	if from.IsZero() { // never: the first year began with the first case
		err := s.cases.Each(ctx, tx, auth.System, casefile.Filter{Project: project}, func(c casefile.Case) error {
			from = c.State.OpenedAt
			return errFirst
		})
		if err != nil && !errors.Is(err, errFirst) || from.IsZero() {
			return out, err
		}
	}
	each, err := stamp.Figures.Limit("survey.each", nil)
	if err != nil {
		return out, err
	}
	out.Due = stamp.Calendar.Due(from, each, nil)
	return out, nil
}

// errFirst ends a walk at its first case.
var errFirst = errors.New("the first is enough")
