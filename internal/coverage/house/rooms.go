package house

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"encoding/json"

	"guanjia/internal/auth"
	"guanjia/internal/coverage"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
	"guanjia/internal/store"
)

func (s *Stage) count(query string, args ...any) (n int, err error) {
	err = s.b.DB.Read(s.ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err := store.One(ctx, tx, store.Value[int64], query, args...)
		n = int(found)
		return err
	})
	return n, err
}

// identifier is what may stand for a table or column: a story is part of the
// handbook, yet nothing else of it ever becomes SQL.
var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Records implements coverage.Rooms.
func (s *Stage) Records(table string, match scenario.Answers) (int, error) {
	if !identifier.MatchString(table) {
		return 0, fmt.Errorf("%q is no table", table)
	}
	own, err := s.count("SELECT count(*) FROM pragma_table_info(?) WHERE name = 'project_id'", table)
	if err != nil {
		return 0, err
	}
	query, args := "SELECT count(*) FROM "+table+" WHERE 1 = 1", []any{}
	if own > 0 { // what all projects share has no project
		query, args = query+" AND project_id = ?", append(args, s.b.Project.ID)
	}
	for _, a := range match {
		if !identifier.MatchString(a.Name) {
			return 0, fmt.Errorf("%q is no column", a.Name)
		}
		query, args = query+" AND "+a.Name+" = ?", append(args, s.value(a.Value))
	}
	return s.count(query, args...)
}

// value is a cell as the tables keep it.
func (s *Stage) value(written string) any {
	for _, names := range []map[string]int64{s.units, s.people} {
		if id, ok := names[written]; ok {
			return id
		}
	}
	if id, ok := s.Account(written); ok {
		return id
	}
	switch written {
	case "yes":
		return int64(1)
	case "no":
		return int64(0)
	}
	if n, err := strconv.ParseInt(written, 10, 64); err == nil {
		return n
	}
	return written
}

// Ask implements coverage.Pages.
func (s *Stage) Ask(who, method, path string, form scenario.Answers, api bool) (int, string, error) {
	if s.b.Handler == nil {
		return 0, "", coverage.ErrNotHere
	}
	var actor *auth.Actor
	if who != scenario.Nobody {
		a, err := s.actor(who)
		if err != nil {
			return 0, "", err
		}
		actor = &a
	}
	r := httptest.NewRequestWithContext(s.ctx, method, s.path(path), s.body(form, api))
	switch {
	case api:
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json")
	case method == http.MethodPost:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.without(s.b.Handler(actor)).ServeHTTP(w, r)
	return w.Code, w.Body.String(), nil
}

// path puts ids for {project} and the names of units, people and cases.
func (s *Stage) path(path string) string {
	path = strings.ReplaceAll(path, "{project}", s.b.Project.Code)
	for _, names := range []map[string]int64{s.units, s.people} {
		for name, id := range names {
			path = strings.ReplaceAll(path, "{"+name+"}", strconv.FormatInt(id, 10))
		}
	}
	return path
}

func (s *Stage) body(form scenario.Answers, api bool) io.Reader {
	if len(form) == 0 {
		return nil
	}
	if api {
		fields := map[string]any{}
		for _, a := range form {
			fields[a.Name] = s.value(a.Value)
		}
		data, err := json.Marshal(fields)
		if err != nil {
			return nil
		}
		return strings.NewReader(string(data))
	}
	values := url.Values{}
	for _, a := range form {
		values.Add(a.Name, fmt.Sprint(s.value(a.Value)))
	}
	return strings.NewReader(values.Encode())
}

// without answers 404 on routes that were taken away.
func (s *Stage) without(next http.Handler) http.Handler {
	for _, l := range s.broken {
		if l.Sort == "route" {
			mux := http.NewServeMux()
			mux.Handle("/", next)
			mux.HandleFunc(l.Name, http.NotFound)
			next = mux
		}
	}
	return next
}

// Break implements coverage.Breaker.
func (s *Stage) Break(l procedure.Lever) (bool, error) {
	if l.Sort != "table" && l.Sort != "route" {
		return false, nil
	}
	s.broken = append(s.broken, l)
	return true, nil
}

func (s *Stage) dropTable(table string) error {
	if !identifier.MatchString(table) {
		return fmt.Errorf("%q is no table", table)
	}
	return s.b.DB.Write(s.ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "ALTER TABLE "+table+" RENAME TO gone_"+table)
		return err
	})
}

// Import implements coverage.Rooms.
func (s *Stage) Import(who, file string, content []byte, args scenario.Answers) error {
	actor, err := s.actor(who)
	if err != nil {
		return err
	}
	if s.b.Import == nil {
		return coverage.ErrNotHere
	}
	return s.b.Import(s.ctx, actor, file, content, args)
}

// RunAction implements coverage.Rooms.
func (s *Stage) RunAction(who, action string, args scenario.Answers) error {
	actor, err := s.actor(who)
	if err != nil {
		return err
	}
	if s.b.Action == nil {
		return coverage.ErrNotHere
	}
	given := map[string]any{}
	for _, a := range args {
		given[a.Name] = s.value(a.Value)
	}
	return s.b.Action(s.ctx, actor, action, given)
}

// Figures implements coverage.Measures.
func (s *Stage) Figures() ([]coverage.Measured, error) {
	if s.b.Figures == nil {
		return nil, coverage.ErrNotHere
	}
	return s.b.Figures(s.ctx)
}
