package config_test

import (
	"strings"
	"testing"

	"guanjia/internal/config"
	"guanjia/internal/errs"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := map[string]struct {
		in   config.Config
		want string // path of the faulty setting, "" for none
	}{
		"defaults":           {config.Config{Data: dir + "/data"}, ""},
		"no data":            {config.Config{KeyFile: dir + "/k"}, "data"},
		"key in data":        {config.Config{Data: dir, KeyFile: dir + "/sub/key"}, "key-file"},
		"key beside data":    {config.Config{Data: dir + "/a", KeyFile: dir + "/a.key"}, ""},
		"half a certificate": {config.Config{Data: dir, TLSCert: "x.pem"}, "tls-cert"},
		"bad proxy":          {config.Config{Data: dir, Proxies: []string{"10.0.0.0/8", "nonsense"}}, "trusted-proxy"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tt.in.Check()
			if tt.want == "" {
				if err != nil {
					t.Fatalf("got %v", err)
				}
				if !strings.HasPrefix(tt.in.DSN, "sqlite:") || tt.in.KeyFile == "" {
					t.Errorf("defaults not completed: %+v", tt.in)
				}
				return
			}
			e := errs.As(err)
			if e == nil || len(e.Fields) == 0 || e.Fields[0].Path != tt.want {
				t.Errorf("got %v, want a fault at %s", err, tt.want)
			}
		})
	}
}
