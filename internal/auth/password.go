package auth

import (
	"context"
	"runtime/debug"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"guanjia/internal/errs"
	"guanjia/internal/text"
	"guanjia/third_party/passwords"
)

// maxPassword bounds the work of hashing a hostile input, in bytes.
const maxPassword = 256

// checkPassword refuses what is too short or too easily guessed (ASVS 6.2.1,
// 6.2.4). It asks neither for kinds of characters nor for periodic change.
func (s *Service) checkPassword(password, login, name, phone string) error {
	var f errs.Fields
	low := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < s.opt.MinPassword:
		m := text.F("至少 %d 个字符，可以用一句话。", "At least %d characters; a sentence is fine.", s.opt.MinPassword)
		f.Add("password", "auth.password.short", m.ZH, m.EN)
	case len(password) > maxPassword:
		f.Add("password", "auth.password.long", "太长了，请控制在 80 个字以内。", "Too long: keep it within 256 bytes.")
	case passwords.Common(password) || easy(low):
		f.Add("password", "auth.password.common",
			"这个密码太常见，容易被猜中。请换一个，例如一句只有您知道的话。",
			"This password is too common and easily guessed. Use another, such as a sentence only you know.")
	case within(low, strings.ToLower(login)) || within(low, strings.ToLower(name)) || within(low, phone):
		f.Add("password", "auth.password.own",
			"密码里有您的登录名、姓名或电话，容易被猜中，请换一个。",
			"The password contains your login name, name or phone and is easily guessed; use another.")
	}
	return f.Err("auth.password.invalid")
}

// within reports whether part makes up most of password.
func within(password, part string) bool {
	return utf8.RuneCountInString(part) >= 2 && strings.Contains(password, part) &&
		utf8.RuneCountInString(password)-utf8.RuneCountInString(part) < 6
}

// easy finds what lists cannot enumerate: one character or a short group
// repeated, a run (12345678, abcdefgh), a birthday or phone number alone.
func easy(p string) bool {
	r := []rune(p)
	for size := 1; size <= 4 && size*2 <= len(r); size++ {
		same := true
		for i := size; i < len(r); i++ {
			if r[i] != r[i-size] {
				same = false
				break
			}
		}
		if same {
			return true
		}
	}
	up, down, digits := true, true, true
	for i, c := range r {
		digits = digits && unicode.IsDigit(c)
		if i > 0 {
			up = up && c == r[i-1]+1
			down = down && c == r[i-1]-1
		}
	}
	return up || down || digits && len(r) <= 11
}

// hash computes the argon2id hash; at most Options.HashParallel at a time.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	if err := s.acquire(ctx); err != nil {
		return "", err
	}
	defer s.release()
	return argon2id.CreateHash(password, s.opt.Hash)
}

// matches compares in constant time; an empty hash (no password yet, no such
// account) costs the same and never matches.
func (s *Service) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := s.acquire(ctx); err != nil {
		return false, err
	}
	defer s.release()
	none := hash == ""
	if none {
		hash = s.dummy
	}
	if len(password) > maxPassword {
		password, none = password[:maxPassword], true
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok && !none, err
}

func (s *Service) acquire(ctx context.Context) error {
	select {
	case s.hashes <- struct{}{}:
		return nil
	case <-ctx.Done():
		return errs.New(errs.Unavailable, "auth.busy",
			"现在登录的人很多，请稍等几秒再试。", "Many people are logging in right now; try again in a few seconds.").Wrap(ctx.Err())
	}
}

// idleAfter is how long after the last hash its memory goes back.
const idleAfter = 3 * time.Second

func (s *Service) release() {
	<-s.hashes
	s.tidyLater()
}

// tidyLater gives memory back to the system once a burst of log-ins is over: a
// hash leaves 19 MiB behind that the runtime would keep for minutes.
func (s *Service) tidyLater() {
	s.tidyOnce.Do(func() { s.tidy = time.AfterFunc(idleAfter, debug.FreeOSMemory) })
	s.tidy.Reset(idleAfter)
}
