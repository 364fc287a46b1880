package auth

import (
	"context"
	"errors"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Purpose is what a one-time link is for.
type Purpose string

// The purposes.
const (
	PurposeSetup  Purpose = "setup"  // first start: makes the first administrator
	PurposeInvite Purpose = "invite" // a person sets their password, first time or forgotten
)

// linkTime is how long a link can be used.
const linkTime = 72 * time.Hour

// Link is a one-time link, found by its token.
type Link struct {
	Purpose Purpose
	Account Account // zero for PurposeSetup
	Expires time.Time
	id      int64
}

// FirstSetup returns the token of the one-time set-up link while there is no
// account yet; serve prints "<address>/setup/<token>". Earlier tokens end.
// needed is false once somebody has an account.
func (s *Service) FirstSetup(ctx context.Context) (token string, needed bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM auth_account")
		if err != nil || n > 0 {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM auth_link WHERE purpose = ?", string(PurposeSetup)); err != nil {
			return err
		}
		needed = true
		token, err = s.makeLink(ctx, tx, System, 0, PurposeSetup)
		return err
	})
	return token, needed, err
}

// IssueLink makes a one-time link with which account sets a new password;
// earlier ones end. Company-wide PermManage. Show it once, hand it over in
// person or by the person's own phone.
func (s *Service) IssueLink(ctx context.Context, actor Actor, account int64) (token string, err error) {
	if err := actor.Need(PermManage, 0); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.needFresh(ctx, tx, actor); err != nil {
			return err
		}
		a, err := s.accountTx(ctx, tx, account)
		if err != nil {
			return err
		}
		if !a.Active {
			return errs.New(errs.Invalid, "auth.account.off", "这个账号已停用，请先启用再发链接。", "This account is disabled; enable it before sending a link.")
		}
		for _, g := range a.Grants { // a link is a way in: it must not lead further than its maker may go
			if _, known := s.role(g.Role); !known {
				continue
			}
			if _, err := s.grantable(actor, g); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM auth_link WHERE account_id = ? AND used_at = 0", account); err != nil {
			return err
		}
		if token, err = s.makeLink(ctx, tx, actor, account, PurposeInvite); err != nil {
			return err
		}
		return s.record(ctx, tx, Change{Actor: actor, Action: "auth.link.issue", Account: account})
	})
	return token, err
}

func (s *Service) makeLink(ctx context.Context, tx *store.Tx, actor Actor, account int64, p Purpose) (string, error) {
	token, err := randomToken()
	if err != nil {
		return "", err
	}
	now := s.clock.Now()
	_, err = tx.Exec(ctx, `INSERT INTO auth_link (id, digest, account_id, purpose, created_at, created_by, expires_at, used_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0)`, tx.NewID(), digest(token), account, string(p), store.Micros(now), actor.Account, store.Micros(now.Add(linkTime)))
	return token, err
}

// FindLink looks at a one-time link without using it. NotFound when it is
// unknown, used or too old: one answer for all.
func (s *Service) FindLink(ctx context.Context, token string) (Link, error) {
	var l Link
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		l, err = s.findLink(ctx, tx, token)
		return err
	})
	return l, err
}

func (s *Service) findLink(ctx context.Context, tx *store.Tx, token string) (Link, error) {
	var l Link
	var account int64
	_, err := store.One(ctx, tx, func(scan store.Scan) (Link, error) {
		var purpose string
		var expires int64
		err := scan(&l.id, &account, &purpose, &expires)
		l.Purpose, l.Expires = Purpose(purpose), store.Time(expires)
		return l, err
	}, "SELECT id, account_id, purpose, expires_at FROM auth_link WHERE digest = ? AND used_at = 0"+tx.Lock(), digest(token))
	gone := errs.New(errs.NotFound, "auth.link.gone", "这个链接已经用过或过期了，请管理员再发一个。", "This link was used or is too old; ask an administrator for another.")
	switch {
	case errors.Is(err, store.ErrNoRow):
		return l, gone
	case err != nil:
		return l, err
	case !s.clock.Now().Before(l.Expires):
		return l, gone
	}
	if account != 0 {
		if l.Account, err = s.accountTx(ctx, tx, account); err != nil || !l.Account.Active {
			return Link{}, gone.Wrap(err)
		}
	}
	return l, nil
}

// Redeem is what a person enters behind a one-time link. Login and Name are
// asked for PurposeSetup only.
type Redeem struct {
	Login    string
	Name     string
	Password string
	Lang     text.Lang
}

// UseLink spends a link: it makes the first administrator (setup) or sets the
// person's password (invite), ends their other sessions and logs in as far as
// the second factor allows.
func (s *Service) UseLink(ctx context.Context, token string, in Redeem, c Client) (Outcome, error) {
	l, err := s.FindLink(ctx, token)
	if err != nil {
		return Outcome{}, err
	}
	n := NewAccount{Login: in.Login, Name: in.Name, Lang: in.Lang}
	if l.Purpose == PurposeSetup {
		if err := n.clean(); err != nil {
			return Outcome{}, err
		}
		n.Grants = []Grant{{Role: s.opt.AdminRole}}
	} else {
		n.Login, n.Name, n.Phone = l.Account.Login, l.Account.Name, l.Account.Phone
	}
	if err := s.checkPassword(in.Password, n.Login, n.Name, n.Phone); err != nil {
		return Outcome{}, err
	}
	hash, err := s.hash(ctx, in.Password)
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		l, err := s.findLink(ctx, tx, token)
		if err != nil {
			return err
		}
		now := store.Micros(s.clock.Now())
		if _, err := tx.Exec(ctx, "UPDATE auth_link SET used_at = ? WHERE id = ?", now, l.id); err != nil {
			return err
		}
		a := l.Account
		if l.Purpose == PurposeSetup {
			if a, err = s.createAccount(ctx, tx, System, n, hash); err != nil {
				return err
			}
		} else {
			if _, err := tx.Exec(ctx, "UPDATE auth_account SET password = ?, password_at = ? WHERE id = ?", hash, now, a.ID); err != nil {
				return err
			}
			if err := s.endSessions(ctx, tx, a.ID, 0); err != nil {
				return err
			}
		}
		if err := s.record(ctx, tx, Change{Actor: actorOr(Actor{}, a, c), Action: "auth.link.use", Account: a.ID, Data: map[string]any{"purpose": string(l.Purpose)}}); err != nil {
			return err
		}
		out, err = s.enter(ctx, tx, a, s.stageFor(a), c)
		return err
	})
	return out, err
}
