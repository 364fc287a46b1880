package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// totpPeriod is the life of one code; one period before and after is accepted.
const totpPeriod = 30 * time.Second

// recoveryCodes is how many one-time codes replace a lost authenticator.
const recoveryCodes = 10

// Enrolment is a second factor being set up: show URL as a QR code and Secret
// as text, once.
type Enrolment struct {
	URL    string // otpauth://totp/…
	Secret string // base32
}

func bound(account int64) string { return "auth.totp:" + itoa(account) }

// holder is whose second factor is concerned: a logged-in actor, or the
// half-finished log-in (StageEnrol) of the client's token.
func (s *Service) holder(ctx context.Context, tx *store.Tx, actor Actor, c Client) (Account, int64, error) {
	if actor.Account != 0 {
		if err := s.needFresh(ctx, tx, actor); err != nil {
			return Account{}, 0, err
		}
		a, err := s.accountTx(ctx, tx, actor.Account)
		return a, actor.Session, err
	}
	v, a, err := s.pending(ctx, tx, c.Token, StageEnrol)
	return a, v.ID, err
}

// BeginEnrol makes a new secret for the actor, or for the half-finished log-in
// of c when actor is a visitor. It takes effect with FinishEnrol.
func (s *Service) BeginEnrol(ctx context.Context, actor Actor, c Client) (Enrolment, error) {
	var e Enrolment
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, _, err := s.holder(ctx, tx, actor, c)
		if err != nil {
			return err
		}
		if a.SecondFactor {
			return errs.New(errs.Conflict, "auth.totp.on", "动态口令已经在用。换手机的话，请先停用再重新设置。",
				"The second factor is already in use. To change phones, switch it off first and set it up again.")
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: s.opt.Issuer, AccountName: a.Login, Period: uint(totpPeriod.Seconds())})
		if err != nil {
			return err
		}
		sealed, err := s.sealer.Seal(bound(a.ID), []byte(key.Secret()))
		if err != nil {
			return err
		}
		e = Enrolment{URL: key.URL(), Secret: key.Secret()}
		_, err = tx.Exec(ctx, "UPDATE auth_account SET totp = ?, totp_on = 0, totp_step = 0 WHERE id = ?", sealed, a.ID)
		return err
	})
	return e, err
}

// FinishEnrol switches the second factor on with the first code and returns
// the recovery codes, shown once. The session gets a new token and, if it was
// half-finished, is in.
func (s *Service) FinishEnrol(ctx context.Context, actor Actor, c Client, code string) ([]string, Outcome, error) {
	var account Account
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		account, _, err = s.holder(ctx, tx, actor, c)
		return err
	})
	if err != nil {
		return nil, Outcome{}, err
	}
	if err := s.take(ctx, codeTries(account.ID)); err != nil {
		return nil, Outcome{}, err
	}
	var codes []string
	var out Outcome
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, session, err := s.holder(ctx, tx, actor, c)
		if err != nil {
			return err
		}
		step, ok, err := s.codeStep(a, code)
		if err != nil {
			return err
		}
		if !ok || a.SecondFactor {
			return errCode()
		}
		if _, err := tx.Exec(ctx, "UPDATE auth_account SET totp_on = 1, totp_step = ? WHERE id = ?", step, a.ID); err != nil {
			return err
		}
		if codes, err = s.newRecovery(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := s.giveBack(ctx, tx, codeTries(a.ID)); err != nil {
			return err
		}
		if err := s.record(ctx, tx, Change{Actor: actorOr(actor, a, c), Action: "auth.totp.enable", Account: a.ID}); err != nil {
			return err
		}
		if actor.Account != 0 {
			if err := s.endSessions(ctx, tx, a.ID, session); err != nil {
				return err
			}
			out, err = s.rotate(ctx, tx, session, StageFull)
			return err
		}
		out, err = s.enter(ctx, tx, a, StageFull, c)
		return err
	})
	return codes, out, err
}

func actorOr(actor Actor, a Account, c Client) Actor {
	if actor.Account != 0 {
		return actor
	}
	return Actor{Account: a.ID, Login: a.Login, Name: a.Name, Address: c.Address}
}

// EnterCode finishes a log-in in StageCode with a code of the authenticator or
// a recovery code.
func (s *Service) EnterCode(ctx context.Context, code string, c Client) (Outcome, error) {
	var a Account
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		_, a, err = s.pending(ctx, tx, c.Token, StageCode)
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	if err := s.take(ctx, codeTries(a.ID)); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	var wrong bool
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, a, err = s.pending(ctx, tx, c.Token, StageCode); err != nil {
			return err
		}
		ok, err := s.useCode(ctx, tx, a, code)
		if err != nil {
			return err
		}
		if !ok {
			wrong = true
			return s.record(ctx, tx, Change{Actor: visitor(c), Action: "auth.totp.fail", Account: a.ID})
		}
		if err := s.giveBack(ctx, tx, codeTries(a.ID)); err != nil {
			return err
		}
		out, err = s.enter(ctx, tx, a, StageFull, c)
		return err
	})
	if err == nil && wrong {
		err = errCode()
	}
	return out, err
}

