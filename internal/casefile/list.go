package casefile

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// exactTo is how far totals are counted where the filter names no other bound.
const exactTo = 10_000

// List is one page of cases in at most three statements: the cases, their
// number, the names; one or two more for words and for each indexed answer. Who may only work lists the cases that are with them.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter) (Page, error) {
	var p Page
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = s.ListIn(ctx, tx, actor, f)
		return err
	})
	return p, err
}

// ListIn is List in a snapshot of the caller.
func (s *Service) ListIn(ctx context.Context, tx *store.Tx, actor auth.Actor, f Filter) (Page, error) {
	var p Page
	q, err := s.query(ctx, tx, actor, f)
	if err != nil {
		return p, err
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 200)
	if !f.NoTotal {
		upTo := cmp.Or(f.CountTo, exactTo)
		n, err := store.One(ctx, tx, store.Value[int], "SELECT count(*) FROM (SELECT 1 AS one FROM casefile_case c WHERE "+q.where()+" LIMIT ?) AS found", append(slices.Clip(q.args), upTo+1)...)
		if err != nil {
			return p, err
		}
		p.Total, p.More = min(n, upTo), n > upTo
	}
	order := "c.opened_at DESC, c.id DESC"
	if f.Order == "due" {
		order = "c.due_at, c.id"
	}
	if err := q.after(f); err != nil {
		return p, err
	}
	rows, err := store.All(ctx, tx, scanListed, "SELECT "+caseColumns+", due_at FROM casefile_case c WHERE "+q.where()+" ORDER BY "+order+" LIMIT ?",
		append(q.args, limit+1)...)
	if err != nil {
		return p, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = cursor(f.Order, rows[limit-1])
	}
	p.Cases = make([]Case, 0, len(rows))
	for _, r := range rows {
		p.Cases = append(p.Cases, r.Case)
	}
	for i := range p.Cases {
		if err := s.dress(ctx, tx, &p.Cases[i]); err != nil {
			return p, err
		}
	}
	p.Names, err = s.names(ctx, tx, accountsOf(p.Cases, nil))
	return p, err
}

func (s *Service) names(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]string, error) {
	if s.cfg.Accounts == nil || len(ids) == 0 {
		return map[int64]string{}, nil
	}
	return s.cfg.Accounts.Names(ctx, tx, ids)
}

type listed struct {
	Case
	due int64
}

func scanListed(scan store.Scan) (listed, error) {
	var l listed
	c, err := scanCase(func(dest ...any) error { return scan(append(dest, &l.due)...) })
	l.Case = c
	return l, err
}

// query collects conditions; every value is an argument.
type query struct {
	conds []string
	args  []any
}

func (q *query) and(cond string, args ...any) {
	q.conds = append(q.conds, cond)
	q.args = append(q.args, args...)
}

func (q *query) where() string { return strings.Join(q.conds, " AND ") }

func (s *Service) query(ctx context.Context, tx *store.Tx, actor auth.Actor, f Filter) (*query, error) {
	q := &query{}
	q.and("c.project_id = ?", f.Project)
	switch {
	case actor.May(PermView, f.Project):
	case f.Turn != nil && f.Turn.account == actor.Account && actor.May(PermWork, f.Project): // who is to do a step may see it
	case actor.May(PermWork, f.Project) && actor.Account > 0 && f.Assignee == actor.Account, actor.May(PermWork, f.Project) && actor.Account > 0 && f.Owner == actor.Account:
	case actor.May(PermWork, f.Project) && actor.Account > 0 && f.Team != "": // waiting for the team, taken by nobody
		q.and("c.assignee_id = 0")
	case actor.May(PermWork, f.Project) && actor.Account > 0:
		q.and("(c.assignee_id = ? OR c.owner_id = ?)", actor.Account, actor.Account)
	default:
		return nil, forbidden(PermView)
	}
	if f.Order == "due" || f.Clock != "" || f.Status == "open" || f.Turn != nil {
		f.Status = ""
		q.and("c.status = 'open'") // literal, so that the partial indexes serve
	}
	for _, eq := range []struct{ column, value string }{
		{"c.procedure", f.Procedure}, {"c.status", f.Status}, {"c.team", f.Team}, {"c.step", f.Step}, {"c.channel", f.Channel},
	} {
		if eq.value != "" {
			q.and(eq.column+" = ?", eq.value)
		}
	}
	for _, eq := range []struct {
		column string
		value  int64
	}{
		{"c.assignee_id", f.Assignee}, {"c.owner_id", f.Owner}, {"c.unit_id", f.Unit}, {"c.customer_id", f.Customer}, {"c.building_id", f.Building},
	} {
		if eq.value != 0 { // the second condition is what the partial index asks for
			q.and(eq.column+" = ? AND "+eq.column+" <> 0", eq.value)
		}
	}
	if f.Team != "" {
		q.and("c.team <> ''")
	}
	if !f.From.IsZero() {
		q.and("c.opened_at >= ?", store.Micros(f.From))
	}
	if !f.To.IsZero() {
		q.and("c.opened_at < ?", store.Micros(f.To))
	}
	if err := q.clock(f.Clock, tx.Now()); err != nil {
		return nil, err
	}
	if f.Turn != nil {
		f.Turn.narrow(q)
	}
	if err := q.fields(ctx, tx, f, s.few); err != nil {
		return nil, err
	}
	return q, s.words(ctx, tx, q, f)
}

