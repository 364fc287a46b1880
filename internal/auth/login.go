package auth

import (
	"context"
	"errors"
	"slices"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Client is where a request comes from.
type Client struct {
	Address string // IP address
	Device  string // User-Agent
	Token   string // session cookie it carried, if any
	Known   string // device cookie it carried, if any
}

// Outcome is what a step of a log-in leads to. Give it to SetCookies.
type Outcome struct {
	Token   string
	Stage   Stage
	Session int64
	Known   string // device cookie to keep; "" leaves it
}

// How long a device or an address counts as known.
const knownTime = 90 * 24 * time.Hour

// errWrong is the one answer to an unknown name, a wrong password, a missing
// password and a disabled account: nothing tells which.
func errWrong() error {
	return errs.New(errs.Invalid, "auth.login.wrong",
		"登录名或密码不对，或账号已停用。请再试一次；忘了密码可以请管理员发一次性链接。",
		"The login name or password is wrong, or the account is disabled. Try again; an administrator can send a one-time link if the password is forgotten.")
}

// Login checks a password. Outcome.Stage says what comes next: StageFull is
// in, StageCode asks EnterCode, StageEnrol asks for a second factor to be set
// up. Errors: Invalid (one answer for all reasons), TooMany.
func (s *Service) Login(ctx context.Context, login, password string, c Client) (Outcome, error) {
	login = foldLogin(login)
	var a Account
	var known, device bool
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if a, _, err = accountByLogin(ctx, tx, login); err != nil {
			return err
		}
		since := store.Micros(s.clock.Now().Add(-knownTime))
		places, err := store.All(ctx, tx, store.Value[string], "SELECT place FROM auth_known WHERE account_id = ? AND place IN (?, ?) AND seen_at > ?",
			a.ID, s.devicePlace(c.Known), s.addressPlace(c.Address), since)
		for _, p := range places {
			known = known || p == s.addressPlace(c.Address)
			device = device || c.Known != "" && p == s.devicePlace(c.Known)
		}
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	tries := []bucket{strangerTries(login), addressTries(c.Address)}
	switch {
	case device:
		tries = []bucket{deviceTries(login, c.Known)}
	case known:
		tries = []bucket{placeTries(login, c.Address), addressTries(c.Address)}
	}
	if err := s.take(ctx, tries...); err != nil {
		return Outcome{}, err
	}
	ok, err := s.matches(ctx, password, a.hash)
	if err != nil {
		return Outcome{}, err
	}
	if !ok || !a.Active {
		err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			return s.record(ctx, tx, Change{Actor: visitor(c), Action: "auth.login.fail", Account: a.ID})
		})
		if err != nil {
			return Outcome{}, err
		}
		return Outcome{}, errWrong()
	}
	stage := s.stageFor(a)
	var out Outcome
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.giveBack(ctx, tx, tries[0]); err != nil {
			return err
		}
		var err error
		out, err = s.enter(ctx, tx, a, stage, c)
		return err
	})
	return out, err
}

func (s *Service) stageFor(a Account) Stage {
	if a.SecondFactor {
		return StageCode
	}
	if s.lacksFactor(a) {
		return StageEnrol
	}
	return StageFull
}

// lacksFactor reports whether a role of a asks for a second factor and a has none.
func (s *Service) lacksFactor(a Account) bool {
	if a.SecondFactor || s.opt.PasswordOnly {
		return false
	}
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		r, ok := s.role(g.Role)
		return ok && r.SecondFactor
	})
}

// enter opens a session; a full one remembers device and address.
func (s *Service) enter(ctx context.Context, tx *store.Tx, a Account, stage Stage, c Client) (Outcome, error) {
	active, err := store.One(ctx, tx, store.Value[int64], "SELECT active FROM auth_account WHERE id = ?"+tx.Lock(), a.ID)
	if err != nil {
		return Outcome{}, err
	}
	if active == 0 { // disabled since the password was compared
		return Outcome{}, errWrong()
	}
	out, err := s.open(ctx, tx, a.ID, stage, c)
	if err != nil || stage != StageFull {
		return out, err
	}
	out.Known = c.Known
	if len(out.Known) != 43 { // not a token of ours
		if out.Known, err = randomToken(); err != nil {
			return out, err
		}
	}
	for _, place := range []string{s.devicePlace(out.Known), s.addressPlace(c.Address)} {
		if _, err := tx.Exec(ctx, `INSERT INTO auth_known (account_id, place, seen_at) VALUES (?, ?, ?)
			ON CONFLICT (account_id, place) DO UPDATE SET seen_at = excluded.seen_at`, a.ID, place, store.Micros(s.clock.Now())); err != nil {
			return out, err
		}
	}
	actor := Actor{Account: a.ID, Login: a.Login, Name: a.Name, Session: out.Session, Address: c.Address}
	return out, s.record(ctx, tx, Change{Actor: actor, Action: "auth.login", Account: a.ID})
}

func (s *Service) devicePlace(token string) string {
	return s.sealer.Digest("auth.device", token)
}

func (s *Service) addressPlace(address string) string {
	return s.sealer.Digest("auth.address", address)
}

// visitor is the actor of a log-in that failed: nobody, from an address.
func visitor(c Client) Actor { return Actor{Address: c.Address} }

// Logout ends the session of token; an unknown one is no error.
func (s *Service) Logout(ctx context.Context, actor Actor, token string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "DELETE FROM auth_session WHERE digest = ?", digest(token))
		if err != nil || n == 0 {
			return err
		}
		tx.AfterCommit(s.cache.clear)
		return s.record(ctx, tx, Change{Actor: actor, Action: "auth.logout", Account: actor.Account})
	})
}

// pending finds the half-finished log-in of token in the wanted stage.
func (s *Service) pending(ctx context.Context, tx *store.Tx, token string, want Stage) (Session, Account, error) {
	v, err := store.One(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM auth_session s WHERE s.digest = ?", digest(token))
	if errors.Is(err, store.ErrNoRow) {
		return v, Account{}, errSessionOver()
	}
	if err != nil {
		return v, Account{}, err
	}
	if v.Stage != want || !s.clock.Now().Before(v.Expires) {
		return v, Account{}, errSessionOver()
	}
	a, err := s.accountTx(ctx, tx, v.Account)
	if err == nil && !a.Active {
		err = errSessionOver()
	}
	return v, a, err
}
