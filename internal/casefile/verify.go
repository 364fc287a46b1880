package casefile

import (
	"bytes"
	"context"
	"fmt"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/store"
)

// Finding is one thing that the log and what is stored about a case disagree in.
type Finding struct {
	Project int64
	Case    int64
	Number  string
	What    string // chain, state, clock, field, row
	Detail  string
}

// Verified is the result of a verification.
type Verified struct {
	Cases    int
	Events   int
	Findings []Finding
}

// verifyChunk is how many cases one snapshot checks: long snapshots would keep
// old pages alive.
const verifyChunk = 200

// Verify recomputes every case of a project (0: all) from its log: the chain of
// hashes, the state, the clocks, the indexed answers. It changes nothing.
func (s *Service) Verify(ctx context.Context, actor auth.Actor, project int64) (Verified, error) {
	var v Verified
	if !actor.May(PermVerify, project) {
		return v, forbidden(PermVerify)
	}
	after := int64(0)
	for {
		n := 0
		err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			rows, err := store.All(ctx, tx, scanStored, "SELECT "+caseColumns+`, head, status, step, owner_id, assignee_id, team, paused, opened_at, ended_at, due_at, version, state, clocks, seal
				FROM casefile_case WHERE id > ? AND (project_id = ? OR CAST(? AS BIGINT) = 0) ORDER BY id LIMIT ?`, after, project, project, verifyChunk)
			if err != nil {
				return err
			}
			for _, r := range rows {
				after = r.ID
				if err := s.verifyCase(ctx, tx, r, &v); err != nil {
					return err
				}
			}
			n = len(rows)
			return nil
		})
		if err != nil || n < verifyChunk {
			return v, err
		}
	}
}

// storedCase is a case with everything its row keeps.
type storedCase struct {
	keptCase
	columns       caseRow
	state, clocks string
}

// caseRow are the columns that repeat the state for lists.
type caseRow struct {
	status, step, team                               string
	owner, assignee, paused, opened, ended, due, ver int64
}

func rowOfCase(c Case) caseRow {
	return caseRow{
		status: string(c.State.Status), step: c.State.Step, team: c.State.Team, owner: c.State.Owner, assignee: c.State.Assignee,
		paused: store.Bool(c.State.Pause != nil), opened: store.Micros(c.State.OpenedAt), ended: store.Micros(c.State.EndedAt),
		due: soonest(c), ver: int64(c.State.Version),
	}
}

func scanStored(scan store.Scan) (storedCase, error) {
	var r storedCase
	c, err := scanCase(func(dest ...any) error {
		k := &r.columns
		return scan(append(dest, &r.head, &k.status, &k.step, &k.owner, &k.assignee, &k.team, &k.paused, &k.opened, &k.ended, &k.due, &k.ver, &r.state, &r.clocks, &r.seal)...)
	})
	r.Case = c
	return r, err
}

