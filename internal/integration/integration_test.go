package integration

import (
	"net/netip"
	"testing"
	"time"

	"guanjia/internal/errs"
)

// TestAllowed keeps webhooks out of networks that are not the world's, however
// the address is written.
func TestAllowed(t *testing.T) {
	t.Parallel()
	office := []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")}
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "10.9.3.4": true,
		"10.8.3.4": false, "127.0.0.1": false, "::1": false, "::ffff:127.0.0.1": false, "169.254.169.254": false, "192.168.1.1": false,
		"172.16.0.1": false, "100.64.0.1": false, "0.0.0.0": false, "fd00::1": false, "fe80::1": false, "224.0.0.1": false, "255.255.255.255": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false,
	} {
		if err := allowed(netip.MustParseAddr(address), office); (err == nil) != want {
			t.Errorf("%s: %v, want allowed %v", address, err, want)
		}
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	r, now := Rate{PerSecond: 2, Burst: 3}, time.Date(2026, 11, 20, 10, 42, 0, 0, time.UTC)
	d := &door{tokens: r.Burst, filled: now}
	for i := range 3 {
		if err := r.take(d, now); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if err := r.take(d, now); errs.KindOf(err) != errs.TooMany {
		t.Errorf("the fourth at once: %v", err)
	}
	if err := r.take(d, now.Add(time.Second)); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

func TestForProgram(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/api/v1/projects": true, "/p/jinxiu/cti": true, "/p/jinxiu/desk": false, "/login": false, "/": false, "/users": false, "/p/jinxiu/cases/1": false,
	} {
		if forProgram(path) != want {
			t.Errorf("%s: want %v", path, want)
		}
	}
}

func TestSign(t *testing.T) {
	t.Parallel()
	// Worked out with: printf '1763600000.{}' | openssl dgst -sha256 -hmac key
	const want = "t=1763600000,v1=a3f2fffd1c04f04612da18f2698e9627db2ba2982aaa3c7658ceffa2571decef"
	if got := Sign("key", time.Unix(1763600000, 0), []byte("{}")); got != want {
		t.Error(got)
	}
}
