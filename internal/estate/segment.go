package estate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// SegmentRule proposes a segment from what the record says; a person confirms
// each proposal (EST-08).
type SegmentRule struct {
	Name    string
	Segment string
	Figure  string // of the profile: how long lived here, or of which age; without one the rule proposes nobody
}

// SegmentRules are the rules, the first that fits a customer speaks.
var SegmentRules = []SegmentRule{
	{"alone", "care", "segment.age"},
	{"years", "loyal", "segment.stay"},
}

// carePurpose is the word that the purpose of a birthday must have for the rule
// on age to read it: a birthday kept for greetings does not say who is old.
const carePurpose = "关怀"

// Proposal is a customer whom a rule puts into a segment.
type Proposal struct {
	Rule      SegmentRule
	Person    int64
	Unit      int64
	Name      string
	UnitTitle string
	Basis     text.Both // goes into the line when it is confirmed, in Chinese
}

// residence is who lives in a unit now.
type residence struct {
	person, unit                      int64
	name, plate, room, from, capacity string
	birthday, purpose                 string
}

// Proposals lists whom the rules put into a segment and who is in none of it,
// was not taken out of it, and lives here now. limit bounds the list.
func (s *Service) Proposals(ctx context.Context, tx *store.Tx, project int64, limit int) ([]Proposal, error) {
	return s.proposals(ctx, tx, project, 0, limit)
}

// proposals of one person, or of all when person is 0.
func (s *Service) proposals(ctx context.Context, tx *store.Tx, project, person int64, limit int) ([]Proposal, error) {
	day := today(tx)
	now := tx.Now().In(calendar.Zone)
	// who has been here long, or is old and alone in the unit; who is in the
	// segment or was taken out of it stays out.
	const live = " o.residing = 1 AND o.from_date <= ? AND (o.to_date = '' OR o.to_date >= ?)"
	const without = ` AND NOT EXISTS (SELECT 1 FROM estate_live_entry e WHERE e.project_id = o.project_id AND e.register = 'segments' AND e.person_id = o.person_id AND (e.state = 'current' OR e.data LIKE ?))`
	const of = `SELECT o.person_id, o.unit_id, p.name, u.plate, u.room, o.from_date, o.capacity, p.birthday, p.birthday_purpose FROM estate_live_occupancy o
JOIN estate_person p ON p.id = o.person_id JOIN estate_unit u ON u.id = o.unit_id WHERE o.project_id = ? AND p.kind = ? AND (CAST(? AS BIGINT) = 0 OR o.person_id = ?) AND` + live + without
	read := func(rule SegmentRule, more string, args ...any) ([]residence, error) {
		all := append([]any{project, Natural, person, person, day, day, `%"segment":"` + rule.Segment + `"%`}, args...)
		return store.All(ctx, tx, func(scan store.Scan) (r residence, err error) {
			return r, scan(&r.person, &r.unit, &r.name, &r.plate, &r.room, &r.from, &r.capacity, &r.birthday, &r.purpose)
		}, of+more+" ORDER BY o.from_date, o.person_id, o.unit_id LIMIT ?", append(all, limit)...)
	}
	var list []Proposal
	seen := map[int64]bool{}
	for _, rule := range SegmentRules {
		since, ok := s.span(project, rule.Figure).Shift(now, -1)
		if !ok {
			continue
		}
		bound := since.Format(time.DateOnly)
		var rows []residence
		var err error
		if rule.Name == "alone" {
			rows, err = read(rule, ` AND p.birthday <> '' AND p.birthday <= ? AND p.birthday_purpose LIKE ? AND NOT EXISTS (SELECT 1 FROM estate_live_occupancy x
WHERE x.project_id = o.project_id AND x.unit_id = o.unit_id AND x.person_id <> o.person_id AND x.residing = 1 AND x.from_date <= ? AND (x.to_date = '' OR x.to_date >= ?))`,
				bound, "%"+carePurpose+"%", day, day)
		} else {
			rows, err = read(rule, " AND o.from_date <> '' AND o.from_date <= ?", bound)
		}
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if seen[r.person] || len(list) == limit {
				continue
			}
			seen[r.person] = true
			list = append(list, Proposal{Rule: rule, Person: r.person, Unit: r.unit, Name: r.name, UnitTitle: r.plate + "-" + r.room, Basis: basisOf(rule, r, now)})
		}
	}
	slices.SortStableFunc(list, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(a.Rule.Segment, b.Rule.Segment), strings.Compare(a.UnitTitle, b.UnitTitle))
	})
	return list, nil
}

