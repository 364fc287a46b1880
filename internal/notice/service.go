package notice

import (
	"context"
	"embed"
	"sync"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Service keeps notices.
type Service struct {
	db *store.DB

	mu        sync.RWMutex
	listeners []func(Notice)
}

// New makes the service.
func New(db *store.DB) *Service { return &Service{db: db} }

// OnTold registers fn, called after the commit with every notice, for pages
// that show the bell live. fn must be quick. It is registered at start.
func (s *Service) OnTold(fn func(Notice)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, fn)
}

// Tell writes n in the transaction of what it tells about. A notice for nobody
// is errs.Invalid.
func (s *Service) Tell(ctx context.Context, tx *store.Tx, n Notice) error {
	if n.Account == 0 && n.Role == "" && n.Customer == 0 && n.Phone == "" {
		return errs.New(errs.Invalid, "notice.nobody", "这条提醒没有写给谁。", "This notice is for nobody.")
	}
	n.ID = tx.NewID()
	if n.At.IsZero() {
		n.At = tx.Now()
	}
	n.Text.ZH, n.Text.EN = text.Cut(text.Clean(n.Text.ZH), 500), text.Cut(text.Clean(n.Text.EN), 500)
	_, err := tx.Exec(ctx, `INSERT INTO notice_notice
		(project_id, id, account_id, role, customer_id, phone, case_id, link, urgent, text_zh, text_en, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n.Project, n.ID, n.Account, n.Role, n.Customer, n.Phone, n.Case, n.Link, store.Bool(n.Urgent), n.Text.ZH, n.Text.EN, store.Micros(n.At))
	if err != nil {
		return err
	}
	tx.AfterCommit(func() {
		s.mu.RLock()
		defer s.mu.RUnlock()
		for _, fn := range s.listeners {
			fn(n)
		}
	})
	return nil
}

// For reports whether n is meant for actor: pages ask it of what OnTold brings.
func (n Notice) For(actor auth.Actor) bool {
	if n.Account != 0 {
		return n.Account == actor.Account
	}
	if n.Role == "" {
		return false
	}
	for _, r := range actor.Roles(n.Project) {
		if r == n.Role {
			return true
		}
	}
	return false
}

// mine is the part of a query that selects an actor's notices, with its
// arguments: the account's own and those of the roles held in the project.
func mine(actor auth.Actor, project int64) (string, []any) {
	roles := actor.Roles(project)
	where := "n.project_id = ? AND (n.account_id = ?"
	args := []any{project, actor.Account}
	if len(roles) > 0 {
		where += " OR n.role IN (" + store.Marks(len(roles)) + ")"
		for _, r := range roles {
			args = append(args, r)
		}
	}
	return where + ")", args
}

func allow(actor auth.Actor) error {
	if actor.Account == 0 {
		return errs.New(errs.Unauthenticated, "notice.login", "请先登录再看提醒。", "Log in to see notices.")
	}
	return nil
}

// Bell counts the actor's unread notices in a project. One statement.
func (s *Service) Bell(ctx context.Context, actor auth.Actor, project int64) (Bell, error) {
	var b Bell
	if err := allow(actor); err != nil {
		return b, err
	}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		where, args := mine(actor, project)
		args = append(args, project, actor.Account, actor.Account, BellMost)
		var err error
		b, err = store.One(ctx, tx, func(scan store.Scan) (Bell, error) {
			var b Bell
			err := scan(&b.Unread, &b.Urgent)
			return b, err
		}, `SELECT count(*), coalesce(sum(u), 0) FROM (SELECT n.urgent AS u FROM notice_notice n WHERE `+where+`
			AND n.id > coalesce((SELECT upto FROM notice_mark WHERE project_id = ? AND account_id = ?), 0)
			AND NOT EXISTS (SELECT 1 FROM notice_read r WHERE r.account_id = ? AND r.notice_id = n.id) LIMIT ?) AS unread`, args...)
		return err
	})
	return b, err
}

// List is the actor's notices in a project, newest first, before the id After
// (0: from the newest); limit 50 when 0, at most 200.
func (s *Service) List(ctx context.Context, actor auth.Actor, project, after int64, limit int) (Page, error) {
	var p Page
	if err := allow(actor); err != nil {
		return p, err
	}
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 200)
	if after <= 0 {
		after = 1<<63 - 1
	}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		where, args := mine(actor, project)
		args = append([]any{actor.Account, project, actor.Account}, args...)
		args = append(args, after, limit+1)
		list, err := store.All(ctx, tx, scanNotice, `SELECT n.project_id, n.id, n.account_id, n.role, n.customer_id, n.phone, n.case_id, n.link,
				n.urgent, n.text_zh, n.text_en, n.at,
				CASE WHEN n.id <= coalesce(m.upto, 0) OR r.notice_id IS NOT NULL THEN 1 ELSE 0 END
			FROM notice_notice n
			LEFT JOIN notice_read r ON r.account_id = ? AND r.notice_id = n.id
			LEFT JOIN notice_mark m ON m.project_id = ? AND m.account_id = ?
			WHERE `+where+` AND n.id < ? ORDER BY n.id DESC LIMIT ?`, args...)
		if len(list) > limit {
			list = list[:limit]
			p.Next = list[limit-1].ID
		}
		p.Notices = list
		return err
	})
	return p, err
}

func scanNotice(scan store.Scan) (Notice, error) {
	var n Notice
	var urgent, at, read int64
	err := scan(&n.Project, &n.ID, &n.Account, &n.Role, &n.Customer, &n.Phone, &n.Case, &n.Link, &urgent, &n.Text.ZH, &n.Text.EN, &at, &read)
	n.Urgent, n.At, n.Read = urgent == 1, store.Time(at), read == 1
	return n, err
}

// MarkRead notes that the actor has read one notice. One that is not the
// actor's is errs.NotFound; a second time changes nothing.
func (s *Service) MarkRead(ctx context.Context, actor auth.Actor, project, id int64) error {
	if err := allow(actor); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		where, args := mine(actor, project)
		if _, err := store.One(ctx, tx, store.Value[int64], "SELECT n.id FROM notice_notice n WHERE "+where+" AND n.id = ?", append(args, id)...); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO notice_read (project_id, account_id, notice_id, at) VALUES (?, ?, ?, ?) ON CONFLICT (account_id, notice_id) DO NOTHING",
			project, actor.Account, id, store.Micros(tx.Now()))
		return err
	})
}

// MarkAll notes that the actor has read everything up to the notice upto, the
// newest one on the page: what arrived meanwhile stays unread.
func (s *Service) MarkAll(ctx context.Context, actor auth.Actor, project, upto int64) error {
	if err := allow(actor); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO notice_mark (project_id, account_id, upto, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (project_id, account_id) DO UPDATE SET upto = excluded.upto, at = excluded.at
			WHERE notice_mark.upto < excluded.upto`, project, actor.Account, upto, store.Micros(tx.Now()))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "DELETE FROM notice_read WHERE project_id = ? AND account_id = ? AND notice_id <= ?", project, actor.Account, upto)
		return err
	})
}

// Customers lists what is meant for customers of a project, newest first, for
// the page that shows what would be sent and for outside channels.
func (s *Service) Customers(ctx context.Context, tx *store.Tx, project, after int64, limit int) ([]Notice, error) {
	if after <= 0 {
		after = 1<<63 - 1
	}
	return store.All(ctx, tx, scanNotice, `SELECT project_id, id, account_id, role, customer_id, phone, case_id, link, urgent, text_zh, text_en, at, 0
		FROM notice_notice WHERE project_id = ? AND account_id = 0 AND role = '' AND id < ? ORDER BY id DESC LIMIT ?`, project, after, min(max(limit, 1), 200))
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this room.
func Migrations() store.Migrations {
	sub := store.Folder(migrations)
	return store.Migrations{Room: "notice", FS: sub}
}
