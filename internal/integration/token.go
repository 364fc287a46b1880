package integration

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Token lets a program into one project in one role.
type Token struct {
	ID      int64 // also the account its changes stand under
	Project int64
	Name    string
	Role    string
	Created time.Time
	Used    time.Time // exact to a minute; zero: never
	Ended   time.Time // zero: valid
}

// mark begins every token, so that one that leaked is recognised.
const mark = "gj_"

const tokenColumns = "id, project_id, name, role, created_at, used_at, ended_at"

func scanToken(scan store.Scan) (Token, error) {
	var t Token
	var created, used, ended int64
	err := scan(&t.ID, &t.Project, &t.Name, &t.Role, &created, &used, &ended)
	t.Created, t.Used, t.Ended = store.Time(created), store.Time(used), store.Time(ended)
	return t, err
}

// Grantable lists the roles that actor may give to a program: those that hold
// no right the actor lacks (PLT-02).
func (s *Service) Grantable(actor auth.Actor, project int64) []auth.Role {
	var list []auth.Role
	for _, r := range s.opt.Roles() {
		all := len(r.Permissions) > 0
		for _, p := range r.Permissions {
			all = all && actor.May(p, project)
		}
		if all {
			list = append(list, r)
		}
	}
	return list
}

// Add makes a token and returns its secret, which is shown once. Errors:
// Forbidden, Invalid with fields.
func (s *Service) Add(ctx context.Context, actor auth.Actor, project int64, name, role string) (Token, string, error) {
	if err := need(actor, PermToken, project); err != nil {
		return Token{}, "", err
	}
	var bad errs.Fields
	name = text.Clean(name)
	if name == "" || len([]rune(name)) > 60 {
		bad.Add("name", "required", "写下是哪个程序，60 字以内。", "name the program, at most 60 characters")
	}
	known := false
	for _, r := range s.Grantable(actor, project) {
		known = known || r.Name == role
	}
	if !known {
		bad.Add("role", "unknown", "选一个岗位；只能给出你自己也有的权限。", "choose a role; you can only give rights that you hold")
	}
	if err := bad.Err("integration.token.invalid"); err != nil {
		return Token{}, "", err
	}
	var raw [32]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return Token{}, "", err
	}
	secret := mark + base64.RawURLEncoding.EncodeToString(raw[:])
	t := Token{Project: project, Name: name, Role: role, Created: s.opt.Clock.Now()}
	err := s.opt.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		t.ID = tx.NewID()
		if _, err := tx.Exec(ctx, `INSERT INTO integration_token (project_id, id, name, role, digest, created_at, created_by, used_at, ended_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)`, project, t.ID, name, role, digest(secret), store.Micros(t.Created), actor.Account); err != nil {
			return err
		}
		return s.opt.Trail.Record(ctx, tx, audit.Entry{Actor: actor, Project: project, Action: "integration.token.give", Subject: "integration.token", ID: t.ID, Data: map[string]any{"role": role}})
	})
	return t, secret, err
}

// End revokes a token: it is dead within a second on every node.
func (s *Service) End(ctx context.Context, actor auth.Actor, project, id int64) error {
	if err := need(actor, PermToken, project); err != nil {
		return err
	}
	return s.opt.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE integration_token SET ended_at = ? WHERE project_id = ? AND id = ? AND ended_at = 0", store.Micros(s.opt.Clock.Now()), project, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "integration.token.unknown", "没有这个有效的令牌。", "There is no such valid token.")
		}
		tx.AfterCommit(s.forget)
		return s.opt.Trail.Record(ctx, tx, audit.Entry{Actor: actor, Project: project, Action: "integration.token.revoke", Subject: "integration.token", ID: id})
	})
}

// Tokens lists the tokens of a project, newest first.
func (s *Service) Tokens(ctx context.Context, tx *store.Tx, project int64) ([]Token, error) {
	return store.All(ctx, tx, scanToken, "SELECT "+tokenColumns+" FROM integration_token WHERE project_id = ? ORDER BY id DESC LIMIT 200", project)
}

