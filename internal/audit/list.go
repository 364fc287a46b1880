package audit

import (
	"context"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// The rights of this room.
const (
	PermView   = "audit.entry.view"  // read the trail
	PermVerify = "audit.trail.check" // look for tampering, take the heads away
)

// Permissions lists the rights of this room.
func Permissions() []auth.Permission {
	return []auth.Permission{
		{Name: PermView, Title: text.B("查看操作记录", "Read the audit trail")},
		{Name: PermVerify, Title: text.B("核验操作记录、取链头", "Verify the audit trail, take its heads"), Company: true},
	}
}

// Filter picks entries; zero values do not restrict.
type Filter struct {
	Project int64 // 0: all projects, needs the right company-wide
	Account int64
	Action  string // exact, or everything below when it ends in ".": "auth."
	Subject string
	ID      int64
	From    time.Time // inclusive
	To      time.Time // exclusive
	Before  int64     // keyset: entries with a smaller number, newest first
	Limit   int       // at most 10,000; 50 when 0
}

// List returns entries, newest first. PermView in f.Project.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter) ([]Row, error) {
	if err := actor.Need(PermView, f.Project); err != nil {
		return nil, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 10000)
	query, args := "SELECT "+rowColumns+" FROM audit_entry WHERE 1 = 1", []any{}
	and := func(cond string, values ...any) {
		query += " AND " + cond
		args = append(args, values...)
	}
	if f.Project != 0 {
		and("project_id = ?", f.Project)
	}
	if f.Account != 0 {
		and("account_id = ?", f.Account)
	}
	if prefix, ok := strings.CutSuffix(f.Action, "."); ok {
		and("action >= ? AND action < ?", prefix+".", prefix+"/") // '/' follows '.'
	} else if f.Action != "" {
		and("action = ?", f.Action)
	}
	if f.Subject != "" {
		and("subject = ?", f.Subject)
	}
	if f.ID != 0 {
		and("subject_id = ?", f.ID)
	}
	if !f.From.IsZero() {
		and("at >= ?", store.Micros(f.From))
	}
	if !f.To.IsZero() {
		and("at < ?", store.Micros(f.To))
	}
	if f.Before != 0 {
		and("id < ?", f.Before)
	}
	var list []Row
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		list, err = store.All(ctx, tx, scanRow, query+" ORDER BY id DESC LIMIT ?", append(args, f.Limit)...)
		return err
	})
	return list, err
}
