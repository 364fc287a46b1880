package auth

import (
	"context"
	"errors"
	"slices"

	"guanjia/internal/store"
	"guanjia/internal/text"
)

const accountColumns = `a.id, a.login, a.name, a.phone, a.active, a.lang, a.theme, a.password, a.totp, a.totp_on, a.totp_step, a.created_at,
	COALESCE((SELECT max(s.seen_at) FROM auth_session s WHERE s.account_id = a.id), 0)`

func scanAccount(scan store.Scan) (Account, error) {
	var a Account
	var active, totpOn, created, seen int64
	var lang string
	err := scan(&a.ID, &a.Login, &a.Name, &a.Phone, &active, &lang, &a.Theme, &a.hash, &a.totp, &totpOn, &a.totpStep, &created, &seen)
	a.Active, a.SecondFactor, a.HasPassword = active == 1, totpOn == 1, a.hash != ""
	a.Lang, a.Created, a.LastSeen = text.Parse(lang), store.Time(created), store.Time(seen)
	return a, err
}

func (s *Service) account(ctx context.Context, id int64) (Account, error) {
	var a Account
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		a, err = s.accountTx(ctx, tx, id)
		return err
	})
	return a, err
}

func (s *Service) accountTx(ctx context.Context, tx *store.Tx, id int64) (Account, error) {
	a, err := store.One(ctx, tx, scanAccount, "SELECT "+accountColumns+" FROM auth_account a WHERE a.id = ?", id)
	if errors.Is(err, store.ErrNoRow) {
		return a, errNoAccount()
	}
	if err != nil {
		return a, err
	}
	a.Grants, err = grantsOf(ctx, tx, id)
	return a, err
}

// accountByLogin returns found = false for an unknown login name.
func accountByLogin(ctx context.Context, tx *store.Tx, login string) (a Account, found bool, err error) {
	a, err = store.One(ctx, tx, scanAccount, "SELECT "+accountColumns+" FROM auth_account a WHERE a.login = ?", login)
	if errors.Is(err, store.ErrNoRow) {
		return Account{}, false, nil
	}
	if err != nil {
		return Account{}, false, err
	}
	a.Grants, err = grantsOf(ctx, tx, a.ID)
	return a, err == nil, err
}

func scanGrant(scan store.Scan) (Grant, error) {
	var g Grant
	err := scan(&g.Project, &g.Role)
	return g, err
}

func grantsOf(ctx context.Context, tx *store.Tx, account int64) ([]Grant, error) {
	return store.All(ctx, tx, scanGrant, "SELECT project_id, role FROM auth_grant WHERE account_id = ? ORDER BY project_id, role", account)
}

// Account is one account with its grants. PermView company-wide or in a
// project the account has a role in; everybody sees their own.
func (s *Service) Account(ctx context.Context, actor Actor, id int64) (Account, error) {
	a, err := s.account(ctx, id)
	if err != nil {
		return a, err
	}
	if id == actor.Account || actor.May(PermView, 0) {
		return a, nil
	}
	for _, g := range a.Grants {
		if g.Project != 0 && actor.May(PermView, g.Project) {
			return a, nil
		}
	}
	if err := actor.Need(LoggedIn, 0); err != nil {
		return Account{}, err
	}
	return Account{}, errNoAccount() // not visible looks like not there
}

