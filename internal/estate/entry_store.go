package estate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Entry reads one line of a register; NotFound when unknown.
func (s *Service) Entry(ctx context.Context, tx *store.Tx, project, id int64) (Entry, error) {
	return store.One(ctx, tx, scanEntry, entryQuery+" AND e.id = ?", project, id)
}

// UnitEntries lists the lines of all registers about a unit.
func (s *Service) UnitEntries(ctx context.Context, tx *store.Tx, project, unit int64) ([]Entry, error) {
	return store.All(ctx, tx, scanEntry, entryQuery+" AND e.unit_id = ? ORDER BY e.register, e.sort, e.id LIMIT 200", project, unit)
}

// EntryFilter selects lines of a register.
type EntryFilter struct {
	Project  int64
	Register string
	State    string
	Late     bool   // only those whose date has passed
	Text     string // beginning of the label, or words in any field
	After    string
	Before   string
	Limit    int
}

// EntryPage is one page of a register.
type EntryPage struct {
	Rows       []Entry
	Prev, Next string
	Total      int
	Day        string
}

// ListEntries is one page of a register, in the order of its labels.
func (s *Service) ListEntries(ctx context.Context, tx *store.Tx, f EntryFilter) (EntryPage, error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	page := EntryPage{Day: today(tx)}
	r, ok := RegisterNamed(f.Register)
	if !ok {
		return page, errs.New(errs.NotFound, "estate.register.none", "没有这张登记表。", "There is no such register.")
	}
	where, args := " AND e.register = ?", []any{f.Project, f.Register}
	if f.State != "" {
		where, args = where+" AND e.state = ?", append(args, f.State)
	}
	if f.Late {
		where, args = where+" AND e.due <> '' AND e.due < ? AND e.state = ?", append(args, page.Day, r.Late)
	}
	if f.Text != "" {
		clause, more, err := s.entryText(ctx, tx, f)
		if err != nil {
			return page, err
		}
		where, args = where+clause, append(args, more...)
	}
	total, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM (SELECT 1 FROM estate_live_entry e WHERE e.project_id = ?"+where+" LIMIT ?) x", append(slices.Clone(args), CountLimit)...)
	if err != nil {
		return page, err
	}
	page.Total = int(total)
	order := "e.sort, e.id"
	if key, id := cutCursor(f.After); f.After != "" {
		where, args = where+" AND (e.sort > ? OR e.sort = ? AND e.id > ?)", append(args, key, key, id)
	} else if key, id := cutCursor(f.Before); f.Before != "" {
		where, args, order = where+" AND (e.sort < ? OR e.sort = ? AND e.id < ?)", append(args, key, key, id), "e.sort DESC, e.id DESC"
	}
	rows, err := store.All(ctx, tx, scanEntry, entryQuery+where+" ORDER BY "+order+" LIMIT ?", append(args, f.Limit+1)...)
	if err != nil {
		return page, err
	}
	more := len(rows) > f.Limit
	if more {
		rows = rows[:f.Limit]
	}
	if f.Before != "" {
		slices.Reverse(rows)
	}
	if n := len(rows); n > 0 {
		if more && f.Before != "" || f.After != "" {
			page.Prev = cursor(rows[0].sort, rows[0].ID)
		}
		if more && f.Before == "" || f.Before != "" {
			page.Next = cursor(rows[n-1].sort, rows[n-1].ID)
		}
	}
	page.Rows = rows
	return page, nil
}

// entryText narrows a register to labels that begin so, a unit typed as a
// room, or a holder of that name.
func (s *Service) entryText(ctx context.Context, tx *store.Tx, f EntryFilter) (string, []any, error) {
	key := labelKey(f.Text)
	clause, args := "e.label_key >= ? AND e.label_key < ? OR e.holder = ?", []any{key, key + "\U0010FFFF", text.Clean(f.Text)}
	hits, err := s.index.Find(ctx, tx, f.Project, f.Text, []string{KindUnit, KindPerson}, 20)
	if err != nil {
		return "", nil, err
	}
	for _, h := range hits {
		column := "e.unit_id"
		if h.Kind == KindPerson {
			column = "e.person_id"
		}
		clause, args = clause+" OR "+column+" = ?", append(args, h.ID)
	}
	if key == "" {
		clause, args = "1 = 0", nil
	}
	return " AND (" + clause + ")", args, nil
}

