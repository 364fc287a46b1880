package estate

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Confirmation is that the directory entry of a unit was asked about in a
// month, whether or not anything changed (EST-04).
type Confirmation struct {
	Unit    int64
	Month   string // "2026-11"
	Changed bool
	Missed  bool // nobody was reached: no confirmation, to be tried again
	Note    string
	Actor   string
	At      time.Time // zero: not yet
}

// Issue is one version of the directory as it was given out.
type Issue struct {
	ID        int64
	Month     string
	Number    int // within the month
	Units     int
	Confirmed int
	Changed   int
	Unreached int
	IssuedBy  string
	IssuedAt  time.Time
	SignedBy  string // of security
	SignedAt  time.Time
}

// DirectoryRow is a unit in the directory: who is reached there, how, and
// whether the month's confirmation is done.
type DirectoryRow struct {
	UnitRow
	Phones  map[int64][]Phone // by person
	Confirm Confirmation
	Last    string // the last month it was confirmed in, "" never
	Vacant  string // the day since which the unit stands empty, "" when it does not
	Long    bool   // empty for longer than directory.vacant (EST-06)
	Stale   bool   // a contact changed after the last issue: it is to be issued again (EST-06)
}

// Views of the directory.
const (
	ShowTodo      = ""          // not yet confirmed this month, those not reached included
	ShowUnreached = "unreached" // tried, nobody was reached
	ShowDone      = "done"      // confirmed
	ShowChanged   = "changed"   // confirmed with a change
	ShowVacant    = "vacant"    // vacant units: the owner's contact is kept current
	ShowAll       = "all"
)

// DirectoryFilter says which units of the directory are shown.
type DirectoryFilter struct {
	Project       int64
	Month         string // "" the current one
	Show          string
	Building      int64
	Text          string // a room, a name, a phone, as typed into the search box
	After, Before string // cursors
	Limit         int
}

// Directory is one page of the directory of a month with its progress.
type Directory struct {
	Month      string
	Today      string
	Due        string         // the day until which every unit is confirmed
	VacantFor  calendar.Limit // longer than this is long-vacant; zero: the profile does not say
	Units      int
	Confirmed  int
	Changed    int
	Unreached  int
	Rows       []DirectoryRow
	Prev, Next string
	Issues     []Issue
}

// dueDay is the day of a month until which all is confirmed (directory.day);
// the last one where the profile names none or the month is shorter.
func (s *Service) dueDay(project int64, month string) string {
	last, err := time.Parse(time.DateOnly, month+"-01")
	if err != nil {
		return ""
	}
	last = last.AddDate(0, 1, -1)
	if day := s.number(project, "directory.day"); day > 0 && day < last.Day() {
		return fmt.Sprintf("%s-%02d", month, day)
	}
	return last.Format(time.DateOnly)
}

var monthForm = regexp.MustCompile(`^[12][0-9]{3}-(0[1-9]|1[0-2])$`)

// inDirectory are the units somebody can be reached at.
const inDirectory = "u.project_id = ? AND u.state <> 'unsold' AND u.use <> 'parking' AND u.use <> 'storage'"

