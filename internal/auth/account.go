package auth

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Account is a person who can log in. One person, one account (PLT-01).
type Account struct {
	ID           int64
	Login        string // folded to lower case
	Name         string
	Phone        string // digits; show it masked
	Active       bool
	Lang         text.Lang
	Theme        string // "" follows the device, "light", "dark"
	HasPassword  bool   // false until the one-time link was used
	SecondFactor bool
	Created      time.Time
	Grants       []Grant
	LastSeen     time.Time // of any session still known; zero: never

	hash     string
	totp     []byte
	totpStep int64
}

// NewAccount is what is needed to make an account.
type NewAccount struct {
	Login  string
	Name   string
	Phone  string
	Lang   text.Lang
	Grants []Grant
	// Password may be given by the system only (demo, import); people set
	// their own through a one-time link.
	Password string
}

var loginWord = regexp.MustCompile(`^[a-z0-9\p{Han}][a-z0-9._\-\p{Han}]{1,31}$`)

// foldLogin is the form a login name is stored and compared in.
func foldLogin(s string) string { return strings.ToLower(text.Narrow(text.Clean(s))) }

func (n *NewAccount) clean() error {
	n.Login, n.Name, n.Phone = foldLogin(n.Login), text.Clean(n.Name), text.Digits(n.Phone)
	n.Lang = text.Parse(string(n.Lang))
	var f errs.Fields
	if !loginWord.MatchString(n.Login) {
		f.Add("login", "auth.login.form", "登录名用 2–32 个字母、数字、汉字或 . _ -，例如 wangli。",
			"A login name has 2–32 letters, digits, Chinese characters or . _ -, for example wangli.")
	}
	if c := utf8.RuneCountInString(n.Name); c < 1 || c > 40 {
		f.Add("name", "auth.name.form", "请填姓名，最多 40 个字。", "Enter the name, at most 40 characters.")
	}
	if n.Phone != "" && (len(n.Phone) < 5 || len(n.Phone) > 15) {
		f.Add("phone", "auth.phone.form", "电话要 5–15 位数字，不填也可以。", "A phone number has 5–15 digits; it may stay empty.")
	}
	return f.Err("auth.account.invalid")
}

// CreateAccount makes an account with its grants. Company-wide PermManage;
// nobody gives away more than they hold. The person sets a password through
// the link of IssueLink. Conflict when the login name is taken.
func (s *Service) CreateAccount(ctx context.Context, actor Actor, n NewAccount) (Account, error) {
	if err := actor.Need(PermManage, 0); err != nil {
		return Account{}, err
	}
	if err := n.clean(); err != nil {
		return Account{}, err
	}
	hash := ""
	if n.Password != "" {
		if !actor.IsSystem() {
			return Account{}, errs.New(errs.Forbidden, "auth.password.foreign", "别人的密码不能由您设，请发一次性链接。",
				"You cannot set another person's password; send a one-time link.")
		}
		if err := s.checkPassword(n.Password, n.Login, n.Name, n.Phone); err != nil {
			return Account{}, err
		}
		var err error
		if hash, err = s.hash(ctx, n.Password); err != nil {
			return Account{}, err
		}
	}
	var made Account
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.needFresh(ctx, tx, actor); err != nil {
			return err
		}
		var err error
		made, err = s.createAccount(ctx, tx, actor, n, hash)
		return err
	})
	return made, err
}

func (s *Service) createAccount(ctx context.Context, tx *store.Tx, actor Actor, n NewAccount, hash string) (Account, error) {
	now := s.clock.Now()
	a := Account{
		ID: tx.NewID(), Login: n.Login, Name: n.Name, Phone: n.Phone, Active: true, Lang: n.Lang,
		Created: now, HasPassword: hash != "", hash: hash,
	}
	_, err := tx.Exec(ctx, `INSERT INTO auth_account (id, login, name, phone, active, lang, theme, password, password_at, totp, totp_on, totp_step, created_at, created_by)
		VALUES (?, ?, ?, ?, 1, ?, '', ?, ?, NULL, 0, 0, ?, ?)`,
		a.ID, a.Login, a.Name, a.Phone, string(a.Lang), hash, store.Micros(now), store.Micros(now), actor.Account)
	if store.IsDuplicate(err) {
		return a, errs.New(errs.Conflict, "auth.login.taken", "这个登录名已经有人用了。", "This login name is taken.").
			Field("login", "auth.login.taken", "已经有人用了，请换一个。", "Taken; choose another.")
	}
	if err != nil {
		return a, err
	}
	if err := s.record(ctx, tx, Change{Actor: actor, Action: "auth.account.create", Account: a.ID}); err != nil {
		return a, err
	}
	for _, g := range n.Grants {
		if err := s.grant(ctx, tx, actor, a.ID, g); err != nil {
			return a, err
		}
		a.Grants = append(a.Grants, g)
	}
	return a, nil
}

// Preferences are what a person chooses for themselves.
type Preferences struct {
	Name  string
	Phone string
	Lang  text.Lang
	Theme string
}

