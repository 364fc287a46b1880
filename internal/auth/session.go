package auth

import (
	"context"
	"errors"
	"sync"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Stage is how far a log-in has come. Only StageFull is an actor.
type Stage string

// The stages.
const (
	StageFull  Stage = "full"
	StageCode  Stage = "code"  // password right, code of the second factor missing
	StageEnrol Stage = "enrol" // password right, the role asks for a second factor not yet set up
)

// pendingTime is how long a half-finished log-in lives (ASVS 6.5.5).
const pendingTime = 10 * time.Minute

// freshTime is how long after entering the password sensitive changes need no
// new confirmation (ASVS 7.5.1).
const freshTime = 15 * time.Minute

// seenEvery bounds how often a session notes that it is used.
const seenEvery = time.Minute

// Session is one log-in of an account. Only the digest of its token is stored.
type Session struct {
	ID        int64
	Account   int64
	Stage     Stage
	Created   time.Time
	Seen      time.Time // exact to a minute
	Expires   time.Time
	Confirmed time.Time // when the password was last entered
	Address   string
	Device    string // the browser's own words, cut
}

const sessionColumns = "s.id, s.account_id, s.stage, s.created_at, s.seen_at, s.expires_at, s.confirmed_at, s.address, s.device"

func scanSession(scan store.Scan) (Session, error) {
	var v Session
	var stage string
	var created, seen, expires, confirmed int64
	err := scan(&v.ID, &v.Account, &stage, &created, &seen, &expires, &confirmed, &v.Address, &v.Device)
	v.Stage, v.Created, v.Seen = Stage(stage), store.Time(created), store.Time(seen)
	v.Expires, v.Confirmed = store.Time(expires), store.Time(confirmed)
	return v, err
}

// open starts a session and returns its token.
func (s *Service) open(ctx context.Context, tx *store.Tx, account int64, stage Stage, c Client) (Outcome, error) {
	token, err := randomToken()
	if err != nil {
		return Outcome{}, err
	}
	now := s.clock.Now()
	if c.Token != "" { // a token carried over from before the log-in dies with it
		if _, err := tx.Exec(ctx, "DELETE FROM auth_session WHERE digest = ?", digest(c.Token)); err != nil {
			return Outcome{}, err
		}
	}
	id := tx.NewID()
	_, err = tx.Exec(ctx, `INSERT INTO auth_session (id, digest, account_id, stage, created_at, seen_at, expires_at, confirmed_at, address, device)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, digest(token), account, string(stage),
		store.Micros(now), store.Micros(now), store.Micros(now.Add(s.lifetime(stage))), store.Micros(now), c.Address, text.Cut(text.Clean(c.Device), 200))
	tx.AfterCommit(s.cache.clear)
	return Outcome{Token: token, Stage: stage, Session: id}, err
}

func (s *Service) lifetime(stage Stage) time.Duration {
	if stage == StageFull {
		return s.opt.Absolute
	}
	return pendingTime
}

// rotate gives the session a new token, as at every change of what it may do.
func (s *Service) rotate(ctx context.Context, tx *store.Tx, session int64, stage Stage) (Outcome, error) {
	token, err := randomToken()
	if err != nil {
		return Outcome{}, err
	}
	now := store.Micros(s.clock.Now())
	n, err := tx.Exec(ctx, "UPDATE auth_session SET digest = ?, stage = ?, seen_at = ?, confirmed_at = ? WHERE id = ?",
		digest(token), string(stage), now, now, session)
	if err != nil {
		return Outcome{}, err
	}
	if n == 0 {
		return Outcome{}, errSessionOver()
	}
	tx.AfterCommit(s.cache.clear)
	return Outcome{Token: token, Stage: stage, Session: session}, nil
}

func errSessionOver() error {
	return errs.New(errs.Unauthenticated, "auth.session.over", "登录已经结束，请重新登录。", "The session is over; log in again.")
}

// endSessions ends all sessions of account but one (0: all).
func (s *Service) endSessions(ctx context.Context, tx *store.Tx, account, but int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM auth_session WHERE account_id = ? AND id <> ?", account, but)
	tx.AfterCommit(s.cache.clear)
	return err
}

// Sessions lists the sessions of account, last used first. One's own, or
// company-wide PermManage.
func (s *Service) Sessions(ctx context.Context, actor Actor, account int64) ([]Session, error) {
	if err := s.needOwnOrManage(actor, account); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	var list []Session
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		list, err = store.All(ctx, tx, scanSession, "SELECT "+sessionColumns+` FROM auth_session s
			WHERE s.account_id = ? AND s.expires_at > ? AND s.seen_at > ? AND s.stage = ? ORDER BY s.seen_at DESC, s.id LIMIT 200`,
			account, store.Micros(now), store.Micros(now.Add(-s.opt.Idle)), string(StageFull))
		return err
	})
	return list, err
}

// EndSession ends one session; session 0 ends all of account except the
// actor's own. One's own, or company-wide PermManage.
func (s *Service) EndSession(ctx context.Context, actor Actor, account, session int64) error {
	if err := s.needOwnOrManage(actor, account); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if session == 0 {
			if err := s.endSessions(ctx, tx, account, actor.Session); err != nil {
				return err
			}
		} else if _, err := tx.Exec(ctx, "DELETE FROM auth_session WHERE id = ? AND account_id = ?", session, account); err != nil {
			return err
		}
		tx.AfterCommit(s.cache.clear)
		return s.record(ctx, tx, Change{Actor: actor, Action: "auth.session.end", Account: account, Data: map[string]any{"session": itoa(session)}})
	})
}

func (s *Service) needOwnOrManage(actor Actor, account int64) error {
	if actor.Account != 0 && account == actor.Account {
		return nil
	}
	return actor.Need(PermManage, 0)
}

// Confirm enters the password again before sensitive changes; the session gets
// a new token.
func (s *Service) Confirm(ctx context.Context, actor Actor, password string) (Outcome, error) {
	if err := actor.Need(LoggedIn, 0); err != nil {
		return Outcome{}, err
	}
	if _, err := s.verifyOwn(ctx, actor, password, "password"); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if out, err = s.rotate(ctx, tx, actor.Session, StageFull); err != nil {
			return err
		}
		return s.record(ctx, tx, Change{Actor: actor, Action: "auth.session.confirm", Account: actor.Account})
	})
	return out, err
}

// CodeConfirm is the code of the Forbidden that asks for Confirm first.
const CodeConfirm = "auth.confirm.needed"

// Fresh reports whether the actor may make sensitive changes without Confirm.
func (s *Service) Fresh(ctx context.Context, actor Actor) (bool, error) {
	var err error
	_ = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		err = s.needFresh(ctx, tx, actor)
		return nil
	})
	if errs.CodeOf(err) == CodeConfirm {
		return false, nil
	}
	return err == nil, err
}

func (s *Service) needFresh(ctx context.Context, tx *store.Tx, actor Actor) error {
	if actor.IsSystem() {
		return nil
	}
	at, err := store.One(ctx, tx, store.Value[int64], "SELECT confirmed_at FROM auth_session WHERE id = ? AND account_id = ?", actor.Session, actor.Account)
	if errors.Is(err, store.ErrNoRow) {
		return errSessionOver()
	}
	if err != nil {
		return err
	}
	if s.clock.Now().Sub(store.Time(at)) > freshTime {
		return errs.New(errs.Forbidden, CodeConfirm, "这一步要再确认一次是您本人，请输入密码。没有改动。",
			"This step needs a new confirmation that it is you: enter your password. Nothing was changed.")
	}
	return nil
}

// sessionCache keeps resolved sessions for cacheTime, so that a busy page does
// not read the database for each request. Every change of this node clears it;
// a change on another node is seen within cacheTime (S5: dead within 1 s).
type sessionCache struct {
	mu sync.RWMutex
	m  map[string]resolved
}

const (
	cacheTime = time.Second
	cacheSize = 20000
)

type resolved struct {
	at      time.Time
	session Session
	actor   Actor
}

func (c *sessionCache) get(key string, now time.Time) (resolved, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	r, ok := c.m[key]
	age := now.Sub(r.at)
	return r, ok && age >= 0 && age < cacheTime
}

func (c *sessionCache) put(key string, r resolved) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= cacheSize {
		c.m = map[string]resolved{}
	}
	c.m[key] = r
}

func (c *sessionCache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, key)
}

func (c *sessionCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m = nil
}
