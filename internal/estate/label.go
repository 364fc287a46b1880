package estate

import (
	"context"
	"errors"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// segmentField is the segment in a line of the segments.
const segmentField = "segment"

// Judging is the segment that judges a person. It is off in a project until a
// purpose was recorded there (EST-08, LAW-03).
const Judging = "problem"

// Purpose is why a project may use a judging label, and who said so.
type Purpose struct {
	Label string
	Words string // what for and on what basis; "" the label is off
	By    string
	At    time.Time
}

// JudgingPurpose is the purpose recorded for the judging label; its Words are
// "" while there is none.
func (s *Service) JudgingPurpose(ctx context.Context, tx *store.Tx, project int64) (Purpose, error) {
	p, err := store.One(ctx, tx, func(scan store.Scan) (Purpose, error) {
		p := Purpose{Label: Judging}
		var at int64
		err := scan(&p.Words, &p.By, &at)
		p.At = store.Time(at)
		return p, err
	}, "SELECT purpose, account_name, at FROM estate_label WHERE project_id = ? AND label = ?", project, Judging)
	if errors.Is(err, store.ErrNoRow) {
		return Purpose{Label: Judging}, nil
	}
	return p, err
}

// RecordPurpose switches the judging label on by writing down what for and on
// what basis; the record itself is kept in the audit trail. Errors: Forbidden
// without PermLabel, Invalid without words.
func (s *Service) RecordPurpose(ctx context.Context, actor auth.Actor, project int64, words string) error {
	if err := need(actor, PermLabel, project); err != nil {
		return err
	}
	var f errs.Fields
	if words = text.Clean(words); words == "" {
		f.Add("purpose", "estate.label.purpose", "写明用途和依据。", "Say what for and on what basis.")
	}
	checkLength(&f, "purpose", words, 200)
	if err := f.Err("estate.label.invalid"); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO estate_label (project_id, label, purpose, account_id, account_name, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (project_id, label) DO UPDATE SET purpose = excluded.purpose, account_id = excluded.account_id, account_name = excluded.account_name, at = excluded.at`,
			project, Judging, words, actor.Account, actor.Name, store.Micros(tx.Now())); err != nil {
			return err
		}
		return s.audit.Looked(ctx, tx, Look{Project: project, Actor: actor, Entity: "label", Field: Judging, Reason: words})
	})
}

// checkSegment refuses a judging segment whose purpose nobody recorded.
func (s *Service) checkSegment(ctx context.Context, tx *store.Tx, e *Entry, f *errs.Fields) error {
	if e.Register != segments.Name || e.Data[segmentField] != Judging {
		return nil
	}
	p, err := s.JudgingPurpose(ctx, tx, e.Project)
	if err == nil && p.Words == "" {
		f.Add(segmentField, "estate.label.off", "这个分类评判人，先由主管在“按规则提出”页登记用途和依据，才能用。",
			"This segment judges a person: it is off until a supervisor records its purpose on the page of proposals.")
	}
	return err
}

// offered are the choices of a field that may be used: the judging label only
// where it is on, or where the line has it already.
func offered(f Field, on bool, has string) Choices {
	if f.Name != segmentField || on || has == Judging {
		return f.Choices
	}
	return slices.DeleteFunc(slices.Clone(f.Choices), func(c Choice) bool { return c.Code == Judging })
}
