package casefile

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Erasing is what it takes to erase the words of people from a case.
type Erasing struct {
	Case    int64
	Version int    // what the person saw; 0: not checked
	Reason  string // who asked and on what basis; stays in the log
}

// erasedSubject stands where the subject of an erased case stood.
const erasedSubject = "已删除"

// Erase takes what people said and who they were out of an ended case, for
// good (LAW-03): the words, caller and phone of the intake, every answer in
// words, photos and signatures, the words of the log, and through Forget what
// other rooms keep about it. What counts and proves stays: number, unit, times,
// steps, choices, sums, clocks; the chain of the log still verifies, and a last
// entry says who erased it and why. Errors: Forbidden, NotFound, Invalid
// without a reason, Conflict while the case is open or when it was erased before.
func (s *Service) Erase(ctx context.Context, actor auth.Actor, in Erasing) (Case, error) {
	var c Case
	reason := text.Cut(text.Clean(in.Reason), 200)
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		kept, err := lockCase(ctx, tx, in.Case)
		if err != nil {
			return err
		}
		if !sees(actor, kept.Case) {
			return notFound()
		}
		if !actor.May(PermErase, kept.Project) {
			return forbidden(PermErase)
		}
		if kept.State.Status == engine.Open {
			return errs.New(errs.Conflict, "casefile.erase.open", "还不能删除：事项没有办结，办理需要这些内容。没有改动；办结或取消后再删。",
				"Not yet: the case is open and its work needs these words. Nothing was changed; end it first.")
		}
		if reason == "" {
			return errs.New(errs.Invalid, "casefile.erase.reason", "要写明谁提出、依据什么。没有改动。", "Say who asked and on what basis. Nothing was changed.").
				Field("reason", "missing", "写明谁提出、依据什么", "say who asked and on what basis")
		}
		c, err = s.eraseKept(ctx, tx, actor, kept, in.Version, "按申请删除了个人内容："+reason)
		return err
	})
	return c, err
}

// EraseAgain erases a case that an older backup brought back, after a restore.
// A case that was open in that backup had ended before it was erased: it is
// cancelled first. It reports whether there was something to erase.
func (s *Service) EraseAgain(ctx context.Context, id int64) (did bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		kept, err := lockCase(ctx, tx, id)
		if errs.KindOf(err) == errs.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		events, err := readEvents(ctx, tx, id)
		if err != nil || Erased(events) {
			return err
		}
		if kept.State.Status == engine.Open {
			cancel := engine.Command{Kind: engine.EvCancel, Data: map[string]any{"reason": "备份以后已经办结，个人内容已按申请删除"}}
			if _, err := s.doOn(ctx, tx, auth.System, kept, Doing{Case: id, Command: cancel}); err != nil {
				return err
			}
			if kept, err = lockCase(ctx, tx, id); err != nil {
				return err
			}
		}
		did = true
		_, err = s.eraseKept(ctx, tx, auth.System, kept, 0, "恢复备份后，按先前的申请再次删除了个人内容")
		return err
	})
	return did, err
}

// eraseKept notes who does it and why, blanks the case and has other rooms
// forget what they keep about it.
func (s *Service) eraseKept(ctx context.Context, tx *store.Tx, actor auth.Actor, kept keptCase, version int, why string) (Case, error) {
	note := engine.Command{Kind: engine.EvNote, Data: map[string]any{"text": why}}
	c, err := s.doOn(ctx, tx, actor, kept, Doing{Case: kept.ID, Version: version, Command: note})
	if err != nil {
		return c, err
	}
	if c, err = s.blank(ctx, tx, c); err != nil || s.cfg.Forget == nil {
		return c, err
	}
	return c, s.cfg.Forget(ctx, tx, actor, c)
}

// blank empties a case and all of its log but the last entry.
func (s *Service) blank(ctx context.Context, tx *store.Tx, c Case) (Case, error) {
	def, err := s.docs.definition(ctx, tx, c.DefHash)
	if err != nil {
		return c, err
	}
	c.Words, c.Subject, c.Place, c.Caller, c.Phone, c.Customer = "", erasedSubject, "", "", "", 0
	for name := range c.State.Fields {
		if f := def.Field(name); f == nil || personal(f.Type) {
			delete(c.State.Fields, name)
		}
	}
	state, _, err := cached(c)
	if err != nil {
		return c, err
	}
	if _, err := tx.Exec(ctx, "UPDATE casefile_case SET words = '', subject = ?, place = '', caller = '', phone = '', customer_id = 0, seal = '', state = ? WHERE id = ?", c.Subject, state, c.ID); err != nil {
		return c, err
	}
	if _, err := tx.Exec(ctx, "UPDATE casefile_event SET body = '', salt = ? WHERE case_id = ? AND seq < ?", []byte{}, c.ID, c.State.Version); err != nil {
		return c, err
	}
	keep := map[string]bool{}
	for _, f := range indexed(def, c.State) {
		keep[f.name] = true
	}
	names, err := store.All(ctx, tx, store.Value[string], "SELECT name FROM casefile_field WHERE case_id = ?", c.ID)
	if err != nil {
		return c, err
	}
	for _, name := range names {
		if keep[name] {
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM casefile_field WHERE case_id = ? AND name = ?", c.ID, name); err != nil {
			return c, err
		}
	}
	if s.cfg.Search == nil {
		return c, nil
	}
	// First wait for a filler that has read the words: it must not write them
	// into the index behind us.
	if err := s.waitsForIndex(ctx, tx, c); err != nil {
		return c, err
	}
	return c, s.cfg.Search.PutAll(ctx, tx, []search.Doc{s.document(c, def)})
}

// personal reports whether an answer of this type may hold what people said or
// who they are. Choices, sums, dates and marks cannot.
func personal(t procedure.FieldType) bool {
	switch t {
	case procedure.TypeChoice, procedure.TypeYesNo, procedure.TypeNumber, procedure.TypeMoney, procedure.TypeDate, procedure.TypeTime, procedure.TypeRating,
		procedure.TypeTrade, procedure.TypeDepartment:
		return false
	}
	return true
}

// Erased reports whether the words of a case were erased: its log begins with
// an opening that says nothing any more.
func Erased(events []engine.Event) bool { return len(events) > 0 && events[0].Data == nil }

func erasedConflict() error {
	return errs.New(errs.Conflict, "casefile.erased", "这件事的个人内容已按申请删除，只留作统计和证明，不能再改。没有改动；需要办理请另开一件。",
		"The words of this case were erased on request; it is kept for counts and proof only. Nothing was changed; open another case if there is work.")
}
