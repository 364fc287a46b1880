package auth_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"guanjia/internal/auth"
)

func (h *house) code(secret string, at time.Time) string {
	h.t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// proves PLT-01: second factor from set-up to log-in, on the clock of RFC 6238
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.clock.Set(time.Unix(1111111109, 0)) // a time of RFC 6238's table
		h.add("wangli")
		me := h.resolve(h.enter("wangli", from("10.0.0.1")).Token)
		e, err := h.BeginEnrol(t.Context(), me, auth.Client{})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(e.URL)
		if err != nil || u.Query().Get("secret") != e.Secret || u.Query().Get("issuer") != "管家" {
			t.Fatalf("url %s, %v", e.URL, err)
		}
		_, _, err = h.FinishEnrol(t.Context(), me, auth.Client{}, "000000")
		wantCode(t, err, "auth.code.wrong")
		recovery, out, err := h.FinishEnrol(t.Context(), me, auth.Client{}, h.code(e.Secret, h.clock.Now()))
		if err != nil || len(recovery) != 10 {
			t.Fatalf("%v, %v", recovery, err)
		}
		h.resolve(out.Token)

		half := h.enter("wangli", from("10.0.0.1"))
		if half.Stage != auth.StageCode {
			t.Fatalf("stage %q", half.Stage)
		}
		h.noSession(half.Token)
		c := auth.Client{Address: "10.0.0.1", Token: half.Token}
		_, err = h.EnterCode(t.Context(), h.code(e.Secret, h.clock.Now()), c) // used for the set-up
		wantCode(t, err, "auth.code.wrong")
		_, err = h.EnterCode(t.Context(), h.code(e.Secret, h.clock.Now().Add(2*time.Minute)), c)
		wantCode(t, err, "auth.code.wrong")
		h.clock.Add(30 * time.Second)
		in, err := h.EnterCode(t.Context(), h.code(e.Secret, h.clock.Now()), c)
		if err != nil {
			t.Fatal(err)
		}
		h.resolve(in.Token)
		h.noSession(half.Token)

		half = h.enter("wangli", from("10.0.0.1"))
		c.Token = half.Token
		if in, err = h.EnterCode(t.Context(), recovery[3], c); err != nil {
			t.Fatal(err)
		}
		h.resolve(in.Token)
		// a rotated key does not lock anybody out
		if _, err := h.keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(h.Reseal(t.Context()), h.keys.Retire()); err != nil {
			t.Fatal(err)
		}
		h.clock.Add(time.Minute)
		c.Token = h.enter("wangli", from("10.0.0.1")).Token
		if in, err = h.EnterCode(t.Context(), h.code(e.Secret, h.clock.Now()), c); err != nil {
			t.Fatal(err)
		}
		h.resolve(in.Token)
		half = h.enter("wangli", from("10.0.0.1"))
		c.Token = half.Token
		_, err = h.EnterCode(t.Context(), recovery[3], c)
		wantCode(t, err, "auth.code.wrong")
		left, err := h.RecoveryLeft(t.Context(), me)
		if err != nil || left != 9 {
			t.Fatalf("%d left, %v", left, err)
		}
		h.clock.Add(11 * time.Minute)
		_, err = h.EnterCode(t.Context(), h.code(e.Secret, h.clock.Now()), c)
		wantCode(t, err, "auth.session.over")
	})
}

// proves PLT-01: codes cannot be guessed
func TestCodeGuessing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("wangli")
		me := h.resolve(h.enter("wangli", from("10.0.0.1")).Token)
		e, err := h.BeginEnrol(t.Context(), me, auth.Client{})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = h.FinishEnrol(t.Context(), me, auth.Client{}, h.code(e.Secret, h.clock.Now())); err != nil {
			t.Fatal(err)
		}
		c := auth.Client{Address: "10.0.0.1", Token: h.enter("wangli", from("10.0.0.1")).Token}
		for range 5 {
			_, err = h.EnterCode(t.Context(), "12345", c)
			wantCode(t, err, "auth.code.wrong")
		}
		_, err = h.EnterCode(t.Context(), h.code(e.Secret, h.clock.Now().Add(30*time.Second)), c)
		wantCode(t, err, "auth.try.wait")
	})
}

// proves PLT-01: money asks for a second factor before anything else
func TestSecondFactorRequired(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.add("qianhong", auth.Grant{Project: 7, Role: "cashier"})
		half := h.enter("qianhong", from("10.0.0.1"))
		if half.Stage != auth.StageEnrol {
			t.Fatalf("stage %q", half.Stage)
		}
		h.noSession(half.Token)
		c := auth.Client{Address: "10.0.0.1", Token: half.Token}
		e, err := h.BeginEnrol(t.Context(), auth.Actor{}, c)
		if err != nil {
			t.Fatal(err)
		}
		_, out, err := h.FinishEnrol(t.Context(), auth.Actor{}, c, h.code(e.Secret, h.clock.Now()))
		if err != nil {
			t.Fatal(err)
		}
		me := h.resolve(out.Token)
		_, err = h.DisableTOTP(t.Context(), me, good)
		wantCode(t, err, "auth.totp.required")
		_, err = h.BeginEnrol(t.Context(), auth.Actor{}, auth.Client{Token: "nothing"})
		wantCode(t, err, "auth.session.over")
	})
}
