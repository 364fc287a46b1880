package desk

import (
	"context"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Entry is a free entry of the work journal (DSK-08). It is never altered:
// what is wrong is put right by another that names it.
type Entry struct {
	Project int64
	ID      int64
	Sort    string
	About   time.Time // the moment it belongs to: its shift
	Of      int64     // the entry it corrects or settles
	Unit    int64
	Case    int64
	Words   string
	By      int64
	At      time.Time
}

// Sorts of an entry.
const (
	EntryNote       = "note"
	EntryItem       = "item"       // not urgent, but somebody has to see to it
	EntryCorrection = "correction" // puts another right
	EntryCase       = "case"       // the item became a case
	EntryDone       = "done"       // the item needs none
)

// maxEntry bounds an entry in characters.
const maxEntry = 2000

const entryColumns = `project_id, id, sort, about_at, entry_id, unit_id, case_id, words, made_by, made_at`

func scanEntry(scan store.Scan) (Entry, error) {
	var e Entry
	var about, made int64
	err := scan(&e.Project, &e.ID, &e.Sort, &about, &e.Of, &e.Unit, &e.Case, &e.Words, &e.By, &made)
	e.About, e.At = store.Time(about), store.Time(made)
	return e, err
}

// Write adds an entry: a note or an item of a shift, a correction of an entry,
// or the remark that an item needs no case.
func (s *Service) Write(ctx context.Context, actor auth.Actor, e Entry) (Entry, error) {
	if err := allow(actor, PermDesk, e.Project); err != nil {
		return e, err
	}
	e.Words, e.Case = text.Clean(e.Words), 0
	var f errs.Fields
	if e.Words == "" {
		f.Add("words", "required", "写下内容", "write it down")
	} else if len([]rune(e.Words)) > maxEntry {
		f.Add("words", "too_long", "最多 2,000 字，多出的请另记一条", "at most 2,000 characters; put the rest into another entry")
	}
	if !slices.Contains([]string{EntryNote, EntryItem, EntryCorrection, EntryDone}, e.Sort) {
		f.Add("sort", "unknown", "请选记录的种类", "choose the sort of entry")
	} else if settles := e.Sort == EntryCorrection || e.Sort == EntryDone; settles != (e.Of != 0) {
		f.Add("of", "pair", "更正要指明是哪一条", "a correction names the entry it corrects")
	}
	if err := f.Err("desk.entry.invalid"); err != nil {
		return e, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if e.About.IsZero() || e.About.After(tx.Now()) {
			e.About = tx.Now()
		}
		if e.Of != 0 {
			of, err := s.entry(ctx, tx, e.Project, e.Of)
			if err != nil {
				return err
			}
			if err := s.stillOpen(ctx, tx, of, e.Sort); err != nil {
				return err
			}
			e.About = of.About
		}
		return s.addEntry(ctx, tx, actor, &e)
	})
	return e, err
}

func (s *Service) addEntry(ctx context.Context, tx *store.Tx, actor auth.Actor, e *Entry) error {
	e.ID, e.By, e.At = tx.NewID(), actor.Account, tx.Now()
	s.tell(tx, e.Project, "journal")
	_, err := tx.Exec(ctx, "INSERT INTO desk_entry ("+entryColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e.Project, e.ID, e.Sort, store.Micros(e.About), e.Of, e.Unit, e.Case, e.Words, e.By, store.Micros(e.At))
	if err != nil {
		return err
	}
	return s.Done(ctx, tx, actor, e.Project, "desk.entry", "write", e.ID, map[string]any{"sort": e.Sort})
}

func (s *Service) entry(ctx context.Context, tx *store.Tx, project, id int64) (Entry, error) {
	e, err := store.One(ctx, tx, scanEntry, "SELECT "+entryColumns+" FROM desk_entry WHERE project_id = ? AND id = ?"+tx.Lock(), project, id)
	if errs.KindOf(err) == errs.NotFound {
		err = errs.New(errs.NotFound, "desk.entry.unknown", "没有这条记录。", "There is no such entry.")
	}
	return e, err
}

// stillOpen refuses to settle what is no item or was settled before.
func (s *Service) stillOpen(ctx context.Context, tx *store.Tx, of Entry, sort string) error {
	if sort == EntryCorrection {
		return nil
	}
	if of.Sort != EntryItem {
		return errs.New(errs.Invalid, "desk.entry.no_item", "这一条不是待办，没有改动。", "This entry is no item to see to; nothing was changed.")
	}
	n, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM desk_entry WHERE entry_id = ? AND entry_id <> 0 AND sort IN ('case', 'done')", of.ID)
	if err == nil && n > 0 {
		err = errs.New(errs.Conflict, "desk.entry.settled", "这一条已经有人办了，没有改动。", "Somebody has settled this item already; nothing was changed.")
	}
	return err
}

// Turn makes a case of an item that was not urgent at night (DSK-08): one
// transaction, so that it is never in both lists nor in none.
func (s *Service) Turn(ctx context.Context, actor auth.Actor, project, id int64, kind string) (casefile.Case, error) {
	var c casefile.Case
	if err := allow(actor, PermDesk, project); err != nil {
		return c, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		item, err := s.entry(ctx, tx, project, id)
		if err != nil {
			return err
		}
		if err := s.stillOpen(ctx, tx, item, EntryCase); err != nil {
			return err
		}
		c, err = s.cases.OpenIn(ctx, tx, actor, casefile.Opening{
			Project: project, Procedure: kind, Channel: "department", Unit: item.Unit, Caller: text.T(ctx, "夜班交接", "night shift"), Words: item.Words,
		})
		if err != nil {
			return err
		}
		return s.addEntry(ctx, tx, actor, &Entry{Project: project, Sort: EntryCase, About: item.About, Of: item.ID, Unit: item.Unit, Case: c.ID, Words: c.Number})
	})
	return c, err
}

// OpenItems lists the items nobody has seen to yet, oldest first.
func (s *Service) OpenItems(ctx context.Context, tx *store.Tx, project int64) ([]Entry, error) {
	return store.All(ctx, tx, scanEntry, "SELECT "+entryColumns+` FROM desk_entry e WHERE project_id = ? AND sort = 'item'
		AND NOT EXISTS (SELECT 1 FROM desk_entry x WHERE x.entry_id = e.id AND x.entry_id <> 0 AND x.sort IN ('case', 'done'))
		ORDER BY about_at, id LIMIT 100`, project)
}