func (s *Service) verifyCase(ctx context.Context, tx *store.Tx, r storedCase, v *Verified) error {
	find := func(what, format string, args ...any) {
		v.Findings = append(v.Findings, Finding{Project: r.Project, Case: r.ID, Number: r.Number, What: what, Detail: fmt.Sprintf(format, args...)})
	}
	v.Cases++
	rows, err := readEventRows(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	v.Events += len(rows)
	events, whole := s.verifyChain(r, rows, find)
	if !whole { // erased words cannot be folded; the chain still proves the rest
		return nil
	}
	if got, want := (pinned{r.DefHash, r.Figures, r.Calendar}), pinnedBy(events); got != want {
		find("row", "the case runs under %+v, its log says %+v", got, want)
	}
	if err := verifyIntake(r, events, find); err != nil {
		return err
	}
	env, err := s.env(ctx, tx, r.Case)
	if err != nil {
		find("row", "%v", err)
		return nil
	}
	env.Now = r.Changed
	c := s.recompute(r.Case, env, events)
	state, clocks, err := cached(c)
	if err != nil {
		return err
	}
	if state != r.state {
		find("state", "stored %s, from the log %s", r.state, state)
	}
	if clocks != r.clocks {
		find("clock", "stored %s, from the log %s", r.clocks, clocks)
	}
	if got, want := r.columns, rowOfCase(c); got != want {
		find("row", "stored %+v, from the log %+v", got, want)
	}
	if err := verifyClocks(ctx, tx, c, find); err != nil {
		return err
	}
	return verifyFields(ctx, tx, c, env, find)
}

// verifyChain walks the log. whole is false when a body was erased or the log
// cannot be read.
func (s *Service) verifyChain(r storedCase, rows []eventRow, find func(what, format string, args ...any)) (events []engine.Event, whole bool) {
	whole = true
	prev := genesis
	for i, row := range rows {
		if row.seq != i+1 {
			find("chain", "event %d stands where %d is expected", row.seq, i+1)
		}
		if !row.intact(r.ID, prev) {
			find("chain", "event %d does not match its seal", row.seq)
		}
		prev = row.hash
		e, err := row.event()
		if err != nil {
			find("chain", "event %d cannot be read: %v", row.seq, err)
			return nil, false
		}
		if string(e.Kind) != row.kind || store.Micros(e.At) != row.at || e.Actor.ID != row.actor {
			find("chain", "the columns of event %d differ from its content", row.seq)
		}
		whole = whole && !row.erased()
		events = append(events, e)
	}
	if !bytes.Equal(prev, r.head) {
		find("chain", "the last event is not the one the case names: events are missing or too many")
	}
	return events, whole
}

// verifyIntake holds the words and names of the case against the digest in its
// opening event; erased ones have no salt any more.
func verifyIntake(r storedCase, events []engine.Event, find func(what, format string, args ...any)) error {
	if len(events) == 0 {
		return nil
	}
	if r.seal == "" {
		if r.Words != "" || r.Caller != "" || r.Phone != "" {
			find("row", "the intake has words but no seal")
		}
		return nil
	}
	taken, last := aboutOf(events), r.Case
	if last.Unit, last.Customer = taken.last(r.Case); last.Unit != r.Unit || last.Customer != r.Customer {
		find("row", "the case is about unit %d of customer %d, its log says %d of %d", r.Unit, r.Customer, last.Unit, last.Customer)
	}
	digest, err := intakeDigest(r.seal, taken.first(r.Case))
	if err == nil && events[0].Data["intake"] != digest {
		find("row", "the words, names or numbers of the intake are not those that were taken in")
	}
	return err
}

func verifyClocks(ctx context.Context, tx *store.Tx, c Case, find func(what, format string, args ...any)) error {
	stored, err := store.All(ctx, tx, func(scan store.Scan) (clockRow, error) {
		var k clockRow
		err := scan(&k.name, &k.state, &k.started, &k.due, &k.stopped, &k.next, &k.at)
		return k, err
	}, "SELECT name, state, started_at, due_at, stopped_at, next_level, next_at FROM casefile_clock WHERE case_id = ?", c.ID)
	if err != nil {
		return err
	}
	want := map[string]clockRow{}
	for _, k := range c.Clocks {
		want[k.Name] = rowOf(k)
	}
	for _, k := range stored {
		w, ok := want[k.name]
		if !ok {
			w = offRow(k.name)
		}
		if w != k {
			find("clock", "%s: stored %+v, from the log %+v", k.name, k, w)
		}
		delete(want, k.name)
	}
	for name, w := range want {
		if w.state != engine.RunOff {
			find("clock", "%s: not stored", name)
		}
	}
	return nil
}

func verifyFields(ctx context.Context, tx *store.Tx, c Case, env engine.Env, find func(what, format string, args ...any)) error {
	stored, err := store.All(ctx, tx, func(scan store.Scan) (fieldRow, error) {
		var f fieldRow
		err := scan(&f.name, &f.word, &f.num)
		return f, err
	}, "SELECT name, word, num FROM casefile_field WHERE case_id = ?", c.ID)
	if err != nil {
		return err
	}
	want := map[string]fieldRow{}
	for _, f := range indexed(env.Def, c.State) {
		want[f.name] = f
	}
	for _, f := range stored {
		if want[f.name] != f {
			find("field", "%s: stored %q, from the log %q", f.name, f.word, want[f.name].word)
		}
		delete(want, f.name)
	}
	for name := range want {
		find("field", "%s: not stored", name)
	}
	return nil
}
