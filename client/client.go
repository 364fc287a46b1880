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
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client calls one project of one installation. It is safe for use by many
// goroutines.
type Client struct {
	base    string
	project string
	token   string
	http    *http.Client
	strict  bool // refuse members that the types do not have; tests
}

// New makes a client of the installation at base ("https://guanjia.example.cn")
// for the project of that code, with a token made under 设置 → 接口. A nil
// HTTP client stands for one that gives up after 30 seconds.
func New(base, project, token string, h *http.Client) *Client {
	if h == nil {
		h = &http.Client{Timeout: 30 * time.Second}
	}
	return &Client{base: strings.TrimRight(base, "/"), project: project, token: token, http: h}
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

// Error is the code with what is said for people.
func (p *Problem) Error() string {
	return fmt.Sprintf("%d %s (%s): %s", p.Status, p.Code, p.Instance, p.Detail)
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

func (c *Client) call(ctx context.Context, method, path, key string, body, into any) error {
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 != 2 {
		p := &Problem{Status: resp.StatusCode, Title: resp.Status}
		_ = json.NewDecoder(resp.Body).Decode(p) // a proxy's page is no JSON: the status says enough
		return p
	}
	if into == nil {
		return nil
	}
	dec := json.NewDecoder(resp.Body)
	if c.strict {
		dec.DisallowUnknownFields()
	}
	return dec.Decode(into)
}

func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	var out T
	if q := query.Encode(); q != "" {
		path += "?" + q
	}
	err := c.call(ctx, http.MethodGet, path, "", nil, &out)
	return out, err
}

func post[T any](ctx context.Context, c *Client, path, key string, body any) (T, error) {
	var out T
	err := c.call(ctx, http.MethodPost, path, key, body, &out)
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
