package auth_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
	"guanjia/internal/text"
	"guanjia/internal/vault"
)

// trail keeps what the room reports.
type trail struct {
	mu   sync.Mutex
	list []auth.Change
}

func (t *trail) RecordAuth(_ context.Context, _ *store.Tx, c auth.Change) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, c)
	return nil
}

func (t *trail) count(action string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, c := range t.list {
		if c.Action == action {
			n++
		}
	}
	return n
}

// house is the room with a small handbook.
type house struct {
	*auth.Service
	t     *testing.T
	db    *store.DB
	clock *calendar.Manual
	trail *trail
	keys  *vault.Keys
}

const good = "绿萝爬满了三楼窗台"

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	storetest.Each(t, []store.Migrations{auth.Migrations()}, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		keys, err := vault.NewKeys()
		if err != nil {
			t.Fatal(err)
		}
		tr := &trail{}
		s, err := auth.New(auth.Options{
			DB: db, Sealer: keys, Trail: tr, Clock: clock, AdminRole: "admin",
			Hash: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32},
			Roles: func() []auth.Role {
				return []auth.Role{
					{Name: "admin", Title: text.B("管理员", "Administrator"), Permissions: []string{auth.PermView, auth.PermManage, "desk.call.take", "ledger.pay.take"}},
					{Name: "lead", Title: text.B("主管", "Supervisor"), Permissions: []string{auth.PermView, auth.PermManage, "desk.call.take"}},
					{Name: "desk", Title: text.B("前台", "Front desk"), Permissions: []string{"desk.call.take"}},
					{Name: "cashier", Title: text.B("收费", "Cashier"), Permissions: []string{"ledger.pay.take"}, SecondFactor: true},
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		fn(t, &house{Service: s, t: t, db: db, clock: clock, trail: tr, keys: keys})
	})
}

// add makes an account with a password.
func (h *house) add(login string, grants ...auth.Grant) auth.Account {
	h.t.Helper()
	a, err := h.CreateAccount(h.t.Context(), auth.System, auth.NewAccount{Login: login, Name: "王丽", Password: good, Grants: grants})
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

func from(address string) auth.Client { return auth.Client{Address: address, Device: "Chrome"} }

func (h *house) enter(login string, c auth.Client) auth.Outcome {
	h.t.Helper()
	out, err := h.Login(h.t.Context(), login, good, c)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Fatalf("got error %v, want code %q", err, code)
	}
}

// proves PLT-01: own account, password, log-in and out
func TestLoginAndOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("wangli", auth.Grant{Project: 7, Role: "desk"})
		const another = "另一个人自己的一句话"
		if _, err := h.CreateAccount(t.Context(), auth.System, auth.NewAccount{Login: "zhaomin", Name: "赵敏", Password: another}); err != nil {
			t.Fatal(err)
		}
		for login, wrong := range map[string]string{"wangli": another, "zhaomin": good} { // one's own, nobody else's
			_, err := h.Login(t.Context(), login, wrong, from("10.0.0.1"))
			wantCode(t, err, "auth.login.wrong")
		}
		_, err := h.CreateAccount(t.Context(), auth.System, auth.NewAccount{Login: "WANGLI", Name: "王莉", Password: another})
		wantCode(t, err, "auth.login.taken")
		out := h.enter(" ＷangLi ", from("10.0.0.1"))
		if out.Stage != auth.StageFull {
			t.Fatalf("stage %q", out.Stage)
		}
		a := h.resolve(out.Token)
		if !a.May("desk.call.take", 7) || a.May("desk.call.take", 8) || a.May(auth.PermManage, 7) {
			t.Fatalf("rights of the role are wrong: %+v", a)
		}
		if err := h.Logout(t.Context(), a, out.Token); err != nil {
			t.Fatal(err)
		}
		h.noSession(out.Token)
	})
}