// basisOf says what the rule found in the record. The age is told, not the
// birthday.
func basisOf(rule SegmentRule, r residence, now time.Time) text.Both {
	if rule.Name == "alone" {
		n := years(r.birthday, now)
		return text.B(fmt.Sprintf("按规则：%d 岁，这套房只登记一人居住", n), fmt.Sprintf("By rule: %d years old, the only resident recorded", n))
	}
	n := years(r.from, now)
	return text.B(fmt.Sprintf("按规则：%s 起居住，满 %d 年", r.from, n), fmt.Sprintf("By rule: here since %s, %d year(s)", r.from, n))
}

// years counts whole years from an ISO day.
func years(from string, now time.Time) int {
	d, err := time.ParseInLocation(time.DateOnly, from, calendar.Zone)
	if err != nil {
		return 0
	}
	n := now.Year() - d.Year()
	if d.AddDate(n, 0, 0).After(now) {
		n--
	}
	return n
}

// ConfirmSegment puts a customer into the segment that a rule proposes, with
// what the rule found as basis. Errors: Forbidden without PermRegister,
// Conflict when the rule does not propose it any more.
func (s *Service) ConfirmSegment(ctx context.Context, actor auth.Actor, project, person int64, rule string) (Entry, error) {
	var e Entry
	if err := need(actor, PermRegister, project); err != nil {
		return e, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		// one confirmation of a person at a time: the second finds the line
		if _, err := store.All(ctx, tx, store.Value[int64], "SELECT id FROM estate_person WHERE project_id = ? AND id = ?"+tx.Lock(), project, person); err != nil {
			return err
		}
		list, err := s.proposals(ctx, tx, project, person, 2)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(p Proposal) bool { return p.Rule.Name == rule })
		if i < 0 {
			return errs.New(errs.Conflict, "estate.segment.gone", "这条建议已经不成立，或已有人登记。没有改动；请看新的列表。", "The proposal does not hold any more, or somebody recorded it. Nothing was changed; look at the list again.")
		}
		p := list[i]
		e = Entry{Project: project, Register: segments.Name, Person: person, ID: tx.NewID(), State: segments.States[0].Code}
		typed := map[string]string{FieldPerson: p.Name, FieldUnit: p.UnitTitle, segmentField: p.Rule.Segment, "basis": p.Basis.ZH + "；" + actor.Name + "确认", FieldSince: today(tx)}
		if err := s.checkEntry(ctx, tx, segments, &e, typed); err != nil {
			return err
		}
		e.Person, e.Unit = person, p.Unit // two people may have one name
		return s.saveNew(ctx, tx, actor, segments, &e)
	})
	return e, err
}

// saveNew writes a new line that was checked, with what follows from it.
func (s *Service) saveNew(ctx context.Context, tx *store.Tx, actor auth.Actor, r Register, e *Entry) error {
	if err := s.putEntry(ctx, tx, e, true, 0); err != nil {
		return err
	}
	if err := s.entryEvent(ctx, tx, actor, *e, "created", "", ""); err != nil {
		return err
	}
	if err := s.follow(ctx, tx, actor, *e, "created"); err != nil {
		return err
	}
	return s.indexEntries(ctx, tx, r, []Entry{*e})
}