// DirectoryOf is one page of the directory; its counts are of all units.
func (s *Service) DirectoryOf(ctx context.Context, tx *store.Tx, f DirectoryFilter) (Directory, error) {
	project, after, before, limit := f.Project, f.After, f.Before, f.Limit
	d := Directory{Month: f.Month, Today: today(tx)}
	if !monthForm.MatchString(d.Month) {
		d.Month = d.Today[:7]
	}
	d.Due, d.VacantFor = s.dueDay(project, d.Month), s.span(project, "directory.vacant")
	counts, err := store.One(ctx, tx, func(scan store.Scan) (x [4]int, err error) { return x, scan(&x[0], &x[1], &x[2], &x[3]) },
		`SELECT count(*), count(c.unit_id), coalesce(sum(c.changed), 0), coalesce(sum(c.unreached), 0) FROM estate_live_unit u
LEFT JOIN estate_confirmation c ON c.project_id = u.project_id AND c.unit_id = u.id AND c.month = ? WHERE `+inDirectory, d.Month, project)
	if err != nil {
		return d, err
	}
	d.Units, d.Confirmed, d.Changed, d.Unreached = counts[0], counts[1]-counts[3], counts[2], counts[3]
	d.Issues, err = store.All(ctx, tx, scanIssue, "SELECT "+issueColumns+" FROM estate_issue WHERE project_id = ? ORDER BY id DESC LIMIT 12", project)
	if err != nil {
		return d, err
	}
	where, args := inDirectory, []any{d.Month, project}
	switch f.Show {
	case ShowTodo:
		where += " AND (c.unit_id IS NULL OR c.unreached = 1)"
	case ShowUnreached:
		where += " AND c.unreached = 1"
	case ShowDone:
		where += " AND c.unreached = 0"
	case ShowChanged:
		where += " AND c.changed = 1"
	case ShowVacant:
		where += " AND u.state = 'vacant'"
	}
	if f.Building != 0 {
		where, args = where+" AND u.building_id = ?", append(args, f.Building)
	}
	if f.Text != "" {
		units, err := s.unitsMeant(ctx, tx, project, f.Text)
		if err != nil {
			return d, err
		}
		if len(units) == 0 {
			return d, nil
		}
		where += " AND u.id IN (" + store.Marks(len(units)) + ")"
		for _, id := range units {
			args = append(args, id)
		}
	}
	order := "u.sort"
	if after != "" {
		where, args = where+" AND u.sort > ?", append(args, after)
	} else if before != "" {
		where, args, order = where+" AND u.sort < ?", append(args, before), "u.sort DESC"
	}
	rows, err := store.All(ctx, tx, func(scan store.Scan) (r DirectoryRow, err error) {
		var at int64
		err = scan(append(r.dest(), &r.Confirm.Changed, &r.Confirm.Missed, &r.Confirm.Note, &r.Confirm.Actor, &at, &r.Last)...)
		r.Confirm.At, r.Confirm.Unit, r.Confirm.Month = store.Time(at), r.ID, d.Month
		return r, err
	}, "SELECT "+unitColumns+`, coalesce(c.changed, 0), coalesce(c.unreached, 0), coalesce(c.note, ''), coalesce(c.account_name, ''), coalesce(c.at, 0),
coalesce((SELECT max(l.month) FROM estate_confirmation l WHERE l.project_id = u.project_id AND l.unit_id = u.id AND l.unreached = 0), '')
FROM estate_live_unit u LEFT JOIN estate_confirmation c ON c.project_id = u.project_id AND c.unit_id = u.id AND c.month = ?
WHERE `+where+" ORDER BY "+order+" LIMIT ?", append(args, limit+1)...)
	if err != nil {
		return d, err
	}
	more := len(rows) > limit
	if more {
		rows = rows[:limit]
	}
	if before != "" && after == "" {
		slices.Reverse(rows)
	}
	if n := len(rows); n > 0 {
		if more && before != "" || after != "" {
			d.Prev = rows[0].sort
		}
		if more && before == "" || before != "" {
			d.Next = rows[n-1].sort
		}
	}
	d.Rows = rows
	if err := s.standing(ctx, tx, project, &d); err != nil {
		return d, err
	}
	return d, s.reach(ctx, tx, project, &d)
}

// standing fills in since when the vacant units of d stand empty.
func (s *Service) standing(ctx context.Context, tx *store.Tx, project int64, d *Directory) error {
	at, units := map[int64]*DirectoryRow{}, []int64{}
	for i := range d.Rows {
		if r := &d.Rows[i]; r.State == StateVacant {
			at[r.ID], units = r, append(units, r.ID)
		}
	}
	if len(units) == 0 {
		return nil
	}
	long := ""
	if since, ok := d.VacantFor.Shift(tx.Now().In(calendar.Zone), -1); ok {
		long = since.Format(time.DateOnly)
	}
	type span struct {
		unit int64
		from string
	}
	list, err := store.All(ctx, tx, func(scan store.Scan) (x span, err error) { return x, scan(&x.unit, &x.from) },
		"SELECT unit_id, from_date FROM estate_unit_state WHERE project_id = ? AND to_date = '' AND state = 'vacant' AND unit_id IN ("+store.Marks(len(units))+")", argsOf(project, units)...)
	for _, x := range list {
		at[x.unit].Vacant, at[x.unit].Long = x.from, x.from != "" && x.from < long
	}
	return err
}

// reach fills in who is reached at the units of d and how.
func (s *Service) reach(ctx context.Context, tx *store.Tx, project int64, d *Directory) error {
	var units, people []int64
	for _, r := range d.Rows {
		units = append(units, r.ID)
	}
	holders, err := s.WhoHolds(ctx, tx, project, units)
	if err != nil {
		return err
	}
	for _, list := range holders {
		for _, o := range list {
			people = append(people, o.Person)
		}
	}
	people = unique(people)
	phones, err := s.phonesOf(ctx, tx, project, people)
	if err != nil {
		return err
	}
	touched := map[int64]time.Time{}
	if len(people) > 0 && len(d.Issues) > 0 {
		type row struct{ id, at int64 }
		list, err := store.All(ctx, tx, func(scan store.Scan) (x row, err error) { return x, scan(&x.id, &x.at) },
			"SELECT person_id, max(at) FROM estate_change WHERE project_id = ? AND field = 'phones' AND person_id IN ("+store.Marks(len(people))+") GROUP BY person_id", argsOf(project, people)...)
		if err != nil {
			return err
		}
		for _, x := range list {
			touched[x.id] = store.Time(x.at)
		}
	}
	for i := range d.Rows {
		r := &d.Rows[i]
		r.Holders, r.Phones = holders[r.ID], phones
		for _, o := range r.Holders {
			if len(d.Issues) > 0 && touched[o.Person].After(d.Issues[0].IssuedAt) {
				r.Stale = true
			}
		}
	}
	return nil
}