// proves PLT-01: one answer to every wrong log-in
func TestUnknownAndWrongLookAlike(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("wangli")
		off := h.add("gone")
		h.add("boss", auth.Grant{Role: "admin"})
		if err := h.SetActive(t.Context(), auth.System, off.ID, false); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, try := range [][2]string{{"wangli", "wrong-password"}, {"nobody", "wrong-password"}, {"gone", good}, {"", ""}} {
			_, err := h.Login(t.Context(), try[0], try[1], from("10.0.0.2"))
			wantCode(t, err, "auth.login.wrong")
			texts = append(texts, err.Error())
		}
		for _, s := range texts[1:] {
			if s != texts[0] {
				t.Fatalf("answers differ: %q and %q", s, texts[0])
			}
		}
	})
}

// proves PLT-01: guessing is bounded and cannot lock the holder out
func TestGuessing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("wangli")
		mine := from("10.0.0.1")
		mine.Known = h.enter("wangli", mine).Known
		began, tries := h.clock.Now(), map[string]int{}
		for i := range 400 {
			for _, login := range []string{"wangli", "nobody"} {
				_, err := h.Login(t.Context(), login, "guess-number-x", from(fmt.Sprintf("192.0.2.%d", i%100)))
				switch errs.CodeOf(err) {
				case "auth.login.wrong":
					tries[login]++
				case "auth.try.wait":
				default:
					t.Fatal(err)
				}
			}
			h.clock.Set(began.Add(time.Duration(i) * 15 * time.Minute / 400))
		}
		if tries["wangli"] > 10 || tries["wangli"] < 5 || tries["nobody"] != tries["wangli"] {
			t.Fatalf("tries let through in 15 minutes: %v, want 5 to 10 and equal", tries)
		}
		h.enter("wangli", mine)             // on the usual device
		h.enter("wangli", from("10.0.0.1")) // at the usual address
		// a stolen device cookie for another account helps nothing
		_, err := h.Login(t.Context(), "nobody", "x", auth.Client{Address: "192.0.2.9", Known: mine.Known})
		wantCode(t, err, "auth.try.wait")
	})
}

// proves PLT-01: guesses made side by side are counted too
func TestGuessingInParallel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("wangli")
		var mu sync.Mutex
		through := 0
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				_, err := h.Login(t.Context(), "wangli", "guess-number-x", from("192.0.2.1"))
				mu.Lock()
				defer mu.Unlock()
				if errs.CodeOf(err) == "auth.login.wrong" {
					through++
				}
			})
		}
		wg.Wait()
		if through != 5 {
			t.Fatalf("%d of 32 guesses got through, want 5", through)
		}
	})
}

// proves PLT-01: weak passwords are refused
func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for name, password := range map[string]string{
			"short": "a7K#x", "top": "password", "mixed case": "PassWord1", "repeated": "abababab",
			"run": "abcdefgh", "run down": "87654321", "birthday": "19800101", "own": "wangli99", "own phone": "13800001111",
		} {
			_, err := h.CreateAccount(t.Context(), auth.System, auth.NewAccount{Login: "wangli", Name: "王丽", Phone: "13800001111", Password: password})
			if errs.CodeOf(err) != "auth.password.invalid" {
				t.Errorf("%s: %q gave %v", name, password, err)
			}
		}
		h.add("wangli") // a sentence passes
	})
}

// proves PLT-01: a disabled account is out at once, links included
func TestDisabledAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		a := h.add("wangli")
		h.add("boss", auth.Grant{Role: "admin"})
		boss := h.resolve(h.enter("boss", from("10.0.0.9")).Token)
		link, err := h.IssueLink(t.Context(), boss, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		out := h.enter("wangli", from("10.0.0.1"))
		h.resolve(out.Token)
		if err := h.SetActive(t.Context(), boss, a.ID, false); err != nil {
			t.Fatal(err)
		}
		h.noSession(out.Token)
		_, err = h.FindLink(t.Context(), link)
		wantCode(t, err, "auth.link.gone")
		wantCode(t, h.SetActive(t.Context(), boss, boss.Account, false), "auth.account.self")
	})
}
