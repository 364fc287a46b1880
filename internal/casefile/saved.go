package casefile

import (
	"context"
	"strings"
	"unicode/utf8"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// SavedView is a list of cases that a person keeps under a name. Only the
// person sees it; it holds conditions, never cases.
type SavedView struct {
	ID    int64
	Name  string // 1 to 20 characters, once a person and project
	Query string // the conditions as an address writes them, without "?"
}

// mostSaved bounds the views of one person in a project: they stand side by
// side above the list.
const mostSaved = 12

// SavedViews lists the person's own views, oldest first.
func (s *Service) SavedViews(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64) ([]SavedView, error) {
	if actor.Account <= 0 {
		return nil, nil
	}
	return store.All(ctx, tx, func(scan store.Scan) (v SavedView, err error) {
		return v, scan(&v.ID, &v.Name, &v.Query)
	}, "SELECT id, name, query FROM casefile_saved WHERE project_id = ? AND account_id = ? ORDER BY saved_at, id LIMIT ?", project, actor.Account, mostSaved)
}

// SaveView keeps conditions under a name; the same name again takes the new
// conditions. The name is refused when empty or too long, and a thirteenth view.
func (s *Service) SaveView(ctx context.Context, actor auth.Actor, project int64, name, query string) (SavedView, error) {
	v := SavedView{Name: strings.TrimSpace(text.Clean(name)), Query: query}
	if !actor.May(PermWork, project) || actor.Account <= 0 {
		return v, forbidden(PermWork)
	}
	var bad errs.Fields
	if n := utf8.RuneCountInString(v.Name); n < 1 || n > 20 {
		bad.Add("name", "casefile.saved.name", "视图要有名字，最多 20 个字。", "A view needs a name of at most 20 characters.")
	}
	if len(query) > 1000 {
		bad.Add("name", "casefile.saved.long", "条件太长，存不下。去掉几个条件再存。", "The conditions are too long to keep; drop some and save again.")
	}
	if err := bad.Err("casefile.saved"); err != nil {
		return v, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		kept, err := s.SavedViews(ctx, tx, actor, project)
		if err != nil {
			return err
		}
		for _, k := range kept {
			if k.Name == v.Name {
				v.ID = k.ID
				_, err := tx.Exec(ctx, "UPDATE casefile_saved SET query = ? WHERE id = ?", v.Query, v.ID)
				return err
			}
		}
		if len(kept) >= mostSaved {
			return errs.Newf(errs.Invalid, "casefile.saved.many", "已存了 %d 个视图，这一个没有存。删掉用不着的再存。", "You keep %d views already; this one was not saved. Delete one first.", mostSaved)
		}
		v.ID = tx.NewID()
		_, err = tx.Exec(ctx, "INSERT INTO casefile_saved (project_id, id, account_id, name, query, saved_at) VALUES (?, ?, ?, ?, ?, ?)",
			project, v.ID, actor.Account, v.Name, v.Query, store.Micros(tx.Now()))
		return err
	})
	return v, err
}

// DropView deletes one of the person's own views; one already gone is no error.
func (s *Service) DropView(ctx context.Context, actor auth.Actor, project, id int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM casefile_saved WHERE project_id = ? AND account_id = ? AND id = ?", project, actor.Account, id)
		return err
	})
}

// Counts says how many cases each filter finds, counted to upTo and no further,
// in one statement. Filters by words or answers are not for it: they need
// statements of their own.
func (s *Service) Counts(ctx context.Context, tx *store.Tx, actor auth.Actor, filters []Filter, upTo int) ([]int, error) {
	if len(filters) == 0 {
		return nil, nil
	}
	var columns []string
	var args []any
	for _, f := range filters {
		q, err := s.query(ctx, tx, actor, f)
		if err != nil {
			return nil, err
		}
		columns = append(columns, "(SELECT count(*) FROM (SELECT 1 AS one FROM casefile_case c WHERE "+q.where()+" LIMIT ?) AS found)")
		args = append(append(args, q.args...), upTo)
	}
	counts := make([]int, len(filters))
	_, err := store.One(ctx, tx, func(scan store.Scan) (struct{}, error) {
		dest := make([]any, len(counts))
		for i := range counts {
			dest[i] = &counts[i]
		}
		return struct{}{}, scan(dest...)
	}, "SELECT "+strings.Join(columns, ", "), args...)
	return counts, err
}
