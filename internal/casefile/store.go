package casefile

import (
	"context"
	"time"

	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// noDue is stored as the due time of a case none of whose clocks runs, so that
// it sorts behind all others on both databases.
const noDue = 9_000_000_000_000_000_000

const caseColumns = `project_id, id, procedure, number, channel, subject, words, unit_id, building_id, plate, place, customer_id, caller, phone,
	def_hash, figures_hash, calendar_hash, parent_id, merged_to, changed_at, state, clocks`

func scanCase(scan store.Scan) (Case, error) {
	var c Case
	var changed int64
	var state, clocks string
	if err := scan(&c.Project, &c.ID, &c.Procedure, &c.Number, &c.Channel, &c.Subject, &c.Words, &c.Unit, &c.Building, &c.Plate, &c.Place,
		&c.Customer, &c.Caller, &c.Phone, &c.DefHash, &c.Figures, &c.Calendar, &c.Parent, &c.MergedTo, &changed, &state, &clocks); err != nil {
		return c, err
	}
	c.Changed = store.Time(changed)
	if err := decode(state, &c.State); err != nil {
		return c, err
	}
	c.State.Fields, c.State.Facts = canonOrNil(c.State.Fields), canonOrNil(c.State.Facts)
	var err error
	c.Clocks, err = readClocks(clocks)
	return c, err
}

// keptCase is a case with the head of its chain, for writing.
type keptCase struct {
	Case
	head []byte
	seal string // of a new case
}

func scanKept(scan store.Scan) (keptCase, error) {
	var k keptCase
	c, err := scanCase(func(dest ...any) error { return scan(append(dest, &k.head)...) })
	k.Case = c
	return k, err
}

func notFound() error {
	return errs.New(errs.NotFound, "casefile.case.missing", "没有找到这个事项，也可能不在您负责的项目里。", "No such case, or it is not in a project of yours.")
}

func orNotFound(err error) error {
	if errs.KindOf(err) == errs.NotFound {
		return notFound()
	}
	return err
}

// caseByID reads a case without asking for permission: for this room and for
// rooms that hold its id and ask themselves.
func caseByID(ctx context.Context, tx *store.Tx, id int64) (Case, error) {
	c, err := store.One(ctx, tx, scanCase, "SELECT "+caseColumns+" FROM casefile_case WHERE id = ?", id)
	return c, orNotFound(err)
}

// lockCase reads a case for writing.
func lockCase(ctx context.Context, tx *store.Tx, id int64) (keptCase, error) {
	k, err := store.One(ctx, tx, scanKept, "SELECT "+caseColumns+", head FROM casefile_case WHERE id = ?"+tx.Lock(), id)
	return k, orNotFound(err)
}

// cached is the JSON of state and clocks as the case row keeps them.
func cached(c Case) (state, clocks string, err error) {
	if state, err = encode(c.State); err != nil {
		return "", "", err
	}
	clocks, err = keepClocks(c.Clocks)
	return state, clocks, err
}

// soonest is when the first running clock of c is due. The due time of a
// paused one already allows for the pause to last until its expected end.
func soonest(c Case) int64 {
	due := int64(noDue)
	if c.State.Status != engine.Open {
		return due
	}
	for _, k := range c.Clocks {
		if at := store.Micros(k.Due); (k.Run == engine.RunRunning || k.Run == engine.RunPaused) && at != 0 && at < due {
			due = at
		}
	}
	return due
}

func insertCase(ctx context.Context, tx *store.Tx, c Case, head []byte, seal string) error {
	state, clocks, err := cached(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insertRows("casefile_case ("+caseColumns+`,
		status, step, owner_id, assignee_id, team, paused, opened_at, ended_at, due_at, version, head, seal)`, 34, 1),
		c.Project, c.ID, c.Procedure, c.Number, c.Channel, c.Subject, c.Words, c.Unit, c.Building, c.Plate, c.Place, c.Customer, c.Caller, c.Phone,
		c.DefHash, c.Figures, c.Calendar, c.Parent, c.MergedTo, store.Micros(c.Changed), state, clocks,
		string(c.State.Status), c.State.Step, c.State.Owner, c.State.Assignee, c.State.Team, store.Bool(c.State.Pause != nil),
		store.Micros(c.State.OpenedAt), store.Micros(c.State.EndedAt), soonest(c), c.State.Version, head, seal)
	return err
}

func updateCase(ctx context.Context, tx *store.Tx, c Case, head []byte) error {
	state, clocks, err := cached(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE casefile_case SET unit_id = ?, building_id = ?, plate = ?, customer_id = ?, caller = ?, phone = ?, merged_to = ?, calendar_hash = ?, changed_at = ?, state = ?, clocks = ?, status = ?, step = ?, owner_id = ?,
		assignee_id = ?, team = ?, paused = ?, ended_at = ?, due_at = ?, version = ?, head = ? WHERE id = ?`,
		c.Unit, c.Building, c.Plate, c.Customer, c.Caller, c.Phone, c.MergedTo, c.Calendar, store.Micros(c.Changed), state, clocks, string(c.State.Status), c.State.Step, c.State.Owner,
		c.State.Assignee, c.State.Team, store.Bool(c.State.Pause != nil), store.Micros(c.State.EndedAt), soonest(c), c.State.Version, head, c.ID)
	return err
}

// clockRow is a clock as its row keeps it.
type clockRow struct {
	name, state                     string
	started, due, stopped, next, at int64
}

func rowOf(k engine.ClockState) clockRow {
	r := clockRow{
		name: k.Name, state: k.Run, started: store.Micros(k.Started), due: store.Micros(k.Due),
		stopped: store.Micros(k.Stopped), next: int64(k.NextLevel), at: store.Micros(k.NextAt),
	}
	if k.NextLevel < 0 {
		r.next = -1
	}
	return r
}

// offRow is a clock that does not run; without a row it is the same.
func offRow(name string) clockRow { return clockRow{name: name, state: engine.RunOff, next: -1} }

// writeClocks writes the clocks that differ from what is kept, in one
// statement. A clock that no longer exists is switched off.
func writeClocks(ctx context.Context, tx *store.Tx, c Case, before []engine.ClockState) error {
	old := map[string]clockRow{}
	for _, k := range before {
		old[k.Name] = rowOf(k)
	}
	var args []any
	n := 0
	put := func(r clockRow) {
		n++
		args = append(args, c.Project, c.ID, r.name, r.state, r.started, r.due, r.stopped, r.next, r.at)
	}
	for _, k := range c.Clocks {
		was, ok := old[k.Name]
		if !ok {
			was = offRow(k.Name)
		}
		if r := rowOf(k); was != r {
			put(r)
		}
		delete(old, k.Name)
	}
	for _, k := range before {
		if _, gone := old[k.Name]; gone {
			put(offRow(k.Name))
		}
	}
	if n == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, insertRows("casefile_clock (project_id, case_id, name, state, started_at, due_at, stopped_at, next_level, next_at)", 9, n)+
		` ON CONFLICT (case_id, name) DO UPDATE SET state = excluded.state, started_at = excluded.started_at, due_at = excluded.due_at,
		stopped_at = excluded.stopped_at, next_level = excluded.next_level, next_at = excluded.next_at`, args...)
	return err
}

// nextMoment is when the timer has something to do for c, zero for never.
func nextMoment(c Case) time.Time {
	var next time.Time
	for _, k := range c.Clocks {
		if !k.NextAt.IsZero() && (next.IsZero() || k.NextAt.Before(next)) {
			next = k.NextAt
		}
	}
	return next
}