// SaveEntry makes an entry (ID 0) or changes one the actor saw at e.Version,
// from the fields as typed. Errors: Invalid, Forbidden, NotFound, Conflict.
func (s *Service) SaveEntry(ctx context.Context, actor auth.Actor, e Entry, typed map[string]string) (Entry, error) {
	if err := need(actor, PermRegister, e.Project); err != nil {
		return e, err
	}
	r, ok := RegisterNamed(e.Register)
	if !ok {
		return e, errs.New(errs.NotFound, "estate.register.none", "没有这张登记表。", "There is no such register.")
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		var old Entry
		var err error
		action := "created"
		if e.ID != 0 {
			if old, err = s.Entry(ctx, tx, e.Project, e.ID); err != nil {
				return err
			}
			e.State, e.Holder, action = old.State, old.Holder, "saved"
		} else {
			e.ID, e.State, e.Version = tx.NewID(), r.States[0].Code, 0
		}
		if err := s.checkEntry(ctx, tx, r, &e, typed); err != nil {
			return err
		}
		if err := s.labelFree(ctx, tx, r, e); err != nil {
			return err
		}
		if err := s.putEntry(ctx, tx, &e, action == "created", 0); err != nil {
			return err
		}
		if err := s.entryEvent(ctx, tx, actor, e, action, "", entryDiff(r, old, e, action)); err != nil {
			return err
		}
		if err := s.follow(ctx, tx, actor, e, action); err != nil {
			return err
		}
		return s.indexEntries(ctx, tx, r, []Entry{e})
	})
	return e, err
}

// labelFree refuses a second entry of a label where one is all there can be.
func (s *Service) labelFree(ctx context.Context, tx *store.Tx, r Register, e Entry) error {
	if !r.Unique {
		return nil
	}
	n, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM estate_entry WHERE project_id = ? AND register = ? AND label_key = ? AND id <> ?", e.Project, e.Register, labelKey(e.Label), e.ID)
	if err != nil || n == 0 {
		return err
	}
	var f errs.Fields
	f.Add(FieldLabel, "estate.entry.taken", "这个编号已经登记过。", "This number is registered already.")
	return f.Err("estate.entry.invalid")
}

