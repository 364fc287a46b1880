package integration

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Event is something programs can be told of.
type Event struct {
	Name  string
	Title text.Both
}

// Events lists them.
var Events = []Event{
	{"case.opened", text.B("事项受理", "A case was taken in")},
	{"case.changed", text.B("事项有变化", "A case changed")},
	{"case.ended", text.B("事项办结、取消或并入", "A case was closed, cancelled or merged")},
}

// Hook is a subscription.
type Hook struct {
	ID      int64
	Project int64
	URL     string
	Events  []string
	Created time.Time
	Ended   time.Time // zero: wanted
	Lost    int       // messages given up one after the other
	Dead    bool      // ended because nobody answered; it can be resumed
	secret  []byte    // sealed
}

const hookColumns = "id, project_id, url, events, secret, created_at, ended_at, lost, dead"

func scanHook(scan store.Scan) (Hook, error) {
	var h Hook
	var events string
	var created, ended, dead int64
	err := scan(&h.ID, &h.Project, &h.URL, &events, &h.secret, &created, &ended, &h.Lost, &dead)
	h.Events, h.Created, h.Ended, h.Dead = strings.Fields(events), store.Time(created), store.Time(ended), dead == 1
	return h, err
}

// bound ties a sealed secret to its hook.
func bound(id int64) string { return "integration.hook." + strconv.FormatInt(id, 10) }

// Subscribe makes a hook and returns its secret, which is shown once. Errors:
// Forbidden, Invalid with fields.
func (s *Service) Subscribe(ctx context.Context, actor auth.Actor, project int64, address string, events []string) (Hook, string, error) {
	if err := need(actor, PermHook, project); err != nil {
		return Hook{}, "", err
	}
	var bad errs.Fields
	address = text.Clean(address)
	if u, err := url.Parse(address); err != nil || len(address) > 500 || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || len(s.opt.Private) == 0) {
		bad.Add("url", "form", "要写完整的 https:// 网址；内网地址要先由管理员放行。", "give a whole https:// address; private networks must be allowed by the administrator first")
	}
	if len(events) == 0 || slices.ContainsFunc(events, func(e string) bool {
		return !slices.ContainsFunc(Events, func(k Event) bool { return k.Name == e })
	}) {
		bad.Add("events", "unknown", "至少选一种事件。", "choose at least one event")
	}
	if err := bad.Err("integration.hook.invalid"); err != nil {
		return Hook{}, "", err
	}
	var raw [32]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return Hook{}, "", err
	}
	secret := base64.RawURLEncoding.EncodeToString(raw[:])
	h := Hook{Project: project, URL: address, Events: events, Created: s.opt.Clock.Now()}
	err := s.opt.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		h.ID = tx.NewID()
		if h.secret, err = s.opt.Sealer.Seal(bound(h.ID), []byte(secret)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO integration_hook (project_id, id, url, events, secret, created_at, created_by, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
			project, h.ID, h.URL, strings.Join(events, " "), h.secret, store.Micros(h.Created), actor.Account); err != nil {
			return err
		}
		tx.AfterCommit(s.forget)
		return s.opt.Trail.Record(ctx, tx, audit.Entry{Actor: actor, Project: project, Action: "integration.hook.add", Subject: "integration.hook", ID: h.ID})
	})
	return h, secret, err
}

// Unsubscribe ends a hook; what waits for it is not sent any more.
func (s *Service) Unsubscribe(ctx context.Context, actor auth.Actor, project, id int64) error {
	if err := need(actor, PermHook, project); err != nil {
		return err
	}
	return s.opt.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE integration_hook SET ended_at = ? WHERE project_id = ? AND id = ? AND ended_at = 0", store.Micros(s.opt.Clock.Now()), project, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoHook()
		}
		tx.AfterCommit(s.forget)
		return s.opt.Trail.Record(ctx, tx, audit.Entry{Actor: actor, Project: project, Action: "integration.hook.end", Subject: "integration.hook", ID: id})
	})
}

