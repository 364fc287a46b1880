package desk

import (
	"context"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// UndoMerge is how long a merging can be taken back from the desk (DSK-21).
const UndoMerge = 30 * 24 * time.Hour

// Joining adds what somebody says to a case that is already there, instead of
// making a second of the same matter (DSK-21).
type Joining struct {
	Project int64
	Case    int64
	Call    int64 // the call it came by, 0: none
	Words   string
	Key     string // of the form it was typed into
}

// Join writes the words into the case, closes the call's record with it and
// drops the draft, in one transaction.
func (s *Service) Join(ctx context.Context, actor auth.Actor, in Joining) (casefile.Case, error) {
	var c casefile.Case
	if err := allow(actor, PermDesk, in.Project); err != nil {
		return c, err
	}
	in.Words = text.Clean(in.Words)
	if in.Words == "" || len([]rune(in.Words)) > MaxWords {
		return c, errs.New(errs.Invalid, "desk.join.words", "写下客户这次说了什么。", "Write down what the customer said this time.").
			Field("words", "required", "写下客户原话，10,000 字以内", "write down what the customer said, at most 10,000 characters")
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: in.Case, Command: engine.Command{
			Kind: engine.EvNote, Data: map[string]any{"text": text.Tf(ctx, "客户又来催问：%s", "The customer came back about it: %s", in.Words)},
		}})
		if err != nil {
			return err
		}
		if c.Project != in.Project {
			return errs.New(errs.NotFound, "desk.join.unknown", "这个项目里没有这件事项。", "This project has no such case.")
		}
		if in.Call != 0 {
			if err := s.settle(ctx, tx, in.Project, in.Call, "case", "", c.ID); err != nil {
				return err
			}
		}
		return dropDraft(ctx, tx, in.Project, actor.Account, in.Key, "")
	})
	return c, err
}
