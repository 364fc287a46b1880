package estate

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// forgotten stands where the name of an erased person stood.
const forgotten = "已删除"

// Forget erases a person on request (LAW-03): name, phones, numbers, wishes,
// what the history and the registers say of them, and the search. Occupancies
// stay as that somebody held a unit then. Refused with its reason while the
// person holds a unit: the service contract needs to know whom it binds.
// Errors: Invalid (no reason), Forbidden, NotFound, Conflict (holds a unit).
func (s *Service) Forget(ctx context.Context, actor auth.Actor, project, person int64, reason string) error {
	if err := need(actor, PermErase, project); err != nil {
		return err
	}
	if reason = text.Clean(reason); reason == "" {
		var f errs.Fields
		f.Add("reason", "estate.forget.reason", "写明谁提出、依据什么。", "Say who asked and on what basis.")
		return f.Err("estate.forget.invalid")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := s.Person(ctx, tx, project, person)
		if err != nil {
			return err
		}
		history, err := s.PersonHistory(ctx, tx, project, person)
		if err != nil {
			return err
		}
		for _, o := range history {
			if o.Now(today(tx)) {
				return errs.Newf(errs.Conflict, "estate.forget.held", "还不能删除：%s 现在仍是 %s 的%s，履行物业服务合同需要。没有改动；先结束居住记录，到期再删。",
					"Not yet: %s still holds %s (%s), which the service contract needs. Nothing was changed; end the occupancy first.", p.Name, o.UnitTitle, Capacities.Title(o.Capacity).ZH)
			}
		}
		return s.forget(ctx, tx, actor, p, history, reason)
	})
}

// ForgetAgain erases a person whom an older backup brought back, after a
// restore. The person had left before they were erased: what they hold in that
// backup ends the day before today. It reports whether there was somebody to erase.
func (s *Service) ForgetAgain(ctx context.Context, project, person int64) (did bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := s.Person(ctx, tx, project, person)
		if errs.KindOf(err) == errs.NotFound || err == nil && p.Name == forgotten && len(p.Phones) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		yesterday := tx.Now().In(calendar.Zone).AddDate(0, 0, -1).Format(time.DateOnly)
		if _, err := tx.Exec(ctx, "UPDATE estate_occupancy SET to_date = ? WHERE project_id = ? AND person_id = ? AND to_date = ''", yesterday, project, person); err != nil {
			return err
		}
		history, err := s.PersonHistory(ctx, tx, project, person)
		if err != nil {
			return err
		}
		did = true
		return s.forget(ctx, tx, auth.System, p, history, "按先前的申请，恢复备份后再删")
	})
	return did, err
}

// forget empties everything that speaks of p; history is what p held.
func (s *Service) forget(ctx context.Context, tx *store.Tx, actor auth.Actor, p Person, history []Occupancy, reason string) error {
	units := []int64{}
	for _, o := range history {
		units = append(units, o.Unit)
	}
	if p.idRef != 0 {
		if err := s.vault.Erase(ctx, tx, p.idRef); err != nil {
			return err
		}
	}
	if err := s.forgetRows(ctx, tx, p); err != nil {
		return err
	}
	if len(units) > 0 { // names of emergency contacts in the history of the units
		args := append([]any{p.Name, forgotten, p.Name, forgotten}, argsOf(p.Project, unique(units))...)
		if _, err := tx.Exec(ctx, "UPDATE estate_change SET before = replace(before, ?, ?), after = replace(after, ?, ?) WHERE project_id = ? AND field = 'emergency' AND unit_id IN ("+store.Marks(len(unique(units)))+")", args...); err != nil {
			return err
		}
	}
	if err := s.forgetEntries(ctx, tx, p); err != nil {
		return err
	}
	if err := s.index.Remove(ctx, tx, p.Project, p.ID); err != nil {
		return err
	}
	if err := s.indexUnits(ctx, tx, p.Project, unique(units)); err != nil {
		return err
	}
	return s.audit.Looked(ctx, tx, Look{Project: p.Project, Actor: actor, Entity: "person", ID: p.ID, Field: LookErase, Reason: reason})
}

// forgetRows empties the person, its phones and its history.
func (s *Service) forgetRows(ctx context.Context, tx *store.Tx, p Person) error {
	keys := []any{p.Project}
	for _, ph := range p.Phones {
		keys = append(keys, ph.Number.Key)
	}
	type statement struct {
		sql  string
		args []any
	}
	list := []statement{
		{`UPDATE estate_person SET name = ?, sort = ?, sex = '', birthday = '', birthday_purpose = '', id_kind = '', id_ref = 0, id_digest = '', legal_rep = '', address = '', nationality = '', facilities = '', wishes = '', note = '', version = version + 1, updated_at = ?
WHERE project_id = ? AND id = ?`, []any{forgotten, sortName(forgotten), store.Micros(tx.Now()), p.Project, p.ID}},
		{"DELETE FROM estate_phone WHERE project_id = ? AND person_id = ?", []any{p.Project, p.ID}},
		{"UPDATE estate_occupancy SET relation = '', end_reason = '' WHERE project_id = ? AND person_id = ?", []any{p.Project, p.ID}},
		{"UPDATE estate_change SET before = '', after = ? WHERE project_id = ? AND person_id = ?", []any{forgotten, p.Project, p.ID}},
	}
	if n := len(p.Phones); n > 0 {
		list = append(list, statement{"DELETE FROM estate_emergency WHERE project_id = ? AND (phone IN (" + store.Marks(n) + ") OR mobile IN (" + store.Marks(n) + "))", append(keys, keys[1:]...)})
	}
	for _, st := range list {
		if _, err := tx.Exec(ctx, st.sql, st.args...); err != nil {
			return err
		}
	}
	return nil
}

// forgetEntries takes the person out of the lines of registers and out of what
// happened to them.
func (s *Service) forgetEntries(ctx context.Context, tx *store.Tx, p Person) error {
	entries, err := store.All(ctx, tx, scanEntry, entryQuery+" AND e.person_id = ?", p.Project, p.ID)
	if err != nil {
		return err
	}
	numbers := []string{p.Name}
	for _, ph := range p.Phones {
		numbers = append(numbers, ph.Number.Key, ph.Number.Masked())
	}
	blank := func(v string) string {
		for _, n := range numbers {
			v = strings.ReplaceAll(v, n, forgotten)
		}
		return v
	}
	for _, e := range entries {
		r, _ := RegisterNamed(e.Register)
		for _, f := range r.Fields {
			switch f.Kind {
			case Who:
				e.Data[f.Name] = forgotten
			case Dial:
				delete(e.Data, f.Name)
			case Text, Words:
				if v, ok := e.Data[f.Name]; ok {
					e.Data[f.Name] = blank(v)
				}
			}
		}
		data, err := json.Marshal(e.Data)
		if err != nil {
			return err
		}
		e.Label, e.Holder, e.Person = blank(e.Label), blank(e.Holder), 0
		if _, err := tx.Exec(ctx, "UPDATE estate_entry SET label = ?, label_key = ?, sort = ?, holder = ?, person_id = 0, data = ?, version = version + 1 WHERE project_id = ? AND id = ?",
			e.Label, labelKey(e.Label), natural(strings.ToLower(e.Label)), e.Holder, string(data), p.Project, e.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE estate_entry_event SET holder = replace(holder, ?, ?), note = '', before = '' WHERE project_id = ? AND entry_id = ?", p.Name, forgotten, p.Project, e.ID); err != nil {
			return err
		}
		if err := s.indexEntries(ctx, tx, r, []Entry{e}); err != nil {
			return err
		}
	}
	return nil
}
