package estate

import (
	"context"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Change is one field of a record that became another (EST-16).
type Change struct {
	ID       int64
	Entity   string // unit, building, person, occupancy, phone …
	EntityID int64
	Actor    string
	At       time.Time
	Field    string
	Before   string
	After    string
}

// by is who changed it, in words: the system is nobody's name.
func (c Change) by(lang text.Lang) string {
	if c.Actor == auth.System.Name {
		return text.B("系统", "System").In(lang)
	}
	return c.Actor
}

// changeLog gathers what differs and writes it in one statement.
type changeLog struct {
	project, id, unit, person int64
	entity                    string
	list                      [][3]string
}

func (l *changeLog) note(field, before, after string) {
	if before != after {
		l.list = append(l.list, [3]string{field, before, after})
	}
}

func (l *changeLog) write(ctx context.Context, tx *store.Tx, actor auth.Actor) error {
	if len(l.list) == 0 {
		return nil
	}
	var args []any
	for _, c := range l.list {
		args = append(args, l.project, tx.NewID(), l.entity, l.id, l.unit, l.person, actor.Account, actor.Name, store.Micros(tx.Now()), c[0], c[1], c[2])
	}
	rows := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?), ", len(l.list)), ", ")
	_, err := tx.Exec(ctx, `INSERT INTO estate_change
(project_id, id, entity, entity_id, unit_id, person_id, account_id, account_name, at, field, before, after) VALUES `+rows, args...)
	return err
}

// keep writes l, and that it was written into the sealed trail (PLT-05).
func (s *Service) keep(ctx context.Context, tx *store.Tx, actor auth.Actor, l *changeLog) error {
	if len(l.list) == 0 {
		return nil
	}
	if err := l.write(ctx, tx, actor); err != nil {
		return err
	}
	verb, fields := "change", make([]string, len(l.list))
	for i, c := range l.list {
		fields[i] = c[0]
		if c[0] == "created" {
			verb = "create"
		}
	}
	return s.changed(ctx, tx, actor, l.project, l.entity, l.id, verb, map[string]any{"fields": fields})
}

// changed records a change in the sealed trail.
func (s *Service) changed(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, entity string, id int64, verb string, data map[string]any) error {
	return s.audit.Changed(ctx, tx, Changed{Project: project, Actor: actor, Entity: entity, ID: id, Verb: verb, Data: data})
}

func scanChange(scan store.Scan) (Change, error) {
	var c Change
	var at int64
	err := scan(&c.ID, &c.Entity, &c.EntityID, &c.Actor, &at, &c.Field, &c.Before, &c.After)
	c.At = store.Time(at)
	return c, err
}

// UnitChanges lists what changed at a unit, newest first, at most limit.
func (s *Service) UnitChanges(ctx context.Context, tx *store.Tx, project, unit int64, limit int) ([]Change, error) {
	return store.All(ctx, tx, scanChange, `SELECT id, entity, entity_id, account_name, at, field, before, after FROM estate_change
WHERE project_id = ? AND unit_id = ? ORDER BY id DESC LIMIT ?`, project, unit, limit)
}

// Changes lists what changed at one record, newest first, at most limit.
func (s *Service) Changes(ctx context.Context, tx *store.Tx, project int64, entity string, id int64, limit int) ([]Change, error) {
	return store.All(ctx, tx, scanChange, `SELECT id, entity, entity_id, account_name, at, field, before, after FROM estate_change
WHERE project_id = ? AND entity = ? AND entity_id = ? ORDER BY id DESC LIMIT ?`, project, entity, id, limit)
}

func stale() error {
	return errs.New(errs.Conflict, "estate.version.stale",
		"您打开之后有人改过这条记录，这次没有保存。请对照最新内容再改，您填的还在。",
		"Somebody changed this record after you opened it; nothing was saved. Compare with what is there now; what you typed is kept.")
}