// Names are what programs are called, for the pages that show who did
// something.
func (s *Service) Names(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	if len(ids) == 0 {
		return out, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	list, err := store.All(ctx, tx, scanToken, "SELECT "+tokenColumns+" FROM integration_token WHERE id IN ("+store.Marks(len(ids))+")", args...)
	for _, t := range list {
		out[t.ID] = t.Name
	}
	return out, err
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// bearer is the token of a request, "" without one.
func bearer(r *http.Request) string {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") || !strings.HasPrefix(token, mark) {
		return ""
	}
	return token
}

// forProgram reports whether a program may come to this address at all: the
// interface and the telephone system's webhook. Pages are for people.
func forProgram(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/p/") && strings.HasSuffix(path, "/cti")
}

// knownTime is how long a token is believed without asking the database.
const knownTime = time.Second

// door is a token in use on this node.
type door struct {
	token  Token
	read   time.Time
	tokens float64 // of the rate's bucket
	filled time.Time
}

// Rate is how many requests a token may make.
type Rate struct {
	PerSecond, Burst float64
}

// Resolve tells which program a request comes from; ok is false when it has no
// valid token. Errors: TooMany when the program asks too fast.
func (s *Service) Resolve(ctx context.Context, r *http.Request) (auth.Actor, bool, error) {
	token := bearer(r)
	if token == "" || !forProgram(r.URL.Path) {
		return auth.Actor{}, false, nil
	}
	now := s.opt.Clock.Now()
	t, err := s.find(ctx, digest(token), now)
	if err != nil || t.ID == 0 {
		return auth.Actor{}, false, err
	}
	if now.Sub(t.Used) >= time.Minute {
		if err := s.touch(ctx, t.ID, now); err != nil {
			return auth.Actor{}, false, err
		}
	}
	rights := map[string][]string{}
	for _, role := range s.opt.Roles() {
		rights[role.Name] = role.Permissions
	}
	a := auth.Actor{Account: t.ID, Login: "program", Name: t.Name, Address: auth.Address(r), Grants: []auth.Grant{{Project: t.Project, Role: t.Role}}}
	return a.WithPermissions(rights), true, nil
}

// find reads a token, from memory when it was read just now, and takes one
// request off its rate.
func (s *Service) find(ctx context.Context, key string, now time.Time) (Token, error) {
	s.mu.Lock()
	d := s.known[key]
	if d != nil && now.Sub(d.read).Abs() < knownTime {
		defer s.mu.Unlock()
		return d.token, s.opt.Rate.take(d, now)
	}
	s.mu.Unlock()
	var t Token
	err := s.opt.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		t, err = store.One(ctx, tx, scanToken, "SELECT "+tokenColumns+" FROM integration_token WHERE digest = ? AND ended_at = 0", key)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return Token{}, nil
	}
	if err != nil {
		return Token{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if d = s.known[key]; d == nil {
		d = &door{tokens: s.opt.Rate.Burst, filled: now}
		s.known[key] = d
	}
	d.token, d.read = t, now
	return t, s.opt.Rate.take(d, now)
}

func (r Rate) take(d *door, now time.Time) error {
	d.tokens = min(r.Burst, d.tokens+now.Sub(d.filled).Seconds()*r.PerSecond)
	d.filled = now
	if d.tokens < 1 {
		return errs.New(errs.TooMany, "integration.rate", "请求太快，没有执行。请慢一点再试。", "Too many requests; this one was not carried out. Slow down and try again.").
			After(time.Duration((1 - d.tokens) / r.PerSecond * float64(time.Second)))
	}
	d.tokens--
	return nil
}

// touch notes that a token is in use, once a minute.
func (s *Service) touch(ctx context.Context, id int64, now time.Time) error {
	return s.opt.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE integration_token SET used_at = ? WHERE id = ? AND used_at < ?", store.Micros(now), id, store.Micros(now))
		tx.AfterCommit(func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, d := range s.known {
				if d.token.ID == id {
					d.token.Used = now
				}
			}
		})
		return err
	})
}

// forget drops what was read: something changed. Rates stay.
func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.known {
		d.read = time.Time{}
	}
	clear(s.hooks)
}