// SetPreferences changes the actor's own name, phone, language and theme.
func (s *Service) SetPreferences(ctx context.Context, actor Actor, p Preferences) error {
	if err := actor.Need(LoggedIn, 0); err != nil {
		return err
	}
	n := NewAccount{Login: "self", Name: p.Name, Phone: p.Phone, Lang: p.Lang}
	if err := n.clean(); err != nil {
		return err
	}
	if p.Theme != "light" && p.Theme != "dark" {
		p.Theme = ""
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE auth_account SET name = ?, phone = ?, lang = ?, theme = ? WHERE id = ?",
			n.Name, n.Phone, string(n.Lang), p.Theme, actor.Account); err != nil {
			return err
		}
		tx.AfterCommit(s.cache.clear)
		return s.record(ctx, tx, Change{Actor: actor, Action: "auth.account.preferences", Account: actor.Account})
	})
}

// SetLang keeps the language chosen under the person's name; web's SaveLang.
func (s *Service) SetLang(ctx context.Context, actor Actor, lang text.Lang) error {
	if err := actor.Need(LoggedIn, 0); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		tx.AfterCommit(s.cache.clear)
		_, err := tx.Exec(ctx, "UPDATE auth_account SET lang = ? WHERE id = ?", string(text.Parse(string(lang))), actor.Account)
		return err
	})
}

// SetActive disables an account, whose sessions and links end at once, or
// enables it again. Company-wide PermManage. Nobody disables themselves, and
// the last administrator stays.
func (s *Service) SetActive(ctx context.Context, actor Actor, account int64, active bool) error {
	if err := actor.Need(PermManage, 0); err != nil {
		return err
	}
	if account == actor.Account && !active {
		return errs.New(errs.Invalid, "auth.account.self", "不能停用自己的账号，请另一位管理员来做。",
			"You cannot disable your own account; ask another administrator.")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.needFresh(ctx, tx, actor); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "UPDATE auth_account SET active = ? WHERE id = ?", store.Bool(active), account)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoAccount()
		}
		action := "auth.account.enable"
		if !active {
			action = "auth.account.disable"
			if err := s.needAdmin(ctx, tx); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "DELETE FROM auth_link WHERE account_id = ? AND used_at = 0", account); err != nil {
				return err
			}
			if err := s.endSessions(ctx, tx, account, 0); err != nil {
				return err
			}
		}
		tx.AfterCommit(s.cache.clear)
		return s.record(ctx, tx, Change{Actor: actor, Action: action, Account: account})
	})
}

// ChangePassword replaces the actor's password after checking the present one.
// All other sessions end; the returned outcome carries the new token of this
// one.
func (s *Service) ChangePassword(ctx context.Context, actor Actor, present, fresh string) (Outcome, error) {
	if err := actor.Need(LoggedIn, 0); err != nil {
		return Outcome{}, err
	}
	a, err := s.verifyOwn(ctx, actor, present, "present")
	if err != nil {
		return Outcome{}, err
	}
	if err := s.checkPassword(fresh, a.Login, a.Name, a.Phone); err != nil {
		return Outcome{}, err
	}
	hash, err := s.hash(ctx, fresh)
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		// The hash verified above must still be the one stored: two changes at
		// one moment cannot both win.
		n, err := tx.Exec(ctx, "UPDATE auth_account SET password = ?, password_at = ? WHERE id = ? AND password = ?",
			hash, store.Micros(s.clock.Now()), a.ID, a.hash)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "auth.password.raced", "密码刚刚在别处改过，这次没有改动。", "The password was changed elsewhere a moment ago; nothing was changed now.")
		}
		if err := s.endSessions(ctx, tx, a.ID, actor.Session); err != nil {
			return err
		}
		if out, err = s.rotate(ctx, tx, actor.Session, StageFull); err != nil {
			return err
		}
		return s.record(ctx, tx, Change{Actor: actor, Action: "auth.password.change", Account: a.ID})
	})
	return out, err
}

// verifyOwn checks the actor's own password, bounded in tries.
func (s *Service) verifyOwn(ctx context.Context, actor Actor, password, field string) (Account, error) {
	a, err := s.account(ctx, actor.Account)
	if err != nil {
		return a, err
	}
	b := confirmTries(a.ID)
	if err := s.take(ctx, b); err != nil {
		return a, err
	}
	ok, err := s.matches(ctx, password, a.hash)
	if err != nil {
		return a, err
	}
	if !ok {
		return a, errs.New(errs.Invalid, "auth.password.wrong", "现在的密码不对，没有改动。", "The present password is wrong; nothing was changed.").
			Field(field, "auth.password.wrong", "密码不对，请再输入一次。", "Wrong password; enter it again.")
	}
	return a, s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return s.giveBack(ctx, tx, b) })
}

func errNoAccount() error {
	return errs.New(errs.NotFound, "auth.account.none", "没有这个账号，可能已经改过，请刷新列表。", "No such account; reload the list.")
}
