package integration

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/notice"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

const (
	deliverKind  = "integration.hook.deliver"
	mostAttempts = 12 // over about two hours
	keptFor      = 30 * 24 * time.Hour
	// mostLost is how many messages one after the other are given up, each after
	// mostAttempts, before the webhook is stopped.
	mostLost = 5
)

// Headers of a webhook.
const (
	HeaderEvent     = "Guanjia-Event"
	HeaderDelivery  = "Guanjia-Delivery"  // the same at every attempt: a receiver knows what it has
	HeaderSignature = "Guanjia-Signature" // t=<unix seconds>,v1=<hex>
)

// Delivery is one message to one hook and what came of it.
type Delivery struct {
	ID       int64
	Project  int64
	Hook     int64
	Event    string
	Body     string
	State    string // waiting, done, failed
	Attempts int
	Answer   string // what the last attempt met
	Made     time.Time
	Tried    time.Time
}

const deliveryColumns = "id, project_id, hook_id, event, body, state, attempts, answer, made_at, tried_at"

func scanDelivery(scan store.Scan) (Delivery, error) {
	var d Delivery
	var made, tried int64
	err := scan(&d.ID, &d.Project, &d.Hook, &d.Event, &d.Body, &d.State, &d.Attempts, &d.Answer, &made, &tried)
	d.Made, d.Tried = store.Time(made), store.Time(tried)
	return d, err
}

type deliverArgs struct {
	ID int64 `json:"id"`
}

// Sign is the signature of a body sent at a time: HMAC-SHA256 over
// "<unix seconds>.<body>" with the secret of the hook.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(t + ".")) // never fails
	_, _ = mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// deliver is one attempt. What fails is tried again by the queue, later each
// time; a hook that is gone gets nothing more.
func (s *Service) deliver(ctx context.Context, job jobs.Job) error {
	var args deliverArgs
	if err := json.Unmarshal(job.Args, &args); err != nil {
		return jobs.Cancel(err)
	}
	var d Delivery
	var h Hook
	err := s.opt.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if d, err = store.One(ctx, tx, scanDelivery, "SELECT "+deliveryColumns+" FROM integration_delivery WHERE id = ?", args.ID); err != nil {
			return err
		}
		h, err = store.One(ctx, tx, scanHook, "SELECT "+hookColumns+" FROM integration_hook WHERE id = ?", d.Hook)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return nil
	}
	if err != nil || d.State == "done" {
		return err
	}
	if !h.Ended.IsZero() {
		return s.note(ctx, d, "failed", "the webhook was ended")
	}
	secret, err := s.opt.Sealer.Open(bound(h.ID), h.secret)
	if err != nil {
		return err
	}
	answer, failed := s.sender.post(ctx, h.URL, d, string(secret), s.opt.Clock.Now())
	if failed == nil {
		return s.note(ctx, d, "done", answer)
	}
	state := "waiting"
	if job.Attempt >= mostAttempts {
		state = "failed"
	}
	if err := s.note(ctx, d, state, failed.Error()); err != nil {
		return err
	}
	return failed
}

func (s *Service) note(ctx context.Context, d Delivery, state, answer string) error {
	return s.opt.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE integration_delivery SET state = ?, attempts = attempts + 1, answer = ?, tried_at = ? WHERE id = ?",
			state, text.Cut(text.Clean(answer), 300), store.Micros(tx.Now()), d.ID); err != nil {
			return err
		}
		switch state {
		case "done":
			_, err := tx.Exec(ctx, "UPDATE integration_hook SET lost = 0 WHERE id = ? AND lost > 0", d.Hook)
			return err
		case "failed":
			return s.lose(ctx, tx, d)
		}
		return nil
	})
}

