// Package client speaks to the interface of a Guanjia installation in Go.
//
// It owns: typed calls, one for each operation, the shape of problems, paging
// and the check of a webhook's signature. It imports nothing of the program, so
// that other programs can take it over. docs/api.md says what the interface
// does. Start at New.
package client

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client calls one project of one installation. It is safe for use by many
// goroutines. A call that got no answer, or one that says to wait (429, 502,
// 503, 504), is made again up to three times.
type Client struct {
	base    string
	project string
	token   string
	http    *http.Client
	strict  bool // refuse members that the types do not have; tests
	pause   func(ctx context.Context, d time.Duration) error
}

// New makes a client of the installation at base ("https://guanjia.example.cn")
// for the project of that code, with a token made under 设置 → 接口. A nil
// HTTP client stands for one that gives up after 30 seconds.
func New(base, project, token string, h *http.Client) *Client {
	if h == nil {
		h = &http.Client{Timeout: 30 * time.Second}
	}
	return &Client{base: strings.TrimRight(base, "/"), project: project, token: token, http: h, pause: sleep}
}

// Problem is an answer that is not a success (RFC 9457).
type Problem struct {
	Title    string  `json:"title"`
	Status   int     `json:"status"`
	Detail   string  `json:"detail"`   // for people
	Code     string  `json:"code"`     // for programs; stable
	Instance string  `json:"instance"` // error number, for the administrator
	Fields   []Fault `json:"errors"`
}

// Fault is one faulty field.
type Fault struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error is the code with what is said for people, and each faulty field.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s (%s): %s", p.Status, p.Code, p.Instance, p.Detail)
	for _, f := range p.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Path, f.Message)
	}
	return b.String()
}

// CodeOf is the stable code of a problem in err, "" when there is none.
func CodeOf(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// NewKey makes an idempotency key: send the same one again when an answer did
// not arrive, and nothing happens twice.
func NewKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// in is an address in the project.
func (c *Client) in(path string) string {
	return "/api/v1/projects/" + url.PathEscape(c.project) + path
}

// request is one call before it is made.
type request struct {
	method, path, key string
	content           []byte
	media, digest     string
}

// again reports whether an answer says that the same may be tried once more:
// too fast, away for a moment, or still at the first attempt.
func again(p *Problem) bool {
	switch p.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return p.Code == "api.key.unfinished"
}

// attempts is how often one call is made at most.
const attempts = 4

// send makes a call and hands the answer to take. An answer that did not
// arrive, or that asks to wait, is asked for again; the Idempotency-Key keeps
// it from happening twice.
func (c *Client) send(ctx context.Context, q request, take func(*http.Response) error) error {
	for n := 1; ; n++ {
		wait, err := c.try(ctx, q, take)
		if err == nil || wait == 0 || n == attempts || ctx.Err() != nil {
			return err
		}
		if wait == firstWait { // nobody said how long
			wait <<= n - 1
		}
		if e := c.pause(ctx, wait); e != nil {
			return err
		}
	}
}

// firstWait is how long the second attempt waits; each further one twice that.
const firstWait = 500 * time.Millisecond

// try is one attempt; wait is 0 when another one would not help.
func (c *Client) try(ctx context.Context, q request, take func(*http.Response) error) (wait time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, q.method, c.base+q.path, bytes.NewReader(q.content))
	if err != nil {
		return 0, err
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + c.token, "Accept": "application/json", "Content-Type": q.media, "Content-Digest": q.digest, "Idempotency-Key": q.key,
	} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return firstWait, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 != 2 {
		p := &Problem{Status: resp.StatusCode, Title: resp.Status}
		_ = json.NewDecoder(resp.Body).Decode(p) // a proxy's page is no JSON: the status says enough
		if again(p) {
			wait = firstWait
			if s, e := strconv.Atoi(resp.Header.Get("Retry-After")); e == nil && s > 0 && s <= 10 {
				wait = time.Duration(s) * time.Second
			}
		}
		return wait, p
	}
	if err := take(resp); err != nil {
		return 0, err
	}
	return 0, nil
}

// sleep waits, or ends with the context.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// into reads JSON; nil reads nothing.
func (c *Client) into(out any) func(*http.Response) error {
	return func(r *http.Response) error {
		if out == nil {
			return nil
		}
		dec := json.NewDecoder(r.Body)
		if c.strict {
			dec.DisallowUnknownFields()
		}
		return dec.Decode(out)
	}
}

func (c *Client) call(ctx context.Context, method, path, key string, body, out any) error {
	q := request{method: method, path: path, key: key}
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		q.content, q.media = raw, "application/json"
	}
	if key == "" && method != http.MethodGet {
		q.key = NewKey() // so that it can be sent again
	}
	return c.send(ctx, q, c.into(out))
}

// do makes a call that answers nothing.
func (c *Client) do(ctx context.Context, method, path, key string, body any) error {
	return c.call(ctx, method, path, key, body, nil)
}

func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	var out T
	if q := query.Encode(); q != "" {
		path += "?" + q
	}
	err := c.call(ctx, http.MethodGet, path, "", nil, &out)
	return out, err
}

// post makes something happen; without a key the client makes one, so that it
// can try again by itself.
func post[T any](ctx context.Context, c *Client, path, key string, body any) (T, error) {
	return write[T](ctx, c, http.MethodPost, path, key, body)
}

func write[T any](ctx context.Context, c *Client, method, path, key string, body any) (T, error) {
	var out T
	err := c.call(ctx, method, path, key, body, &out)
	return out, err
}

// ErrSignature is what Verify finds wrong.
var ErrSignature = errors.New("the webhook's signature does not fit")

// Verify checks the Guanjia-Signature header of a webhook against its body: it
// must be made with secret, and not longer than age before or after now.
func Verify(secret, header string, body []byte, now time.Time, age time.Duration) error {
	stamp, given := "", ""
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "t":
			stamp = value
		case "v1":
			given = value
		}
	}
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(at, 0)).Abs() > age {
		return ErrSignature
	}
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(stamp + ".")) // never fails
	_, _ = mac.Write(body)
	want, err := hex.DecodeString(given)
	if err != nil || !hmac.Equal(want, mac.Sum(nil)) {
		return ErrSignature
	}
	return nil
}