func (s *Service) putEntry(ctx context.Context, tx *store.Tx, e *Entry, isNew bool, batch int64) error {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return err
	}
	e.sort = natural(strings.ToLower(text.Narrow(e.Label)))
	now := store.Micros(tx.Now())
	if isNew {
		e.Version, e.Batch = 1, batch
		_, err = tx.Exec(ctx, `INSERT INTO estate_entry (project_id, id, register, label, label_key, sort, unit_id, person_id, state, holder, since, due, data, version, created_at, updated_at, batch_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`, e.Project, e.ID, e.Register, e.Label, labelKey(e.Label), e.sort, e.Unit, e.Person, e.State, e.Holder, e.Since, e.Due, string(data), now, now, batch)
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE estate_entry SET label = ?, label_key = ?, sort = ?, unit_id = ?, person_id = ?, state = ?, holder = ?, since = ?, due = ?, data = ?, version = version + 1, updated_at = ?
WHERE project_id = ? AND id = ? AND version = ?`, e.Label, labelKey(e.Label), e.sort, e.Unit, e.Person, e.State, e.Holder, e.Since, e.Due, string(data), now, e.Project, e.ID, e.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return stale()
	}
	e.Version++
	return nil
}

// entryDiff says which fields changed, phones masked.
func entryDiff(r Register, old, e Entry, action string) string {
	if action == "created" {
		return ""
	}
	var parts []string
	for _, f := range r.Fields {
		if a, b := old.show(f, text.ZH), e.show(f, text.ZH); a != b {
			parts = append(parts, f.Title.ZH+"："+a+" → "+b)
		}
	}
	return strings.Join(parts, "；")
}

// Moving is one move of an entry as asked for.
type Moving struct {
	Move    string
	Version int64 // what the person saw
	Holder  string
	Due     string
	Note    string
}

// MoveEntry issues, lends, takes back, reports lost … Errors: Invalid,
// Forbidden, NotFound, Conflict (not possible in its state, changed meanwhile).
func (s *Service) MoveEntry(ctx context.Context, actor auth.Actor, project, id int64, in Moving) (Entry, error) {
	var e Entry
	if err := need(actor, PermRegister, project); err != nil {
		return e, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if e, err = s.Entry(ctx, tx, project, id); err != nil {
			return err
		}
		r, _ := RegisterNamed(e.Register)
		i := slices.IndexFunc(r.Possible(e.State), func(m Move) bool { return m.Name == in.Move })
		if i < 0 {
			return errs.Newf(errs.Conflict, "estate.entry.move", "现在是“%s”，不能这样做，没有改动。", "It is “%s” now, so this is not possible; nothing was changed.", r.States.Title(e.State).ZH)
		}
		m := r.Possible(e.State)[i]
		in.Holder, in.Note = text.Clean(in.Holder), text.Clean(in.Note)
		var f errs.Fields
		if !m.Holder.IsZero() && in.Holder == "" {
			f.Add("holder", "estate.entry.holder", "填写"+m.Holder.ZH+"。", "Fill in: "+m.Holder.EN+".")
		}
		if !m.Due.IsZero() && !dateForm.MatchString(in.Due) {
			f.Add("due", "estate.date", "填写"+m.Due.ZH+"，如 2026-11-20。", "Fill in: "+m.Due.EN+", such as 2026-11-20.")
		} else if !m.Due.IsZero() && in.Due < today(tx) {
			f.Add("due", "estate.date.past", m.Due.ZH+"不能早于今天。", m.Due.EN+" cannot be before today.")
		}
		if m.Note && in.Note == "" {
			f.Add("note", "estate.entry.note", "写明经过。", "Say what happened.")
		}
		checkLength(&f, "holder", in.Holder, 100)
		checkLength(&f, "note", in.Note, 1000)
		if err := f.Err("estate.entry.invalid"); err != nil {
			return err
		}
		before := r.States.Title(e.State).ZH
		if e.Holder != "" {
			before += "，" + e.Holder
		}
		e.State, e.Holder = m.To, in.Holder
		if !m.Due.IsZero() {
			e.Due = in.Due
		} else if e.State != r.Late {
			e.Due = ""
		}
		if in.Version != 0 {
			e.Version = in.Version
		}
		if err := s.putEntry(ctx, tx, &e, false, 0); err != nil {
			return err
		}
		if err := s.follow(ctx, tx, actor, e, m.Name); err != nil {
			return err
		}
		return s.entryEvent(ctx, tx, actor, e, m.Name, in.Note, before)
	})
	return e, err
}

// EntryEvent is one thing that happened to an entry.
type EntryEvent struct {
	Action string // created, saved, or a move
	State  string
	Holder string
	Due    string
	Note   string
	Before string
	Actor  string
	At     time.Time
}

func (s *Service) entryEvent(ctx context.Context, tx *store.Tx, actor auth.Actor, e Entry, action, note, before string) error {
	_, err := tx.Exec(ctx, `INSERT INTO estate_entry_event (project_id, id, entry_id, action, state, holder, due, note, before, account_id, account_name, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Project, tx.NewID(), e.ID, action, e.State, e.Holder, e.Due, note, before, actor.Account, actor.Name, store.Micros(tx.Now()))
	if err != nil {
		return err
	}
	verb := "change"
	if action == "created" {
		verb = "create"
	}
	return s.changed(ctx, tx, actor, e.Project, "register", e.ID, verb, map[string]any{"register": e.Register})
}

// EntryEvents lists what happened to an entry, newest first.
func (s *Service) EntryEvents(ctx context.Context, tx *store.Tx, project, id int64) ([]EntryEvent, error) {
	return store.All(ctx, tx, func(scan store.Scan) (e EntryEvent, err error) {
		var at int64
		err = scan(&e.Action, &e.State, &e.Holder, &e.Due, &e.Note, &e.Before, &e.Actor, &at)
		e.At = store.Time(at)
		return e, err
	}, "SELECT action, state, holder, due, note, before, account_name, at FROM estate_entry_event WHERE project_id = ? AND entry_id = ? ORDER BY id DESC LIMIT 200", project, id)
}