// lose counts a message that was given up. An address that answers none of
// several is stopped, so that messages do not pile up for nobody, and the
// supervisors are told.
func (s *Service) lose(ctx context.Context, tx *store.Tx, d Delivery) error {
	h, err := store.One(ctx, tx, scanHook, "SELECT "+hookColumns+" FROM integration_hook WHERE id = ?"+tx.Lock(), d.Hook)
	if err != nil || !h.Ended.IsZero() {
		return err
	}
	if h.Lost+1 < mostLost {
		_, err := tx.Exec(ctx, "UPDATE integration_hook SET lost = lost + 1 WHERE id = ?", h.ID)
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE integration_hook SET lost = lost + 1, dead = 1, ended_at = ? WHERE id = ?", store.Micros(s.opt.Clock.Now()), h.ID); err != nil {
		return err
	}
	tx.AfterCommit(s.forget)
	return s.opt.Notices.Tell(ctx, tx, notice.Notice{
		Project: h.Project, Role: toldOf, Link: hookPath("/p/"+s.opt.Code(h.Project)+"/integrations", h.ID),
		Text: text.F("对外回调 %s 连续 %d 条没送到，已停。对方恢复后可以再启用，没送到的可以再发。", "The webhook %s was stopped: %d messages in a row did not arrive. Take it up again when the other side is back; what was lost can be sent again.", host(h.URL), mostLost),
	})
}

// toldOf is the post that hears of webhooks that were stopped.
const toldOf = "supervisor"

// host is the part of an address that may stand in a notice: its path may hold
// a password.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// sender posts to addresses that strangers typed in: it follows nowhere, waits
// not long, reads little, and never reaches into private networks but those
// allowed. The check is at the connection, after the name was looked up, so
// that a name cannot change its mind in between.
type sender struct{ client *http.Client }

func newSender(private []netip.Prefix) *sender {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return allowed(ap.Addr(), private)
	}}
	return &sender{&http.Client{
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{DialContext: dialer.DialContext, MaxIdleConns: 20, IdleConnTimeout: 30 * time.Second, TLSHandshakeTimeout: 5 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// shared is the networks that are not the world's although netip calls them
// neither private nor local.
var shared = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2002::/16"),
}

func allowed(a netip.Addr, private []netip.Prefix) error {
	a = a.Unmap()
	in := func(list []netip.Prefix) bool {
		return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	if in(private) {
		return nil
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || in(shared) {
		return fmt.Errorf("the address %s lies in a private network that is not allowed", a)
	}
	return nil
}

func (s *sender) post(ctx context.Context, address string, d Delivery, secret string, at time.Time) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader([]byte(d.Body)))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Guanjia")
	r.Header.Set(HeaderEvent, d.Event)
	r.Header.Set(HeaderDelivery, strconv.FormatInt(d.ID, 10))
	r.Header.Set(HeaderSignature, Sign(secret, at, []byte(d.Body)))
	resp, err := s.client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return "", fmt.Errorf("answered %s", resp.Status)
	}
	return resp.Status, nil
}

// Log lists the deliveries of a hook, newest first.
func (s *Service) Log(ctx context.Context, tx *store.Tx, project, hook, before int64, limit int) ([]Delivery, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return store.All(ctx, tx, scanDelivery, "SELECT "+deliveryColumns+" FROM integration_delivery WHERE project_id = ? AND hook_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		project, hook, before, limit)
}

// Again sends a delivery once more, whatever came of it.
func (s *Service) Again(ctx context.Context, actor auth.Actor, project, id int64) (hook int64, err error) {
	if err := need(actor, PermHook, project); err != nil {
		return 0, err
	}
	err = s.opt.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		d, err := store.One(ctx, tx, scanDelivery, "SELECT "+deliveryColumns+" FROM integration_delivery WHERE project_id = ? AND id = ?"+tx.Lock(), project, id)
		if errors.Is(err, store.ErrNoRow) {
			return errs.New(errs.NotFound, "integration.delivery.unknown", "没有这条发送记录。", "There is no such delivery.")
		}
		if err != nil {
			return err
		}
		hook = d.Hook
		if _, err := tx.Exec(ctx, "UPDATE integration_delivery SET state = 'waiting' WHERE id = ?", id); err != nil {
			return err
		}
		return s.opt.Queue.Enqueue(ctx, tx, jobs.Enqueue{Kind: deliverKind, Args: deliverArgs{id}, Unique: strconv.FormatInt(id, 10)})
	})
	return hook, err
}

// sweep drops the records of what was sent long ago.
func (s *Service) sweep(ctx context.Context, _ jobs.Job) error {
	return s.opt.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM integration_delivery WHERE made_at < ? AND state <> 'waiting'", store.Micros(tx.Now().Add(-keptFor)))
		return err
	})
}
