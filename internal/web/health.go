package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"guanjia/internal/text"
)

// Database is what the health of the house hangs on.
type Database interface {
	// Saving is why nothing can be saved until the program is started anew.
	Saving() error
	// Reading reports whether the database answers.
	Reading(ctx context.Context) error
}

// healthWait is how long the database may take to answer those who watch.
const healthWait = 2 * time.Second

// health tells those who watch the program, a balancer or a supervisor of
// processes, whether people can work: 200 with "ok", else 503 with what is the
// matter. It tells nothing else, it asks no one who they are.
func (s *Shell) health(w http.ResponseWriter, r *http.Request) error {
	status, word := http.StatusOK, "ok"
	if db := s.cfg.Database; db != nil {
		ctx, cancel := context.WithTimeout(r.Context(), healthWait)
		defer cancel()
		if db.Saving() != nil {
			status, word = http.StatusServiceUnavailable, "cannot_save"
		} else if db.Reading(ctx) != nil {
			status, word = http.StatusServiceUnavailable, "no_database"
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(map[string]string{"status": word})
}

// trouble is what every page says at its head while nothing can be saved.
func (s *Shell) trouble(ctx context.Context) string {
	if s.cfg.Database == nil || s.cfg.Database.Saving() == nil {
		return ""
	}
	return text.T(ctx,
		"现在什么都存不进去：磁盘没有确认写入。已经保存的都在，可以看，不能改；要紧的先记在纸上。请管理员检查磁盘，再重新启动管家。",
		"Nothing can be saved at the moment: the disk did not confirm a write. What was saved is there to read, not to change; write down on paper what cannot wait. Ask the administrator to check the disk and restart Guanjia.")
}
