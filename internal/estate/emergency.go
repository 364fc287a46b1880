package estate

import (
	"context"
	"fmt"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/phone"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Emergency is whom to call about a unit when nobody of it answers (EST-03).
type Emergency struct {
	Name     string
	Relation string
	Office   bool // in office hours
	Outside  bool // outside them
	Phone    string
	Mobile   string
}

// EmergencyFor lists the emergency contacts of a unit in the order to call.
func (s *Service) EmergencyFor(ctx context.Context, tx *store.Tx, project, unit int64) ([]Emergency, error) {
	return store.All(ctx, tx, func(scan store.Scan) (e Emergency, err error) {
		return e, scan(&e.Name, &e.Relation, &e.Office, &e.Outside, &e.Phone, &e.Mobile)
	}, "SELECT name, relation, office, outside, phone, mobile FROM estate_emergency WHERE project_id = ? AND unit_id = ? ORDER BY place, id", project, unit)
}

// Wanted is how many emergency contacts a unit must have in office hours and
// outside them (directory.contacts).
type Wanted struct{ Office, Outside int }

func (s *Service) wanted(project int64) Wanted {
	return Wanted{s.number(project, "directory.contacts.office_hours"), s.number(project, "directory.contacts.outside")}
}

// EmergencyMissing says what EST-03 still wants of a list: so many contacts in
// office hours and outside them, each with phone and mobile.
func EmergencyMissing(list []Emergency, want Wanted) []text.Both {
	office, outside, incomplete := 0, 0, 0
	for _, e := range list {
		if e.Office {
			office++
		}
		if e.Outside {
			outside++
		}
		if e.Phone == "" || e.Mobile == "" {
			incomplete++
		}
	}
	var out []text.Both
	if n := want.Office - office; n > 0 {
		out = append(out, text.F("还差 %d 位办公时间联系人", "%d more contact(s) needed for office hours", n))
	}
	if n := want.Outside - outside; n > 0 {
		out = append(out, text.F("还差 %d 位非办公时间联系人", "%d more needed out of hours", n))
	}
	if incomplete > 0 {
		out = append(out, text.F("%d 位缺电话或手机", "%d without phone or mobile", incomplete))
	}
	return out
}

// SetEmergency replaces the emergency contacts of a unit. Errors: Invalid
// (fields), Forbidden, NotFound.
func (s *Service) SetEmergency(ctx context.Context, actor auth.Actor, project, unit int64, list []Emergency) error {
	if err := need(actor, PermPerson, project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := s.Unit(ctx, tx, project, unit); err != nil {
			return err
		}
		pr, err := s.Project(ctx, tx, project)
		if err != nil {
			return err
		}
		old, err := s.EmergencyFor(ctx, tx, project, unit)
		if err != nil {
			return err
		}
		if err := checkEmergency(list, pr.AreaCode); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM estate_emergency WHERE project_id = ? AND unit_id = ?", project, unit); err != nil {
			return err
		}
		rows := newValues(10)
		for i, e := range list {
			rows.add(project, tx.NewID(), unit, e.Name, e.Relation, store.Bool(e.Office), store.Bool(e.Outside), e.Phone, e.Mobile, i+1)
		}
		if err := rows.insert(ctx, tx, "INSERT INTO estate_emergency (project_id, id, unit_id, name, relation, office, outside, phone, mobile, place) VALUES "); err != nil {
			return err
		}
		log := changeLog{project: project, entity: "unit", id: unit, unit: unit}
		log.note("emergency", emergencyNames(old), emergencyNames(list))
		return s.keep(ctx, tx, actor, &log)
	})
}

// checkEmergency cleans the list and turns its numbers into stored keys.
func checkEmergency(list []Emergency, area string) error {
	var f errs.Fields
	for i := range list {
		e := &list[i]
		e.Name, e.Relation = text.Clean(e.Name), text.Clean(e.Relation)
		if e.Name == "" {
			f.Add(fmt.Sprintf("emergency[%d].name", i), "estate.person.name", "填写姓名。", "Enter the name.")
		}
		if !e.Office && !e.Outside {
			f.Add(fmt.Sprintf("emergency[%d].office", i), "estate.emergency.hours", "选办公时间、非办公时间，或两者。", "Choose office hours, outside them, or both.")
		}
		for field, number := range map[string]*string{"phone": &e.Phone, "mobile": &e.Mobile} {
			if *number = text.Clean(*number); *number == "" {
				continue
			}
			n, err := phone.Parse(*number, area)
			if err != nil {
				b := PhoneFault(err)
				f.Add(fmt.Sprintf("emergency[%d].%s", i, field), "estate.phone", b.ZH, b.EN)
				continue
			}
			*number = n.Key
		}
	}
	return f.Err("estate.emergency.invalid")
}

func emergencyNames(list []Emergency) string {
	out := ""
	for i, e := range list {
		if i > 0 {
			out += "、"
		}
		out += e.Name
	}
	return out
}