// useCode accepts a code once: the period it belongs to is remembered, a
// recovery code is struck off.
func (s *Service) useCode(ctx context.Context, tx *store.Tx, a Account, code string) (bool, error) {
	step, ok, err := s.codeStep(a, code)
	if err != nil {
		return false, err
	}
	if ok {
		n, err := tx.Exec(ctx, "UPDATE auth_account SET totp_step = ? WHERE id = ? AND totp_step < ?", step, a.ID, step)
		return n == 1, err
	}
	n, err := tx.Exec(ctx, "UPDATE auth_recovery SET used_at = ? WHERE account_id = ? AND digest = ? AND used_at = 0",
		store.Micros(s.clock.Now()), a.ID, s.recoveryDigest(a.ID, code))
	return n == 1, err
}

// codeStep finds the period a code belongs to (RFC 6238), later than any used.
func (s *Service) codeStep(a Account, code string) (int64, bool, error) {
	code = text.Digits(code)
	if len(code) != 6 || len(a.totp) == 0 {
		return 0, false, nil
	}
	secret, err := s.sealer.Open(bound(a.ID), a.totp)
	if err != nil {
		return 0, false, err
	}
	now := s.clock.Now()
	for _, off := range []int64{0, -1, 1} {
		at := now.Add(time.Duration(off) * totpPeriod)
		want, err := totp.GenerateCodeCustom(string(secret), at, totp.ValidateOpts{
			Period: uint(totpPeriod.Seconds()), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
		})
		if err != nil {
			return 0, false, err
		}
		step := at.Unix() / int64(totpPeriod.Seconds())
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > a.totpStep {
			return step, true, nil
		}
	}
	return 0, false, nil
}

// DisableTOTP switches the actor's own second factor off after its password.
// Refused while a role of theirs asks for one.
func (s *Service) DisableTOTP(ctx context.Context, actor Actor, password string) (Outcome, error) {
	if err := actor.Need(LoggedIn, 0); err != nil {
		return Outcome{}, err
	}
	a, err := s.verifyOwn(ctx, actor, password, "password")
	if err != nil {
		return Outcome{}, err
	}
	a.SecondFactor = false
	if s.stageFor(a) == StageEnrol {
		return Outcome{}, errs.New(errs.Forbidden, "auth.totp.required", "您的岗位管钱或管账号，必须用动态口令，没有停用。换手机请管理员重置。",
			"Your role handles money or accounts and needs the second factor; it stays on. To change phones ask an administrator to reset it.")
	}
	var out Outcome
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.dropTOTP(ctx, tx, a.ID); err != nil {
			return err
		}
		if out, err = s.rotate(ctx, tx, actor.Session, StageFull); err != nil {
			return err
		}
		return s.record(ctx, tx, Change{Actor: actor, Action: "auth.totp.disable", Account: a.ID})
	})
	return out, err
}

// ResetTOTP removes the second factor of somebody who lost it and ends their
// sessions. Company-wide PermManage.
func (s *Service) ResetTOTP(ctx context.Context, actor Actor, account int64) error {
	if err := actor.Need(PermManage, 0); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.needFresh(ctx, tx, actor); err != nil {
			return err
		}
		if err := s.dropTOTP(ctx, tx, account); err != nil {
			return err
		}
		if err := s.endSessions(ctx, tx, account, actor.Session); err != nil {
			return err
		}
		return s.record(ctx, tx, Change{Actor: actor, Action: "auth.totp.reset", Account: account})
	})
}

func (s *Service) dropTOTP(ctx context.Context, tx *store.Tx, account int64) error {
	if _, err := tx.Exec(ctx, "UPDATE auth_account SET totp = NULL, totp_on = 0, totp_step = 0 WHERE id = ?", account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM auth_recovery WHERE account_id = ?", account)
	return err
}

// newRecovery replaces the recovery codes: 80 random bits each, stored as
// keyed digests.
func (s *Service) newRecovery(ctx context.Context, tx *store.Tx, account int64) ([]string, error) {
	if _, err := tx.Exec(ctx, "DELETE FROM auth_recovery WHERE account_id = ?", account); err != nil {
		return nil, err
	}
	var codes []string
	for range recoveryCodes {
		var b [10]byte
		if _, err := rand.Read(b[:]); err != nil {
			return nil, err
		}
		c := strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
		code := c[:4] + "-" + c[4:8] + "-" + c[8:12] + "-" + c[12:]
		codes = append(codes, code)
		if _, err := tx.Exec(ctx, "INSERT INTO auth_recovery (account_id, digest, used_at) VALUES (?, ?, 0)", account, s.recoveryDigest(account, code)); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

func (s *Service) recoveryDigest(account int64, code string) string {
	code = strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(text.Narrow(code)))
	return s.sealer.Digest("auth.recovery", itoa(account)+":"+code)
}

// RecoveryLeft counts the actor's unused recovery codes.
func (s *Service) RecoveryLeft(ctx context.Context, actor Actor) (int, error) {
	var n int64
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		n, err = store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM auth_recovery WHERE account_id = ? AND used_at = 0", actor.Account)
		return err
	})
	return int(n), err
}

func errCode() error {
	return errs.New(errs.Invalid, "auth.code.wrong", "口令不对或已经用过。请等手机上换出下一个再输入。", "The code is wrong or was used already. Wait for the next one and enter that.").
		Field("code", "auth.code.wrong", "请输入手机上现在显示的 6 位数字。", "Enter the 6 digits your phone shows now.")
}
