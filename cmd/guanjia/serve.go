package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"guanjia/internal/app"
	"guanjia/internal/config"
	"guanjia/internal/text"
	"guanjia/internal/vault"
)

type serveCmd struct {
	config.Config `embed:""`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(ctx context.Context) error { return c.serve(ctx, os.Stdout) }

func (c *serveCmd) serve(ctx context.Context, out io.Writer) error {
	a, err := open(ctx, c.Config, out)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	ln, err := listen(ctx, c.Listen, false)
	if err != nil {
		return err
	}
	address := c.BaseURL
	if address == "" {
		scheme := "http"
		if a.Config.TLS() {
			scheme = "https"
		}
		address = scheme + "://" + ln.Addr().String()
	}
	_, _ = fmt.Fprintf(out, "管家 Guanjia  %s\n", address)
	token, needed, err := a.Auth.FirstSetup(ctx)
	if err != nil {
		return err
	}
	if needed {
		_, _ = fmt.Fprintf(out, "还没有管理员，请用这个一次性地址设置 · no administrator yet, set one up at this one-time address:\n  %s/setup/%s\n", address, token)
	}
	return run(ctx, a, ln)
}

// open opens an installation. Whoever runs the command that makes the key file
// is told on out what it means, once: nothing else will tell them.
func open(ctx context.Context, cfg config.Config, out io.Writer) (*app.App, error) {
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: logger(cfg.Log)})
	if err != nil || !a.NewKey {
		return a, err
	}
	notice := vault.LossNotice(a.Config.KeyFile)
	_, err = fmt.Fprintf(out, "%s\n%s\n", notice.In(text.ZH), notice.In(text.EN))
	return a, err
}

// listen opens the address; a busy port moves to the next when next is true.
func listen(ctx context.Context, address string, next bool) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("reading the address %q: %w", address, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("reading the port of %q: %w", address, err)
	}
	var lc net.ListenConfig
	for i := range 50 {
		ln, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(n+i)))
		if err == nil {
			return ln, nil
		}
		if !next || !errors.Is(err, syscall.EADDRINUSE) || n == 0 {
			return nil, fmt.Errorf("listening on %s: %w", address, err)
		}
	}
	return nil, fmt.Errorf("no free port from %s on", address)
}

// stopTime is how long open requests may finish when the server stops.
const stopTime = 10 * time.Second

// run serves a on ln until ctx ends, then lets requests finish.
func run(ctx context.Context, a *app.App, ln net.Listener) error {
	server := a.Server()
	a.Start(ctx)
	failed := make(chan error, 1)
	go func() { failed <- serve(server, a.Config, ln) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	a.Hub.Close()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

func serve(server *http.Server, cfg config.Config, ln net.Listener) error {
	switch {
	case cfg.TLSCert != "":
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		return server.ServeTLS(ln, cfg.TLSCert, cfg.TLSKey)
	case len(cfg.ACME) > 0:
		m := &autocert.Manager{
			Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(cfg.ACME...), Cache: autocert.DirCache(filepath.Join(cfg.Data, "acme")),
		}
		server.TLSConfig = m.TLSConfig()
		return server.ServeTLS(ln, "", "")
	default:
		return server.Serve(ln)
	}
}
