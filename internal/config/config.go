// Package config is what an operator decides: where data lie, where to listen,
// how to be reached.
//
// It owns: the settings, their defaults and checks. Values come from flags,
// then environment (GUANJIA_…), then the file named by --config, then the
// default; cmd/guanjia reads them with kong. It knows no room. Start at Config.
package config

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"guanjia/internal/errs"
)

// Config is the settings of one installation.
type Config struct {
	Data     string   `help:"Folder for everything this installation keeps." default:"data" type:"path" env:"GUANJIA_DATA"`
	DSN      string   `name:"dsn" help:"Database: sqlite:PATH or postgres://… (default: guanjia.db in the data folder)." env:"GUANJIA_DSN"`
	Listen   string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"GUANJIA_LISTEN"`
	BaseURL  string   `name:"base-url" help:"How people reach this server, for links and QR codes." env:"GUANJIA_BASE_URL"`
	KeyFile  string   `name:"key-file" help:"File with the key for personal data; keep it apart from data and backups (default: beside the data folder)." env:"GUANJIA_KEY_FILE" type:"path"`
	TLSCert  string   `name:"tls-cert" help:"TLS certificate file." env:"GUANJIA_TLS_CERT" type:"path"`
	TLSKey   string   `name:"tls-key" help:"TLS key file." env:"GUANJIA_TLS_KEY" type:"path"`
	ACME     []string `name:"acme" help:"Host names to get certificates for by ACME." env:"GUANJIA_ACME"`
	Proxies  []string `name:"trusted-proxy" help:"Addresses or networks of proxies whose forwarding headers are believed." env:"GUANJIA_TRUSTED_PROXY"`
	Webhooks []string `name:"webhook-network" help:"Private networks that webhooks may reach; all others are refused." env:"GUANJIA_WEBHOOK_NETWORK"`
	Handbook string   `name:"handbook" help:"Folder with a handbook of your own instead of the one inside." env:"GUANJIA_HANDBOOK" type:"path"`
	ClamAV   string   `name:"clamav" help:"Socket or host:port of a ClamAV daemon that looks at uploads; without one only type and structure are checked." env:"GUANJIA_CLAMAV"`
	Log      string   `help:"Log level: debug, info, warn, error." enum:"debug,info,warn,error" default:"info" env:"GUANJIA_LOG"`
}

// Check completes the defaults that depend on others and finds what cannot
// work; errs.Invalid with one field per faulty setting.
func (c *Config) Check() error {
	var f errs.Fields
	if c.Data == "" {
		f.Add("data", "required", "要有数据文件夹。", "a data folder is needed")
	}
	if c.DSN == "" {
		c.DSN = "sqlite:" + filepath.Join(c.Data, "guanjia.db")
	}
	if c.KeyFile == "" {
		c.KeyFile = strings.TrimRight(c.Data, string(filepath.Separator)) + ".key"
	}
	if inside(c.Data, c.KeyFile) {
		f.Add("key-file", "inside_data", "密钥文件不能放在数据文件夹里，否则备份会带走密钥。",
			"the key file must lie outside the data folder, else every backup carries the key")
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		f.Add("tls-cert", "pair", "证书和私钥要成对给出。", "certificate and key come as a pair")
	}
	if c.TLSCert != "" && len(c.ACME) > 0 {
		f.Add("acme", "both", "证书文件和 ACME 只能选一种。", "choose certificate files or ACME, not both")
	}
	for _, name := range []string{c.TLSCert, c.TLSKey} {
		if name == "" {
			continue
		}
		if _, err := os.Stat(name); err != nil {
			f.Add("tls-cert", "missing", "打不开 "+name, "cannot open "+name)
		}
	}
	for _, p := range c.Proxies {
		if _, err := ParseNetwork(p); err != nil {
			f.Add("trusted-proxy", "address", "不是地址或网段："+p, "not an address or network: "+p)
		}
	}
	for _, n := range c.Webhooks {
		if _, err := ParseNetwork(n); err != nil {
			f.Add("webhook-network", "address", "不是地址或网段："+n, "not an address or network: "+n)
		}
	}
	return f.Err("config.invalid")
}

// TLS reports whether this server speaks TLS itself.
func (c *Config) TLS() bool { return c.TLSCert != "" || len(c.ACME) > 0 }

// Secure reports whether people reach the server over TLS, its own or a
// proxy's; cookies are then marked Secure.
func (c *Config) Secure() bool { return c.TLS() || strings.HasPrefix(c.BaseURL, "https://") }

// ParseNetwork reads an address or a network in CIDR form.
func ParseNetwork(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p, nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("network %q: %w", s, err)
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

func inside(folder, file string) bool {
	f, err1 := filepath.Abs(folder)
	x, err2 := filepath.Abs(file)
	if err1 != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(f, x)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
