package web

import (
	"log/slog"
	"net/http"
	"time"
)

// Server is an HTTP server for the shell with limits that slow or endless
// senders run into. Shutting it down ends the event streams first.
func (s *Shell) Server(addr string) *http.Server {
	srv := &http.Server{
		Addr: addr, Handler: s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute, // a 50 MB workbook over a slow line
		WriteTimeout:      2 * time.Minute, // event streams lift it for themselves
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
	}
	srv.RegisterOnShutdown(s.cfg.Hub.Close)
	return srv
}
