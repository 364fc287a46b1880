package auth

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Cookie names; with TLS they carry the __Host- prefix, which binds them to
// this host and path and to TLS.
const (
	sessionCookie = "gj_session"
	deviceCookie  = "gj_device"
)

func (s *Service) secure(r *http.Request) bool {
	return s.opt.Secure || r.TLS != nil || s.opt.SecureRequest != nil && s.opt.SecureRequest(r)
}

func (s *Service) cookieName(r *http.Request, name string) string {
	if s.secure(r) {
		return "__Host-" + name
	}
	return name
}

// ClientOf reads where a request comes from. Behind a trusted proxy the shell
// has put the person's address into r.RemoteAddr before.
func (s *Service) ClientOf(r *http.Request) Client {
	c := Client{Address: Address(r), Device: r.UserAgent()}
	if k, err := r.Cookie(s.cookieName(r, sessionCookie)); err == nil {
		c.Token = k.Value
	}
	if k, err := r.Cookie(s.cookieName(r, deviceCookie)); err == nil {
		c.Known = k.Value
	}
	return c
}

// Address is the IP address of a request without its port.
func Address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return strings.TrimPrefix(host, "::ffff:")
}

// SetCookies hands the outcome of a log-in step to the browser.
func (s *Service) SetCookies(w http.ResponseWriter, r *http.Request, out Outcome) {
	s.setCookie(w, r, sessionCookie, out.Token, 0) // ends with the browser; the server ends it sooner
	if out.Known != "" {
		s.setCookie(w, r, deviceCookie, out.Known, knownTime)
	}
}

// ClearCookies forgets the session in the browser; the device stays known.
func (s *Service) ClearCookies(w http.ResponseWriter, r *http.Request) {
	s.setCookie(w, r, sessionCookie, "", -time.Second)
}

func (s *Service) setCookie(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(r, name), Value: value, Path: "/", MaxAge: int(age.Seconds()),
		HttpOnly: true, Secure: s.secure(r), SameSite: http.SameSiteLaxMode,
	})
}

// Resolve tells who a request comes from; ok is false for a visitor, an ended,
// expired or half-finished session, a disabled account and one that lacks the
// second factor its role asks for. An error means that
// it could not be found out; the shell must then refuse.
func (s *Service) Resolve(ctx context.Context, r *http.Request) (Actor, bool, error) {
	c := s.ClientOf(r)
	if c.Token == "" {
		return Actor{}, false, nil
	}
	now := s.clock.Now()
	key := digest(c.Token)
	hit, ok := s.cache.get(key, now)
	if !ok {
		var err error
		if hit, ok, err = s.lookUp(ctx, key, now); err != nil || !ok {
			return Actor{}, false, err
		}
		s.cache.put(key, hit)
	}
	v := hit.session
	if v.Stage != StageFull || !now.Before(v.Expires) || now.Sub(v.Seen) >= s.opt.Idle {
		return Actor{}, false, nil
	}
	if now.Sub(v.Seen) >= seenEvery {
		if err := s.touch(ctx, key, v, c.Address, now); err != nil {
			return Actor{}, false, err
		}
	}
	a := hit.actor
	a.Address = c.Address
	return a, true, nil
}

func (s *Service) lookUp(ctx context.Context, key string, now time.Time) (resolved, bool, error) {
	var out resolved
	found := false
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, err := store.One(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM auth_session s WHERE s.digest = ?", key)
		if errors.Is(err, store.ErrNoRow) {
			return nil
		}
		if err != nil {
			return err
		}
		a, err := s.accountTx(ctx, tx, v.Account)
		if err != nil {
			return err
		}
		// A role given since, or a handbook come into force since, may ask for a
		// second factor: the session then ends and the next log-in sets it up.
		if !a.Active || s.lacksFactor(a) {
			return nil
		}
		actor := Actor{Account: a.ID, Login: a.Login, Name: a.Name, Session: v.ID, Lang: a.Lang, Theme: a.Theme, Grants: a.Grants}
		out, found = resolved{at: now, session: v, actor: actor.WithPermissions(s.rights())}, true
		return nil
	})
	return out, found, err
}

// touch notes that the session is used. A full disk must not lock out people
// who only read, hence Unavailable is let through.
func (s *Service) touch(ctx context.Context, key string, v Session, address string, now time.Time) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE auth_session SET seen_at = ?, address = ? WHERE id = ? AND seen_at < ?",
			store.Micros(now), address, v.ID, store.Micros(now))
		tx.AfterCommit(func() { s.cache.drop(key) })
		return err
	})
	if errs.KindOf(err) == errs.Unavailable {
		return nil
	}
	return err
}