// Resume takes a webhook up again that was stopped because nobody answered;
// what was lost meanwhile can be sent again from its log.
func (s *Service) Resume(ctx context.Context, actor auth.Actor, project, id int64) error {
	if err := need(actor, PermHook, project); err != nil {
		return err
	}
	return s.opt.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE integration_hook SET ended_at = 0, lost = 0, dead = 0 WHERE project_id = ? AND id = ? AND dead = 1", project, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoHook()
		}
		tx.AfterCommit(s.forget)
		return s.opt.Trail.Record(ctx, tx, audit.Entry{Actor: actor, Project: project, Action: "integration.hook.resume", Subject: "integration.hook", ID: id})
	})
}

func errNoHook() error {
	return errs.New(errs.NotFound, "integration.hook.unknown", "没有这个回调。", "There is no such webhook.")
}

// Hooks lists the subscriptions of a project, newest first.
func (s *Service) Hooks(ctx context.Context, tx *store.Tx, project int64) ([]Hook, error) {
	return store.All(ctx, tx, scanHook, "SELECT "+hookColumns+" FROM integration_hook WHERE project_id = ? ORDER BY id DESC LIMIT 200", project)
}

// wanted is the hooks of a project as read just now.
type wanted struct {
	hooks []Hook
	read  time.Time
}

func (s *Service) wantedIn(ctx context.Context, tx *store.Tx, project int64) ([]Hook, error) {
	now := s.opt.Clock.Now()
	s.mu.Lock()
	w, ok := s.hooks[project]
	s.mu.Unlock()
	if ok && now.Sub(w.read).Abs() < knownTime {
		return w.hooks, nil
	}
	list, err := store.All(ctx, tx, scanHook, "SELECT "+hookColumns+" FROM integration_hook WHERE project_id = ? AND ended_at = 0 ORDER BY id", project)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks[project] = wanted{list, now}
	return list, nil
}

// message is the body of a webhook: what happened to which case. It carries no
// personal data; who wants more asks the interface with a token.
type message struct {
	Event     string    `json:"event"`
	Project   string    `json:"project"`
	At        time.Time `json:"at"`
	Number    string    `json:"number"`
	Procedure string    `json:"procedure"`
	Status    string    `json:"status"`
	Step      string    `json:"step"`
	Unit      string    `json:"unit"`
	Version   int       `json:"version"`
	Kinds     []string  `json:"kinds"` // of the entries added to the log
}

// Changed is told of every change of a case, in its transaction: what is to be
// sent exists exactly when the change does.
func (s *Service) Changed(ctx context.Context, tx *store.Tx, ch casefile.Change) error {
	hooks, err := s.wantedIn(ctx, tx, ch.Case.Project)
	if err != nil || len(hooks) == 0 {
		return err
	}
	m := message{
		Project: s.opt.Code(ch.Case.Project), At: tx.Now(), Number: ch.Case.Number, Procedure: ch.Case.Procedure, Status: string(ch.Case.State.Status),
		Step: ch.Case.State.Step, Unit: strconv.FormatInt(ch.Case.Unit, 10), Version: ch.Case.State.Version, Kinds: []string{},
	}
	for _, e := range ch.Events {
		m.Kinds = append(m.Kinds, string(e.Kind))
	}
	for _, h := range hooks {
		for _, name := range h.Events {
			if !matters(name, ch) {
				continue
			}
			m.Event = name
			if err := s.send(ctx, tx, h, m); err != nil {
				return err
			}
		}
	}
	return nil
}

func matters(event string, ch casefile.Change) bool {
	switch event {
	case "case.opened":
		return ch.Opened
	case "case.ended":
		return ch.Case.State.Status != engine.Open
	default:
		return true
	}
}

func (s *Service) send(ctx context.Context, tx *store.Tx, h Hook, m message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	id := tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO integration_delivery (project_id, id, hook_id, event, body, state, attempts, answer, made_at, tried_at)
		VALUES (?, ?, ?, ?, ?, 'waiting', 0, '', ?, 0)`, h.Project, id, h.ID, m.Event, string(body), store.Micros(tx.Now())); err != nil {
		return err
	}
	return s.opt.Queue.Enqueue(ctx, tx, jobs.Enqueue{Kind: deliverKind, Args: deliverArgs{id}, Unique: strconv.FormatInt(id, 10)})
}
