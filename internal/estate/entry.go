package estate

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/phone"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Entry is one line of a register.
type Entry struct {
	ID       int64
	Project  int64
	Register string
	Label    string
	Unit     int64
	Person   int64
	State    string
	Holder   string // who has it now, "" the centre
	Since    string
	Due      string
	Data     map[string]string // further fields by name
	Version  int64
	Batch    int64
	Plate    string // of the unit
	Room     string
	sort     string
}

// Late reports whether the entry's date has passed in a state that waits.
func (e Entry) Late(r Register, day string) bool {
	return e.Due != "" && e.Due < day && e.State == r.Late
}

// Value is a field as it is stored.
func (e Entry) Value(field string) string {
	switch field {
	case FieldLabel:
		return e.Label
	case FieldSince:
		return e.Since
	case FieldDue:
		return e.Due
	case FieldUnit:
		if e.Room == "" {
			return ""
		}
		return e.Plate + "-" + e.Room
	}
	return e.Data[field]
}

const entryQuery = `SELECT e.project_id, e.id, e.register, e.label, e.unit_id, e.person_id, e.state, e.holder, e.since, e.due, e.data, e.version, e.batch_id, e.sort, coalesce(u.plate, ''), coalesce(u.room, '')
FROM estate_live_entry e LEFT JOIN estate_unit u ON u.id = e.unit_id WHERE e.project_id = ?`

func scanEntry(scan store.Scan) (Entry, error) {
	var e Entry
	var data string
	if err := scan(&e.Project, &e.ID, &e.Register, &e.Label, &e.Unit, &e.Person, &e.State, &e.Holder, &e.Since, &e.Due, &data, &e.Version, &e.Batch, &e.sort, &e.Plate, &e.Room); err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(data), &e.Data)
}

var wholeForm = regexp.MustCompile(`^[0-9]{1,9}$`)

var yuanForm = regexp.MustCompile(`^([0-9]{1,9})(?:\.([0-9]{1,2}))?$`)

// checkEntry reads what was typed into e; every fault is at its field.
func (s *Service) checkEntry(ctx context.Context, tx *store.Tx, r Register, e *Entry, typed map[string]string) error {
	pr, err := s.Project(ctx, tx, e.Project)
	if err != nil {
		return err
	}
	var f errs.Fields
	e.Data = map[string]string{}
	for _, field := range r.Fields {
		v := text.Clean(typed[field.Name])
		if field.Required && v == "" {
			f.Add(field.Name, "estate.entry.required", "填写"+field.Title.ZH+"。", "Fill in: "+field.Title.EN+".")
			continue
		}
		checkLength(&f, field.Name, v, map[bool]int{true: 2000, false: 200}[field.Kind == Words])
		if v == "" && field.Kind != Room {
			e.set(field, "")
			continue
		}
		if err := s.readField(ctx, tx, field, e, v, pr.AreaCode, &f); err != nil {
			return err
		}
	}
	if err := s.checkSegment(ctx, tx, e, &f); err != nil {
		return err
	}
	s.computeDue(e, r, tx)
	return f.Err("estate.entry.invalid")
}

