package auth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"guanjia/internal/auth"
)

func request(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://guanjia.test/", nil)
	r.RemoteAddr = "10.0.0.1:5555"
	r.AddCookie(&http.Cookie{Name: "gj_session", Value: token})
	return r
}

func (h *house) resolve(token string) auth.Actor {
	h.t.Helper()
	a, ok, err := h.Resolve(h.t.Context(), request(token))
	if err != nil || !ok {
		h.t.Fatalf("the session does not resolve: %v", err)
	}
	return a
}

func (h *house) noSession(token string) {
	h.t.Helper()
	if _, ok, err := h.Resolve(h.t.Context(), request(token)); ok || err != nil {
		h.t.Fatalf("session resolves (%v) or fails (%v), want none", ok, err)
	}
}

// proves PLT-01: a token from before the log-in never becomes a session
func TestFixation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("wangli")
		planted := strings.Repeat("A", 43)
		out := h.enter("wangli", auth.Client{Address: "10.0.0.1", Token: planted, Known: "planted"})
		if out.Token == planted || out.Known == "planted" {
			t.Fatal("a planted cookie was taken over")
		}
		h.noSession(planted)
		again := h.enter("wangli", auth.Client{Address: "10.0.0.1", Token: out.Token})
		if again.Token == out.Token {
			t.Fatal("log-in did not rotate the token")
		}
		h.noSession(out.Token) // the one carried in ended
		h.resolve(again.Token)
	})
}

// proves PLT-01: confirmation and password change rotate; other sessions end
func TestRotation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("wangli")
		one, two := h.enter("wangli", from("10.0.0.1")), h.enter("wangli", from("10.0.0.2"))
		a := h.resolve(one.Token)
		confirmed, err := h.Confirm(t.Context(), a, good)
		if err != nil {
			t.Fatal(err)
		}
		h.noSession(one.Token)
		a = h.resolve(confirmed.Token)
		_, err = h.ChangePassword(t.Context(), a, "not-the-password", "另一句足够长的话")
		wantCode(t, err, "auth.password.wrong")
		h.resolve(two.Token)
		changed, err := h.ChangePassword(t.Context(), a, good, "另一句足够长的话")
		if err != nil {
			t.Fatal(err)
		}
		h.noSession(confirmed.Token)
		h.noSession(two.Token)
		h.resolve(changed.Token)
		_, err = h.Login(t.Context(), "wangli", good, from("10.0.0.1"))
		wantCode(t, err, "auth.login.wrong")
	})
}

// proves PLT-01: sessions end when unused and at their absolute end
func TestTimeouts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("wangli")
		idle := h.enter("wangli", from("10.0.0.1"))
		h.clock.Add(7 * time.Hour)
		h.resolve(idle.Token)
		h.clock.Add(7 * time.Hour)
		h.resolve(idle.Token) // used in between
		h.clock.Add(8 * time.Hour)
		h.noSession(idle.Token)
		long := h.enter("wangli", from("10.0.0.1"))
		for range 71 {
			h.clock.Add(time.Hour)
			h.resolve(long.Token)
		}
		h.clock.Add(time.Hour)
		h.noSession(long.Token)
		if err := h.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// proves PLT-01: sessions are seen and ended, one's own and others'
func TestSessionsSeenAndEnded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		a := h.add("wangli")
		h.add("boss", auth.Grant{Role: "admin"})
		h.add("other", auth.Grant{Project: 7, Role: "desk"})
		one, two := h.enter("wangli", from("10.0.0.1")), h.enter("wangli", from("10.0.0.2"))
		me := h.resolve(one.Token)
		list, err := h.Sessions(t.Context(), me, a.ID)
		if err != nil || len(list) != 2 || list[0].Device != "Chrome" {
			t.Fatalf("sessions %+v, %v", list, err)
		}
		other := h.resolve(h.enter("other", from("10.0.0.3")).Token)
		_, err = h.Sessions(t.Context(), other, a.ID)
		wantCode(t, err, "auth.right.missing")
		wantCode(t, h.EndSession(t.Context(), other, a.ID, two.Session), "auth.right.missing")
		// another's session cannot be ended by naming it as one's own
		if err := h.EndSession(t.Context(), other, other.Account, two.Session); err != nil {
			t.Fatal(err)
		}
		h.resolve(two.Token)
		if err := h.EndSession(t.Context(), me, a.ID, two.Session); err != nil {
			t.Fatal(err)
		}
		h.noSession(two.Token)
		boss := h.resolve(h.enter("boss", from("10.0.0.9")).Token)
		if err := h.EndSession(t.Context(), boss, a.ID, 0); err != nil {
			t.Fatal(err)
		}
		h.noSession(one.Token)
		h.resolve(h.enter("boss", from("10.0.0.9")).Token)
	})
}

// proves PLT-01, PLT-03: a restored backup lets nobody in who had been put out
func TestRestoredEndsSessions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		a := h.add("wangli")
		out := h.enter("wangli", from("10.0.0.1"))
		h.resolve(out.Token)
		link, err := h.IssueLink(t.Context(), auth.System, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Restored(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.noSession(out.Token)
		_, err = h.FindLink(t.Context(), link)
		wantCode(t, err, "auth.link.gone")
		h.enter("wangli", from("10.0.0.1"))
	})
}

// proves PLT-01: cookies cannot be read by scripts nor travel in the clear
func TestCookies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for name, tls := range map[string]bool{"plain": false, "tls": true} {
			url := "http://guanjia.test/"
			if tls {
				url = "https://guanjia.test/"
			}
			w := httptest.NewRecorder()
			h.SetCookies(w, httptest.NewRequest(http.MethodGet, url, nil), auth.Outcome{Token: "t", Known: "k"})
			for _, c := range w.Result().Cookies() {
				if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("%s: cookie %+v", name, c)
				}
				if c.Secure != tls || strings.HasPrefix(c.Name, "__Host-") != tls {
					t.Errorf("%s: cookie %s secure=%v", name, c.Name, c.Secure)
				}
			}
		}
	})
}