// indexEntries makes labels and plates of a register findable.
func (s *Service) indexEntries(ctx context.Context, tx *store.Tx, r Register, list []Entry) error {
	if !r.Find || len(list) == 0 {
		return nil
	}
	code, err := s.projectCode(ctx, tx, list[0].Project)
	if err != nil {
		return err
	}
	kind := KindEntry
	if r.Name == "vehicles" {
		kind = KindVehicle
	}
	docs := make([]search.Doc, 0, len(list))
	for _, e := range list {
		keys := search.NumberKeys(e.Label)
		if plate := e.Data["plate"]; plate != "" {
			keys = append(keys, search.NumberKeys(plate)...)
		}
		sub := []string{r.Title.ZH}
		for _, v := range []string{e.Value(FieldUnit), e.Data[FieldPerson], e.Data["plate"], e.Holder} {
			if v != "" && !slices.Contains(sub, v) {
				sub = append(sub, v)
			}
		}
		docs = append(docs, search.Doc{
			Project: e.Project, ID: e.ID, Kind: kind, Title: e.Label, Sub: strings.Join(sub, " · "),
			URL: fmt.Sprintf("/p/%s/registers/%s/%d", code, r.Name, e.ID), Keys: keys, Batch: e.Batch,
		})
	}
	return s.index.PutAll(ctx, tx, docs)
}

// insertEntries adds the register lines of an import's chunk.
func (s *Service) insertEntries(ctx context.Context, tx *store.Tx, b Batch, list []NewEntry) error {
	if len(list) == 0 {
		return nil
	}
	ids := []int64{0} // nothing has it: the list is never empty
	for _, in := range list {
		ids = append(ids, in.Unit)
	}
	ids = unique(ids)
	found, err := store.All(ctx, tx, scanUnit, "SELECT "+unitColumns+" FROM estate_unit u WHERE u.project_id = ? AND u.id IN ("+store.Marks(len(ids))+")", argsOf(b.Project, ids)...)
	if err != nil {
		return err
	}
	units := map[int64]Unit{}
	for _, u := range found {
		units[u.ID] = u
	}
	rows, byRegister := newValues(17), map[string][]Entry{}
	now := store.Micros(tx.Now())
	for _, in := range list {
		r, ok := RegisterNamed(in.Register)
		if !ok || in.Label == "" || in.State != "" && !r.States.Has(in.State) {
			return errs.Newf(errs.Invalid, "estate.entry.import", "登记表“%s”的“%s”不能导入。", "The line “%[2]s” of register “%[1]s” cannot be imported.", in.Register, in.Label)
		}
		e := Entry{
			ID: tx.NewID(), Project: b.Project, Register: in.Register, Label: text.Clean(in.Label), Unit: in.Unit, Person: in.Person, State: in.State,
			Holder: in.Holder, Since: in.Since, Due: in.Due, Data: in.Data, Batch: b.ID, Plate: units[in.Unit].Plate, Room: units[in.Unit].Room,
		}
		if e.State == "" {
			e.State = r.States[0].Code
		}
		if e.Data == nil {
			e.Data = map[string]string{}
		}
		if err := s.labelFree(ctx, tx, r, e); err != nil {
			return err
		}
		data, err := json.Marshal(e.Data)
		if err != nil {
			return err
		}
		e.sort = natural(strings.ToLower(text.Narrow(e.Label)))
		rows.add(e.Project, e.ID, e.Register, e.Label, labelKey(e.Label), e.sort, e.Unit, e.Person, e.State, e.Holder, e.Since, e.Due, string(data), 1, now, now, b.ID)
		byRegister[e.Register] = append(byRegister[e.Register], e)
	}
	if err := rows.insert(ctx, tx, "INSERT INTO estate_entry (project_id, id, register, label, label_key, sort, unit_id, person_id, state, holder, since, due, data, version, created_at, updated_at, batch_id) VALUES "); err != nil {
		return err
	}
	for _, r := range Registers {
		if err := s.indexEntries(ctx, tx, r, byRegister[r.Name]); err != nil {
			return err
		}
	}
	return nil
}
