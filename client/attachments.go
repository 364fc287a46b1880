package client

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Attachment is a file of a case. A step that asks for photos takes their ids.
type Attachment struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Media  string    `json:"media"`
	Size   int64     `json:"size"`
	SHA256 string    `json:"sha256"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// AddAttachment hangs a file on a case, with its digest. The same content again
// is kept once.
func (c *Client) AddAttachment(ctx context.Context, n, name string, content []byte) (Attachment, error) {
	return c.hang(ctx, n, url.Values{"name": {name}}, content)
}

// AddPaper hangs the scan of a paper on a case, "written_answer", and notes it
// as brought: the step that waits for it can go on.
func (c *Client) AddPaper(ctx context.Context, n, paper, name string, content []byte) (Attachment, error) {
	return c.hang(ctx, n, url.Values{"name": {name}, "paper": {paper}}, content)
}

func (c *Client) hang(ctx context.Context, n string, as url.Values, content []byte) (Attachment, error) {
	var out Attachment
	sum := sha256.Sum256(content)
	err := c.send(ctx, request{
		method: http.MethodPost, path: c.one(n) + "/attachments?" + as.Encode(), content: content, media: "application/octet-stream",
		digest: "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":",
	}, c.into(&out))
	return out, err
}

// Attachments lists the files of a case, oldest first.
func (c *Client) Attachments(ctx context.Context, n string) ([]Attachment, error) {
	return get[[]Attachment](ctx, c, c.one(n)+"/attachments", nil)
}

// Attachment writes the content of a file to w.
func (c *Client) Attachment(ctx context.Context, id string, w io.Writer) error {
	return c.send(ctx, request{method: http.MethodGet, path: c.in("/attachments/" + url.PathEscape(id))}, func(r *http.Response) error {
		_, err := io.Copy(w, r.Body)
		return err
	})
}
