package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the same driver as the store's
)

// matter is the reference's row: 12 columns with its id.
type matter struct {
	Number   string `json:"number"`
	Kind     string `json:"kind"`
	Channel  string `json:"channel"`
	Words    string `json:"words"`
	Unit     int64  `json:"unit"`
	Person   int64  `json:"person"`
	Caller   string `json:"caller"`
	Phone    string `json:"phone"`
	Owner    int64  `json:"owner"`
	OpenedAt int64  `json:"opened_at"`
	DueAt    int64  `json:"due_at"`
}

// reference is the plainest server that keeps a row safely: one connection,
// one prepared statement, WAL, synchronous FULL.
func reference(ctx context.Context, folder string) (http.Handler, func(), error) {
	file := filepath.Join(folder, "reference.db")
	for _, suffix := range []string{"", "-wal", "-shm"} { // of an earlier run
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, err
		}
	}
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	shut := func() { _ = db.Close() }
	if _, err := db.ExecContext(ctx, `CREATE TABLE matter (id INTEGER PRIMARY KEY, number TEXT, kind TEXT, channel TEXT, words TEXT, unit INTEGER,
		person INTEGER, caller TEXT, phone TEXT, owner INTEGER, opened_at INTEGER, due_at INTEGER);
		CREATE INDEX matter_opened ON matter (opened_at)`); err != nil {
		shut()
		return nil, nil, err
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO matter (number, kind, channel, words, unit, person, caller, phone, owner, opened_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		shut()
		return nil, nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m matter
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		res, err := insert.ExecContext(r.Context(), m.Number, m.Kind, m.Channel, m.Words, m.Unit, m.Person, m.Caller, m.Phone, m.Owner, m.OpenedAt, m.DueAt)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		id, _ := res.LastInsertId() // SQLite always has it
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]int64{"id": id}) // the reader went away: nothing to do
	}), shut, nil
}