func (q *query) clock(word string, now time.Time) error {
	switch word {
	case "":
	case "late":
		q.and("c.due_at < ?", store.Micros(now))
	case "today":
		q.and("c.due_at <= ?", midnight(now))
	case "due":
		q.and("c.due_at >= ? AND c.due_at <= ?", store.Micros(now), midnight(now))
	case "later":
		q.and("c.due_at > ?", midnight(now))
	case "waiting":
		q.and("c.paused = 1")
	case "running":
		q.and("c.due_at >= ? AND c.due_at < ?", store.Micros(now), int64(noDue))
	default:
		return invalid("clock")
	}
	return nil
}

// midnight is the end of the day of now.
func midnight(now time.Time) int64 {
	day := now.In(calendar.Zone)
	return store.Micros(time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, calendar.Zone))
}

// fewFound is how many cases with an answer are few: they are looked up by it;
// of a frequent answer the page is soon full on the way through the list.
const fewFound = 10_000

func (q *query) fields(ctx context.Context, tx *store.Tx, f Filter, few int64) error {
	if len(f.Fields) > 0 && f.Procedure == "" {
		return invalid("procedure")
	}
	const having = "FROM casefile_field WHERE project_id = ? AND procedure = ? AND name = ? AND word = ?"
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		args := []any{f.Project, f.Procedure, name, f.Fields[name]}
		n, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM (SELECT 1 AS one "+having+" LIMIT ?) AS found", append(slices.Clip(args), few+1)...)
		if err != nil {
			return err
		}
		if n <= few {
			q.and("c.id IN (SELECT case_id "+having+")", args...)
		} else {
			q.and("EXISTS (SELECT 1 FROM casefile_field x WHERE x.case_id = c.id AND x.name = ? AND x.word = ?)", name, f.Fields[name])
		}
	}
	return nil
}

// words narrows the list to what is found by number, phone or words, the
// newest search.MaxHits of each. Number and phone never lag.
func (s *Service) words(ctx context.Context, tx *store.Tx, q *query, f Filter) error {
	typed := text.Clean(f.Text)
	if typed == "" {
		return nil
	}
	find, args := "SELECT id FROM casefile_case WHERE project_id = ? AND number = ?", []any{f.Project, strings.ToUpper(text.Narrow(typed))}
	if digits := text.Digits(typed); len(digits) >= 7 {
		find += ` UNION ALL SELECT id FROM (SELECT id FROM casefile_case WHERE project_id = ? AND phone = ? AND phone <> ''
			ORDER BY opened_at DESC, id DESC LIMIT ?) AS called`
		args = append(args, f.Project, digits, search.MaxHits)
	}
	ids, err := store.All(ctx, tx, store.Value[int64], find, args...)
	if err != nil {
		return err
	}
	if s.cfg.Search != nil {
		hits, err := s.cfg.Search.Find(ctx, tx, f.Project, typed, []string{"case"}, search.MaxHits)
		if err != nil {
			return err
		}
		for _, h := range hits {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 {
		ids = []int64{0} // no case has it
	}
	q.and("c.id IN ("+store.Marks(len(ids))+")", anys(ids)...)
	return nil
}

func anys(ids []int64) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// after starts the page behind the cursor. The first condition lets an index
// seek, the second is exact.
func (q *query) after(f Filter) error {
	if f.After == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(f.After)
	if err != nil {
		return invalid("after")
	}
	parts := strings.Split(string(raw), ":")
	if len(parts) != 3 || parts[0] != orderWord(f.Order) {
		return invalid("after")
	}
	at, err1 := strconv.ParseInt(parts[1], 10, 64)
	id, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil {
		return invalid("after")
	}
	if f.Order == "due" {
		q.and("c.due_at >= ? AND (c.due_at > ? OR c.id > ?)", at, at, id)
	} else {
		q.and("c.opened_at <= ? AND (c.opened_at < ? OR c.id < ?)", at, at, id)
	}
	return nil
}

func orderWord(order string) string {
	if order == "due" {
		return "due"
	}
	return "new"
}

func cursor(order string, l listed) string {
	at := store.Micros(l.State.OpenedAt)
	if order == "due" {
		at = l.due
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%d:%d", orderWord(order), at, l.ID))
}

func invalid(field string) error {
	return errs.New(errs.Invalid, "casefile.filter", "这个筛选条件看不懂，请重新选择。", "This filter is not understood; choose again.").
		Field(field, "unknown", "重新选择", "choose again")
}
