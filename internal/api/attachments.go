package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/files"
	"guanjia/internal/store"
)

// mostFile bounds what an upload may carry; the room of files has the exact
// bound and the words for it.
const mostFile = 26 << 20

// Attachments keeps files that belong to cases; app fills it.
type Attachments interface {
	// Keep stores one file and returns its id; the same content on the same case
	// is kept once.
	Keep(ctx context.Context, actor auth.Actor, project, caseID int64, name string, r io.Reader) (string, error)
	// Of lists what hangs on a case, oldest first.
	Of(ctx context.Context, tx *store.Tx, project, caseID int64) ([]files.File, error)
}

// Attachment is a file of a case. A step that asks for photos takes their ids.
type Attachment struct {
	ID     ID        `json:"id"`
	Name   string    `json:"name"`
	Media  string    `json:"media"`
	Size   int64     `json:"size"`
	SHA256 string    `json:"sha256"`
	By     ID        `json:"by"`
	At     time.Time `json:"at"`
}

type uploadIn struct {
	Number string `path:"number"`
	Name   string `query:"name"`
	Paper  string `query:"paper"`
	Digest string `header:"Content-Digest"`
}

func (s *Service) attachmentOperations() []operation {
	const of = inProject + "/cases/{number}/attachments"
	up := call("addAttachment", http.MethodPost, of, casefile.PermWork, "cases",
		"Hang a file on a case: the body is the file. Its type is told from its content; Content-Digest (RFC 9530, sha-256) is checked when given. The same content again is kept once. With paper it is the scan of that paper of the procedure, and the step that waits for it can go on.",
		http.StatusCreated, s.noBody)
	up.serve, up.out, up.upload = s.upload, reflect.TypeFor[Attachment](), true
	down := call("getAttachment", http.MethodGet, inProject+"/attachments/{id}", casefile.PermWork, "cases", "The content of a file of a case", http.StatusOK, s.noFile)
	down.serve, down.out, down.download = s.download, nil, true
	return []operation{up, down, call("listAttachments", http.MethodGet, of, casefile.PermWork, "cases", "The files of a case, oldest first", http.StatusOK, s.attachments)}
}

// noBody and noFile give the two operations their shape; upload and download
// serve them, because their bodies are no JSON.
func (s *Service) noBody(context.Context, uploadIn) (nothing, error) { return nothing{}, nil }
func (s *Service) noFile(context.Context, idIn) (nothing, error)     { return nothing{}, nil }

// summed notices at the end of a body that it is not the one announced.
type summed struct {
	io.Reader
	hash  hash.Hash
	want  []byte
	wrong bool
}

var errDigest = errors.New("the content does not fit its digest")

func (s *summed) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	_, _ = s.hash.Write(b[:n]) // never fails
	if errors.Is(err, io.EOF) && s.want != nil && !bytes.Equal(s.hash.Sum(nil), s.want) {
		s.wrong = true
		return n, errDigest
	}
	return n, err
}

// digestOf reads "sha-256=:<base64>:" out of a Content-Digest; other digests in
// it are passed over.
func digestOf(header string) ([]byte, error) {
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !strings.EqualFold(name, "sha-256") {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(strings.Trim(value, ":"))
		if err != nil || len(raw) != sha256.Size {
			return nil, errs.New(errs.Invalid, "api.digest.form", "Content-Digest 看不懂，没有保存。", "The Content-Digest is not understood; nothing was saved.").
				Field("Content-Digest", "form", "写成 sha-256=:<base64>:", "write it as sha-256=:<base64>:")
		}
		return raw, nil
	}
	return nil, nil
}

func (s *Service) upload(w http.ResponseWriter, r *http.Request) error {
	var in uploadIn
	if err := read(r, reflect.ValueOf(&in).Elem()); err != nil {
		return err
	}
	ctx := r.Context()
	want, err := digestOf(in.Digest)
	if err != nil {
		return err
	}
	v, err := s.cases.View(ctx, actorOf(ctx), projectOf(ctx), in.Number)
	if err != nil {
		return err
	}
	if in.Paper != "" {
		if err := v.TakesPaper(in.Paper); err != nil {
			return err
		}
	}
	id := v.Case.ID
	body := &summed{Reader: r.Body, hash: sha256.New(), want: want}
	kept, err := s.opt.Attachments.Keep(ctx, actorOf(ctx), projectOf(ctx), id, in.Name, body)
	if body.wrong {
		return errs.New(errs.Invalid, "api.digest", "内容和 Content-Digest 对不上，没有保存。再传一次。", "The content does not fit its Content-Digest; nothing was saved. Send it again.")
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return bodyErr(large)
	}
	if err != nil {
		return err
	}
	if in.Paper != "" {
		if err := s.bring(ctx, id, in.Paper, kept); err != nil {
			return err
		}
	}
	list, err := s.attachments(ctx, numberIn{in.Number})
	if err != nil {
		return err
	}
	for _, a := range list {
		if strconv.FormatInt(int64(a.ID), 10) == kept {
			return answer(w, http.StatusCreated, a)
		}
	}
	return errs.New(errs.Conflict, "files.gone", "文件刚被删除，请再传一次。", "The file was erased just now; send it again.")
}

// bring notes in the file of the case that a paper of its procedure was brought.
func (s *Service) bring(ctx context.Context, id int64, paper, ref string) error {
	_, err := s.cases.Do(ctx, actorOf(ctx), casefile.Bringing(id, paper, ref))
	return err
}

func (s *Service) download(w http.ResponseWriter, r *http.Request) error {
	var in idIn
	if err := read(r, reflect.ValueOf(&in).Elem()); err != nil {
		return err
	}
	f, body, err := s.opt.Files.Open(r.Context(), actorOf(r.Context()), in.ID)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	if f.Project != projectOf(r.Context()) {
		return errs.New(errs.NotFound, "files.none", "没有这个文件，或者您不能看。", "There is no such file, or you may not see it.")
	}
	return files.Serve(w, r, f, body)
}

func (s *Service) attachments(ctx context.Context, in numberIn) ([]Attachment, error) {
	id, err := s.find(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	out := []Attachment{}
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := s.opt.Attachments.Of(ctx, tx, projectOf(ctx), id)
		for _, f := range list {
			out = append(out, Attachment{ID: ID(f.ID), Name: f.Name, Media: string(f.Media), Size: f.Size, SHA256: f.SHA256, By: ID(f.UploadedBy), At: f.UploadedAt})
		}
		return err
	})
	return out, err
}