// readField checks one value and puts it where it belongs.
func (s *Service) readField(ctx context.Context, tx *store.Tx, field Field, e *Entry, v, area string, f *errs.Fields) error {
	switch field.Kind {
	case Pick:
		if !field.Choices.Has(v) {
			f.Add(field.Name, "estate.entry.choice", "从列表里选。", "Choose from the list.")
		}
	case Date:
		if !dateForm.MatchString(v) {
			f.Add(field.Name, "estate.date", "日期写成 2026-11-20。", "Write the date as 2026-11-20.")
		}
	case Number:
		if !wholeForm.MatchString(v) {
			f.Add(field.Name, "estate.entry.number", "只填数字。", "Digits only.")
			return nil
		}
		if n, err := strconv.Atoi(v); err == nil && n < field.Least {
			f.Add(field.Name, "estate.entry.least", fmt.Sprintf("至少是 %d。", field.Least), fmt.Sprintf("At least %d.", field.Least))
			return nil
		}
	case Yuan:
		m := yuanForm.FindStringSubmatch(strings.ReplaceAll(v, ",", ""))
		if m == nil {
			f.Add(field.Name, "estate.entry.money", "金额写成 300 或 300.00。", "Write the amount as 300 or 300.00.")
			return nil
		}
		v = strings.TrimLeft(m[1]+(m[2] + "00")[:2], "0")
	case Dial:
		n, err := phone.Parse(v, area)
		if err != nil {
			b := PhoneFault(err)
			f.Add(field.Name, "estate.phone", b.ZH, b.EN)
			return nil
		}
		v = n.Key
	case Room:
		e.Unit = 0
		if v == "" {
			return nil
		}
		units, err := s.UnitsByRoom(ctx, tx, e.Project, v)
		if err != nil {
			return err
		}
		switch len(units) {
		case 1:
			e.Unit, e.Plate, e.Room = units[0].ID, units[0].Plate, units[0].Room
		case 0:
			f.Add(field.Name, "estate.entry.unit", "没有这套房，写成 3-1-1502 试试。", "There is no such unit; try 3-1-1502.")
		default:
			var names []string
			for _, u := range units[:min(4, len(units))] {
				names = append(names, u.Title())
			}
			list := strings.Join(names, "、")
			f.Add(field.Name, "estate.entry.units", "有几套房都对得上，写全其中一套："+list, "Several units fit; write one in full: "+list)
		}
		return nil
	case Who:
		hits, err := s.index.Find(ctx, tx, e.Project, v, []string{KindPerson}, 3)
		if err != nil {
			return err
		}
		e.Person = 0
		if len(hits) > 0 && hits[0].Title == v && (len(hits) == 1 || hits[1].Title != v) {
			e.Person = hits[0].ID
		}
	}
	e.set(field, v)
	return nil
}

func (e *Entry) set(field Field, v string) {
	switch field.Name {
	case FieldLabel:
		e.Label = v
	case FieldSince:
		e.Since = v
	case FieldDue:
		e.Due = v
	case FieldUnit:
	default:
		if v != "" {
			e.Data[field.Name] = v
		}
	}
}

// computeDue sets the date that follows from the register's figure.
func (s *Service) computeDue(e *Entry, r Register, tx *store.Tx) {
	if e.State == r.Late {
		if from, err := time.ParseInLocation(time.DateOnly, e.Since, calendar.Zone); err == nil {
			if due, ok := s.span(e.Project, r.Papers).Shift(from, 1); ok {
				e.Due = due.Format(time.DateOnly)
			}
		}
	}
	if due, ok := s.span(e.Project, r.Renew).Shift(tx.Now().In(calendar.Zone), 1); ok {
		e.Due = due.Format(time.DateOnly)
	}
	if e.Label == "" { // registers of people have no number of their own
		e.Label = e.Data[FieldPerson]
	}
}

func labelKey(label string) string { return search.Compact(label) }

// show is a field in people's words.
func (e Entry) show(field Field, lang text.Lang) string {
	v := e.Value(field.Name)
	switch field.Kind {
	case Pick:
		return field.Choices.Title(v).In(lang)
	case Yuan:
		return yuan(v)
	case Dial:
		if v == "" {
			return ""
		}
		return phone.FromKey(v).Masked()
	}
	return v
}

func yuan(fen string) string {
	n, err := strconv.ParseInt(fen, 10, 64)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d.%02d", n/100, n%100)
}

// typed is a field as a form shows it again.
func (e Entry) typed(field Field) string {
	v := e.Value(field.Name)
	switch field.Kind {
	case Yuan:
		return yuan(v)
	case Dial:
		if v == "" {
			return ""
		}
		return phone.FromKey(v).Local()
	}
	return v
}

// Typed are the fields as a form takes them again, by name.
func (e Entry) Typed() map[string]string {
	r, _ := RegisterNamed(e.Register)
	fields := map[string]string{}
	for _, f := range r.Fields {
		fields[f.Name] = e.typed(f)
	}
	return fields
}

// listed are the fields that stand in the list.
func (r Register) listed() []Field {
	return slices.DeleteFunc(slices.Clone(r.Fields), func(f Field) bool { return !f.List })
}