// Accounts lists accounts by login name after the given one, at most limit.
// project 0 lists the company and needs PermView company-wide; otherwise those
// who hold a role in the project.
func (s *Service) Accounts(ctx context.Context, actor Actor, project int64, after string, limit int) ([]Account, error) {
	if err := actor.Need(PermView, project); err != nil {
		return nil, err
	}
	var list []Account
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		query := "SELECT " + accountColumns + " FROM auth_account a WHERE a.login > ? ORDER BY a.login LIMIT ?"
		args := []any{after, limit}
		if project != 0 {
			query = "SELECT " + accountColumns + ` FROM auth_account a WHERE a.login > ?
				AND EXISTS (SELECT 1 FROM auth_grant g WHERE g.account_id = a.id AND g.project_id = ?) ORDER BY a.login LIMIT ?`
			args = []any{after, project, limit}
		}
		var err error
		if list, err = store.All(ctx, tx, scanAccount, query, args...); err != nil || len(list) == 0 {
			return err
		}
		type row struct {
			account int64
			Grant
		}
		rows, err := store.All(ctx, tx, func(scan store.Scan) (row, error) {
			var r row
			err := scan(&r.account, &r.Project, &r.Role)
			return r, err
		}, `SELECT g.account_id, g.project_id, g.role FROM auth_grant g JOIN auth_account a ON a.id = g.account_id
			WHERE a.login >= ? AND a.login <= ? ORDER BY g.account_id, g.project_id, g.role`, list[0].Login, list[len(list)-1].Login)
		if err != nil {
			return err
		}
		at := map[int64]int{}
		for i, a := range list {
			at[a.ID] = i
		}
		for _, r := range rows {
			if i, ok := at[r.account]; ok {
				list[i].Grants = append(list[i].Grants, r.Grant)
			}
		}
		return nil
	})
	return list, err
}

// Person is the little that other rooms show of an account.
type Person struct {
	Account int64
	Name    string
	Active  bool
}

// Holders lists the active people who hold role in project or company-wide,
// by name. For rooms choosing an assignee; inside their own transaction.
func (s *Service) Holders(ctx context.Context, tx *store.Tx, project int64, role string) ([]Person, error) {
	return store.All(ctx, tx, scanPerson, `SELECT a.id, a.name, a.active FROM auth_account a WHERE a.active = 1 AND EXISTS
		(SELECT 1 FROM auth_grant g WHERE g.account_id = a.id AND g.role = ? AND (g.project_id = ? OR g.project_id = 0)) ORDER BY a.name, a.id`, role, project)
}

// HoldersOf lists the active people of several roles as Holders does, in one
// statement: in the order of the roles, then by name, everybody once.
func (s *Service) HoldersOf(ctx context.Context, tx *store.Tx, project int64, roles ...string) ([]Person, error) {
	if len(roles) == 0 {
		return nil, nil
	}
	type holder struct {
		Person
		role string
	}
	args := []any{project}
	for _, r := range roles {
		args = append(args, r)
	}
	list, err := store.All(ctx, tx, func(scan store.Scan) (h holder, err error) {
		h.Person, err = scanPerson(func(dest ...any) error { return scan(append([]any{&h.role}, dest...)...) })
		return h, err
	}, `SELECT g.role, a.id, a.name, a.active FROM auth_grant g JOIN auth_account a ON a.id = g.account_id
		WHERE a.active = 1 AND (g.project_id = ? OR g.project_id = 0) AND g.role IN (`+store.Marks(len(roles))+`) ORDER BY a.name, a.id`, args...)
	if err != nil {
		return nil, err
	}
	var people []Person
	seen := map[int64]bool{}
	for _, role := range roles {
		for _, h := range list {
			if h.role == role && !seen[h.Account] {
				seen[h.Account] = true
				people = append(people, h.Person)
			}
		}
	}
	return people, nil
}

// Names is account → person for the given accounts, in one statement; unknown
// ones are absent.
func (s *Service) Names(ctx context.Context, tx *store.Tx, accounts ...int64) (map[int64]Person, error) {
	m := map[int64]Person{}
	var ids []any
	for _, id := range accounts {
		if !slices.Contains(ids, any(id)) && id > 0 {
			ids = append(ids, id)
		}
	}
	for chunk := range slices.Chunk(ids, 500) {
		list, err := store.All(ctx, tx, scanPerson, "SELECT a.id, a.name, a.active FROM auth_account a WHERE a.id IN ("+store.Marks(len(chunk))+")", chunk...)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			m[p.Account] = p
		}
	}
	return m, nil
}

func scanPerson(scan store.Scan) (Person, error) {
	var p Person
	var active int64
	err := scan(&p.Account, &p.Name, &active)
	p.Active = active == 1
	return p, err
}