const issueColumns = "id, month, number, units, confirmed, changed, unreached, issued_by, issued_at, signed_by, signed_at"

func scanIssue(scan store.Scan) (Issue, error) {
	var i Issue
	var issued, signed int64
	err := scan(&i.ID, &i.Month, &i.Number, &i.Units, &i.Confirmed, &i.Changed, &i.Unreached, &i.IssuedBy, &issued, &i.SignedBy, &signed)
	i.IssuedAt, i.SignedAt = store.Time(issued), store.Time(signed)
	return i, err
}

// GiveOut issues the directory of this month anew: a numbered version that
// security signs for. While units are left to confirm whoever gives it out must
// be sure. Errors: Forbidden, Conflict (the last version of the month is not
// signed for yet), Invalid (not sure).
func (s *Service) GiveOut(ctx context.Context, actor auth.Actor, project int64, sure bool) (Issue, error) {
	var out Issue
	if err := need(actor, PermDirectory, project); err != nil {
		return out, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		d, err := s.DirectoryOf(ctx, tx, DirectoryFilter{Project: project, Limit: 1})
		if err != nil {
			return err
		}
		out = Issue{ID: tx.NewID(), Month: d.Month, Number: 1, Units: d.Units, Confirmed: d.Confirmed, Changed: d.Changed, Unreached: d.Unreached, IssuedBy: actor.Name, IssuedAt: tx.Now()}
		if len(d.Issues) > 0 && d.Issues[0].Month == d.Month {
			if d.Issues[0].SignedAt.IsZero() {
				return errs.New(errs.Conflict, "estate.directory.unsigned", "上一版还没有签收，没有再发。", "The last version is not signed for yet; no other was issued.")
			}
			out.Number = d.Issues[0].Number + 1
		}
		if d.Confirmed < d.Units && !sure {
			return errs.Newf(errs.Invalid, "estate.directory.unfinished", "%d 户只核对了 %d 户，%d 户没联系上。没有发出；要这样发出，请打勾。",
				"Of %d units %d are confirmed, %d were not reached. Nothing was issued; tick to issue it so.", d.Units, d.Confirmed, d.Unreached).
				Field("sure", "required", "要这样发出，请打勾", "tick to issue it so")
		}
		_, err = tx.Exec(ctx, "INSERT INTO estate_issue (project_id, id, month, number, units, confirmed, changed, unreached, issued_by, issued_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			project, out.ID, out.Month, out.Number, out.Units, out.Confirmed, out.Changed, out.Unreached, out.IssuedBy, store.Micros(out.IssuedAt))
		if err != nil {
			return err
		}
		return s.changed(ctx, tx, actor, project, "directory", out.ID, "issue", map[string]any{"month": out.Month, "number": out.Number})
	})
	return out, err
}

// SignIssue records that security took an issue over. Errors: Forbidden,
// NotFound, Conflict (signed for already).
func (s *Service) SignIssue(ctx context.Context, actor auth.Actor, project, issue int64) error {
	if err := need(actor, PermSign, project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		now, err := store.One(ctx, tx, scanIssue, "SELECT "+issueColumns+" FROM estate_issue WHERE project_id = ? AND id = ?"+tx.Lock(), project, issue)
		if err != nil {
			return err
		}
		if !now.SignedAt.IsZero() {
			return errs.Newf(errs.Conflict, "estate.directory.signed", "%s 已经签收过，没有改动。", "%s has signed for it already; nothing was changed.", now.SignedBy)
		}
		_, err = tx.Exec(ctx, "UPDATE estate_issue SET signed_by = ?, signed_at = ? WHERE project_id = ? AND id = ?", actor.Name, store.Micros(tx.Now()), project, issue)
		if err != nil {
			return err
		}
		return s.changed(ctx, tx, actor, project, "directory", issue, "sign", map[string]any{"month": now.Month, "number": now.Number})
	})
}

// UnitConfirmed is the last confirmation of a unit, for its page; At is zero
// when there was none.
func (s *Service) UnitConfirmed(ctx context.Context, tx *store.Tx, project, unit int64) (Confirmation, error) {
	list, err := store.All(ctx, tx, func(scan store.Scan) (c Confirmation, err error) {
		var at int64
		err = scan(&c.Month, &c.Changed, &c.Note, &c.Actor, &at)
		c.Unit, c.At = unit, store.Time(at).In(calendar.Zone)
		return c, err
	}, "SELECT month, changed, note, account_name, at FROM estate_confirmation WHERE project_id = ? AND unit_id = ? AND unreached = 0 ORDER BY month DESC LIMIT 1", project, unit)
	if err != nil || len(list) == 0 {
		return Confirmation{Unit: unit}, err
	}
	return list[0], nil
}
