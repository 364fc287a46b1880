package care

import (
	"context"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/notice"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// The steps of a survey's case at which sheets come back and are counted.
const (
	collectStep = "collect"
	countStep   = "count"
	complete    = "complete" // the word that ends the waiting of collectStep
)

// Rests is until when those without an answer are left in peace (survey.remind)
// after they heard of a survey last; zero where the profile says nothing.
func (s *Service) Rests(v Survey) (time.Time, error) {
	stamp, err := s.book.Stamp(v.Project, "survey")
	if err != nil {
		return time.Time{}, err
	}
	span, err := stamp.Figures.Limit("survey.remind", nil)
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // a profile without it bounds nothing
	}
	last := v.SentAt
	if v.RemindedAt.After(last) {
		last = v.RemindedAt
	}
	until, _ := span.Shift(last, 1)
	return until, nil
}

// invite tells who lives behind a sheet where to answer.
func (s *Service) invite(ctx context.Context, tx *store.Tx, v Survey, h Home, sheet int64, words text.Both) error {
	if h.Person == 0 && h.Phone == "" || s.tell == nil {
		return nil
	}
	return s.tell.Tell(ctx, tx, notice.Notice{Project: v.Project, Customer: h.Person, Phone: h.Phone, Case: v.Case, Link: "/survey/" + s.Token(sheet), Text: words})
}

// Remind tells the homes that have not answered once more, not sooner than the
// profile says, and says how many were told. Errors: Conflict when the survey is not
// open, or reminded too recently.
func (s *Service) Remind(ctx context.Context, actor auth.Actor, project, id int64) (int, error) {
	told := 0
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, _, err := s.Survey(ctx, tx, actor, project, id)
		if err != nil {
			return err
		}
		if v.SentAt.IsZero() || v.Over(tx.Now()) {
			return notOpen()
		}
		rests, err := s.Rests(v)
		if err != nil {
			return err
		}
		if tx.Now().Before(rests) {
			at := rests.In(calendar.Zone).Format("2006-01-02 15:04")
			return errs.Newf(errs.Conflict, "care.survey.reminded", "刚发过不久，没有再提醒，免得打扰。%s 以后可以再提醒。", "They were told only lately; nobody was reminded again. It can be done after %s.", at)
		}
		type open struct{ sheet, unit int64 }
		waiting, err := store.All(ctx, tx, func(scan store.Scan) (o open, err error) {
			err = scan(&o.sheet, &o.unit)
			return o, err
		}, "SELECT id, unit_id FROM care_sheet WHERE survey_id = ? AND answered = 0 ORDER BY place", id)
		if err != nil {
			return err
		}
		homes, err := s.homes.Homes(ctx, tx, project)
		if err != nil {
			return err
		}
		at := map[int64]Home{}
		for _, h := range homes {
			at[h.Unit] = h
		}
		for _, o := range waiting {
			h, ok := at[o.unit]
			if !ok {
				continue // nobody lives there any more
			}
			if err := s.invite(ctx, tx, v, h, o.sheet, text.F("“%s”还等您的意见，%s 前有效，不记名。", "“%s” still waits for your opinion, open until %s, without names.", v.Title, v.Until)); err != nil {
				return err
			}
			told++
		}
		if _, err = tx.Exec(ctx, "UPDATE care_survey SET reminded_at = ? WHERE id = ?", store.Micros(tx.Now()), id); err != nil {
			return err
		}
		return s.Done(ctx, tx, actor, project, "care.survey", "remind", id, map[string]any{"rows": told})
	})
	return told, err
}

func notOpen() error {
	return errs.New(errs.Conflict, "care.survey.closed", "这次征询不在回收中，没有改动。", "This survey is not being collected; nothing was changed.")
}

// EndCollection stops taking sheets before the last day; the case goes on to
// its count. Errors: Conflict when it is not being collected.
func (s *Service) EndCollection(ctx context.Context, actor auth.Actor, project, id int64) (Survey, error) {
	var v Survey
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		var c casefile.Case
		var err error
		if v, c, err = s.Survey(ctx, tx, actor, project, id); err != nil {
			return err
		}
		if v.SentAt.IsZero() || !v.ClosedAt.IsZero() || c.State.Step != collectStep && c.State.Step != countStep {
			return notOpen()
		}
		if err := s.endAt(ctx, tx, &v); err != nil || c.State.Step == countStep {
			return err
		}
		_, err = s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: v.Case, Command: engine.Command{Kind: engine.EvExternal, Data: map[string]any{"name": complete}}})
		return err
	})
	return v, err
}

// endAt writes down that no sheet is taken any more, and loses the order in
// which they came.
func (s *Service) endAt(ctx context.Context, tx *store.Tx, v *Survey) error {
	if v.ClosedAt.IsZero() {
		v.ClosedAt = tx.Now()
		if _, err := tx.Exec(ctx, "UPDATE care_survey SET closed_at = ? WHERE id = ?", store.Micros(v.ClosedAt), v.ID); err != nil {
			return err
		}
	}
	return shuffle(ctx, tx, *v)
}
